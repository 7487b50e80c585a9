"""What the trainer measured, read from what it printed and wrote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from fer_desktop.errors import TrainingError
from trainer.contract.checked_json import JsonError, decode_json, read_json
from trainer.contract.figures import (
    MISTAKES_FILE,
    Against,
    Evaluation,
    FreshFaces,
    Interval,
    LabelFigures,
    LearnedFaces,
    Mistake,
)

_CHANCE_BELOW: Final = 0.05


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """How a model did on pictures that it had never seen.

    Attributes:
        model: the model's name.
        n: number of pictures.
        accuracy: share of them that it labelled as people had.
        interval: where that share lies with 95 % confidence.
        confusion: counts; the truth in rows, answers in columns, in the order of ``labels``.
    """

    model: str
    n: int
    accuracy: float
    interval: Interval
    labels: tuple[str, ...]
    per_label: Mapping[str, LabelFigures]
    confusion: Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two models on the same pictures, answering with the labels that both know.

    Attributes:
        own, other: the new model, and the one that it is compared with.
        p_value: how likely such a difference is by chance (exact McNemar test, two-sided).
        fresh: the same on pictures from which neither has learned; None where that is the same, or
            cannot be told.
    """

    own: ModelFigures
    other: ModelFigures
    p_value: float
    fresh: FreshFaces | None = None

    @property
    def is_beyond_chance(self) -> bool:
        """Whether the difference would come by chance less than once in twenty times."""
        return self.p_value < _CHANCE_BELOW

    def on_fresh(self) -> "Comparison | None":
        """Return the comparison on pictures from which neither has learned; None without any.

        Only names, numbers of pictures, accuracies and their intervals are those of these pictures.
        """
        fresh = self.fresh
        if fresh is None or fresh["own_accuracy"] is None or fresh["accuracy"] is None:
            return None
        own_interval, interval = fresh["own_accuracy_interval_95"], fresh["accuracy_interval_95"]
        return Comparison(
            own=replace(
                self.own,
                n=fresh["n"],
                accuracy=fresh["own_accuracy"],
                interval=own_interval or (0.0, 1.0),
            ),
            other=replace(
                self.other,
                n=fresh["n"],
                accuracy=fresh["accuracy"],
                interval=interval or (0.0, 1.0),
            ),
            p_value=1.0 if fresh["p_value"] is None else fresh["p_value"],
        )


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """Everything that is shown of a finished training.

    Attributes:
        figures: of the new model, with all of its labels.
        split: which pictures: ``test``, or ``validation`` where there are no others.
        mistakes: the most confident ones first.
        comparison: None where there is none.
        why_not: why there is none.
        learned: which of the pictures the new model, or one that it began with, has learned from.
    """

    figures: ModelFigures
    split: str
    mistakes: tuple[Mistake, ...]
    comparison: Comparison | None
    why_not: str
    learned: LearnedFaces | None = None


def read_result(printed: str, folder: Path) -> TrainingResult:
    """Return what ``fer-train evaluate --json --out folder`` found out.

    Raises:
        TrainingError: if that cannot be read.
    """
    try:
        found = decode_json(printed, Evaluation)
        mistakes = read_json(folder / MISTAKES_FILE, tuple[Mistake, ...])
    except (OSError, JsonError) as error:
        raise TrainingError(
            "The metrics of the new model cannot be read.", hint="See the log file for details."
        ) from error
    against = found["against"]
    return TrainingResult(
        figures=ModelFigures(
            model=found["model"],
            n=found["n"],
            accuracy=found["accuracy"],
            interval=found["accuracy_interval_95"],
            labels=tuple(found["labels"]),
            per_label=found["per_label"],
            confusion=found["confusion"],
        ),
        split=found["split"],
        mistakes=tuple(replace(each, picture=folder / each.picture) for each in mistakes),
        comparison=None if against is None else _comparison(found["model"], against),
        why_not=found["against_reason"],
        learned=found.get("learned"),
    )


def _comparison(model: str, against: Against) -> Comparison:
    labels, fresh = tuple(against["labels"]), against.get("fresh")
    return Comparison(
        own=ModelFigures(
            model=model,
            n=against["n"],
            accuracy=against["own_accuracy"],
            interval=against["own_accuracy_interval_95"],
            labels=labels,
            per_label=against["own_per_label"],
            confusion=against["own_confusion"],
        ),
        other=ModelFigures(
            model=against["name"],
            n=against["n"],
            accuracy=against["accuracy"],
            interval=against["accuracy_interval_95"],
            labels=labels,
            per_label=against["per_label"],
            confusion=against["confusion"],
        ),
        p_value=against["p_value"],
        fresh=fresh if fresh is not None and fresh["n"] < against["n"] else None,
    )
