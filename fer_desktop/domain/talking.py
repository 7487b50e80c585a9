"""Stretches of time in which a mouth moves as it does in talking."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Chosen on six films: of one person who speaks, with a pause, and of five who do not.
_OPENING: Final = 0.06  # so far a mouth opens and closes again, by its width
_LEAST_OPENINGS: Final = 3
_APART_S: Final = 1.0  # no further than this are openings of one stretch


@dataclass(frozen=True, slots=True)
class Talk:
    """One stretch of talking.

    Attributes:
        start_s, end_s: times at which its first and its last opening were widest.
    """

    start_s: float
    end_s: float


def find_talking(times_s: ArrayLike, mouth_open: ArrayLike) -> list[Talk]:
    """Return the stretches in which a mouth opens and closes at least three times in a row.

    It knows nothing of sound: chewing and silent words are taken for talking, too.

    Args:
        times_s: increasing times, shape (n,).
        mouth_open: how far the mouth is open, by its width, shape (n,); not a number where that is
            not known.

    Raises:
        ValueError: if the shapes do not fit.
    """
    times, opened = np.asarray(times_s, np.float64), np.asarray(mouth_open, np.float64)
    if times.shape != opened.shape or times.ndim != 1:
        raise ValueError(f"{times.shape} times for {opened.shape} numbers")
    known = np.isfinite(opened)
    moments = times[known][_openings(opened[known])]
    breaks = np.flatnonzero(np.diff(moments) > _APART_S) + 1
    return [
        Talk(float(part[0]), float(part[-1]))
        for part in np.split(moments, breaks)
        if len(part) >= _LEAST_OPENINGS
    ]


def _openings(opened: NDArray[np.float64]) -> list[int]:
    """Return where a series is highest between a rise and a fall that count."""
    found: list[int] = []
    lowest = np.inf
    highest_at: int | None = None
    for at, value in enumerate(opened.tolist()):
        if highest_at is None:
            lowest = min(lowest, value)
            if value - lowest >= _OPENING:
                highest_at = at
        elif value > opened[highest_at]:
            highest_at = at
        elif opened[highest_at] - value >= _OPENING:
            found.append(highest_at)
            highest_at, lowest = None, value
    return found
