"""For how long faces count: those of one person that are in one frame share its time."""

import numpy as np
from numpy.typing import NDArray


def shared(frames: NDArray[np.int64], lasting: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for how long each of a person's faces counts.

    Args:
        frames: numbers of the frames that they are in, not falling, shape (n,).
        lasting: for how long that frame counts, shape (n,).
    """
    first = np.flatnonzero(np.diff(frames, prepend=-1))
    counts = np.diff(first, append=len(frames))
    found: NDArray[np.float64] = lasting / np.repeat(counts, counts)
    return found


def mean_over_time(
    values: NDArray[np.floating], frames: NDArray[np.int64], lasting: NDArray[np.float64]
) -> float | None:
    """Return what values come to over the time in which they are known; None if they never are.

    Args:
        values: of a person's faces, NaN where not known, shape (n,).
        frames, lasting: see ``shared``.
    """
    known = np.isfinite(values)
    weights = shared(frames[known], lasting[known])
    total = float(weights.sum())
    return float((values[known] * weights).sum() / total) if total else None
