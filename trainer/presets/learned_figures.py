"""A model's figures without the faces that it has learned from."""

import numpy as np
from numpy.typing import NDArray

from trainer.contract.figures import LearnedFaces
from trainer.contract.text import counted
from trainer.data.dataset import Dataset
from trainer.metrics.figures import measure
from trainer.presets.known_faces import KnownFaces


def measure_learned(
    known: KnownFaces | None,
    dataset: Dataset,
    rows: NDArray[np.int64],
    probabilities: NDArray[np.float64],
    split: str,
    reason: str = "",
) -> LearnedFaces:
    """Return how many measured faces a model has learned from, and its figures without them.

    Args:
        known: of the model; None where it does not say, for the ``reason``.
        rows: the faces that were measured.
        probabilities: its answers to them.
        split: what the rows are.
    """
    found: LearnedFaces = {
        "n": None,
        "is_complete": False,
        "reason": reason,
        "n_without": None,
        "accuracy_without": None,
        "accuracy_without_interval_95": None,
        "balanced_accuracy_without": None,
    }
    if known is None:
        return found
    seen = known.shown(dataset, rows, split)
    found["n"], found["is_complete"] = int(seen.sum()), known.is_complete
    found["n_without"] = int((~seen).sum())
    if not seen.all():
        rest = measure(probabilities[~seen], dataset.truth(rows[~seen]), dataset.labels)
        found["accuracy_without"] = rest["accuracy"]
        found["accuracy_without_interval_95"] = rest["accuracy_interval_95"]
        found["balanced_accuracy_without"] = rest["balanced_accuracy"]
    return found


def learned_note(found: LearnedFaces, model: str) -> str:
    """Return what a reader of the figures must know, nothing where no face was learned from."""
    if found["n"] is None:
        return (
            f"Whether {model} has learned from some of these faces is not known: {found['reason']}."
        )
    at_least = "" if found["is_complete"] else "at least "
    if not found["n"]:
        if found["is_complete"]:
            return ""
        return (
            f"{model} began with a model that does not say which faces it learned from: some of "
            "these may be among them."
        )
    rest = found["n_without"] or 0
    text = (
        f"{model}, or a model that it began with, has learned from {at_least}{found['n']:,} of "
        f"these {found['n'] + rest:,} faces (told by fingerprints)"
    )
    if found["accuracy_without_interval_95"] is None:
        return f"{text}: the figures say nothing about new faces."
    low, high = found["accuracy_without_interval_95"]
    return (
        f"{text}. Without them the accuracy is {found['accuracy_without']:.4f} ({low:.4f} to "
        f"{high:.4f}) of {counted(rest, 'face')}."
    )
