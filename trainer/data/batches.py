"""Batches in an order that depends only on the seed and the epoch."""

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """Rows as (inputs, targets, weights) batches, shuffled anew each epoch.

    Inputs are read from their mapped file batch by batch: memory holds a batch, not the dataset.
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
        mixup: float = 0.0,
        label_weights: NDArray[np.float32] | None = None,
    ) -> None:
        """Choose rows; without a seed they stay in order.

        Args:
            inputs: images or features, one for each row of the targets.
            parts: each batch can be divided into as many equal ones; a few rows may be left out
                for it, others in each epoch.
            mixup: alpha of the beta distribution that blends pairs of a batch; 0 blends none.
            label_weights: how much a face of each label counts.
        """
        super().__init__()
        self._inputs = inputs
        self._targets = targets
        self._rows = rows
        self._batch_size = -(-batch_size // parts) * parts
        self._count = len(rows) - len(rows) % parts
        self._seed = seed
        self._mixup = mixup
        self._label_weights = label_weights
        self._epoch = 0
        self._order = rows[: self._count]
        self.set_epoch(0)

    def set_epoch(self, epoch: int) -> None:
        """Choose the order of an epoch."""
        self._epoch = epoch
        if self._seed is not None:
            random = np.random.default_rng([self._seed, epoch])
            self._order = random.permutation(self._rows)[: self._count]

    def __len__(self) -> int:
        return -(-self._count // self._batch_size)

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        rows = self._order[index * self._batch_size : (index + 1) * self._batch_size]
        inputs, targets = self._inputs[rows], self._targets[rows]
        if self._mixup:
            inputs, targets = self._blend(inputs, targets, index)
        if self._label_weights is None:
            return inputs, targets
        return inputs, targets, targets @ self._label_weights

    def _blend(
        self, inputs: NDArray[Any], targets: NDArray[np.float32], index: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        random = np.random.default_rng([self._seed or 0, self._epoch, index])
        other = random.permutation(len(inputs))
        share = random.beta(self._mixup, self._mixup, len(inputs)).astype(np.float32)
        wide = share.reshape(-1, *[1] * (inputs.ndim - 1))
        mixed = wide * inputs + (1 - wide) * inputs[other]
        narrow = share[:, np.newaxis]
        return mixed.astype(np.float32), narrow * targets + (1 - narrow) * targets[other]


def balanced_weights(targets: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a weight for each label, inverse to how often it occurs, 1 on average over faces."""
    counts = targets.sum(axis=0)
    present = counts > 0
    weights = np.zeros(len(counts), np.float32)
    weights[present] = counts.sum() / (present.sum() * counts[present])
    return weights
