"""Still images."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.errors import SourceError
from fer_desktop.sources.jpeg_damage import is_damaged_jpeg
from fer_desktop.sources.pictures import read_picture


class DecodedPicture:
    """The pixels of an image, decoded once for all who wait for them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._waiting = 0
        self._pixels: NDArray[np.uint8] | None = None

    def expect(self) -> None:
        """Note that one more will want them."""
        with self._lock:
            self._waiting += 1

    def take(self, check: Callable[[], object] | None = None) -> NDArray[np.uint8]:
        """Return the pixels, and let go of them if nobody else waits; ``check`` as when reading.

        Raises:
            SourceError: if it is not an image that can be decoded.
        """
        with self._lock:
            pixels = self._pixels
            if pixels is None:
                pixels = read_picture(self._path, check)
            self._waiting -= 1
            self._pixels = pixels if self._waiting > 0 else None
            return pixels


class ImageSource:
    """A still image: one frame, upright, over white where it is transparent.

    Damage that leaves a picture is told once, after it.
    """

    def __init__(
        self,
        path: Path,
        check: Callable[[], object] | None = None,
        decoded: DecodedPicture | None = None,
    ) -> None:
        """Take a file.

        Args:
            path: the file.
            check: as ``read_picture`` takes it.
            decoded: where the pixels are taken from, which expects it.
        """
        self._path = path
        self._check = check
        if decoded is None:
            decoded = DecodedPicture(path)
            decoded.expect()
        self._decoded = decoded
        self._pixels: NDArray[np.uint8] | None = None
        self._is_judged = False

    def again(self) -> "ImageSource":
        """Return another source of the same image; a large one is not held in memory twice."""
        self._decoded.expect()
        return ImageSource(self._path, self._check, self._decoded)

    def open(self) -> SourceInfo:
        """Decode the image.

        Raises:
            SourceError: if it is not an image that can be decoded.
        """
        self._pixels = self._decoded.take(self._check)
        height, width, _ = self._pixels.shape
        return SourceInfo(
            kind="image",
            name=self._path.name,
            uri=str(self._path.resolve()),
            width_px=width,
            height_px=height,
            frame_count=1,
            duration_us=0,
        )

    def read(self) -> Frame | None:
        """Return the image once, then None.

        Raises:
            SourceError: after it, if it is damaged.
        """
        pixels, self._pixels = self._pixels, None
        if pixels is None:
            self._judge()
            return None
        return Frame(index=0, timestamp_us=0, captured_ns=time.monotonic_ns(), pixels=pixels)

    def close(self) -> None:
        """Forget the image."""
        self._pixels = None

    def _judge(self) -> None:
        if not self._is_judged:
            self._is_judged = True
            if is_damaged_jpeg(self._path):
                raise SourceError(
                    f"{self._path.name} is damaged: parts of it may look other than they did.",
                    hint="Copy or export it again.",
                )
