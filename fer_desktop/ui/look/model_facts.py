"""How accurate a model is, in words, from the figures that came with it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from msgspec import Meta

from fer_desktop.log import get_logger
from fer_desktop.ui.look.wording import accuracy_text, label_text, translate
from trainer.contract.checked_json import Count, JsonError, Line, Share, read_json
from trainer.contract.preset import METRICS_FILE
from trainer.contract.text import counted, one_line

log = get_logger("ui")

_LONGEST_DATA: Final = 80
_MOST_SETS: Final = 1000


@dataclass(frozen=True, slots=True)
class UnseenFacts:
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

    def sentence(self) -> str:
        """Return the figures as a sentence or two."""
        text = translate(
            "ModelFacts",
            "On {faces} from {sets} it reaches {share} %, with every expression counted equally",
        ).format(
            faces=counted(self.faces, "face"),
            sets=counted(self.sets, "other collection"),
            share=round(self.accuracy * 100),
        )
        if self.interval is not None:
            low, high = (round(bound * 100) for bound in self.interval)
            text += " " + translate("ModelFacts", "(95 % interval {low} to {high} %)").format(
                low=low, high=high
            )
        text += "."
        if self.weakest is not None:
            text += " " + _recall_sentence(*self.weakest)
        if self.chose_it:
            text += " " + translate(
                "ModelFacts", "It was chosen using these faces: expect slightly less on yours."
            )
        return text


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """Measured figures of a model.

    Attributes:
        data: what it was tested on.
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
    unseen: UnseenFacts | None = None

    def accuracy_text(self) -> str:
        """Return the accuracy in percent, with its interval."""
        return accuracy_text(self.accuracy, self.interval)

    def unseen_text(self) -> str:
        """Return the balanced accuracy on other collections; empty where it was not measured."""
        return (
            "" if self.unseen is None else accuracy_text(self.unseen.accuracy, self.unseen.interval)
        )

    def sentence(self) -> str:
        """Return the figures as sentences."""
        text = translate(
            "ModelFacts",
            "On {faces} ({data}) it agrees with the label that people gave in {right} % of cases.",
        ).format(
            faces=counted(self.faces, "test face"), data=self.data, right=round(self.accuracy * 100)
        )
        if self.weakest is not None:
            text += " " + _recall_sentence(*self.weakest)
        return text if self.unseen is None else f"{text} {self.unseen.sentence()}"


def _recall_sentence(label: str, share: float) -> str:
    return translate("ModelFacts", "Lowest recall: {label}, {share} %.").format(
        label=label_text(label), share=round(share * 100)
    )


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


def read_model_facts(folder: Path) -> ModelFacts | None:
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
    return ModelFacts(
        data=one_line(raw.data, _LONGEST_DATA) or translate("ModelFacts", "its own dataset"),
        faces=raw.n,
        accuracy=raw.accuracy,
        interval=raw.accuracy_interval_95,
        weakest=min(recalls.items(), key=lambda item: item[1], default=None),
        unseen=_unseen(raw.sets, chosen_by) if raw.sets is not None else None,
    )


def _unseen(raw: _Sets, chosen_by: tuple[str, ...]) -> UnseenFacts:
    lowest = raw.lowest_recall
    return UnseenFacts(
        sets=len(raw.sets),
        faces=sum(each.n for each in raw.sets),
        accuracy=raw.mean_balanced_accuracy,
        interval=raw.mean_balanced_accuracy_interval_95,
        weakest=(lowest.label, lowest.recall) if lowest is not None else None,
        chose_it=any(each.name in chosen_by for each in raw.sets),
    )
