"""Pictures of what speaks for a model's answers: a face, the map over it, and the scores."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from trainer.contract.evidence import Evidence, mean_evidence
from trainer.contract.evidence_colors import FOR_COLOR, evidence_pixels
from trainer.contract.text import one_line
from trainer.reports.drawing import as_png, new_figure
from trainer.reports.explained_faces import FaceEvidence

_MAP_PX: Final = 192
_MOST_LABELS: Final = 8
_LONGEST_LABEL: Final = 16
_INCHES: Final = (7.4, 2.7)


def face_figure(found: FaceEvidence, labels: Sequence[str]) -> bytes:
    """Return a PNG of one face."""
    return _figure(found.face.crop, found.evidence, found.label, labels)


def mean_figure(faces: Sequence[FaceEvidence], labels: Sequence[str]) -> bytes:
    """Return a PNG of the mean of faces and of their maps, all of one label."""
    crop = np.mean([each.face.crop for each in faces], axis=0)
    evidence = mean_evidence([each.evidence for each in faces])
    return _figure(np.rint(crop).astype(np.uint8), evidence, faces[0].label, labels)


def _figure(
    crop: NDArray[np.uint8], evidence: Evidence, label: int, labels: Sequence[str]
) -> bytes:
    figure, _ = new_figure(*_INCHES, axes=False)
    plain, mapped, scores = figure.subplots(1, 3, width_ratios=(1, 1, 1.15))
    for axes in (plain, mapped):
        axes.imshow(crop.squeeze(), cmap="gray", vmin=0, vmax=255, extent=(0, 1, 1, 0))
        axes.set_axis_off()
    colors = evidence_pixels(evidence.map(label, _MAP_PX), evidence.full(label))
    mapped.imshow(colors, extent=(0, 1, 1, 0))
    for across, down, is_for in evidence.peaks(label):
        _mark(mapped, across, down, "+" if is_for else "_")
    plain.set_title("as the model sees it", fontsize=8)
    name = one_line(labels[label], _LONGEST_LABEL)
    mapped.set_title(f"for (+) and against (-) {name}", fontsize=8, parse_math=False)
    likeliest = np.sort(np.argsort(-evidence.probabilities, kind="stable")[:_MOST_LABELS])
    places = np.arange(len(likeliest))
    colors_of = [FOR_COLOR if at == label else "0.6" for at in likeliest]
    scores.barh(places, evidence.probabilities[likeliest], color=colors_of)
    names = [one_line(labels[at], _LONGEST_LABEL) for at in likeliest]
    scores.set_yticks(places, names, fontsize=8, parse_math=False)
    scores.tick_params(axis="x", labelsize=7)
    scores.invert_yaxis()
    scores.set(xlim=(0, 1))
    scores.set_title("probabilities", fontsize=8)
    for side in ("top", "right"):
        scores.spines[side].set_visible(False)
    return as_png(figure)


def _mark(axes: Any, across: float, down: float, sign: str) -> None:
    for color, width in (("black", 4.0), ("white", 2.0)):
        axes.plot(
            across, down, marker=sign, color=color, markersize=11, markeredgewidth=width, zorder=3
        )
