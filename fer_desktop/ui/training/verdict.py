"""Whether a new model is better, as an honest sentence."""

from typing import Final

from fer_desktop.training.results import Comparison, Evaluation
from fer_desktop.ui.wording import accuracy_text, label_text, translate

_FEW: Final = 100


def verdict(evaluation: Evaluation) -> str:
    """Return the one sentence that a person should read."""
    comparison = evaluation.comparison
    if comparison is None:
        figures = evaluation.figures
        return translate("Training", "{name} reads {share} of the pictures as people did.").format(
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
        text = translate("Training", "{own} is exactly as accurate as {other}: {share}.")
    elif not comparison.is_beyond_chance:
        text = translate(
            "Training",
            "{own} and {other} do not differ by more than chance: {share} against {against}.",
        )
    elif own.accuracy > other.accuracy:
        text = translate(
            "Training",
            "{own} is better than {other} by more than chance: {share} against {against}.",
        )
    else:
        text = translate(
            "Training",
            "{own} is worse than {other} by more than chance: {share} against {against}.",
        )
    return text.format(**values)


def explanation(evaluation: Evaluation) -> str:
    """Return on what the sentence rests."""
    figures, comparison = evaluation.figures, evaluation.comparison
    pictures = (
        translate("Training", "Measured on {n} pictures that were held back from the training.")
        if evaluation.split == "test"
        else translate(
            "Training",
            "Measured on {n} pictures that it did not learn from, though its best epoch was chosen "
            "by them.",
        )
    ).format(n=f"{figures.n:,}")
    parts = [pictures]
    if comparison is None:
        if evaluation.why_not:
            parts.append(
                translate("Training", "No comparison with the model in use: {reason}").format(
                    reason=evaluation.why_not
                )
            )
    else:
        parts.append(_compared(comparison, figures.n))
    if figures.n < _FEW:
        parts.append(translate("Training", "That is few: the intervals are wide."))
    return " ".join(parts)


def _compared(comparison: Comparison, n: int) -> str:
    chance = translate("Training", "A difference like this comes by chance in {share} of cases.")
    share = 100 * comparison.p_value
    text = chance.format(share="< 0.1 %" if share < 0.1 else f"{share:.2g} %")
    own = comparison.own
    if own.n < n:
        both = translate(
            "Training", "Compared on the {n} of them that both models can name: {labels}."
        )
        text += " " + both.format(n=f"{own.n:,}", labels=", ".join(map(label_text, own.labels)))
    return text
