"""From answers and truth to the figures of a set, and of several sets together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trainer.contract.preset import Preset
from trainer.metrics.bootstrap import balanced_accuracy_draws, percentile_interval
from trainer.metrics.figures import expected_calibration_error, wilson_interval
from trainer.metrics.set_schema import (
    LowestRecall,
    MeanRecall,
    Pooled,
    Recall,
    SetFigures,
    Sure,
)
from trainer.presets.known_faces import KnownFaces
from trainer.presets.learned_figures import learned_note, measure_learned
from trainer.reports.selection import Selection


@dataclass(frozen=True, eq=False)
class MeasuredSet:
    """A set's figures with what the figures of all sets are made of.

    Attributes:
        probabilities: calibrated, shape (faces, labels).
        truth: index of the right label of each face.
        draws: balanced accuracy of resampled faces.
    """

    figures: SetFigures
    probabilities: NDArray[np.float64]
    truth: NDArray[np.int64]
    draws: NDArray[np.float64]


def measure_set(
    name: str,
    selection: Selection,
    probabilities: NDArray[np.float64],
    preset: Preset,
    known: KnownFaces | None,
    why_not: str,
) -> MeasuredSet:
    """Return the figures of a model's answers to the faces of a set.

    Args:
        preset: of the model.
        known: the faces that it learned from, None for the reason ``why_not``.
    """
    labels, truth, rows = selection.labels, selection.truth, selection.rows
    learned = measure_learned(
        known, selection.dataset, rows, probabilities, selection.split, why_not
    )
    predicted = probabilities.argmax(axis=1)
    right = predicted == truth
    recall = {
        label: _recall(right[truth == at]) for at, label in enumerate(labels) if (truth == at).any()
    }
    subjects, notes = selection.subjects, list(selection.notes)
    notes = [*filter(None, [learned_note(learned, preset.name)]), *notes]
    by_subject = len(set(subjects)) > 1
    if subjects and not by_subject:
        notes.append(
            "All faces show one person (or film): the interval of the balanced accuracy is drawn "
            "over faces, so it says nothing about other people."
        )
    units = _units(subjects) if by_subject else np.arange(len(truth))
    draws = balanced_accuracy_draws(truth, predicted, units)
    figures = SetFigures(
        name=name,
        split=selection.split,
        n=len(truth),
        labels=list(recall),
        accuracy=float(right.mean()),
        accuracy_interval_95=list(wilson_interval(int(right.sum()), len(right))),
        balanced_accuracy=float(np.mean([row["recall"] for row in recall.values()])),
        balanced_accuracy_interval_95=percentile_interval(draws),
        resampled="subjects" if by_subject else "faces",
        units=len(np.unique(units)),
        ece=expected_calibration_error(probabilities, truth),
        sure=sure_faces(probabilities, truth, preset.unsure_below),
        recall=recall,
        shares={
            label: {
                "answered": float((predicted == at).mean()),
                "true": float((truth == at).mean()),
            }
            for at, label in enumerate(labels)
        },
        absent=selection.absent,
        learned=learned,
        left_out=selection.left_out,
        unreadable=selection.unreadable,
        notes=notes,
    )
    return MeasuredSet(figures, probabilities, truth, draws)


def _recall(right: NDArray[np.bool_]) -> Recall:
    hits = int(right.sum())
    return {
        "n": len(right),
        "recall": hits / len(right),
        "interval_95": list(wilson_interval(hits, len(right))),
    }


def _units(subjects: Sequence[str]) -> NDArray[np.int64]:
    """Number the subjects; each face without one is its own."""
    named = [subject or (at,) for at, subject in enumerate(subjects)]
    numbers = {key: at for at, key in enumerate(dict.fromkeys(named))}
    return np.array([numbers[key] for key in named], np.int64)


def sure_faces(
    probabilities: NDArray[np.float64], truth: NDArray[np.int64], unsure_below: float
) -> Sure:
    """Return how many faces reach the model's threshold of confidence, and are right."""
    accepted = probabilities.max(axis=1) >= unsure_below
    right = (probabilities.argmax(axis=1) == truth)[accepted]
    return {
        "coverage": float(accepted.mean()),
        "n": len(right),
        "accuracy": float(right.mean()) if len(right) else None,
        "accuracy_interval_95": list(wilson_interval(int(right.sum()), len(right))),
    }


def pooled(sets: Sequence[MeasuredSet], unsure_below: float) -> Pooled:
    """Return the calibration over all faces of all sets."""
    probabilities = np.concatenate([each.probabilities for each in sets])
    truth = np.concatenate([each.truth for each in sets])
    return {
        "n": len(truth),
        "ece": expected_calibration_error(probabilities, truth),
        "sure": sure_faces(probabilities, truth, unsure_below),
    }


def mean_interval(sets: Sequence[MeasuredSet]) -> list[float]:
    """Return the interval of the mean balanced accuracy: the sets are drawn independently."""
    return percentile_interval(np.mean([each.draws for each in sets], axis=0))


def mean_recalls(labels: Sequence[str], sets: Sequence[MeasuredSet]) -> dict[str, MeanRecall]:
    """Return the mean recall of each label over the sets that have it."""
    means: dict[str, MeanRecall] = {}
    for label in labels:
        found = [row["recall"] for each in sets if (row := each.figures["recall"].get(label))]
        if found:
            means[label] = {"recall": float(np.mean(found)), "sets": len(found)}
    return means


def lowest(recalls: dict[str, MeanRecall]) -> LowestRecall:
    """Return the label that is found least."""
    label = min(recalls, key=lambda name: recalls[name]["recall"])
    return {"label": label, "recall": recalls[label]["recall"]}
