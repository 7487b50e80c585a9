"""Paired test of two models on the same faces."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trainer.config import DataSource
from trainer.contract.figures import Against, Evaluation, FreshFaces
from trainer.contract.labels import REST, canonical
from trainer.contract.text import counted
from trainer.data.readers import load_dataset
from trainer.errors import DataError
from trainer.metrics.figures import measure, restricted, wilson_interval
from trainer.presets.known_faces import KnownFaces, known_or_why_not
from trainer.presets.model_folder import load_model_folder
from trainer.reports.selection import Selection


def compare_with(
    folder: Path,
    source: DataSource,
    selection: Selection,
    probabilities: NDArray[np.float64],
    *,
    known: KnownFaces | None,
    flip: bool = False,
) -> tuple[Against | None, str]:
    """Compare a measured model with another one on the faces whose labels both know.

    Both answer with the labels that they share, whatever else they know. A face whose label only
    one of them knows is left out.

    Args:
        folder: the other model.
        source: what the dataset was read from.
        selection: the faces that the one model was measured on.
        probabilities: its answers, shape (rows, labels of the dataset).
        known: the faces that it says it learned from.
        flip: whether each face's mirror image is asked as well.

    Returns:
        The comparison; none where the two cannot be compared, and why.

    Raises:
        TrainerError: if the other model cannot be used.
    """
    other = load_model_folder(folder)
    dataset, rows = selection.dataset, selection.rows
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
    shared = np.flatnonzero(seen.splits[rows] >= 0)
    if not len(shared):
        return None, f"no face has a label that {other.preset.name} knows as well."
    rows = rows[shared]
    truth = seen.truth(rows)
    own = restricted(probabilities[shared], dataset.labels, labels)
    theirs = other.probabilities(seen, rows, flip=flip)
    right, others = own.argmax(axis=1) == truth, theirs.argmax(axis=1) == truth
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
        "p_value": mcnemar(right, others),
        "fresh": _fresh(replace(selection, rows=rows), right, others, known, folder),
    }, ""


def _fresh(
    selection: Selection,
    right: NDArray[np.bool_],
    others: NDArray[np.bool_],
    known: KnownFaces | None,
    other: Path,
) -> FreshFaces | None:
    """Return the comparison on faces that are new to both; None where neither can tell any.

    Args:
        selection: the faces on which the models were compared.
        right, others: which of them each of the two models classified correctly.
        known: the faces that the first one learned from.
        other: folder of the second one.
    """
    both = (known, known_or_why_not(other)[0])
    told = [each for each in both if each is not None]
    if not told:
        return None
    dataset, rows, split = selection.dataset, selection.rows, selection.split
    new = ~np.any([each.shown(dataset, rows, split) for each in told], axis=0)
    is_complete = len(told) == len(both) and all(each.is_complete for each in told)
    if not new.any():
        return {
            "n": 0,
            "is_complete": is_complete,
            "accuracy": None,
            "accuracy_interval_95": None,
            "own_accuracy": None,
            "own_accuracy_interval_95": None,
            "difference": None,
            "p_value": None,
        }
    own_hits, hits, n = int(right[new].sum()), int(others[new].sum()), int(new.sum())
    return {
        "n": n,
        "is_complete": is_complete,
        "accuracy": hits / n,
        "accuracy_interval_95": wilson_interval(hits, n),
        "own_accuracy": own_hits / n,
        "own_accuracy_interval_95": wilson_interval(own_hits, n),
        "difference": (own_hits - hits) / n,
        "p_value": mcnemar(right[new], others[new]),
    }


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
        *_fresh_lines(figures["model"], found),
    ]


def _fresh_lines(own: str, found: Against) -> list[str]:
    fresh = found.get("fresh")
    if fresh is None or fresh["n"] == found["n"]:
        return []
    if fresh["own_accuracy"] is None:
        return ["One of the two has learned from every one of these faces (told by fingerprints)."]
    return [
        f"on the {counted(fresh['n'], 'face')} from which neither has learned (told by "
        f"fingerprints): {own} {fresh['own_accuracy']:.4f}, {found['name']} "
        f"{fresh['accuracy']:.4f}, difference {fresh['difference']:+.4f}, p = "
        f"{fresh['p_value']:.2g}"
    ]
