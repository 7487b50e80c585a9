"""Bootstrap intervals: how far a figure would move on other people."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

ROUNDS: Final = 2000
_SEED: Final = 0


def balanced_accuracy_draws(
    truth: NDArray[np.int64], predicted: NDArray[np.int64], units: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the balanced accuracy of samples drawn with replacement, always the same ones.

    A sample without any face of a label is averaged over the other labels.

    Args:
        truth: index of the right label of each face.
        predicted: index of the label answered.
        units: number of whoever is drawn with the face: faces of one person, or of one film, are
            not independent, so they come and go together.
    """
    _, unit = np.unique(units, return_inverse=True)
    _, label = np.unique(truth, return_inverse=True)
    shape = (int(unit.max()) + 1, int(label.max()) + 1)
    support, hits = np.zeros(shape), np.zeros(shape)
    np.add.at(support, (unit, label), 1)
    np.add.at(hits, (unit, label), truth == predicted)
    random = np.random.default_rng(_SEED)
    draws = np.empty(ROUNDS)
    for at in range(ROUNDS):
        times = np.bincount(random.integers(shape[0], size=shape[0]), minlength=shape[0])
        faces = times @ support
        seen = faces > 0
        draws[at] = ((times @ hits)[seen] / faces[seen]).mean()
    return draws


def percentile_interval(draws: NDArray[Any]) -> list[float]:
    """Return the middle 95 % of the draws."""
    return [float(edge) for edge in np.percentile(draws, (2.5, 97.5))]
