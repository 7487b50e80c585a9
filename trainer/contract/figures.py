"""How a model does on faces: what ``fer-train evaluate --json`` prints."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, NotRequired, TypedDict

from trainer.contract.checked_json import Count, Line, Number, PathText, Prose, Share

MISTAKES_FILE: Final = "mistakes.json"

Interval = tuple[Share, Share]
Confusion = list[list[Count]]


class LabelFigures(TypedDict):
    """How well one label is found; ``support`` counts the faces that have it."""

    precision: Share
    recall: Share
    f1: Share
    support: Count


class Figures(TypedDict):
    """A model's answers against the truth.

    Attributes:
        accuracy_without_copies: without faces that are exact copies of training faces.
        ece: expected calibration error.
        confusion: counts; the truth in rows, answers in columns, in the order of ``labels``.
    """

    n: Count
    accuracy: Share
    accuracy_interval_95: Interval
    accuracy_without_copies: Share
    n_without_copies: Count
    balanced_accuracy: Share
    macro_f1: Share
    ece: Share
    labels: list[Line]
    per_label: dict[Line, LabelFigures]
    confusion: Confusion


class LearnedFaces(TypedDict):
    """Measured faces that the model, or one that it began with, has learned from.

    Attributes:
        n: how many, told by fingerprints; None where that cannot be told, for the ``reason``.
        is_complete: whether the fingerprints are of all faces that were learned from.
        n_without: the other faces; their figures are None where there are none.
    """

    n: Count | None
    is_complete: bool
    reason: Prose
    n_without: Count | None
    accuracy_without: Share | None
    accuracy_without_interval_95: Interval | None
    balanced_accuracy_without: Share | None


class GroupFigures(TypedDict):
    """How a model does on the faces of one group of people."""

    n: Count
    accuracy: Share
    accuracy_interval_95: Interval


class FreshFaces(TypedDict):
    """Two models on those of the faces from which, by fingerprints, neither has learned.

    Attributes:
        n: how many they are; the figures are None where there are none.
        is_complete: whether the fingerprints are of all faces that were learned from.
    """

    n: Count
    is_complete: bool
    accuracy: Share | None
    accuracy_interval_95: Interval | None
    own_accuracy: Share | None
    own_accuracy_interval_95: Interval | None
    difference: Number | None
    p_value: Share | None


class Against(TypedDict):
    """Another model on the same faces; both answer with the labels that they share.

    Attributes:
        difference: the first model's accuracy less the other's.
        p_value: how likely such a difference is by chance (McNemar's exact test, two-sided).
        fresh: the same on faces that are new to both; None where neither says what it learned from.
    """

    name: Line
    sha256: Line
    labels: list[Line]
    n: Count
    accuracy: Share
    accuracy_interval_95: Interval
    per_label: dict[Line, LabelFigures]
    confusion: Confusion
    own_accuracy: Share
    own_accuracy_interval_95: Interval
    own_per_label: dict[Line, LabelFigures]
    own_confusion: Confusion
    difference: Number
    p_value: Share
    fresh: NotRequired[FreshFaces | None]


class UnreadableFile(TypedDict):
    """A picture that could not be used."""

    file: PathText
    reason: Prose


class SplitFigures(Figures):
    """A model on the faces of one split of a dataset: ``test``, ``validation``, ...

    A model folder's ``metrics.json`` holds them, and more.

    Attributes:
        learned: which of the faces were learned from; missing where an older version measured.
    """

    sha256: Line
    data: Line
    split: Line
    learned: NotRequired[LearnedFaces]


class Evaluation(SplitFigures):
    """Everything measured of a model on one dataset.

    Attributes:
        flip: whether each face's mirror image was averaged in.
        left_out: faces of labels that the model does not know, or that were not asked for.
        notes: what a reader of the figures must know, a sentence each.
        groups, largest_gap: of people; nothing where none are told apart.
        against: another model; None where there is none, or for the reason ``against_reason``.
    """

    model: Line
    flip: bool
    left_out: dict[Line, Count]
    unreadable: list[UnreadableFile]
    notes: list[Prose]
    groups: dict[Line, GroupFigures]
    largest_gap: Share | None
    against: Against | None
    against_reason: Prose


@dataclass(frozen=True, kw_only=True, slots=True)
class Mistake:
    """A face that a model classified differently from its label.

    Attributes:
        confidence: the probability of the wrong label.
        picture: a PNG file of the face, below the folder of the list.
    """

    name: PathText
    truth: Line
    predicted: Line
    confidence: Share
    picture: Path
