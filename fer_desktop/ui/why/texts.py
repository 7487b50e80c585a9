"""What is said of a face that was explained."""

from typing import Final

from PySide6.QtGui import QColor

from fer_desktop.domain.facial_actions import ACTIONS, TYPICAL
from fer_desktop.domain.measures import MeasureSpec
from fer_desktop.domain.picture_problem import Problem, problem_of
from fer_desktop.ui.look.measure_texts import problem_text
from fer_desktop.ui.look.tokens import current_tokens
from fer_desktop.ui.look.wording import (
    channel_text,
    confidence_text,
    label_text,
    measured_text,
    translate,
)
from fer_desktop.ui.viewer.score_bars import Bar, score_bars
from fer_desktop.ui.why.answer import Answer
from trainer.contract.labels import canonical

_MOST_LABELS: Final = 8
_MOST_ACTIONS: Final = 6
_LEAST: Final = 0.05  # of an action: less is not shown unless it is typical
_CLEAR: Final = 0.1  # of a probability: less is no difference that a face makes


def meaning_text() -> str:
    """Return what a map is, and what it is not."""
    return translate(
        "Why",
        "Random parts of the face were blurred, and the model was asked each time. The map shows"
        " what its answer rests on, not what the person feels and not whether the answer is"
        " right. Facial actions are measured by another network.",
    )


def likeliest_bars(answer: Answer) -> list[Bar]:
    """Return the scores in the model's order; of many labels those of the likeliest."""
    scores = answer.explanation.scores
    likeliest = {label for label, _ in scores.ranked()[:_MOST_LABELS]}
    bars = zip(scores.labels, score_bars(scores), strict=True)
    return [bar for label, bar in bars if label in likeliest]


def strength_text(answer: Answer, label: str) -> str:
    """Return what the strongest part of a face does to a label, and what others do.

    That is what speaks for the model's answer, and what speaks against any other.
    """
    evidence, scores = answer.explanation.evidence, answer.explanation.scores
    at = scores.labels.index(label)
    whole, rest = evidence.probabilities[at], evidence.without_random[at]
    if label == scores.emotion:
        without = evidence.without_for[at]
        decides = rest - without >= _CLEAR
        text = translate(
            "Why",
            "{label}: {whole}. With the fifth of the picture that speaks most for it blurred:"
            " {without}. With a fifth at random: {rest}.",
        )
    else:
        without = evidence.without_against[at]
        decides = without - rest >= _CLEAR
        text = translate(
            "Why",
            "{label}: {whole}. With the fifth of the picture that speaks most against it blurred:"
            " {without}. With a fifth at random: {rest}.",
        )
    text = text.format(
        label=label_text(label).capitalize(),
        whole=_unbroken(whole),
        without=_unbroken(without),
        rest=_unbroken(rest),
    )
    return text if decides else f"{text} {translate('Why', 'No single part decides it.')}"


def _unbroken(probability: float) -> str:
    return confidence_text(probability).replace(" ", "\N{NO-BREAK SPACE}")


def warning_text(answer: Answer) -> str:
    """Return why a map is worth less than others; empty where nothing is known against it."""
    preset, scores = answer.explanation.preset, answer.explanation.scores
    parts = []
    problem = problem_of(answer.face)
    if problem not in (None, Problem.NONE):
        parts.append(
            translate("Why", "The face is {problem}, so what is read off it may be wrong.").format(
                problem=problem_text(problem)
            )
        )
    if scores.confidence < preset.unsure_below:
        parts.append(translate("Why", "The model is unsure about this face."))
    if answer.face.baseline is not None:
        parts.append(
            translate("Why", "These are the model's own scores, without the face's calibration.")
        )
    return " ".join(parts)


def action_bars(answer: Answer, label: str) -> list[Bar]:
    """Return the actions by which a label is usually told, with a dot, then the strongest others.

    None are there where they could not be measured.
    """
    strength = _strengths(answer)
    typical = [name for name in TYPICAL.get(canonical(label), ()) if name in strength]
    others = [
        name
        for name in sorted(strength, key=lambda name: -strength[name][1])
        if name not in typical and strength[name][1] >= _LEAST
    ]
    tokens = current_tokens()
    bars = []
    for name in (*typical, *others[: max(1, _MOST_ACTIONS - len(typical))]):
        spec, number = strength[name]
        is_typical = name in typical
        text = channel_text(spec, name)
        color = QColor(tokens.accent if is_typical else tokens.muted)
        bars.append(
            Bar(f"● {text}" if is_typical else text, number, measured_text(spec, number), color)
        )
    return bars


def actions_text(answer: Answer, label: str) -> str:
    """Return what stands over the facial actions, or why there are none."""
    if answer.problem:
        return translate("Why", "No facial actions: {reason}").format(reason=answer.problem)
    if not any(
        channel in ACTIONS for spec, _ in answer.face.measurements for channel in spec.channels
    ):
        return translate("Why", "No facial actions: no mesh was found on this face.")
    if canonical(label) not in TYPICAL:
        return translate("Why", "Facial actions")
    return translate("Why", "Facial actions (● typical of {label})").format(label=label_text(label))


def _strengths(answer: Answer) -> dict[str, tuple[MeasureSpec, float]]:
    return {
        channel: (spec, number)
        for spec, numbers in answer.face.measurements
        for channel, number in zip(spec.channels, numbers, strict=True)
        if channel in ACTIONS
    }
