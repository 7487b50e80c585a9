"""Whether an expression read off a face can be trusted at all, and if not, why."""

from enum import IntEnum
from typing import Final

from fer_desktop.domain.emotion import FaceAnalysis
from fer_desktop.domain.measures import MeasureSpec

QUALITY: Final = MeasureSpec(
    "quality", ("face_px", "sharpness", "light", "problem", "usable"), "", None
)


class Problem(IntEnum):
    """What is wrong with the picture of a face; its number stands in files."""

    NONE = 0
    SMALL = 1
    CUT_OFF = 2
    DARK = 3
    BRIGHT = 4
    BLURRED = 5
    TURNED = 6
    COVERED = 7


def is_pale(face: FaceAnalysis) -> bool:
    """Tell whether a face is drawn pale, for what is read off it may well be wrong."""
    return face.is_unsure or problem_of(face) not in (None, Problem.NONE)


def problem_of(face: FaceAnalysis) -> Problem | None:
    """Return what is wrong with the picture of a face, None where that was not measured."""
    for spec, numbers in face.measurements:
        if spec == QUALITY:
            code = round(numbers[QUALITY.channels.index("problem")])
            return Problem(code) if code in Problem.__members__.values() else None
    return None
