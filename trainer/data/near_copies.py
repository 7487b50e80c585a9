"""Pictures that are nearly the same: found by a perceptual hash, confirmed by their pixels."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

_CHUNK: Final = 2048
_LOW: Final = 8
# Two hashes that differ in fewer bits than there are bands agree in at least one band.
_BANDS: Final = 5
_LEAST_CORRELATION: Final = 0.97
# A band value that this many pictures share says nothing (flat pictures, mostly).
_CROWDED: Final = 400
# A million pictures of a film's frames have more pairs than memory; so many say enough.
_MOST_PAIRS: Final = 2_000_000


class NearCopyPairs(NamedTuple):
    """Pairs of rows, shape (pairs, 2), and whether these are all that there are."""

    pairs: NDArray[np.int64]
    is_complete: bool


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
) -> NearCopyPairs:
    """Return pairs of rows that show nearly the same picture without being exact copies.

    Of exact copies only the first takes part; constant pictures never do.

    Args:
        images: shape (faces, height, width, channels); may be mapped from a file.
        copies: rows with the same number are exact copies.
        among: rows that are looked at.

    Returns:
        Rows in ascending order; a bounded number of pairs.
    """
    rows = np.sort(among[np.unique(copies[among], return_index=True)[1]])
    if len(rows) < 2:
        return NearCopyPairs(np.zeros((0, 2), np.int64), is_complete=True)
    hashes = perceptual_hashes(images, rows)
    found: list[NDArray[np.int64]] = []
    count, bands = 0, iter(range(_BANDS))
    while count < _MOST_PAIRS and (band := next(bands, None)) is not None:
        for some in _alike(hashes, band):
            found.append(some)
            count += len(some)
            if count >= _MOST_PAIRS:
                break
    pairs = rows[np.unique(np.concatenate([np.zeros((0, 2), np.int64), *found]), axis=0)]
    alike = _correlation(images, pairs) >= _LEAST_CORRELATION
    return NearCopyPairs(np.asarray(pairs[alike], np.int64), is_complete=count < _MOST_PAIRS)


def _alike(hashes: NDArray[np.uint64], band: int) -> Iterator[NDArray[np.int64]]:
    """Yield pairs of hashes that agree in a band and differ in few bits, a crowd at a time."""
    edges = np.linspace(0, 64, _BANDS + 1).astype(np.uint64)
    width = edges[band + 1] - edges[band]
    part = (hashes >> edges[band]) & ((np.uint64(1) << width) - np.uint64(1))
    order = np.argsort(part, kind="stable")
    starts = np.flatnonzero(np.diff(part[order], prepend=part[order][0] + np.uint64(1)))
    for group in np.split(order, starts[1:]):
        if not 1 < len(group) <= _CROWDED:
            continue
        # Of a million pictures most pairs are none: they are sorted out before the next crowd.
        first, second = np.nonzero(
            np.bitwise_count(hashes[group, np.newaxis] ^ hashes[group]) < _BANDS
        )
        distinct = first < second
        if distinct.any():
            pairs = np.stack([group[first[distinct]], group[second[distinct]]], axis=1)
            yield np.sort(pairs, axis=1)


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
