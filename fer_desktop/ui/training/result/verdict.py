"""Whether a new model is better, as an honest sentence."""

from typing import Final

from fer_desktop.training.results import Comparison, ModelFigures, TrainingResult
from fer_desktop.ui.look.wording import accuracy_text, label_text, translate
from trainer.contract.text import counted

_FEW: Final = 100
_SURELY_CHANCE: Final = 0.995  # there is nothing to tell


def verdict(evaluation: TrainingResult) -> str:
    """Return the one sentence that a person should read."""
    comparison = evaluation.comparison
    if comparison is None:
        figures = evaluation.figures
        return translate("Training", "{name} classifies {share} of the pictures correctly.").format(
            name=figures.model, share=accuracy_text(figures.accuracy, None)
        )
    own, other = comparison.own, comparison.other
    values = {
        "own": own.model,
        "other": other.model,
        "share": accuracy_text(own.accuracy, None),
        "against": accuracy_text(other.accuracy, None),
    }
    if own.accuracy == other.accuracy:
        text = translate("Training", "{own} and {other} are equally accurate: {share}.")
    elif not comparison.is_beyond_chance:
        text = translate(
            "Training",
            "{own} and {other} do not differ significantly: {share} against {against}.",
        )
    elif own.accuracy > other.accuracy:
        text = translate(
            "Training",
            "{own} is significantly more accurate than {other}: {share} against {against}.",
        )
    else:
        text = translate(
            "Training",
            "{own} is significantly less accurate than {other}: {share} against {against}.",
        )
    sentence = text.format(**values)
    if own.n == evaluation.figures.n:
        return sentence
    return translate("Training", "On the expressions both models know, {sentence}").format(
        sentence=sentence
    )


def explanation(evaluation: TrainingResult) -> str:
    """Return on what the sentence rests."""
    figures, comparison = evaluation.figures, evaluation.comparison
    measured = (
        translate("Training", "Measured on {pictures} held out from the training.")
        if evaluation.split == "test"
        else translate(
            "Training",
            "Measured on {pictures} it was not trained on. They were used to choose the best "
            "epoch, so the figures are slightly optimistic.",
        )
    ).format(pictures=counted(figures.n, "picture"))
    parts = [measured]
    if comparison is None:
        if evaluation.why_not:
            parts.append(
                translate("Training", "No comparison with the model in use: {reason}").format(
                    reason=evaluation.why_not
                )
            )
    else:
        parts += _compared(comparison, figures)
    if figures.n < _FEW:
        parts.append(translate("Training", "With so few pictures, the intervals are wide."))
    return " ".join(parts)


def _compared(comparison: Comparison, figures: ModelFigures) -> list[str]:
    parts = []
    if comparison.p_value < _SURELY_CHANCE:
        parts.append(
            translate(
                "Training",
                "A difference this large or larger arises by chance in {share} of cases "
                "(exact McNemar test).",
            ).format(share=_rare(comparison.p_value))
        )
    own = comparison.own
    if own.n < figures.n:
        parts.append(
            translate(
                "Training",
                "Both models know the expressions of {n} of them: {labels}. On all {all}, "
                "{name} classifies {share} correctly.",
            ).format(
                n=f"{own.n:,}",
                labels=", ".join(map(label_text, own.labels)),
                all=f"{figures.n:,}",
                name=figures.model,
                share=accuracy_text(figures.accuracy, figures.interval),
            )
        )
    return parts


def _rare(probability: float) -> str:
    percent = 100 * probability
    if percent < 0.1:
        return translate("Training", "less than 0.1 %")
    return f"{percent:.1f} %" if percent < 10 else f"{percent:.0f} %"
