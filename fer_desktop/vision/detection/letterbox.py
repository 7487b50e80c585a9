"""A picture of any shape as the square that a face network takes."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

# OpenCV counts parts of a pixel in 32nds, and pixels in 16 bits.
_PARTS: Final = 32
_PARTS_BITS: Final = 5
_BLOCK_PX: Final = 64
_SIDE_MAX_PX: Final = 1 << 14


@dataclass(frozen=True, slots=True)
class Square:
    """The smallest square around a picture, both with the same centre; pixels.

    Attributes:
        side: of the square.
        left, top: of the square in the picture: 0 or less.
    """

    side: int
    left: float
    top: float

    @classmethod
    def around(cls, width: int, height: int) -> "Square":
        """Return the square around a picture of this size."""
        side = max(width, height)
        return cls(side, (width - side) / 2, (height - side) / 2)


def letterboxed(picture: NDArray[np.uint8], side_px: int) -> NDArray[np.uint8]:
    """Return a picture in the middle of a square, shape (side, side, 3), black around it.

    As MediaPipe does it, pixel for pixel: each pixel of the square is one of the picture, or what
    lies between four of them; nothing is averaged on the way down.

    Args:
        picture: shape (height, width, 3).
        side_px: of the square that is returned.
    """
    coarse = -(-max(picture.shape[:2]) // _SIDE_MAX_PX)
    if coarse > 1:
        picture = picture[::coarse, ::coarse]
    height, width = picture.shape[:2]
    square = Square.around(width, height)
    step, rest = divmod(square.side, side_px)
    if rest == 0 and width % step == 0 and height % step == 0 and _is_even(width, height, step):
        return _every(picture, step, side_px)
    places, parts = _maps(width, height, side_px)
    drawn: NDArray[np.uint8] = cv2.remap(
        np.ascontiguousarray(picture), places, parts, cv2.INTER_LINEAR
    )
    return drawn


def _is_even(width: int, height: int, step: int) -> bool:
    """Tell whether the margins are whole steps on either side."""
    return abs(width - height) % (2 * step) == 0


def _every(picture: NDArray[np.uint8], step: int, side_px: int) -> NDArray[np.uint8]:
    """Return every so-manieth pixel in the middle of a square: most films need no more."""
    height, width = (size // step for size in picture.shape[:2])
    top, left = (side_px - height) // 2, (side_px - width) // 2
    square = np.zeros((side_px, side_px, 3), np.uint8)
    part = square[top : top + height, left : left + width]
    cv2.resize(picture, (width, height), dst=part, interpolation=cv2.INTER_NEAREST)
    return square


@lru_cache(maxsize=16)  # sizes of films and of close looks; each takes a hundred kilobytes
def _maps(width: int, height: int, side_px: int) -> tuple[Any, Any]:
    """Return for ``cv2.remap`` where the pixels of the square lie in a picture."""
    square = Square.around(width, height)
    left, top, right, bottom = (
        np.float32(edge)
        for edge in (square.left, square.top, square.left + square.side, square.top + square.side)
    )
    seen = np.array([[left, bottom], [left, top], [right, top], [right, bottom]])
    drawn = np.array([[0, side_px], [0, 0], [side_px, 0], [side_px, side_px]], np.float32)
    # By the same route as MediaPipe, because parts of a pixel that end in a half are rounded as
    # the last digit of the way there says: with 854 x 480 pixels every other one.
    matrix = cv2.invert(cv2.getPerspectiveTransform(seen, drawn))[1]
    at = np.arange(side_px)
    down_to = at[:, np.newaxis]
    begin = at // _BLOCK_PX * _BLOCK_PX
    x, y, depth = ((a * begin + b * down_to + c) + a * (at - begin) for a, b, c in matrix)
    across, down = (np.rint(value * (_PARTS / depth)).astype(np.int32) for value in (x, y))
    places = np.empty((side_px, side_px, 2), np.int16)
    places[..., 0] = across >> _PARTS_BITS
    places[..., 1] = down >> _PARTS_BITS
    parts = (down % _PARTS) * _PARTS + across % _PARTS
    return places, parts.astype(np.uint16)
