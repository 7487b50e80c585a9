"""What the functions for notebooks return."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from trainer.config import DataSource
from trainer.contract.figures import Evaluation
from trainer.contract.progress import EpochDone
from trainer.data.dataset import SPLITS, Dataset
from trainer.errors import RunError, TrainerError

if TYPE_CHECKING:
    from pandas import DataFrame

PathLike = str | Path


@dataclass(frozen=True, eq=False)
class Data:
    """A dataset as the trainer reads it.

    Attributes:
        source: where it comes from; what the other functions take.
        dataset: images, shape (faces, height, width, channels), with targets and splits.
    """

    source: DataSource
    dataset: Dataset

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know about how it was read, a sentence each."""
        return self.dataset.notes

    @property
    def labels(self) -> tuple[str, ...]:
        """Its labels, in the order of the targets."""
        return self.dataset.labels

    def counts(self) -> "DataFrame":
        """Return the number of faces: a row for each label, a column for each split."""
        table: dict[str, Any] = {
            split: np.bincount(
                self.dataset.truth(self.dataset.rows(split)), minlength=len(self.labels)
            )
            for split in SPLITS
        }
        return data_frame(table, index=list(self.labels))

    def faces(self) -> "DataFrame":
        """Return a row for each face that is in a split: file, label, split, person."""
        used = np.flatnonzero(self.dataset.splits >= 0)
        subjects = self.dataset.subjects
        return data_frame(
            {
                "file": [self.dataset.names[row] for row in used],
                "label": [self.labels[at] for at in self.dataset.truth(used)],
                "split": [SPLITS[self.dataset.splits[row]] for row in used],
                "person": [subjects[row] if subjects else "" for row in used],
            }
        )


@dataclass(frozen=True, eq=False)
class Trained:
    """A finished training.

    Attributes:
        folder: the model folder, with the run's own files.
        epochs: the figures of each epoch that was trained now.
        metrics: those of ``metrics.json``.
    """

    folder: Path
    epochs: tuple[EpochDone, ...]
    metrics: Mapping[str, Any] = field(repr=False)

    @property
    def history(self) -> "DataFrame":
        """A row for each epoch of the run, those of an earlier sitting included."""
        from trainer.reports.run_results import read_history

        rows = read_history(self.folder)
        return data_frame({name: [row[name] for row in rows] for name in (rows[0] if rows else ())})


@dataclass(frozen=True, eq=False)
class Found:
    """A model's answers on faces whose truth is known.

    Attributes:
        figures: what ``fer-train evaluate --json`` prints.
    """

    figures: Evaluation
    _faces: Mapping[str, Sequence[Any]] = field(repr=False)

    @property
    def accuracy(self) -> float:
        """Share of right answers."""
        return self.figures["accuracy"]

    @property
    def accuracy_interval_95(self) -> tuple[float, float]:
        """Wilson's interval of the accuracy."""
        return self.figures["accuracy_interval_95"]

    @property
    def recall(self) -> "DataFrame":
        """A row for each label: faces, recall with its interval, precision, F1."""
        from trainer.metrics.figures import wilson_interval

        rows = []
        for at, label in enumerate(self.figures["labels"]):
            row, n = self.figures["per_label"][label], self.figures["per_label"][label]["support"]
            right = self.figures["confusion"][at][at]
            low, high = wilson_interval(right, n) if n else (np.nan, np.nan)
            known = (row["recall"], low, high, row["precision"], row["f1"]) if n else (np.nan,) * 5
            rows.append((label, n, *known))
        names = ("label", "faces", "recall", "recall_low", "recall_high", "precision", "f1")
        return data_frame({name: [row[at] for row in rows] for at, name in enumerate(names)})

    @property
    def confusion(self) -> "DataFrame":
        """Counts: the truth in rows, the answers in columns."""
        labels = self.figures["labels"]
        columns = np.array(self.figures["confusion"]).reshape(len(labels), len(labels)).T
        return data_frame(dict(zip(labels, columns, strict=True)), index=labels)

    @property
    def faces(self) -> "DataFrame":
        """A row for each face: file, person, split, truth, predicted, confidence, ``p_<label>``."""
        return data_frame(self._faces)


def data_frame(columns: Mapping[str, Any], index: Sequence[Any] | None = None) -> "DataFrame":
    """Return a data frame with these columns.

    Raises:
        TrainerError: if pandas is not installed.
    """
    try:
        import pandas
    except ImportError as error:
        raise TrainerError(
            "tables need pandas, which is not installed.", hint="Type: pip install pandas"
        ) from error
    return pandas.DataFrame(dict(columns), index=index)


def read_metrics(folder: Path) -> dict[str, Any]:
    """Return the figures that a model folder keeps.

    Raises:
        RunError: if they cannot be read.
    """
    from trainer.contract.checked_json import JsonError, read_json
    from trainer.contract.preset import METRICS_FILE

    try:
        return read_json(folder / METRICS_FILE, dict[str, Any])
    except (JsonError, OSError) as error:
        raise RunError(f"{folder / METRICS_FILE} cannot be read: {error}.") from error
