"""What is said of the application's own measures, and which are chosen together."""

from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP

from fer_desktop.domain.picture_problem import Problem
from fer_desktop.ui.look.wording import measure_text, translate

# The figures are those of packaging/check_measures.py.
_DESCRIPTIONS: Final = {
    "head_roll": QT_TRANSLATE_NOOP(
        "Measures",
        "Tilt of the line between the eyes in the picture, from the detector alone: costs nothing.",
    ),
    "valence": QT_TRANSLATE_NOOP(
        "Measures",
        "Probability of happy minus the largest of the unpleasant expressions, −1 to 1. Derived"  # noqa: RUF001
        " from the model's scores; costs nothing.",
    ),
    "head_pose": QT_TRANSLATE_NOOP(
        "Measures",
        "Yaw (towards the person's left), pitch (up) and roll (clockwise in the picture), in"
        " degrees.",
    ),
    "distance": QT_TRANSLATE_NOOP(
        "Measures",
        "Distance from the camera in widths of the face, for a camera that sees 60 degrees across.",
    ),
    "eyes_open": QT_TRANSLATE_NOOP(
        "Measures", "How far each eye is open: 0 closed, 1 like a usual open eye."
    ),
    "gaze": QT_TRANSLATE_NOOP(
        "Measures",
        "Direction of the eyes relative to the head, and the angle between the gaze and the"
        " camera, in degrees.",
    ),
    "looks_at_camera": QT_TRANSLATE_NOOP(
        "Measures", "1 while the gaze passes the camera by at most 12 degrees, else 0."
    ),
    "mouth_open": QT_TRANSLATE_NOOP(
        "Measures", "Height of the opening between the lips by the width of the mouth."
    ),
    "actions_upper": QT_TRANSLATE_NOOP(
        "Measures",
        "Brows and eyes, as correspondences to FACS: AU1 inner brow raiser, AU2 outer brow raiser,"
        " AU4 brow lowerer, AU5 upper lid raiser, AU7 lid tightener, AU43 eyes closed.",
    ),
    "actions_mouth": QT_TRANSLATE_NOOP(
        "Measures",
        "Mouth, as correspondences to FACS: AU10 upper lip raiser, AU12 lip corner puller, AU14"
        " dimpler, AU15 lip corner depressor, AU20 lip stretcher, AU26 jaw drop.",
    ),
    "actions_lips": QT_TRANSLATE_NOOP(
        "Measures",
        "Lips and chin, as correspondences to FACS: AU16 lower lip depressor, AU17 chin raiser,"
        " AU18 lip pucker, AU22 lip funneler, AU24 lip presser, AU28 lips suck.",
    ),
    "actions_sides": QT_TRANSLATE_NOOP(
        "Measures",
        "The same actions on the person's right and left side, for tables: 24 columns.",
    ),
    "arousal": QT_TRANSLATE_NOOP(
        "Measures", "Mean of the five strongest facial actions, 0 to 1. Derived."
    ),
    "quality": QT_TRANSLATE_NOOP(
        "Measures",
        "Size, sharpness and light of the face's picture, and whether its expression can be"
        " trusted. Faces that are too small, dark, bright, blurred, turned or covered are drawn"
        " pale.",
    ),
    "blendshapes": QT_TRANSLATE_NOOP(
        "Measures", "43 movements of the face under the names of Apple's ARKit, for tables."
    ),
    "mesh": QT_TRANSLATE_NOOP(
        "Measures",
        "478 points, drawn over the face and kept in the session: about 10 MB per face and minute."
        " They are exported as an NPZ file beside the table.",
    ),
}

_ACTIONS: Final = ("actions_upper", "actions_mouth", "actions_lips")
_HEAD: Final = ("head_pose", "gaze", "looks_at_camera", "eyes_open", "distance")


def presets() -> dict[str, tuple[str, ...]]:
    """Return the measures that are chosen together, by the name of the choice."""
    rest = tuple(name for name in _DESCRIPTIONS if name != "mesh")
    return {
        translate("Measures", "Expressions only"): (),
        translate("Measures", "Facial actions"): (*_ACTIONS, "valence", "arousal"),
        translate("Measures", "Head and gaze"): _HEAD,
        translate("Measures", "All"): rest,
    }


def measure_description(key: str) -> str:
    """Return what a measure tells; nothing for one of another package."""
    return translate("Measures", str(_DESCRIPTIONS[key])) if key in _DESCRIPTIONS else ""


def problem_text(problem: Problem) -> str:
    """Return what is wrong with the picture of a face."""
    return {
        Problem.NONE: translate("Measures", "good"),
        Problem.SMALL: translate("Measures", "too small"),
        Problem.CUT_OFF: translate("Measures", "cut off"),
        Problem.DARK: translate("Measures", "too dark"),
        Problem.BRIGHT: translate("Measures", "too bright"),
        Problem.BLURRED: translate("Measures", "blurred"),
        Problem.TURNED: translate("Measures", "turned away"),
        Problem.COVERED: translate("Measures", "covered"),
    }[problem]


def chosen_text(names: tuple[str, ...]) -> str:
    """Return which measures are chosen, in a few words."""
    for title, measures in presets().items():
        if set(measures) == set(names):
            return title
    if len(names) == 1:
        return measure_text(names[0])
    return translate("Measures", "{count} chosen").format(count=len(names))
