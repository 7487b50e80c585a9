"""Whether numbers that were recorded come out again: the same rows, and how far apart they are."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.domain.measures import Measurement
from fer_desktop.domain.scores import EmotionScores

# What processors and versions of libraries may do to numbers that mean the same.
PROBABILITY_TOLERANCE: Final = 1e-4
BOX_TOLERANCE_PX: Final = 0.1
_MEASURE_TOLERANCE: Final = 1e-3  # of a measure's own size


@dataclass(slots=True)
class Repetition:
    """What two analyses of the same frames have in common.

    Attributes:
        frames, rows: recorded frames, and faces in them.
        other_frames: frames that only one of the two has, or has at another time.
        other_rows: faces that only one of the two has, by number and frame.
        other_labels: faces for which another expression is the most likely one.
        probability: largest difference of any probability, plain, smoothed or corrected.
        box_px: largest difference of any edge of a box.
        measure: largest difference of any measure that was recorded, as a share of its size.
    """

    frames: int = 0
    rows: int = 0
    other_frames: int = 0
    other_rows: int = 0
    other_labels: int = 0
    probability: float = 0.0
    box_px: float = 0.0
    measure: float = 0.0

    @property
    def is_exact(self) -> bool:
        """Whether not a single number differs."""
        return self.repeats and not (self.probability or self.box_px or self.measure)

    @property
    def repeats(self) -> bool:
        """Whether the numbers say the same, within what other processors do to them."""
        return (
            not (self.other_frames or self.other_rows or self.other_labels)
            and self.probability <= PROBABILITY_TOLERANCE
            and self.box_px <= BOX_TOLERANCE_PX
            and self.measure <= _MEASURE_TOLERANCE
        )


def compare(
    recorded: Iterable[FrameAnalysis], again: Iterable[FrameAnalysis], *, is_part: bool
) -> Repetition:
    """Compare two analyses frame by frame; both come in order and are never held in memory.

    Args:
        recorded: what was recorded.
        again: what comes out now.
        is_part: whether the recording may end early: what comes after it then counts for nothing.
    """
    found = Repetition()
    others = iter(again)
    other = next(others, None)
    for frame in recorded:
        found.frames += 1
        found.rows += len(frame.faces)
        while other is not None and other.frame_index < frame.frame_index:
            found.other_frames += 1
            other = next(others, None)
        if other is None or other.frame_index != frame.frame_index:
            found.other_frames += 1
            continue
        _compare_frames(found, frame, other)
        other = next(others, None)
    if not is_part:
        found.other_frames += (other is not None) + sum(1 for _ in others)
    return found


def _compare_frames(found: Repetition, frame: FrameAnalysis, other: FrameAnalysis) -> None:
    if frame.timestamp_us != other.timestamp_us:
        found.other_frames += 1
    faces = {face.face_id: face for face in frame.faces}
    others = {face.face_id: face for face in other.faces}
    found.other_rows += len(faces.keys() ^ others.keys())
    for face_id in faces.keys() & others.keys():
        _compare_faces(found, faces[face_id], others[face_id])


def _compare_faces(found: Repetition, face: FaceAnalysis, other: FaceAnalysis) -> None:
    here, there = face.detection.box, other.detection.box
    edges = ((here.x1, there.x1), (here.y1, there.y1), (here.x2, there.x2), (here.y2, there.y2))
    found.box_px = max(found.box_px, *(abs(a - b) for a, b in edges))
    is_other = (face.smoothed and face.smoothed.emotion) != (
        other.smoothed and other.smoothed.emotion
    )
    for mine, yours in (
        (face.scores, other.scores),
        (face.smoothed, other.smoothed),
        (face.corrected, other.corrected),
    ):
        if mine is None or yours is None or mine.labels != yours.labels:
            is_other |= mine != yours
        else:
            found.probability = max(found.probability, _difference(mine, yours))
    found.other_labels += bool(is_other)
    found.measure = max(found.measure, *_measured(face.measurements, other.measurements), 0.0)


def _difference(mine: EmotionScores, yours: EmotionScores) -> float:
    # Sessions keep float32.
    first, second = (np.asarray(item.probabilities, np.float32) for item in (mine, yours))
    return float(np.abs(first.astype(float) - second.astype(float)).max())


def _measured(mine: tuple[Measurement, ...], yours: tuple[Measurement, ...]) -> Iterator[float]:
    others = {item.spec.key: item.numbers for item in yours}
    for spec, numbers in mine:
        other = others.pop(spec.key, ())
        if len(other) != len(numbers):
            yield np.inf
            continue
        for one, two in zip(numbers, other, strict=True):
            yield abs(one - two) / max(1.0, abs(one))
