"""Batches in an order that depends only on the seed and the epoch."""

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from trainer.config import AUXILIARY_HEAD, MAIN_HEAD


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """Rows as (inputs, targets, weights) batches, shuffled anew each epoch.

    Inputs are read from their mapped file batch by batch: memory holds a batch, not the dataset.
    With a second head, targets and weights are those of each head by its name.
    """

    def __init__(
        self,
        inputs: NDArray[Any],
        targets: NDArray[np.float32],
        rows: NDArray[np.int64],
        *,
        batch_size: int,
        parts: int = 1,
        seed: int | None = None,
        label_weights: NDArray[np.float32] | None = None,
        auxiliary: NDArray[np.float32] | None = None,
    ) -> None:
        """Choose rows; without a seed they stay in order.

        Args:
            inputs: images or features, one for each row of the targets.
            parts: each batch can be divided into as many equal ones; a few rows may be left out
                for it, others in each epoch.
            label_weights: how much a face of each label counts.
            auxiliary: targets of a second head, a row of zeros where there are none.
        """
        super().__init__()
        self._inputs = inputs
        self._targets = targets
        self._rows = rows
        self._batch_size = -(-batch_size // parts) * parts
        self._count = len(rows) - len(rows) % parts
        self._seed = seed
        self._label_weights = label_weights
        self._auxiliary = auxiliary
        self._order = rows[: self._count]
        self.set_epoch(0)

    @property
    def labels(self) -> int:
        """Number of labels."""
        return int(self._targets.shape[1])

    @property
    def frequencies(self) -> Any:
        """How often each label occurs, shape (labels,), at least 1e-6; with two heads of each."""
        if self._auxiliary is None:
            return _frequency(self._targets[self._rows])
        return {
            MAIN_HEAD: _frequency(self._targets[self._rows]),
            AUXILIARY_HEAD: _frequency(self._auxiliary[self._rows]),
        }

    def set_epoch(self, epoch: int) -> None:
        """Choose the order of an epoch."""
        if self._seed is not None:
            random = np.random.default_rng([self._seed, epoch])
            self._order = random.permutation(self._rows)[: self._count]

    def __len__(self) -> int:
        return -(-self._count // self._batch_size)

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        rows = self._order[index * self._batch_size : (index + 1) * self._batch_size]
        inputs, targets = self._inputs[rows], self._targets[rows]
        counts = np.ones(targets.shape[1], np.float32)
        weights = targets @ (counts if self._label_weights is None else self._label_weights)
        if self._auxiliary is not None:
            second = self._auxiliary[rows]
            return (
                inputs,
                {MAIN_HEAD: targets, AUXILIARY_HEAD: second},
                {MAIN_HEAD: weights, AUXILIARY_HEAD: second @ counts},
            )
        return (inputs, targets) if self._label_weights is None else (inputs, targets, weights)


def balanced_weights(targets: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a weight for each label, inverse to its frequency, 1 on average over faces."""
    counts = targets.sum(axis=0)
    present = counts > 0
    weights = np.zeros(len(counts), np.float32)
    weights[present] = counts.sum() / (present.sum() * counts[present])
    return weights


def _frequency(targets: NDArray[np.float32]) -> NDArray[np.float32]:
    counts = targets.sum(axis=0, dtype=np.float64)
    return np.asarray(np.maximum(counts / counts.sum(), 1e-6), np.float32)
