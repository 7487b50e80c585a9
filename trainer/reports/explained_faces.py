"""Faces whose reading by a model is explained: which they are, and what speaks for the answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trainer.config import DataSource
from trainer.contract.evidence import Evidence, find_evidence
from trainer.contract.text import counted
from trainer.errors import DataError
from trainer.presets.model_folder import LoadedModel
from trainer.presets.photographs import faces_of
from trainer.presets.prediction import Refusal, pictures_at, read_face
from trainer.reports.selection import known_labels, select

_BATCH = 64


@dataclass(frozen=True, slots=True, eq=False)
class ChosenFace:
    """A face that is to be explained.

    Attributes:
        name: the picture as it was named.
        crop: as the model sees it, shape (size, size, channels).
        truth: what a dataset calls it; empty where nobody says.
    """

    name: str
    crop: NDArray[np.uint8]
    truth: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class FaceEvidence:
    """A face with what was found.

    Attributes:
        face: it.
        evidence: for and against each of the model's labels.
        label: index of the one that is explained.
    """

    face: ChosenFace
    evidence: Evidence
    label: int


def faces_in_pictures(
    model: LoadedModel, folder: Path, paths: Sequence[Path], *, are_photos: bool
) -> tuple[list[ChosenFace], list[str]]:
    """Return the faces of pictures, and why some could not be read, a sentence each.

    Args:
        model: with its folder.
        folder: the model's.
        paths: pictures, and folders of which all pictures are meant.
        are_photos: whether the application cuts the faces out first.

    Raises:
        DataError: if a folder cannot be read, or none of the pictures.
    """
    named = list(pictures_at(paths))
    faces: list[ChosenFace] = []
    problems: list[str] = []

    def take(name: Path, file: Path) -> None:
        read = read_face(model.preset, file)
        if isinstance(read, Refusal):
            problems.append(read.reason)
        else:
            faces.append(ChosenFace(str(name), read[0]))

    if are_photos:
        with faces_of(named, folder) as cut:
            for each in cut:
                if each.face is None:
                    problems.append(each.reason or f"{each.photo} has no face.")
                else:
                    take(each.photo, each.face)
    else:
        for path in named:
            take(path, path)
    if not faces:
        raise DataError(problems[0].rstrip("."), hint="Give pictures of faces.")
    return faces, problems


def faces_in_dataset(
    model: LoadedModel, source: DataSource, split: str | None, label: str, most: int
) -> tuple[list[ChosenFace], list[str]]:
    """Return faces of a dataset, some for each answer of the model, and what was left out.

    Args:
        model: that is asked.
        source: the dataset.
        split: of it; as in an evaluation unless given.
        label: only faces that the model answers with this one; with any if empty.
        most: of each answer, spread evenly over those that there are.

    Raises:
        DataError: if the dataset cannot be used, or no face gets the label.
    """
    chosen = select(source, model.preset, split=split)
    images, labels = chosen.dataset.images, model.preset.labels
    answers = np.concatenate(
        [
            model.read(images[chosen.rows[start : start + _BATCH]]).argmax(axis=1)
            for start in range(0, len(chosen.rows), _BATCH)
        ]
    )
    faces, left_out = [], 0
    for at, name in enumerate(labels):
        if label and name != label:
            continue
        places = np.flatnonzero(answers == at)
        kept = places[np.linspace(0, len(places) - 1, min(most, len(places))).astype(int)]
        left_out += len(places) - len(kept)
        faces += [
            ChosenFace(
                chosen.dataset.names[chosen.rows[place]],
                images[chosen.rows[place]],
                chosen.labels[chosen.truth[place]],
            )
            for place in kept
        ]
    if not faces:
        raise DataError(
            f"{model.preset.name} answers none of the faces of {source.path} with {label}",
            hint="Choose another --label.",
        )
    notes = list(chosen.notes)
    if left_out:
        notes.append(
            f"At most {counted(most, 'face')} of each answer: {left_out:,} more were left out."
        )
    return faces, notes


def label_of(model: LoadedModel, label: str) -> str:
    """Return a label as the model names it; none for none.

    Raises:
        DataError: if the model does not know it.
    """
    return known_labels((label,), model.preset)[0] if label else ""


def explain_faces(
    model: LoadedModel,
    faces: Sequence[ChosenFace],
    label: str = "",
    tell: Callable[[int], object] = lambda _: None,
) -> list[FaceEvidence]:
    """Return what speaks for a label in each face, or for the model's own answer.

    Args:
        model: that is asked.
        faces: to be explained.
        label: which one; the model's answer if empty.
        tell: gets how many are done.
    """
    found = []
    for number, face in enumerate(faces, start=1):
        evidence = find_evidence(face.crop, model.read)
        at = model.preset.labels.index(label) if label else int(evidence.probabilities.argmax())
        found.append(FaceEvidence(face, evidence, at))
        tell(number)
    return found
