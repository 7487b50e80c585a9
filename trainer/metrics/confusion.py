"""The confusion matrix as a Keras metric: counted batch by batch, on the device that answers."""

from typing import Any

import keras
from keras import ops

Tensor = Any


class Confusion(keras.metrics.Metric):  # type: ignore[misc]
    """Counts answers, the truth in rows; its result is the share of right ones."""

    def __init__(self, labels: int, name: str = "accuracy") -> None:
        super().__init__(name=name, dtype="float32")
        self._labels = labels
        self._counts = self.add_variable((labels, labels), "zeros", name="counts")

    def update_state(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor = None) -> None:
        """Count a batch; every face counts once."""
        truth, answer = (
            ops.one_hot(ops.argmax(values, axis=-1), self._labels, dtype="float32")
            for values in (y_true, y_pred)
        )
        self._counts.assign(self._counts + ops.matmul(ops.transpose(truth), answer))

    def result(self) -> Tensor:
        """Return the accuracy."""
        return ops.trace(self._counts) / ops.maximum(ops.sum(self._counts), 1.0)

    def as_rows(self) -> tuple[tuple[int, ...], ...]:
        """Return the counts since the last reset."""
        rows = ops.convert_to_numpy(self._counts.value).astype(int).tolist()
        return tuple(tuple(row) for row in rows)
