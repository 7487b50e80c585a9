"""Whether a new model is better, as an honest sentence."""

from typing import Final

from fer_desktop.training.results import Comparison, Evaluation, Figures
from fer_desktop.ui.look.wording import accuracy_text, label_text, translate

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
    sentence = text.format(**values)
    if own.n == evaluation.figures.n:
        return sentence
    return translate("Training", "On the expressions that both know, {sentence}").format(
        sentence=sentence
    )


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
        parts.append(_compared(comparison, figures))
    if figures.n < _FEW:
        parts.append(translate("Training", "That is few: the intervals are wide."))
    return " ".join(parts)


def _compared(comparison: Comparison, figures: Figures) -> str:
    parts = [
        translate(
            "Training", "By chance alone a difference at least as large comes in {share} of cases."
        ).format(share=_rare(comparison.p_value))
    ]
    own = comparison.own
    if own.n < figures.n:
        parts.append(
            translate(
                "Training",
                "Both can name {n} of the pictures: {labels}. Of all {all}, {name} reads {share} "
                "as people did.",
            ).format(
                n=f"{own.n:,}",
                labels=", ".join(map(label_text, own.labels)),
                all=f"{figures.n:,}",
                name=figures.model,
                share=accuracy_text(figures.accuracy, figures.interval),
            )
        )
    return " ".join(parts)


def _rare(probability: float) -> str:
    percent = 100 * probability
    if percent < 0.1:
        return "< 0.1 %"
    return f"{percent:.1f} %" if percent < 10 else f"{percent:.0f} %"
