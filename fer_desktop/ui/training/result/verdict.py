"""Whether a new model is better, as an honest sentence."""

from typing import Final

from fer_desktop.training.results import Comparison, ModelFigures, TrainingResult
from fer_desktop.ui.look.wording import accuracy_text, label_text, translate
from trainer.contract.figures import LearnedFaces
from trainer.contract.text import counted

_FEW: Final = 100
_SURELY_CHANCE: Final = 0.995  # there is nothing to tell


def verdict(evaluation: TrainingResult) -> str:
    """Return the one sentence that a person should read."""
    comparison, learned = evaluation.comparison, evaluation.learned
    if comparison is None:
        return _verdict_alone(evaluation.figures, learned)
    fresh = comparison.fresh
    if fresh is not None:
        anew = comparison.on_fresh()
        if anew is None:
            return translate(
                "Training",
                "{own} or {other} has learned from every test picture, so nothing can be said "
                "about new ones.",
            ).format(own=comparison.own.model, other=comparison.other.model)
        return translate(
            "Training", "On the {pictures} from which neither has learned, {sentence}"
        ).format(pictures=counted(fresh["n"], "picture"), sentence=_compared_in_short(anew))
    sentence = _compared_in_short(comparison)
    if comparison.own.n == evaluation.figures.n:
        return sentence
    return translate("Training", "On the expressions both models know, {sentence}").format(
        sentence=sentence
    )


def _verdict_alone(figures: ModelFigures, learned: LearnedFaces | None) -> str:
    if learned is not None and learned["n"]:
        if learned["accuracy_without"] is None:
            return translate(
                "Training",
                "{name}, or a model that it began with, has learned from every test picture, so "
                "nothing can be said about new ones.",
            ).format(name=figures.model)
        return translate(
            "Training",
            "{name} classifies {share} of the {pictures} correctly from which it has not learned.",
        ).format(
            name=figures.model,
            share=accuracy_text(learned["accuracy_without"], None),
            pictures=counted(learned["n_without"] or 0, "picture"),
        )
    return translate("Training", "{name} classifies {share} of the pictures correctly.").format(
        name=figures.model, share=accuracy_text(figures.accuracy, None)
    )


def _compared_in_short(comparison: Comparison) -> str:
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
    return text.format(**values)


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
    parts = [measured, *_learned(evaluation)]
    if comparison is None:
        if evaluation.why_not:
            parts.append(
                translate("Training", "No comparison with the model in use: {reason}").format(
                    reason=evaluation.why_not
                )
            )
    else:
        parts += _compared(comparison.on_fresh() or comparison, comparison, figures)
    if _fewest(evaluation) < _FEW:
        parts.append(translate("Training", "With so few pictures, the intervals are wide."))
    return " ".join(parts)


def _learned(evaluation: TrainingResult) -> list[str]:
    """Return from how many of the pictures models have learned, and the figures with them."""
    parts = []
    figures, comparison, learned = evaluation.figures, evaluation.comparison, evaluation.learned
    if learned is not None and learned["n"]:
        parts.append(
            translate(
                "Training",
                "{name}, or a model that it began with, has learned from {n} of them (told by "
                "fingerprints). With these, it classifies {share} correctly, which says nothing "
                "about new pictures.",
            ).format(
                name=figures.model,
                n=f"{learned['n']:,}",
                share=accuracy_text(figures.accuracy, figures.interval),
            )
        )
    elif comparison is not None and comparison.fresh is not None:
        parts.append(
            translate("Training", "{other} has learned from {n} of them (told by fingerprints).")
            .format(
                other=comparison.other.model,
                n=f"{comparison.own.n - comparison.fresh['n']:,}",
            )
        )  # fmt: skip
    return parts


def _fewest(evaluation: TrainingResult) -> int:
    """Return on how many pictures the verdict rests."""
    comparison, learned = evaluation.comparison, evaluation.learned
    if comparison is not None and comparison.fresh is not None:
        return comparison.fresh["n"]
    if learned is not None and learned["n_without"] is not None:
        return learned["n_without"]
    return evaluation.figures.n


def _compared(judged: Comparison, comparison: Comparison, figures: ModelFigures) -> list[str]:
    parts = []
    if judged.p_value < _SURELY_CHANCE:
        parts.append(
            translate(
                "Training",
                "A difference this large or larger arises by chance in {share} of cases "
                "(exact McNemar test).",
            ).format(share=_rare(judged.p_value))
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
