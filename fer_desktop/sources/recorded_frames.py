"""The frames of a past session whose pictures are not there: gray, at their own times."""

import time
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.frame import Frame, SourceInfo

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
        size_px: tuple[int, int],
    ) -> None:
        """Take what the frames were.

        Args:
            name, uri: of the source.
            times_us: rising.
            size_px: width and height.
        """
        self._name = name
        self._uri = uri
        self._times_us = np.asarray(times_us, np.int64)
        self._size_px = size_px
        self._row = 0
        self._pixels: NDArray[np.uint8] | None = None

    def again(self) -> "RecordedFramesSource":
        """Return another source of the same frames."""
        return RecordedFramesSource(self._name, self._uri, self._times_us, self._size_px)

    def open(self) -> SourceInfo:
        """Tell what the frames are."""
        width, height = (min(max(1, side), _SIDE_MAX) for side in self._size_px)
        self._pixels = np.full((height, width, 3), _GRAY, np.uint8)
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
        if self._pixels is None or self._row >= len(self._times_us):
            return None
        row = self._row
        self._row += 1
        return Frame(row, int(self._times_us[row]), time.monotonic_ns(), self._pixels)

    def seek(self, frame_index: int) -> None:
        """Make ``read`` return this frame next; clamped to the frames that there are."""
        self._row = min(max(0, frame_index), len(self._times_us) - 1)

    def index_at(self, timestamp_us: int) -> int:
        """Return the index of the frame on screen at this time."""
        return max(0, int(np.searchsorted(self._times_us, timestamp_us, side="right")) - 1)

    def close(self) -> None:
        """Forget the picture."""
        self._pixels = None
