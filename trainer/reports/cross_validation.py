"""Cross-validation: every face is tested by a network that learned from none of its group."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from trainer.config import TrainConfig
from trainer.contract.checked_json import encode_json
from trainer.contract.cluster import Place
from trainer.contract.progress import Cancelled, Note
from trainer.contract.text_cells import text_cell
from trainer.data.readers import read_faces
from trainer.data.splits import PERSON
from trainer.errors import DataError, RunError
from trainer.fit.at_once import train_at_once
from trainer.fit.epochs import Controls
from trainer.fit.training import train
from trainer.metrics.figures import wilson_interval
from trainer.reports.run_results import mean_interval
from trainer.reports.runs_of_one_table import (
    check_same,
    figures_of_test_faces,
    first_unfinished,
    is_finished,
)
from trainer.runs.checkpoint import make_folder, write_atomically
from trainer.systems.catalogue import system_of

NAME: Final = "cross_validation"


@dataclass(frozen=True, kw_only=True)
class FoldResult:
    """One network on the faces that it did not learn from."""

    run: str
    seed: int
    fold: str
    n: int
    accuracy: float
    balanced_accuracy: float


@dataclass(frozen=True, kw_only=True)
class PooledLabel:
    """How well a label is found over all folds of one seed; None where no face has it."""

    label: str
    n: int
    recall: float | None
    recall_interval_95: tuple[float, float] | None


@dataclass(frozen=True, kw_only=True)
class CrossValidation:
    """All of it.

    Attributes:
        n: faces, each tested once for each seed.
        accuracy: over all faces of the first seed, with Wilson's interval.
        mean_of_folds: mean of the folds' accuracies (over all seeds) with Student's interval; folds
            share training faces, so it is a little too narrow.
        mean_of_seeds: mean of the seeds' accuracies, likewise; None for one seed.
        labels: recall over all faces of the first seed.
        confusion: of the first seed; the truth in rows, answers in columns.
    """

    n: int
    accuracy: float
    accuracy_interval_95: tuple[float, float]
    balanced_accuracy: float
    mean_of_folds: float
    mean_of_folds_interval_95: tuple[float, float]
    mean_of_seeds: float | None
    mean_of_seeds_interval_95: tuple[float, float] | None
    labels: tuple[PooledLabel, ...]
    confusion: list[list[int]]
    folds: tuple[FoldResult, ...]


def cross_validate(
    config: TrainConfig,
    controls: Controls,
    *,
    folds: int,
    by_person: bool,
    seeds: Sequence[int],
    workers: Place | None = None,
) -> CrossValidation:
    """Train a network for each part of the faces and each seed; finished ones are used as they are.

    Args:
        config: how each is trained; its ``out`` gets a folder for each.
        controls: how the person follows and stops it.
        folds: number of parts, where it is not ``by_person``.
        by_person: whether each person is a part.
        seeds: of the trainings; the parts are the same for all.
        workers: who trains several at the same time; None for one after the other, here.

    Raises:
        TrainerError: if the data cannot be divided so, or a training fails.
        Stopped: if it was cancelled.
    """
    parts = _persons(config) if by_person else [f"{at + 1}/{folds}" for at in range(folds)]
    make_folder(config.out)
    results: list[FoldResult] = []
    confusions: dict[int, list[np.ndarray]] = {seed: [] for seed in seeds}
    labels: list[str] = []
    total = len(seeds) * len(parts)

    def own_config(seed: int, number: int) -> TrainConfig:
        out = config.out / f"seed_{seed}_part_{number + 1:03}"
        return replace(config, out=out, seed=seed, test_fold=parts[number])

    if workers is not None:
        each = [own_config(seed, number) for seed in seeds for number in range(len(parts))]
        for own in each:
            check_same(own)
        open_ones = [own for own in each if not is_finished(own.out)]
        train_at_once(open_ones, workers, config.out, controls)
    for seed in seeds:
        for number, part in enumerate(parts):
            own = own_config(seed, number)
            out = own.out
            text = f"part {part} with seed {seed} ({len(results) + 1} of {total})"
            controls.report(Note(text=text))
            check_same(own)
            if not is_finished(out):
                train(own, replace(controls, resume=True))
            figures = figures_of_test_faces(out)
            if labels and figures["labels"] != labels:
                raise RunError(f"{out} has other labels than the parts before.")
            labels = figures["labels"]
            confusions[seed].append(np.array(figures["confusion"], np.int64))
            results.append(
                FoldResult(
                    run=out.name,
                    seed=seed,
                    fold=part,
                    n=figures["n"],
                    accuracy=figures["accuracy"],
                    balanced_accuracy=figures["balanced_accuracy"],
                )
            )
    found = _together(results, {seed: sum(parts_) for seed, parts_ in confusions.items()}, labels)  # type: ignore[misc]
    write_atomically(config.out / f"{NAME}.json", (encode_json(found) + "\n").encode())
    write_atomically(config.out / f"{NAME}.csv", _as_csv(results).encode())
    return found


def stopped_at(out: Path) -> Cancelled:
    """Return where a cross-validation was when it was stopped."""
    return first_unfinished(out, "seed_*_part_*")


def as_text(found: CrossValidation) -> str:
    """Return the figures as lines for a terminal."""
    low, high = found.accuracy_interval_95
    lines = [
        f"{found.n:,} faces, each tested by a network that did not learn from it",
        f"accuracy           {found.accuracy:.4f}  (95 % interval {low:.4f} to {high:.4f})",
        f"balanced accuracy  {found.balanced_accuracy:.4f}",
        "mean of the parts  {:.4f}  ({:.4f} to {:.4f})".format(
            found.mean_of_folds, *found.mean_of_folds_interval_95
        ),
    ]
    if found.mean_of_seeds is not None and found.mean_of_seeds_interval_95 is not None:
        lines.append(
            "mean of the seeds  {:.4f}  ({:.4f} to {:.4f})".format(
                found.mean_of_seeds, *found.mean_of_seeds_interval_95
            )
        )
    for row in found.labels:
        if row.recall is None or row.recall_interval_95 is None:
            lines.append(f"{row.label}: no faces")
        else:
            bounds = row.recall_interval_95
            lines.append(
                f"{row.label}: recall {row.recall:.3f} ({bounds[0]:.3f} to {bounds[1]:.3f}), "
                f"{row.n:,} faces"
            )
    return "\n".join(lines)


def _persons(config: TrainConfig) -> list[str]:
    system = system_of(config)
    faces = read_faces(config.source, size_px=system.size_px, color=system.color)
    people = sorted({subject for subject in faces.subjects if subject})
    if len(people) < 3:
        raise DataError(
            f"{config.data} names {len(people)} persons: at least three are needed.",
            hint="Name them in a column subject or with --subject-pattern, or use --folds.",
        )
    return [f"{PERSON}{name}" for name in people]


def _together(
    results: Sequence[FoldResult], confusions: dict[int, np.ndarray], labels: Sequence[str]
) -> CrossValidation:
    confusion = next(iter(confusions.values()))
    n, right = int(confusion.sum()), int(np.trace(confusion))
    counts = confusion.sum(axis=1)
    recalls = [confusion[at, at] / counts[at] for at in range(len(labels)) if counts[at]]
    of_folds = np.array([result.accuracy for result in results])
    of_seeds = np.array([np.trace(each) / each.sum() for each in confusions.values()])
    several = len(of_seeds) > 1
    return CrossValidation(
        n=n,
        accuracy=right / n,
        accuracy_interval_95=wilson_interval(right, n),
        balanced_accuracy=float(np.mean(recalls)),
        mean_of_folds=float(of_folds.mean()),
        mean_of_folds_interval_95=mean_interval(of_folds),
        mean_of_seeds=float(of_seeds.mean()) if several else None,
        mean_of_seeds_interval_95=mean_interval(of_seeds) if several else None,
        labels=tuple(
            PooledLabel(
                label=label,
                n=int(counts[at]),
                recall=float(confusion[at, at] / counts[at]) if counts[at] else None,
                recall_interval_95=wilson_interval(int(confusion[at, at]), int(counts[at]))
                if counts[at]
                else None,
            )
            for at, label in enumerate(labels)
        ),
        confusion=confusion.tolist(),
        folds=tuple(results),
    )


def _as_csv(results: Sequence[FoldResult]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["run", "seed", "part", "n", "accuracy", "balanced_accuracy"])
    for row in results:
        numbers = (f"{row.accuracy:.6f}", f"{row.balanced_accuracy:.6f}")
        writer.writerow([row.run, row.seed, text_cell(row.fold), row.n, *numbers])
    return text.getvalue()
