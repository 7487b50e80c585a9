"""Metrics: accuracy, intervals, calibration."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from trainer.contract.calibration import calibrate
from trainer.contract.figures import Figures
from trainer.contract.labels import canonical

_Z95: Final = 1.959963984540054
_CALIBRATION_BINS: Final = 15
WANTED_PRECISION: Final = 0.90
_FEWEST_ACCEPTED: Final = 0.2

Probabilities = NDArray[np.floating[Any]]
Truth = NDArray[np.int64]


def wilson_interval(right: int, n: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of a share, (0, 1) where there is nothing to count."""
    if n == 0:
        return (0.0, 1.0)
    share, z2 = right / n, _Z95**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    reach = _Z95 / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return (max(0.0, middle - reach), min(1.0, middle + reach))


def confusion_matrix(truth: Truth, predicted: Truth, labels: int) -> NDArray[np.int64]:
    """Return counts with the truth in rows and predictions in columns."""
    counts = np.bincount(truth * labels + predicted, minlength=labels * labels)
    return counts.reshape(labels, labels)


def expected_calibration_error(probabilities: Probabilities, truth: Truth) -> float:
    """Return the mean gap between confidence and accuracy over equal-width bins of confidence."""
    if not len(truth):
        return 0.0
    return float(
        sum(
            abs(row.accuracy - row.confidence) * row.share
            for row in reliability(probabilities, truth)
        )
    )


@dataclass(frozen=True)
class ReliabilityBin:
    """Faces of similar confidence: their share of all, mean confidence and accuracy."""

    share: float
    confidence: float
    accuracy: float


def reliability(probabilities: Probabilities, truth: Truth) -> list[ReliabilityBin]:
    """Return the occupied bins of a reliability diagram, in order of confidence."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == truth
    place = np.minimum((confidence * _CALIBRATION_BINS).astype(int), _CALIBRATION_BINS - 1)
    return [
        ReliabilityBin(
            share=float(inside.mean()),
            confidence=float(confidence[inside].mean()),
            accuracy=float(right[inside].mean()),
        )
        for inside in (place == at for at in range(_CALIBRATION_BINS))
        if inside.any()
    ]


def restricted(
    probabilities: Probabilities, labels: Sequence[str], wanted: Sequence[str]
) -> NDArray[np.float64]:
    """Return the probabilities given that the answer is one of the labels wanted.

    Raises:
        ValueError: if one of them is not among the labels.
    """
    places = [canonical(name) for name in labels]
    chosen = probabilities[:, [places.index(canonical(name)) for name in wanted]]
    return np.asarray(chosen / np.maximum(chosen.sum(axis=1, keepdims=True), 1e-12))


def fit_temperature(probabilities: Probabilities, truth: Truth) -> float:
    """Return the temperature under which the mean confidence is the accuracy.

    The temperature of the greatest likelihood, which is the usual one, looks mostly at the surest
    faces; label smoothing holds these back, and it makes the others too sure in turn.
    Source: Clarté et al., "Expectation consistency for calibration of neural networks", UAI 2023.
    """
    from scipy.optimize import minimize_scalar

    if not len(truth):
        return 1.0

    accuracy = float((probabilities.argmax(axis=1) == truth).mean())

    def gap(log_temperature: float) -> float:
        chosen = calibrate(probabilities, math.exp(log_temperature))
        return abs(float(chosen.max(axis=1).mean()) - accuracy)

    found = minimize_scalar(gap, bounds=(math.log(0.1), math.log(10.0)), method="bounded")
    return round(math.exp(float(found.x)), 4)


@dataclass(frozen=True)
class UnsureThreshold:
    """A confidence below which a prediction is shown as unsure.

    Attributes:
        confidence: the threshold.
        accuracy: share of right answers among the faces at or above it.
        accepted: share of faces at or above it.
    """

    confidence: float
    accuracy: float
    accepted: float


def choose_unsure_below(
    probabilities: Probabilities, truth: Truth, *, wanted: float = WANTED_PRECISION
) -> UnsureThreshold:
    """Return the lowest threshold above which the share of right answers is the one wanted.

    Where that would leave less than a fifth of the faces, the threshold that accepts the more
    confident half is taken instead.
    """
    if not len(truth):
        return UnsureThreshold(0.0, 0.0, 0.0)
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == truth
    for threshold in np.arange(0.0, 1.0, 0.01):
        accepted = confidence >= threshold
        if accepted.mean() < _FEWEST_ACCEPTED:
            break
        if right[accepted].mean() >= wanted:
            return UnsureThreshold(
                round(float(threshold), 2), float(right[accepted].mean()), float(accepted.mean())
            )
    threshold = math.floor(float(np.median(confidence)) * 100) / 100
    accepted = confidence >= threshold
    return UnsureThreshold(threshold, float(right[accepted].mean()), float(accepted.mean()))


def measure(
    probabilities: Probabilities,
    truth: Truth,
    labels: tuple[str, ...],
    *,
    copied: NDArray[np.bool_] | None = None,
) -> Figures:
    """Return the figures that ``fer-train evaluate --json`` prints.

    Args:
        probabilities: calibrated, shape (faces, labels).
        truth: index of the right label of each face.
        labels: names in the order of the columns.
        copied: faces that are exact copies of training faces.
    """
    n = len(truth)
    predicted = probabilities.argmax(axis=1)
    right = predicted == truth
    counts = confusion_matrix(truth, predicted, len(labels))
    support, named, hits = counts.sum(axis=1), counts.sum(axis=0), counts.diagonal()
    precision = hits / np.maximum(named, 1)
    recall = hits / np.maximum(support, 1)
    f1 = 2 * hits / np.maximum(support + named, 1)
    present = support > 0
    fresh = right if copied is None else right[~copied]
    return {
        "n": n,
        "accuracy": _mean(right),
        "accuracy_interval_95": wilson_interval(int(right.sum()), n),
        "accuracy_without_copies": _mean(fresh),
        "n_without_copies": len(fresh),
        "balanced_accuracy": _mean(recall[present]),
        "macro_f1": _mean(f1[present]),
        "ece": expected_calibration_error(probabilities, truth),
        "labels": list(labels),
        "per_label": {
            name: {
                "precision": float(precision[at]),
                "recall": float(recall[at]),
                "f1": float(f1[at]),
                "support": int(support[at]),
            }
            for at, name in enumerate(labels)
        },
        "confusion": counts.tolist(),
    }


def _mean(values: NDArray[Any]) -> float:
    return float(values.mean()) if len(values) else 0.0
