"""Blinks in a series of how far eyes are open."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Chosen on five films with 11 blinks counted by eye: 10 were found, and nothing else.
_BESIDE_S: Final = 1.0  # what was open shortly before and afterwards is compared with
_OPEN_PERCENTILE: Final = 70
_LEAST_OPEN: Final = 0.6  # of a usual open eye; else there is nothing to close
_CLOSED: Final = 0.65  # of how far they were open before and afterwards
_LONGEST_S: Final = 0.5  # longer is closing the eyes, or looking down


@dataclass(frozen=True, slots=True)
class Blink:
    """One blink.

    Attributes:
        start_s, end_s: times of the first and the last frame with closed eyes; equal where it was
            seen in one frame.
    """

    start_s: float
    end_s: float


def find_blinks(times_s: ArrayLike, openness: ArrayLike) -> list[Blink]:
    """Return the blinks of a face, in order.

    Eyes blink where they are open less far than about two thirds of what they were a moment before
    and are a moment later, and for half a second at most. A blink lasts 0.1 to 0.4 seconds: fewer
    than 15 frames a second miss some.

    Args:
        times_s: increasing times, shape (n,).
        openness: how far the eyes are open, shape (n,) or (n, 2) for both; not a number where that
            is not known.

    Raises:
        ValueError: if the shapes do not fit.
    """
    times, opened = np.asarray(times_s, np.float64), np.asarray(openness, np.float64)
    if opened.ndim == 2:
        opened = opened.mean(axis=1)
    if times.shape != opened.shape or times.ndim != 1:
        raise ValueError(f"{times.shape} times for {opened.shape} numbers")
    known = np.isfinite(opened)
    times, opened = times[known], opened[known]
    usual = _usual(times, opened)
    blinks = []
    at = 0
    while at < len(times):
        first = last = at
        if opened[at] < _CLOSED * usual[at]:
            # What was usual when it was noticed holds for all of it.
            limit = _CLOSED * usual[at]
            while first > 0 and opened[first - 1] < limit:
                first -= 1
            while last < len(times) - 1 and opened[last + 1] < limit:
                last += 1
            is_whole = first > 0 and last < len(times) - 1
            if is_whole and times[last] - times[first] <= _LONGEST_S:
                blinks.append(Blink(float(times[first]), float(times[last])))
        at = last + 1
    return blinks


def _usual(times: NDArray[np.float64], opened: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far eyes were open around each moment; 0 where that says nothing of blinks."""
    usual = np.zeros(len(times))
    befores = np.searchsorted(times, times - _BESIDE_S)
    afters = np.searchsorted(times, times + _BESIDE_S, side="right")
    # Where eyes are open as far as ever around there is no blink, and hours hold little else.
    for at in np.flatnonzero(opened < _CLOSED * _highest_around(times, opened)).tolist():
        before, after = opened[befores[at] : at], opened[at + 1 : afters[at]]
        if len(before) and len(after):
            least = min(float(np.percentile(part, _OPEN_PERCENTILE)) for part in (before, after))
            usual[at] = least if least >= _LEAST_OPEN else 0.0
    return usual


def _highest_around(times: NDArray[np.float64], opened: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a number that nothing within ``_BESIDE_S`` of each moment exceeds."""
    if not len(times):
        return opened
    numbers, seconds = np.unique(np.floor(times / _BESIDE_S).astype(np.int64), return_inverse=True)
    highest = np.full(len(numbers), -np.inf)
    np.maximum.at(highest, seconds, opened)
    found = highest.copy()
    next_to = np.flatnonzero(np.diff(numbers) == 1)
    found[next_to] = np.maximum(found[next_to], highest[next_to + 1])
    found[next_to + 1] = np.maximum(found[next_to + 1], highest[next_to])
    around: NDArray[np.float64] = found[seconds]
    return around
