"""Pictures that are nearly the same: found by a perceptual hash, confirmed by their pixels."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_CHUNK: Final = 2048
_LOW: Final = 8
# Two hashes that differ in fewer bits than there are bands agree in at least one band.
_BANDS: Final = 5
_LEAST_CORRELATION: Final = 0.97
# A band value that this many pictures share says nothing (flat pictures, mostly).
_CROWDED: Final = 400


def perceptual_hashes(images: NDArray[np.uint8], rows: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return a 64-bit hash of the coarse pattern of light and dark of each row's picture."""
    from scipy.fft import dctn

    hashes = np.empty(len(rows), np.uint64)
    weights = np.uint64(1) << np.arange(_LOW * _LOW, dtype=np.uint64)
    for start in range(0, len(rows), _CHUNK):
        gray = images[rows[start : start + _CHUNK]].astype(np.float32).mean(axis=-1)
        low = dctn(gray, axes=(1, 2))[:, :_LOW, :_LOW].reshape(len(gray), -1)
        low[:, 0] = 0  # the mean says nothing about the pattern
        bits = low > np.median(low, axis=1, keepdims=True)
        hashes[start : start + _CHUNK] = (bits * weights).sum(axis=1, dtype=np.uint64)
    return hashes


def near_copies(
    images: NDArray[np.uint8], copies: NDArray[np.int64], among: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return pairs of rows that show nearly the same picture without being exact copies.

    Of exact copies only the first takes part; constant pictures never do.

    Args:
        images: shape (faces, height, width, channels); may be mapped from a file.
        copies: rows with the same number are exact copies.
        among: rows that are looked at.

    Returns:
        Rows in ascending order, shape (pairs, 2).
    """
    rows = np.sort(among[np.unique(copies[among], return_index=True)[1]])
    if len(rows) < 2:
        return np.zeros((0, 2), np.int64)
    hashes = perceptual_hashes(images, rows)
    found = [_same_band(hashes, band) for band in range(_BANDS)]
    pairs = np.unique(np.concatenate(found), axis=0)
    distance = np.bitwise_count(hashes[pairs[:, 0]] ^ hashes[pairs[:, 1]])
    pairs = rows[pairs[distance < _BANDS]]
    alike = _correlation(images, pairs) >= _LEAST_CORRELATION
    return np.asarray(pairs[alike], np.int64)


def _same_band(hashes: NDArray[np.uint64], band: int) -> NDArray[np.int64]:
    edges = np.linspace(0, 64, _BANDS + 1).astype(np.uint64)
    width = edges[band + 1] - edges[band]
    part = (hashes >> edges[band]) & ((np.uint64(1) << width) - np.uint64(1))
    order = np.argsort(part, kind="stable")
    starts = np.flatnonzero(np.diff(part[order], prepend=part[order][0] + np.uint64(1)))
    pairs: list[NDArray[Any]] = [np.zeros((0, 2), np.int64)]
    for group in np.split(order, starts[1:]):
        if 1 < len(group) <= _CROWDED:
            first, second = np.triu_indices(len(group), 1)
            pairs.append(np.sort(np.stack([group[first], group[second]], axis=1), axis=1))
    return np.concatenate(pairs)


def _correlation(images: NDArray[np.uint8], pairs: NDArray[np.int64]) -> NDArray[np.float64]:
    result = np.empty(len(pairs))
    for start in range(0, len(pairs), _CHUNK):
        part = pairs[start : start + _CHUNK]
        one, other = (_standardized(images[part[:, side]]) for side in (0, 1))
        result[start : start + _CHUNK] = (one * other).mean(axis=1)
    return result


def _standardized(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    flat = images.reshape(len(images), -1).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    return np.asarray(flat / np.maximum(flat.std(axis=1, keepdims=True), 1e-6))
