"""The schema of a model's figures on several sets of faces.

``fer-train evaluate --data A --data B --json`` prints a ``SetsReport``, and ``sets`` in a model's
``metrics.json`` holds one. ``trainer/EVALUATION.md`` explains it with an example.
"""

from typing import NotRequired, TypedDict

from trainer.contract.figures import LearnedFaces


class Sure(TypedDict):
    """Faces whose confidence reaches the model's threshold: their share, and how many are right."""

    coverage: float
    n: int
    accuracy: float | None
    accuracy_interval_95: list[float]


class Recall(TypedDict):
    """How many of a label's faces are found."""

    n: int
    recall: float
    interval_95: list[float]


class Shares(TypedDict):
    """How often a label is answered, and how often it is the truth."""

    answered: float
    true: float


class Unreadable(TypedDict):
    """A picture that could not be used."""

    file: str
    reason: str


class SetFigures(TypedDict):
    """A model on one set.

    Attributes:
        name: the set's, as the table shows it.
        split: which of its faces were measured: ``test``, ``all``, ...
        labels: those that are scored: faces of others are left out.
        resampled: what the interval of the balanced accuracy is drawn over, ``subjects`` or
            ``faces``, and how many ``units`` of it there are.
        recall: of each label that has faces.
        shares: of each label that the model may answer with.
        absent: labels that the model knows and the set has no face of.
        left_out: faces of labels that the model does not know, or that were not asked for.
        learned: which faces the model has learned from; missing where an older version measured.
        notes: what a reader of the figures must know, a sentence each.
    """

    name: str
    split: str
    n: int
    labels: list[str]
    accuracy: float
    accuracy_interval_95: list[float]
    balanced_accuracy: float
    balanced_accuracy_interval_95: list[float]
    resampled: str
    units: int
    ece: float
    sure: Sure
    recall: dict[str, Recall]
    shares: dict[str, Shares]
    absent: list[str]
    learned: NotRequired[LearnedFaces]
    left_out: dict[str, int]
    unreadable: list[Unreadable]
    notes: list[str]


class MeanRecall(TypedDict):
    """The mean of a label's recall over the sets that have it."""

    recall: float
    sets: int


class LowestRecall(TypedDict):
    """The label that is found least."""

    label: str
    recall: float


class Pooled(TypedDict):
    """All faces of all sets together."""

    n: int
    ece: float
    sure: Sure


class AnswerShare(TypedDict):
    """How often a label is answered."""

    share: float
    interval_95: list[float]


class GroupAnswers(TypedDict):
    """What a model answers to the faces of one group."""

    group: dict[str, str]
    n: int
    answers: dict[str, AnswerShare]


class Gap(TypedDict):
    """The largest difference between two groups in how often a label is answered."""

    gap: float
    highest: dict[str, str]
    lowest: dict[str, str]


class GroupTable(TypedDict):
    """Groups that divide a set, by what, and the largest gap between two of them for each label."""

    by: list[str]
    rows: list[GroupAnswers]
    gaps: dict[str, Gap]


class GroupSet(TypedDict):
    """A model's answers to a set without truth, by groups of people.

    Attributes:
        overall: the answers to all of its faces.
        tables: the groups of each column, and of origin and sex together.
    """

    name: str
    n: int
    overall: dict[str, AnswerShare]
    tables: list[GroupTable]
    unreadable: list[Unreadable]
    notes: list[str]


class SetsReport(TypedDict):
    """A model on all sets.

    Attributes:
        labels: what the model may answer with.
        mean_balanced_accuracy: over the sets, each counting the same.
        lowest_recall: the smallest of ``mean_recall``.
        pooled: all faces with truth; nothing, like the means, where no set has any.
        command: what measured it, in a model's ``metrics.json``.
    """

    model: str
    sha256: str
    flip: bool
    labels: list[str]
    unsure_below: float
    sets: list[SetFigures]
    mean_balanced_accuracy: float | None
    mean_balanced_accuracy_interval_95: list[float] | None
    mean_recall: dict[str, MeanRecall]
    lowest_recall: LowestRecall | None
    pooled: Pooled | None
    groups: list[GroupSet]
    command: NotRequired[str]
