"""How accurate a model is, from the figures that came with it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from msgspec import Meta

from fer_desktop.log import get_logger
from trainer.contract.checked_json import Count, JsonError, Line, Share, read_json
from trainer.contract.preset import METRICS_FILE
from trainer.contract.text import one_line

log = get_logger("vision")

_LONGEST_DATA: Final = 80
_MOST_SETS: Final = 1000


@dataclass(frozen=True, slots=True)
class UnseenFigures:
    """How a model reads people of other collections than it learned from.

    Attributes:
        sets: how many collections.
        faces: how many faces these have together.
        accuracy: mean over the collections of the balanced accuracy, in which every expression
            counts the same.
        interval: where that mean lies with 95 % confidence; None where it was not reckoned.
        weakest: the label it finds least often there, with its mean recall.
        chose_it: whether the model's settings were chosen by these very faces.
    """

    sets: int
    faces: int
    accuracy: float
    interval: tuple[float, float] | None
    weakest: tuple[str, float] | None
    chose_it: bool


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """Measured figures of a model.

    Attributes:
        data: what it was tested on; empty where that is not known.
        faces: how many faces that were.
        accuracy: share of them that it labelled as people had.
        interval: where that share lies with 95 % confidence; None where it was not reckoned.
        weakest: the label it finds least often, with the share of its faces that it found.
        unseen: how it reads other collections; None where that was not measured.
    """

    data: str
    faces: int
    accuracy: float
    interval: tuple[float, float] | None
    weakest: tuple[str, float] | None
    unseen: UnseenFigures | None = None


@dataclass(frozen=True)
class _LabelMetrics:
    recall: Share


@dataclass(frozen=True)
class _Set:
    n: Count
    name: Line = ""


@dataclass(frozen=True)
class _LowestRecall:
    label: Line
    recall: Share


@dataclass(frozen=True)
class _Sets:
    sets: Annotated[tuple[_Set, ...], Meta(min_length=1, max_length=_MOST_SETS)]
    mean_balanced_accuracy: Share
    mean_balanced_accuracy_interval_95: tuple[Share, Share] | None = None
    lowest_recall: _LowestRecall | None = None


@dataclass(frozen=True)
class _Unsure:
    sets: Annotated[tuple[Line, ...], Meta(max_length=_MOST_SETS)] = ()


@dataclass(frozen=True)
class _Metrics:
    n: Count
    accuracy: Share
    per_label: dict[Line, _LabelMetrics]
    accuracy_interval_95: tuple[Share, Share] | None = None
    data: Line = ""
    sets: _Sets | None = None
    unsure: _Unsure | None = None


def read_model_figures(folder: Path) -> ModelFigures | None:
    """Return the figures of a model folder; None where they are missing or unreadable."""
    file = folder / METRICS_FILE
    try:
        raw = read_json(file, _Metrics)
    except FileNotFoundError:
        return None
    except (OSError, JsonError) as error:
        log.warning("no figures from %s: %s", file, error)
        return None
    recalls = {label: values.recall for label, values in raw.per_label.items()}
    chosen_by = raw.unsure.sets if raw.unsure is not None else ()
    return ModelFigures(
        data=one_line(raw.data, _LONGEST_DATA),
        faces=raw.n,
        accuracy=raw.accuracy,
        interval=raw.accuracy_interval_95,
        weakest=min(recalls.items(), key=lambda item: item[1], default=None),
        unseen=_unseen(raw.sets, chosen_by) if raw.sets is not None else None,
    )


def _unseen(raw: _Sets, chosen_by: tuple[str, ...]) -> UnseenFigures:
    lowest = raw.lowest_recall
    return UnseenFigures(
        sets=len(raw.sets),
        faces=sum(each.n for each in raw.sets),
        accuracy=raw.mean_balanced_accuracy,
        interval=raw.mean_balanced_accuracy_interval_95,
        weakest=(lowest.label, lowest.recall) if lowest is not None else None,
        chose_it=any(each.name in chosen_by for each in raw.sets),
    )
