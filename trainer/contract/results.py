"""Results of trainings, one row each: ``results.json`` of ``fer-train report``, flat as csv."""

from dataclasses import dataclass

from trainer.contract.checked_json import Count, Line, Number, PathText, Prose, Seconds, Share


@dataclass(frozen=True, kw_only=True)
class LabelResult:
    """How well one label is found; figures are None where no face has it.

    Attributes:
        n: faces that have it.
        recall_interval_95: Wilson's.
    """

    label: Line
    n: Count
    precision: Share | None
    recall: Share | None
    recall_interval_95: tuple[Share, Share] | None
    f1: Share | None


@dataclass(frozen=True, kw_only=True)
class Result:
    """One run, evaluated on faces that it was not trained on.

    Attributes:
        run: its folder.
        seed: None where the folder holds a model without its run.
        epochs, best_epoch, seconds: None likewise.
        n: faces that were measured.
        labels: a row each, in the order of the model's answers.
        left_out: faces whose label was not learned, for each such label.
        notes: what a reader must know, a sentence each.
        learned_from: faces that the run, or a model that it began with, has learned from; None
            where that cannot be told.
        accuracy_without_learned: of the other faces, None where there are none.
    """

    run: PathText
    name: Line
    sha256: Line
    system: Line
    data: Line
    split: Line
    seed: Count | None
    epochs: Count | None
    best_epoch: Count | None
    seconds: Seconds | None
    n: Count
    accuracy: Share
    accuracy_interval_95: tuple[Share, Share]
    accuracy_without_copies: Share
    balanced_accuracy: Share
    macro_f1: Share
    ece: Share
    labels: tuple[LabelResult, ...]
    left_out: dict[Line, Count]
    notes: tuple[Prose, ...]
    learned_from: Count | None = None
    accuracy_without_learned: Share | None = None


@dataclass(frozen=True, kw_only=True)
class Repeated:
    """Runs that differ only in their seed.

    Attributes:
        accuracy_interval_95: of the mean, by Student's t over the runs; it says how much the seed
            matters, not how much the choice of faces does.
    """

    system: Line
    data: Line
    runs: tuple[PathText, ...]
    accuracy: Share
    accuracy_interval_95: tuple[Number, Number]
    balanced_accuracy: Share


@dataclass(frozen=True, kw_only=True)
class Paired:
    """Two runs on the same faces.

    Attributes:
        difference: the first one's accuracy less the second one's.
        p_value: McNemar's exact test, two-sided.
    """

    first: PathText
    second: PathText
    n: Count
    difference: Number
    p_value: Share


@dataclass(frozen=True, kw_only=True)
class Results:
    """All of it."""

    results: tuple[Result, ...]
    repeated: tuple[Repeated, ...]
    paired: tuple[Paired, ...]
