"""Pictures of one split that are changed copies of another's: mirrored, turned, moved, cut anew.

Whoever enlarges a dataset before it is split tests a network on pictures that it has learned. The
coarse pattern of every picture is compared with that of every changed one; what is alike is laid
over each other and compared pixel by pixel.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["moved", "mirrored", "turned", "cut anew"]

_SIDE: Final = 32
_LOW: Final = 8
# Pairs of patterns that are compared at once: 256 MB.
_MOST_PAIRS: Final = 64 << 20
# More pictures than these are looked at in part: it would take days, and gigabytes.
MOST_PICTURES: Final = 60_000
# Patterns that are alike; most such pairs are different faces.
_LEAST_ALIKE: Final = 0.9
# The same picture, laid over itself and resampled twice, correlates with itself like this.
_LEAST_CORRELATION: Final = 0.975
_LEAST_EDGES: Final = 0.9
_MOST_CANDIDATES: Final = 8
_INSIDE: Final = 0.1
_TURNS_DEG: Final = (-15, -7, 7, 15, 90, 180, 270)
_ZOOM: Final = 1.25
_SHIFTS: Final = (-0.1, 0.0, 0.1)


@dataclass(frozen=True)
class ChangedCopy:
    """Two pictures of which one is a changed copy of the other.

    Attributes:
        row: of the picture that should be new.
        original: row of the picture that it is a copy of.
        kind: what was done to it, the first of what was found.
    """

    row: int
    original: int
    kind: Kind


@dataclass(frozen=True)
class _Change:
    kind: Kind
    matrix: NDArray[np.float32]


def spread(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rows that can be looked at: all of them, or as many as possible spread evenly."""
    if len(rows) <= MOST_PICTURES:
        return rows
    return np.asarray(rows[np.linspace(0, len(rows) - 1, MOST_PICTURES).astype(int)], np.int64)


def changed_copies(
    images: NDArray[np.uint8],
    originals: NDArray[np.int64],
    rows: NDArray[np.int64],
    advance: Callable[[], object] = lambda: None,
) -> list[ChangedCopy]:
    """Return which rows are changed copies of which originals, one original for each at most.

    Of more than ``MOST_PICTURES`` those are looked at that ``spread`` returns. Exact and nearly
    exact copies are none of these: they are found otherwise.

    Args:
        images: shape (faces, height, width, channels); may be mapped from a file.
        originals: rows of the pictures that are known.
        rows: rows of the pictures that should be new.
        advance: called after each kind of change that was looked for.
    """
    originals, rows = spread(originals), spread(rows)
    if not len(originals) or not len(rows):
        return []
    known, new = _small(images, originals), _small(images, rows)
    known_patterns, new_patterns = _patterns(known), _patterns(new)
    found: dict[int, ChangedCopy] = {}
    for change in _changes():
        # The new one is a changed original, or the original a changed new one.
        for first, second, swapped in (
            (_patterns(_changed(new, change)), known_patterns, False),
            (_patterns(_changed(known, change)), new_patterns, True),
        ):
            if swapped and change.kind != "cut anew":
                continue  # its opposite is among the changes
            for one, other in _alike(first, second):
                at, origin = (other, one) if swapped else (one, other)
                if at in found:
                    continue
                pair = (known[origin], new[at]) if swapped else (new[at], known[origin])
                if _is_same(*pair, change):
                    found[at] = ChangedCopy(int(rows[at]), int(originals[origin]), change.kind)
        advance()
    return [found[at] for at in sorted(found)]


def _changes() -> Iterator[_Change]:
    middle = (_SIDE - 1) / 2
    mirror = np.array([[-1, 0, 2 * middle], [0, 1, 0]], np.float32)
    plain = np.array([[1, 0, 0], [0, 1, 0]], np.float32)
    yield _Change("moved", plain)
    yield _Change("mirrored", mirror)
    for flip in (plain, mirror):
        mirrored: Kind | None = "mirrored" if flip is mirror else None
        for turn in _TURNS_DEG:
            yield _Change(mirrored or "turned", _after(flip, _turned(turn, middle)))
        for down in _SHIFTS:
            for right in _SHIFTS:
                yield _Change(mirrored or "cut anew", _after(flip, _cut(right, down, middle)))


