"""Paired test of two models on the same faces."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trainer.config import DataSource
from trainer.contract.figures import Against, Evaluation
from trainer.contract.labels import REST, canonical
from trainer.data.dataset import Dataset
from trainer.data.readers import load_dataset
from trainer.errors import DataError
from trainer.metrics.figures import measure, restricted
from trainer.presets.model_folder import load_model_folder


def compare_with(
    folder: Path,
    source: DataSource,
    dataset: Dataset,
    rows: NDArray[np.int64],
    probabilities: NDArray[np.float64],
    *,
    flip: bool = False,
) -> tuple[Against | None, str]:
    """Compare a measured model with another one on the faces whose labels both know.

    Both answer with the labels that they share, whatever else they know. A face whose label only
    one of them knows is left out.

    Args:
        folder: the other model.
        source: what the dataset was read from.
        dataset, rows: the faces that the one model was measured on.
        probabilities: its answers, shape (rows, labels of the dataset).
        flip: whether each face's mirror image is asked as well.

    Returns:
        The comparison; none where the two cannot be compared, and why.

    Raises:
        TrainerError: if the other model cannot be used.
    """
    other = load_model_folder(folder)
    labels = shared_labels(dataset.labels, other.preset.labels)
    if len(labels) < 2:
        return None, f"{other.preset.name} shares fewer than two labels with this model."
    seen = load_dataset(
        source,
        labels=labels,
        size_px=other.preset.input_size_px,
        color=other.preset.color,
        crop=other.preset.crop,
        lenient=True,
    )
    if seen.names != dataset.names:
        raise DataError(f"{source.path} changed while it was read.", hint="Try again.")
    # Copies, and with them splits, may look different at another size: the rows decide.
    known = np.flatnonzero(seen.splits[rows] >= 0)
    if not len(known):
        return None, f"no face has a label that {other.preset.name} knows as well."
    rows = rows[known]
    truth = seen.truth(rows)
    own = restricted(probabilities[known], dataset.labels, labels)
    theirs = other.probabilities(seen, rows, flip=flip)
    own_figures, their_figures = (measure(given, truth, labels) for given in (own, theirs))
    return {
        "name": other.preset.name,
        "sha256": other.preset.sha256,
        "labels": list(labels),
        "n": len(rows),
        "accuracy": their_figures["accuracy"],
        "accuracy_interval_95": their_figures["accuracy_interval_95"],
        "per_label": their_figures["per_label"],
        "confusion": their_figures["confusion"],
        "own_accuracy": own_figures["accuracy"],
        "own_accuracy_interval_95": own_figures["accuracy_interval_95"],
        "own_per_label": own_figures["per_label"],
        "own_confusion": own_figures["confusion"],
        "difference": own_figures["accuracy"] - their_figures["accuracy"],
        "p_value": mcnemar(own.argmax(axis=1) == truth, theirs.argmax(axis=1) == truth),
    }, ""


def shared_labels(own: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    """Return the labels that both know, named and ordered as the first one does."""
    theirs = {canonical(name) for name in others}
    # What the rest is depends on the other labels.
    same = {canonical(name) for name in own} == theirs
    return tuple(name for name in own if canonical(name) in theirs and (same or name != REST))


def mcnemar(own: NDArray[np.bool_], theirs: NDArray[np.bool_]) -> float:
    """Return the two-sided p-value of McNemar's exact test.

    Args:
        own, theirs: which faces each of the two models classified correctly.
    """
    from scipy.stats import binomtest

    only_own, only_theirs = int((own & ~theirs).sum()), int((theirs & ~own).sum())
    if only_own == only_theirs:
        return 1.0
    return float(binomtest(only_own, only_own + only_theirs, 0.5).pvalue)


def as_lines(figures: Evaluation) -> list[str]:
    """Return the comparison's lines for a terminal."""
    found = figures["against"]
    if found is None:
        return [f"not compared: {figures['against_reason']}"]

    def line(name: str, accuracy: float, interval: tuple[float, float]) -> str:
        low, high = interval
        return f"{name}: {accuracy:.4f} ({low:.4f} to {high:.4f})"

    return [
        f"{found['n']:,} faces with the labels that both know, {', '.join(found['labels'])}",
        line(figures["model"], found["own_accuracy"], found["own_accuracy_interval_95"]),
        line(found["name"], found["accuracy"], found["accuracy_interval_95"]),
        f"difference {found['difference']:+.4f}, p = {found['p_value']:.2g} "
        "(McNemar's exact test, two-sided)",
    ]
