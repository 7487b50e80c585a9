"""The pictures of a live session, out of the videos that were recorded of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.errors import FerError
from fer_desktop.log import get_logger
from fer_desktop.sources.media_file import VideoSource

log = get_logger("capture")

# A recorder that was too slow leaves frames out; for so long the one before stands in for them.
_STANDS_FOR_US: Final = 200_000
_ROUNDING_US: Final = 1


@dataclass(frozen=True, slots=True)
class RecordedPart:
    """A video, and from when on it shows the session.

    Attributes:
        file: the video.
        from_us: time of its first picture on the session's clock.
    """

    file: Path
    from_us: int


class RecordedPictures:
    """Finds the picture of a moment; made, used and closed by one thread.

    One video is open at a time. One that cannot be read, or ends early, has no more pictures.
    """

    def __init__(self, parts: Sequence[RecordedPart]) -> None:
        """Take the videos, which are not opened yet."""
        self._parts = sorted(parts, key=lambda part: part.from_us)
        self._open: RecordedPart | None = None
        self._source: VideoSource | None = None
        self._unreadable: set[RecordedPart] = set()
        self._next = 0
        self._shown: tuple[int, NDArray[np.uint8]] | None = None

    def again(self) -> "RecordedPictures":
        """Return others of the same videos."""
        return RecordedPictures(self._parts)

    def has(self, time_us: int) -> bool:
        """Tell whether the very picture of a moment was recorded."""
        return self._find(time_us, _ROUNDING_US) is not None

    def at(
        self, time_us: int, size_px: tuple[int, int], *, exact: bool = False
    ) -> NDArray[np.uint8] | None:
        """Return the picture of a moment, None where there is none.

        Args:
            time_us: on the session's clock.
            size_px: what it has to measure: width and height of the session's frame.
            exact: whether it must be the frame of that moment, and not one shortly before.
        """
        found = self._find(time_us, _ROUNDING_US if exact else _STANDS_FOR_US)
        if found is None:
            return None
        if self._shown is None or self._shown[0] != found:
            pixels = self._read(found)
            if pixels is None:
                return None
            self._shown = found, pixels
        return _unfitted(self._shown[1], size_px)

    def close(self) -> None:
        """Let go of the video; may be called twice."""
        source, self._source = self._source, None
        self._open = self._shown = None
        if source is not None:
            source.close()

    def _find(self, time_us: int, tolerance_us: int) -> int | None:
        """Return which picture of the video that is open then is on at a moment."""
        begun = [part for part in self._parts if part.from_us <= time_us + _ROUNDING_US]
        source = self._opened(begun[-1]) if begun else None
        if source is None:
            return None
        local_us = time_us - begun[-1].from_us
        index = source.index_at(local_us + _ROUNDING_US)
        return index if abs(local_us - source.time_of(index)) <= tolerance_us else None

    def _opened(self, part: RecordedPart) -> VideoSource | None:
        if part == self._open:
            return self._source
        self.close()
        if part in self._unreadable:
            return None
        source = VideoSource(part.file)
        try:
            source.open()
        except FerError as error:
            self._give_up(part, error)
            return None
        self._open, self._source, self._next = part, source, 0
        return source

    def _read(self, index: int) -> NDArray[np.uint8] | None:
        source, part = self._source, self._open
        assert source is not None  # it was found in it
        assert part is not None
        try:
            if index != self._next:
                source.seek(index)
            frame = source.read()
        except FerError as error:
            self.close()
            self._give_up(part, error)
            return None
        self._next = -1 if frame is None else frame.index + 1
        return frame.pixels if frame is not None and frame.index == index else None

    def _give_up(self, part: RecordedPart, error: FerError) -> None:
        log.info("%s shows nothing more: %s", part.file, error)
        self._unreadable.add(part)


def _unfitted(pixels: NDArray[np.uint8], size_px: tuple[int, int]) -> NDArray[np.uint8]:
    """Return a picture as it was before it was fitted into a video of another size."""
    width, height = size_px
    if pixels.shape[:2] == (height, width):
        return pixels
    import cv2

    scale = min(1.0, pixels.shape[0] / height, pixels.shape[1] / width)
    part = pixels[: round(height * scale), : round(width * scale)]
    if scale == 1.0:
        return np.ascontiguousarray(part)
    fitted: NDArray[np.uint8] = cv2.resize(part, size_px, interpolation=cv2.INTER_LINEAR)
    return fitted
