"""A dataset in memory-mapped form: images, targets, splits, and which images are copies."""

from dataclasses import dataclass, field, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from trainer.contract.labels import REST

Split = Literal["train", "validation", "test"]
SPLITS: Final[tuple[Split, ...]] = ("train", "validation", "test")


@dataclass(frozen=True, eq=False)
class Dataset:
    """Faces with their labels.

    Attributes:
        images: uint8, shape (faces, height, width, channels); may be mapped from a file.
        targets: probability of each label, shape (faces, labels).
        splits: index into ``SPLITS`` for each face.
        labels: names in the order of the targets' columns.
        copies: faces with the same number are exact copies of each other.
        names: row or file of each face.
        subjects: who is shown on each face, or nothing where the dataset does not say.
        key: stands for the images as they were read.
        auxiliary: what a second head learns of each face, shape (faces, labels), if anything; a
            row of zeros where nothing is known.
        left_out: how many faces are in no split for their label, which is not among ``labels``.
        notes: what a person must know about how it was read, a sentence each.
    """

    images: NDArray[np.uint8]
    targets: NDArray[np.float32]
    splits: NDArray[np.int8]
    labels: tuple[str, ...]
    copies: NDArray[np.int64]
    names: tuple[str, ...]
    subjects: tuple[str, ...] = ()
    key: str = ""
    auxiliary: NDArray[np.float32] | None = None
    left_out: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def rows(self, split: Split) -> NDArray[np.int64]:
        """Return the positions of a split's faces."""
        return np.flatnonzero(self.splits == SPLITS.index(split))

    def truth(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the index of the most probable label of each row."""
        return np.asarray(self.targets[rows].argmax(axis=1), np.int64)

    def against_rest(self, label: str) -> "Dataset":
        """Return the same faces with two labels: the given one, and every other."""
        column = self.targets[:, self.labels.index(label)]
        return replace(self, targets=np.stack([column, 1 - column], axis=1), labels=(label, REST))

    def only(self, labels: tuple[str, ...]) -> "Dataset":
        """Return the faces of some of the labels; the others are in no split."""
        columns = [self.labels.index(name) for name in labels]
        chosen = self.targets[:, columns]
        known = np.isin(self.targets.argmax(axis=1), columns)
        return replace(
            self,
            targets=chosen / np.maximum(chosen.sum(axis=1, keepdims=True), 1e-6),
            splits=np.where(known, self.splits, -1).astype(np.int8),
            labels=labels,
            auxiliary=None,
        )

    def without(self, rows: NDArray[np.int64]) -> "Dataset":
        """Return the same faces with some of them in no split."""
        splits = self.splits.copy()
        splits[rows] = -1
        return replace(self, splits=splits)

    def copied_from_training(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which rows are exact copies of a training face."""
        return np.asarray(np.isin(self.copies[rows], self.copies[self.rows("train")]))
