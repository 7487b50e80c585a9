"""Calibration: making a network's confidence match its accuracy."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_SMALLEST_PROBABILITY: Final = 1e-12


def calibrate(probabilities: NDArray[np.floating[Any]], temperature: float) -> NDArray[np.float64]:
    """Return softmax(log(p) / temperature) of each row."""
    floored = np.maximum(probabilities.astype(np.float64), _SMALLEST_PROBABILITY)
    scaled = np.log(floored) / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
