"""Pixels that a program has already."""

import time

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.frame import Frame, SourceInfo


class ArraySource:
    """One picture in memory, as a source; a copy is taken, so that the original may change."""

    def __init__(self, pixels: NDArray[np.uint8], *, is_rgb: bool = False) -> None:
        """Take the picture.

        Args:
            pixels: shape (height, width, 3), or (height, width) for a grey picture; uint8.
            is_rgb: whether red comes first; blue does otherwise, as in OpenCV.

        Raises:
            ValueError: if the array has another shape or type, or no pixel.
        """
        if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8:
            kind = getattr(pixels, "dtype", type(pixels).__name__)
            raise ValueError(f"pixels must be a NumPy array of uint8, 0 to 255. Received: {kind}")
        if pixels.size == 0 or not (pixels.ndim == 2 or pixels.shape[2:] == (3,)):
            raise ValueError(
                "pixels must have the shape (height, width, 3) or (height, width)."
                f" Received: {pixels.shape}"
            )
        if pixels.ndim == 2:
            picture = np.repeat(pixels[:, :, np.newaxis], 3, axis=2)
        else:
            picture = pixels[:, :, ::-1] if is_rgb else pixels
        self._pixels = np.array(picture, order="C")
        self._is_read = False

    def open(self) -> SourceInfo:
        """Begin anew."""
        self._is_read = False
        height, width, _ = self._pixels.shape
        return SourceInfo(
            kind="image",
            name="pixels",
            uri="",
            width_px=width,
            height_px=height,
            frame_count=1,
            duration_us=0,
        )

    def read(self) -> Frame | None:
        """Return the picture once, then None."""
        if self._is_read:
            return None
        self._is_read = True
        return Frame(index=0, timestamp_us=0, captured_ns=time.monotonic_ns(), pixels=self._pixels)

    def close(self) -> None:
        """Do nothing: there is nothing to release."""
