"""From what a decoder delivers to the picture that is meant to be seen."""

import struct
from fractions import Fraction
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.sources.tone_mapping import ToneMapper, is_high_dynamic_range

# Pixels further from square than this are an error of the file's.
_ASPECT_MAX: Final = 8
_SIDE_MAX_PX: Final = 16384
_MATRIX: Final = struct.Struct("=9i")


class PictureMaker:
    """Makes BGR pictures: upright, of square pixels, of standard dynamic range, over white.

    An ordinary picture is converted once and never copied. Used by one thread.
    """

    def __init__(self, pixel_aspect: Fraction | None) -> None:
        """Take how much wider than tall the pixels of the video are; None if it does not say."""
        from av.video.reformatter import VideoReformatter

        # One converter for all pictures: a new one for each would halve the speed.
        self._converter: Any = VideoReformatter()
        self._aspect = pixel_aspect or Fraction(1)
        if not Fraction(1, _ASPECT_MAX) <= self._aspect <= _ASPECT_MAX:
            self._aspect = Fraction(1)
        self._tone_mapper: ToneMapper | None = None

    def size_of(self, picture: Any) -> tuple[int, int]:
        """Return width and height that a decoded picture will have."""
        width, height = self._square_size(picture)
        return (height, width) if _placement(picture)[0] else (width, height)

    def pixels(self, picture: Any) -> NDArray[np.uint8]:
        """Return a decoded picture as it is meant to be seen."""
        placement = _placement(picture)
        size: dict[str, Any] = {}
        if self._aspect != 1:
            width, height = self._square_size(picture)
            size = {"width": width, "height": height, "interpolation": "BICUBIC"}
        if is_high_dynamic_range(picture):
            picture = self._mapped(picture)
        if any(component.is_alpha for component in picture.format.components):
            layered = self._converter.reformat(picture, format="bgra", **size).to_ndarray()
            pixels = _over_white(layered)
        else:
            pixels = self._converter.reformat(picture, format="bgr24", **size).to_ndarray()
        return _placed(pixels, placement)

    def _square_size(self, picture: Any) -> tuple[int, int]:
        """Return a size with square pixels; what was recorded is never shrunk."""
        width, height = picture.width, picture.height
        if self._aspect > 1:
            width = min(round(width * self._aspect), max(width, _SIDE_MAX_PX))
        elif self._aspect < 1:
            height = min(round(height / self._aspect), max(height, _SIDE_MAX_PX))
        return width, height

    def _mapped(self, picture: Any) -> Any:
        if self._tone_mapper is None or not self._tone_mapper.suits(picture):
            self._tone_mapper = ToneMapper(picture)
        return self._tone_mapper.mapped(picture)


def _over_white(layered: NDArray[np.uint8]) -> NDArray[np.uint8]:
    alpha = layered[..., 3:].astype(np.uint16)
    over_white = layered[..., :3] * alpha + 255 * (255 - alpha)
    return ((over_white + 127) // 255).astype(np.uint8)


def _placement(picture: Any) -> tuple[bool, bool, bool]:
    """Return whether rows become columns, then left becomes right, then top becomes bottom.

    Angles between quarter turns are rounded to the nearest one.
    """
    try:
        data = picture.side_data.get("DISPLAYMATRIX")
    except ValueError:
        # WORKAROUND PyAV 18.1: a kind that it does not know, such as EXIF, hides all others.
        quarter_turns = round(-picture.rotation / 90) % 4
        return quarter_turns % 2 == 1, quarter_turns in (1, 2), quarter_turns in (2, 3)
    if data is None:
        return False, False, False
    # A point (x, y) of the picture is shown at (ax + cy, bx + dy).
    a, b, _, c, d, *_ = _MATRIX.unpack(bytes(data))
    if abs(b) + abs(c) > abs(a) + abs(d):
        return True, c < 0, b < 0
    return False, a < 0, d < 0


def _placed(pixels: NDArray[np.uint8], placement: tuple[bool, bool, bool]) -> NDArray[np.uint8]:
    is_turned, is_left_right, is_upside_down = placement
    if not any(placement):
        return pixels
    import cv2

    placed: NDArray[np.uint8] = cv2.transpose(pixels) if is_turned else pixels
    if is_left_right or is_upside_down:
        code = -1 if is_left_right and is_upside_down else int(is_left_right)
        placed = cv2.flip(placed, code)
    return placed