def _after(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float32]:
    whole = [np.vstack([matrix, [0, 0, 1]]) for matrix in (first, second)]
    return np.asarray((whole[1] @ whole[0])[:2], np.float32)


def _turned(degrees: float, middle: float) -> NDArray[np.float32]:
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array(
        [
            [cosine, sine, middle * (1 - cosine - sine)],
            [-sine, cosine, middle * (1 - cosine + sine)],
        ],
        np.float32,
    )


def _cut(right: float, down: float, middle: float) -> NDArray[np.float32]:
    """Return what enlarges the part of a picture around a point off its middle."""
    x, y = middle + right * _SIDE, middle + down * _SIDE
    return np.array([[_ZOOM, 0, middle - _ZOOM * x], [0, _ZOOM, middle - _ZOOM * y]], np.float32)


def _small(images: NDArray[np.uint8], rows: NDArray[np.int64]) -> NDArray[np.float32]:
    import cv2

    small = np.empty((len(rows), _SIDE, _SIDE), np.float32)
    for at, row in enumerate(rows):
        gray = images[row].mean(axis=-1, dtype=np.float32)
        small[at] = cv2.resize(gray, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    return small


def _changed(small: NDArray[np.float32], change: _Change) -> NDArray[np.float32]:
    import cv2

    return np.stack(
        [
            cv2.warpAffine(each, change.matrix, (_SIDE, _SIDE), borderMode=cv2.BORDER_REPLICATE)
            for each in small
        ]
    )


def _patterns(small: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the coarse pattern of each picture's inside, of length 1; zeros for a flat one."""
    from scipy.fft import dctn

    edge = round(_INSIDE * _SIDE)
    inside = small[:, edge:-edge, edge:-edge]
    low = dctn(inside, axes=(1, 2))[:, :_LOW, :_LOW].reshape(len(small), -1)[:, 1:]
    length = np.linalg.norm(low, axis=1, keepdims=True)
    return np.asarray(np.where(length > 1, low / np.maximum(length, 1e-6), 0), np.float32)


def _alike(first: NDArray[np.float32], second: NDArray[np.float32]) -> Iterator[tuple[int, int]]:
    """Yield the places of patterns that are alike, the most alike first, a few for each."""
    step = max(1, _MOST_PAIRS // max(1, len(second)))
    for start in range(0, len(first), step):
        part = first[start : start + step]
        likeness = part @ second.T
        for at in np.flatnonzero(likeness.max(axis=1) >= _LEAST_ALIKE):
            row = likeness[at]
            best = np.flatnonzero(row >= _LEAST_ALIKE)
            for other in best[np.argsort(-row[best])][:_MOST_CANDIDATES]:
                yield start + int(at), int(other)


def _is_same(picture: NDArray[np.float32], other: NDArray[np.float32], change: _Change) -> bool:
    """Tell whether a picture, changed and then moved until it fits, is the other one."""
    import cv2

    changed = cv2.warpAffine(
        picture, change.matrix, (_SIDE, _SIDE), borderMode=cv2.BORDER_REPLICATE
    )
    # The turned picture has corners that nobody knows.
    inside: Any = np.zeros((_SIDE, _SIDE), np.uint8)
    cv2.circle(inside, (_SIDE // 2, _SIDE // 2), round(0.45 * _SIDE), 255, -1)
    steps = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 40, 1e-4)
    start = np.eye(2, 3, dtype=np.float32)
    try:
        likeness, fitting = cv2.findTransformECC(
            changed, other, start, cv2.MOTION_AFFINE, steps, inside, 3
        )
    except cv2.error:  # it does not converge: they are not alike
        return False
    if likeness < _LEAST_CORRELATION:
        return False
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    fitted = cv2.warpAffine(
        other, fitting, (_SIDE, _SIDE), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    # Light and dark are alike in many faces; the same picture has the same edges.
    edges = [_edges(each)[inside > 0] for each in (changed, fitted)]
    return bool(np.corrcoef(*edges)[0, 1] >= _LEAST_EDGES)


def _edges(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    import cv2

    right, down = (cv2.Sobel(picture, cv2.CV_32F, *way) for way in ((1, 0), (0, 1)))
    return np.asarray(cv2.magnitude(right, down))
