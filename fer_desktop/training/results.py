"""What the trainer measured, read from what it printed and wrote."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fer_desktop.errors import TrainingError
from trainer.contract.checked_json import decode_json, read_json

_MISTAKES_FILE: Final = "mistakes.json"
_CHANCE_BELOW: Final = 0.05


@dataclass(frozen=True, slots=True)
class Mistake:
    """A picture that a model labelled otherwise than people had.

    Attributes:
        confidence: the probability of the wrong label.
        picture: a PNG file of the face.
    """

    name: str
    truth: str
    predicted: str
    confidence: float
    picture: Path


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """How well one label is found; ``support`` counts the pictures that have it."""

    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class Figures:
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
    interval: tuple[float, float]
    labels: tuple[str, ...]
    per_label: Mapping[str, LabelFigures]
    confusion: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two models on the same pictures, answering with the labels that both know.

    Attributes:
        own, other: the new model, and the one that it is compared with.
        p_value: how likely such a difference is by chance (exact McNemar test, two-sided).
    """

    own: Figures
    other: Figures
    p_value: float

    @property
    def is_beyond_chance(self) -> bool:
        """Whether the difference would come by chance less than once in twenty times."""
        return self.p_value < _CHANCE_BELOW


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything that is shown of a finished training.

    Attributes:
        figures: of the new model, with all of its labels.
        split: which pictures: ``test``, or ``validation`` where there are no others.
        mistakes: the most confident ones first.
        comparison: None where there is none.
        why_not: why there is none.
    """

    figures: Figures
    split: str
    mistakes: tuple[Mistake, ...]
    comparison: Comparison | None
    why_not: str


def read_evaluation(printed: str, folder: Path) -> Evaluation:
    """Return what ``fer-train evaluate --json --out folder`` found out.

    Raises:
        TrainingError: if that cannot be read.
    """
    try:
        raw = decode_json(printed, dict[str, Any])
        against = raw.get("against")
        return Evaluation(
            figures=_figures(raw, raw["model"]),
            split=str(raw["split"]),
            mistakes=_mistakes(folder),
            comparison=None if against is None else _comparison(raw["model"], against),
            why_not=str(raw.get("against_reason", "")),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise TrainingError(
            "The figures of the new model cannot be read.", hint="The log file says more."
        ) from error


def _comparison(model: str, raw: Mapping[str, Any]) -> Comparison:
    return Comparison(
        own=_figures(raw, model, "own_"),
        other=_figures(raw, raw["name"]),
        p_value=float(raw["p_value"]),
    )


def _figures(raw: Mapping[str, Any], model: str, prefix: str = "") -> Figures:
    low, high = raw[f"{prefix}accuracy_interval_95"]
    return Figures(
        model=str(model),
        n=int(raw["n"]),
        accuracy=float(raw[f"{prefix}accuracy"]),
        interval=(float(low), float(high)),
        labels=tuple(map(str, raw["labels"])),
        per_label={
            str(label): LabelFigures(
                float(row["precision"]), float(row["recall"]), float(row["f1"]), int(row["support"])
            )
            for label, row in raw[f"{prefix}per_label"].items()
        },
        confusion=tuple(tuple(map(int, row)) for row in raw[f"{prefix}confusion"]),
    )


def _mistakes(folder: Path) -> tuple[Mistake, ...]:
    raw = read_json(folder / _MISTAKES_FILE, list[Any])
    return tuple(
        Mistake(
            str(row["name"]),
            str(row["truth"]),
            str(row["predicted"]),
            float(row["confidence"]),
            folder / row["picture"],
        )
        for row in raw
    )
