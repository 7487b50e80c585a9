"""Pictures of an evaluation: reliability, confusion, and the most confident mistakes."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from trainer.data.dataset import Dataset
from trainer.metrics.figures import reliability
from trainer.reports.drawing import as_png, new_figure
from trainer.reports.mistakes import most_confident_mistakes

_COLUMNS: Final = 8
_FEW_EPOCHS: Final = 10


def reliability_diagram(probabilities: NDArray[np.float64], truth: NDArray[np.int64]) -> bytes:
    """Return a PNG of accuracy over confidence."""
    figure, axes = new_figure(5, 5)
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
    return as_png(figure)


def confusion_diagram(confusion: NDArray[np.int64], labels: tuple[str, ...]) -> bytes:
    """Return a PNG of the confusion matrix: counts, coloured by the share of each truth."""
    side = 2.5 + 0.6 * len(labels)
    figure, axes = new_figure(side, side)
    share = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    for truth, row in enumerate(confusion):
        for predicted, count in enumerate(row):
            color = "white" if share[truth, predicted] > 0.5 else "black"
            axes.text(predicted, truth, str(count), ha="center", va="center", color=color)
    axes.set_xticks(range(len(labels)), labels, rotation=45, ha="right")
    axes.set_yticks(range(len(labels)), labels)
    axes.set(xlabel="prediction", ylabel="truth")
    return as_png(figure)


def curves_diagram(history: Sequence[Mapping[str, float]]) -> bytes:
    """Return a PNG of loss and accuracy over the epochs.

    Args:
        history: for each epoch ``epoch, loss, accuracy, val_loss, val_accuracy``.
    """
    figure, _ = new_figure(9, 3.2, axes=False)
    epochs = [row["epoch"] for row in history]
    for axes, what in zip(figure.subplots(1, 2), ("loss", "accuracy"), strict=True):
        for name, label in ((what, "training"), (f"val_{what}", "validation")):
            axes.plot(epochs, [row[name] for row in history], label=label, marker=_mark(epochs))
        axes.set(xlabel="epoch", ylabel=what)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.3)
        axes.legend(frameon=False)
    return as_png(figure)


def _mark(epochs: Sequence[float]) -> str:
    """Return what marks an epoch: a line of one point is not seen."""
    return "o" if len(epochs) <= _FEW_EPOCHS else ""


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
    figure, _ = new_figure(1.4 * _COLUMNS, 1.8 * lines, axes=False)
    grid = figure.subplots(lines, _COLUMNS, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, at in zip(grid.flat, worst, strict=False):
        axes.imshow(dataset.images[rows[at]].squeeze(), cmap="gray", vmin=0, vmax=255)
        title = f"{dataset.labels[predicted[at]]} {confidence[at]:.2f}"
        axes.set_title(f"{title}\ntruth: {dataset.labels[truth[at]]}", fontsize=7)
    return as_png(figure)
