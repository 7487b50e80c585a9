"""Small numbers by which pictures of faces are known again, mirrored, resized or compressed.

A fingerprint says where the coarse pattern of light and dark of a picture rises and falls: the
signs of its lowest cosine waves. Of a mirrored picture the waves that run an odd number of times
from left to right have the opposite sign, so both ways of looking at a picture are at hand, and no
fingerprint has to choose one. ``trainer/FINGERPRINTS.md`` has the measured error rates.
"""

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

BITS: Final = 128
WORDS: Final = BITS // 64
# Fingerprints that differ in at most so many bits are of one picture.
MOST_DIFFERENT: Final = 16

_SIDE: Final = 32
_FLAT: Final = 0.5  # gray levels
_CHUNK: Final = 1024
# Fingerprints that are compared at once: 16 MB for each word.
_MOST_PAIRS: Final = 2 << 20

Prints = NDArray[np.uint64]


def no_prints() -> Prints:
    """Return no fingerprints."""
    return np.zeros((0, WORDS), np.uint64)


def fingerprints(images: NDArray[np.uint8], rows: NDArray[np.int64]) -> Prints:
    """Return the fingerprint of each row's picture, shape (rows, words).

    Pictures of one colour have none: zeros, which nothing is compared with.

    Args:
        images: shape (faces, height, width, channels); may be mapped from a file.
        rows: of the pictures that are looked at.
    """
    return _both_ways(images, rows)[0]


def known_pictures(
    images: NDArray[np.uint8], rows: NDArray[np.int64], known: Prints
) -> NDArray[np.bool_]:
    """Return which rows show a picture whose fingerprint is known, or its mirror image.

    Args:
        images, rows: as ``fingerprints`` takes them.
        known: shape (pictures, words).
    """
    return np.asarray(least_different(images, rows, known)[0] <= MOST_DIFFERENT)


def least_different(
    images: NDArray[np.uint8], rows: NDArray[np.int64], known: Prints
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return in how many bits each row differs from the fingerprint next to it, and from which.

    Pictures of one colour differ in all bits from everything.

    Args:
        images, rows: as ``fingerprints`` takes them.
        known: shape (pictures, words).
    """
    bits = np.full(len(rows), BITS, np.int64)
    which = np.zeros(len(rows), np.int64)
    told = np.flatnonzero(known.any(axis=1))
    if not len(told):
        return bits, which
    for prints in _both_ways(images, rows):
        here, at = _nearest(prints, known[told])
        here[~prints.any(axis=1)] = BITS
        better = here < bits
        bits[better], which[better] = here[better], told[at[better]]
    return bits, which


def _nearest(prints: Prints, known: Prints) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    bits, which = (np.zeros(len(prints), np.int64) for _ in range(2))
    step = max(1, _MOST_PAIRS // len(known))
    for start in range(0, len(prints), step):
        part = slice(start, start + step)
        different = np.zeros((len(prints[part]), len(known)), np.uint8)
        for word in range(WORDS):
            different += np.bitwise_count(prints[part, word, np.newaxis] ^ known[:, word])
        which[part] = different.argmin(axis=1)
        bits[part] = different.min(axis=1)
    return bits, which


def _both_ways(images: NDArray[np.uint8], rows: NDArray[np.int64]) -> tuple[Prints, Prints]:
    """Return the fingerprints of pictures, and those of their mirror images."""
    patterns, turned = _waves()
    prints, mirrored = (np.zeros((len(rows), WORDS), np.uint64) for _ in range(2))
    for start in range(0, len(rows), _CHUNK):
        part = rows[start : start + _CHUNK]
        waves = _coefficients(images, part, patterns)
        prints[start : start + len(part)] = _signs(waves)
        mirrored[start : start + len(part)] = _signs(waves * turned)
    return prints, mirrored


@cache
def _waves() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the slowest waves, a column each, and the sign that each has in a mirrored picture."""
    down, right = (part.ravel() for part in np.indices((_SIDE, _SIDE)))
    order = np.lexsort((down, down + right))[1 : BITS + 1]  # the first is the mean
    down, right = down[order], right[order]
    places = np.pi * (np.arange(_SIDE) + 0.5) / _SIDE
    patterns = np.cos(np.outer(places, down))[:, np.newaxis] * np.cos(np.outer(places, right))
    turned = np.where(right % 2, -1, 1)
    return patterns.reshape(-1, BITS).astype(np.float32), turned.astype(np.float32)


def _coefficients(
    images: NDArray[np.uint8], rows: NDArray[np.int64], patterns: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return how strong each wave is in each picture, shape (rows, waves)."""
    import cv2

    small = np.empty((len(rows), _SIDE, _SIDE), np.float32)
    for at, row in enumerate(rows):
        gray = images[row].mean(axis=-1, dtype=np.float32)
        small[at] = cv2.resize(gray, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    waves = small.reshape(len(rows), -1) @ patterns
    waves[small.std(axis=(1, 2)) < _FLAT] = 0
    return np.asarray(waves, np.float32)


def _signs(waves: NDArray[np.float32]) -> Prints:
    bits = np.packbits(waves > 0, axis=1, bitorder="little")
    return np.ascontiguousarray(bits).view("<u8").astype(np.uint64)
