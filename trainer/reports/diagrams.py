"""Pictures of an evaluation: reliability, confusion, and the most confident mistakes."""

import io
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from trainer.data.dataset import Dataset
from trainer.metrics.figures import reliability
from trainer.reports.mistakes import most_confident_mistakes

_COLUMNS: Final = 8


def reliability_diagram(probabilities: NDArray[np.float64], truth: NDArray[np.int64]) -> bytes:
    """Return a PNG of accuracy over confidence."""
    figure, axes = _figure(5, 5)
    bins = reliability(probabilities, truth)
    axes.plot([0, 1], [0, 1], color="0.6", linewidth=1, label="perfectly calibrated")
    axes.plot([row.confidence for row in bins], [row.accuracy for row in bins], marker="o")
    axes.bar(
        [row.confidence for row in bins],
        [row.share for row in bins],
        width=0.05,
        alpha=0.3,
        label="share of faces",
    )
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="confidence", ylabel="accuracy")
    axes.legend(frameon=False)
    return _png(figure)


def confusion_diagram(confusion: NDArray[np.int64], labels: tuple[str, ...]) -> bytes:
    """Return a PNG of the confusion matrix: counts, coloured by the share of each truth."""
    side = 2.5 + 0.6 * len(labels)
    figure, axes = _figure(side, side)
    share = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    for truth, row in enumerate(confusion):
        for predicted, count in enumerate(row):
            color = "white" if share[truth, predicted] > 0.5 else "black"
            axes.text(predicted, truth, str(count), ha="center", va="center", color=color)
    axes.set_xticks(range(len(labels)), labels, rotation=45, ha="right")
    axes.set_yticks(range(len(labels)), labels)
    axes.set(xlabel="prediction", ylabel="truth")
    return _png(figure)


def mistakes_sheet(
    dataset: Dataset,
    rows: NDArray[np.int64],
    probabilities: NDArray[np.float64],
    truth: NDArray[np.int64],
) -> bytes:
    """Return a PNG of the misclassified faces with the highest confidence."""
    predicted, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    worst = most_confident_mistakes(probabilities, truth)
    lines = max(-(-len(worst) // _COLUMNS), 1)
    figure, _ = _figure(1.4 * _COLUMNS, 1.8 * lines, axes=False)
    grid = figure.subplots(lines, _COLUMNS, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, at in zip(grid.flat, worst, strict=False):
        axes.imshow(dataset.images[rows[at]].squeeze(), cmap="gray", vmin=0, vmax=255)
        title = f"{dataset.labels[predicted[at]]} {confidence[at]:.2f}"
        axes.set_title(f"{title}\ntruth: {dataset.labels[truth[at]]}", fontsize=7)
    return _png(figure)


def _figure(width: float, height: float, *, axes: bool = True) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots() if axes else None


def _png(figure: Any) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=120)
    return buffer.getvalue()
