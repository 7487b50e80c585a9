"""The page of explained faces: what the model looks at for each label, then each face."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from trainer.contract.checked_json import encode_json
from trainer.contract.evidence import mean_evidence
from trainer.contract.explained_facts import Explained, ExplainedFace, ExplainedLabel, Parts
from trainer.contract.html_page import bullets, heading, page, paragraph, picture
from trainer.contract.preset import Preset
from trainer.contract.text import counted
from trainer.reports.evidence_figures import face_figure, mean_figure
from trainer.reports.explained_faces import FaceEvidence
from trainer.runs.checkpoint import make_folder, write_atomically

PAGE_FILE: Final = "explanations.html"
JSON_FILE: Final = "explanations.json"
_LEAST_FACES: Final = 2  # of one, its own map says all
_MEANING: Final = (
    "Random parts of each face were blurred, and the model was asked each time. Orange is what"
    " speaks for a label, blue what speaks against it; + and - stand where there is most of it.",
    "The maps show what this model's answers rest on, not what a person feels, and not whether an"
    " answer is right.",
)


def write_explanations(
    folder: Path, preset: Preset, found: Sequence[FaceEvidence], notes: Sequence[str]
) -> Explained:
    """Write a picture of each face and of each label's mean, a page of them, and the numbers.

    Args:
        folder: is made.
        preset: of the model.
        found: the faces, at least one.
        notes: what a reader must know, a sentence each.

    Raises:
        RunError: if they cannot be written.
    """
    make_folder(folder)
    labels = preset.labels
    pictures: dict[str, bytes] = {}
    faces, means = [], []
    for number, each in enumerate(found, start=1):
        name = f"face_{number:04}.png"
        pictures[name] = face_figure(each, labels)
        write_atomically(folder / name, pictures[name])
        faces.append(_face(each, name, labels))
    for at, label in enumerate(labels):
        of_label = [each for each in found if each.label == at]
        if len(of_label) >= _LEAST_FACES:
            # A label may hold what no file name can.
            name = f"label_{at}.png"
            pictures[name] = mean_figure(of_label, labels)
            write_atomically(folder / name, pictures[name])
            means.append(_mean(of_label, name, label))
    explained = Explained(
        model=preset.name,
        sha256=preset.sha256,
        labels=tuple(means),
        faces=tuple(faces),
        notes=tuple(notes),
    )
    write_atomically(folder / JSON_FILE, (encode_json(explained) + "\n").encode())
    html = _page(explained, pictures).encode("utf-8", "replace")
    write_atomically(folder / PAGE_FILE, html)
    return explained


def as_text(explained: Explained) -> str:
    """Return what was found as lines for a terminal."""
    if explained.labels:
        return "\n".join(map(_label_sentence, explained.labels))
    return "\n".join(map(_face_sentence, explained.faces))


def _face(found: FaceEvidence, name: str, labels: Sequence[str]) -> ExplainedFace:
    evidence, at = found.evidence, found.label
    best = int(evidence.probabilities.argmax())
    return ExplainedFace(
        file=found.face.name,
        picture=name,
        emotion=labels[best],
        confidence=float(evidence.probabilities[best]),
        truth=found.face.truth,
        label=labels[at],
        probability=float(evidence.probabilities[at]),
        without_for=float(evidence.without_for[at]),
        without_against=float(evidence.without_against[at]),
        without_random=float(evidence.without_random[at]),
        parts=_rounded(evidence.parts[at]),
    )


def _mean(faces: Sequence[FaceEvidence], name: str, label: str) -> ExplainedLabel:
    evidence, at = mean_evidence([each.evidence for each in faces]), faces[0].label
    return ExplainedLabel(
        label=label,
        faces=len(faces),
        picture=name,
        probability=float(evidence.probabilities[at]),
        without_for=float(evidence.without_for[at]),
        without_random=float(evidence.without_random[at]),
        parts=_rounded(evidence.parts[at]),
    )


def _rounded(parts: NDArray[np.float64]) -> Parts:
    return tuple(tuple(round(float(value), 4) for value in row) for row in parts)


def _page(explained: Explained, pictures: Mapping[str, bytes]) -> str:
    parts = [
        paragraph(f"Model {explained.model}, SHA-256 of its network {explained.sha256}."),
        *map(paragraph, _MEANING),
        bullets(explained.notes),
    ]
    for mean in explained.labels:
        parts += [
            heading(f"What the model looks at for {mean.label}"),
            paragraph(_label_sentence(mean)),
            picture(pictures[mean.picture], f"mean face and mean map for {mean.label}"),
        ]
    parts.append(heading("Faces"))
    for face in explained.faces:
        parts += [
            heading(face.file, 3),
            paragraph(_face_sentence(face).removeprefix(f"{face.file}: ")),
            picture(pictures[face.picture], f"face, map for {face.label}, and probabilities"),
        ]
    return page(f"What {explained.model} looks at", parts)


def _label_sentence(mean: ExplainedLabel) -> str:
    return (
        f"{mean.label}, mean of {counted(mean.faces, 'face')}: {_percent(mean.probability)}. With"
        f" the fifth of the picture that speaks most for it blurred: {_percent(mean.without_for)};"
        f" with a fifth at random: {_percent(mean.without_random)}."
    )


def _face_sentence(face: ExplainedFace) -> str:
    answer = f"{face.emotion} {_percent(face.confidence)}"
    if face.truth:
        answer += f" (the dataset says {face.truth})"
    return (
        f"{face.file}: {answer}. {face.label}: {_percent(face.probability)}. With the fifth of the"
        f" picture that speaks most for it blurred: {_percent(face.without_for)}; most against it:"
        f" {_percent(face.without_against)}; with a fifth at random:"
        f" {_percent(face.without_random)}."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
