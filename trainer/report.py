"""Evaluating a model folder on a dataset, and putting the figures into words."""

from pathlib import Path
from typing import Any

import numpy as np

from trainer.config import DataSource
from trainer.data.dataset import Dataset
from trainer.data.readers import load_dataset
from trainer.errors import DataError
from trainer.evaluation import measure
from trainer.model_folder import load_model_folder


def evaluate_model(folder: Path, source: DataSource, *, split: str | None = None) -> dict[str, Any]:
    """Return a model's figures on a dataset.

    Args:
        split: ``train``, ``validation``, ``test`` or ``all``; without one the test faces, or
            the validation faces of a dataset that has no others. A dataset without splits gets
            the same ones as in training, so that no face is measured that a network learned.

    Raises:
        TrainerError: if model or data cannot be used, or the split is empty.
    """
    model = load_model_folder(folder)
    preset = model.preset
    dataset = load_dataset(
        source,
        labels=preset.labels,
        size_px=preset.input_size_px,
        color=preset.color,
        lenient=True,
    )
    chosen = split or ("test" if len(dataset.rows("test")) else "validation")
    rows = _rows(dataset, chosen)
    if not len(rows):
        raise DataError(
            f"{source.path} has no {chosen} faces with the labels {', '.join(preset.labels)}.",
            hint="Choose another --split.",
        )
    copied = None if chosen in ("train", "all") else dataset.copied_from_training(rows)
    figures = measure(
        model.probabilities(dataset, rows), dataset.truth(rows), dataset.labels, copied=copied
    )
    return {
        "model": preset.name,
        "sha256": preset.sha256,
        "data": source.title,
        "split": chosen,
        **figures,
    }


def _rows(dataset: Dataset, split: str) -> Any:
    if split == "all":
        return np.flatnonzero(dataset.splits >= 0)
    return dataset.rows(split)  # type: ignore[arg-type]


def figures_as_text(figures: dict[str, Any]) -> str:
    """Return the figures as lines and tables for a terminal."""
    low, high = figures["accuracy_interval_95"]
    copies = figures["n"] - figures["n_without_copies"]
    labels = figures["labels"]
    width = max(map(len, labels))
    lines = [
        f"{figures['n']:,} {figures['split']} faces of {figures['data']}",
        f"accuracy           {figures['accuracy']:.4f}  (95 % interval {low:.4f} to {high:.4f})",
        f"without copies     {figures['accuracy_without_copies']:.4f}  "
        f"({copies} exact copies of training faces left out)",
        f"balanced accuracy  {figures['balanced_accuracy']:.4f}",
        f"macro F1           {figures['macro_f1']:.4f}",
        f"calibration error  {figures['ece']:.4f}",
        "",
        f"{'':<{width}}  precision  recall     F1  faces",
    ]
    lines += [
        f"{name:<{width}}  {row['precision']:>9.3f}  {row['recall']:>6.3f}  {row['f1']:.3f}  "
        f"{row['support']:>5}"
        for name, row in figures["per_label"].items()
    ]
    lines += ["", f"{'truth':<{width}}  " + "  ".join(f"{name[:8]:>8}" for name in labels)]
    lines += [
        f"{name:<{width}}  " + "  ".join(f"{count:>8}" for count in row)
        for name, row in zip(labels, figures["confusion"], strict=True)
    ]
    return "\n".join(lines)
