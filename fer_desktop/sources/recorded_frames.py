"""The frames of a past session without its file: at their own times, gray or as recorded."""

import time
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.sources.recorded_pictures import RecordedPictures

_GRAY: Final = 88
_SIDE_MAX: Final = 1 << 14
_LEAST_US: Final = 1


class RecordedFramesSource:
    """Can be played and sought in like the video that it stands for.

    Frames are numbered from 0 on, though a camera's may have had gaps.
    """

    def __init__(
        self,
        name: str,
        uri: str,
        times_us: Sequence[int] | NDArray[np.int64],
        sizes_px: Sequence[tuple[int, int]] | NDArray[np.int64],
        pictures: RecordedPictures | None = None,
    ) -> None:
        """Take what the frames were.

        Args:
            name, uri: of the source.
            times_us: rising.
            sizes_px: width and height of each.
            pictures: those that were recorded; where there is none, a frame is gray.
        """
        self._name = name
        self._uri = uri
        self._times_us = np.asarray(times_us, np.int64)
        self._sizes_px = np.asarray(sizes_px, np.int64).clip(1, _SIDE_MAX)
        self._pictures = pictures
        self._row = 0
        self._gray: NDArray[np.uint8] | None = None

    def again(self) -> "RecordedFramesSource":
        """Return another source of the same frames."""
        pictures = None if self._pictures is None else self._pictures.again()
        return RecordedFramesSource(self._name, self._uri, self._times_us, self._sizes_px, pictures)

    def open(self) -> SourceInfo:
        """Tell what the frames are."""
        width, height = self._sizes_px[0].tolist()
        self._gray = _plain(width, height)
        self._row = 0
        times_us = self._times_us
        duration_us = int(times_us[-1])
        span_us = max(_LEAST_US, duration_us - int(times_us[0]))
        return SourceInfo(
            kind="video",
            name=self._name,
            uri=self._uri,
            width_px=width,
            height_px=height,
            fps=max(0.001, (len(times_us) - 1) * 1e6 / span_us) if len(times_us) > 1 else None,
            frame_count=len(times_us),
            duration_us=duration_us,
        )

    def read(self) -> Frame | None:
        """Return the next frame, None at the end."""
        if self._gray is None or self._row >= len(self._times_us):
            return None
        row = self._row
        self._row += 1
        time_us = int(self._times_us[row])
        width, height = self._sizes_px[row].tolist()
        pixels = None if self._pictures is None else self._pictures.at(time_us, (width, height))
        if pixels is None:
            if self._gray.shape[:2] != (height, width):
                self._gray = _plain(width, height)
            pixels = self._gray
        return Frame(row, time_us, time.monotonic_ns(), pixels)

    def seek(self, frame_index: int) -> None:
        """Make ``read`` return this frame next; clamped to the frames that there are."""
        self._row = min(max(0, frame_index), len(self._times_us) - 1)

    def index_at(self, timestamp_us: int) -> int:
        """Return the index of the frame on screen at this time."""
        return max(0, int(np.searchsorted(self._times_us, timestamp_us, side="right")) - 1)

    def close(self) -> None:
        """Forget the picture, and let go of the videos."""
        self._gray = None
        if self._pictures is not None:
            self._pictures.close()


def _plain(width: int, height: int) -> NDArray[np.uint8]:
    return np.full((height, width, 3), _GRAY, np.uint8)
