"""What is said of the application's own measures, and which are chosen together."""

from typing import Final

from fer_desktop.domain.measure_facts import facts_of_key
from fer_desktop.domain.measures import MeasureFacts
from fer_desktop.domain.picture_problem import Problem
from fer_desktop.ui.look.wording import measure_text, translate
from fer_desktop.vision.measure_catalogue import all_measures

_ACTIONS: Final = ("actions_upper", "actions_mouth", "actions_lips")
_HEAD: Final = ("head_pose", "gaze", "looks_at_camera", "eyes_open", "distance")


def presets() -> dict[str, tuple[str, ...]]:
    """Return the measures that are chosen together, by the name of the choice."""
    return {
        translate("Measures", "Expressions"): (),
        translate("Measures", "Facial actions"): (*_ACTIONS, "valence", "arousal"),
        translate("Measures", "Head and gaze"): _HEAD,
        translate("Measures", "All"): all_measures(),
    }


def measure_description(key: str) -> str:
    """Return what a measure tells, from where, and how well; nothing where nobody says."""
    return facts_text(facts_of_key(key))


def facts_text(facts: MeasureFacts) -> str:
    """Return what is said of a measure, a line for each part of it."""
    patterns = (
        (facts.definition, "{text}."),
        (facts.source, translate("Measures", "From: {text}.")),
        (facts.accuracy, translate("Measures", "How well: {text}.")),
    )
    return "\n".join(pattern.format(text=text) for text, pattern in patterns if text)


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
