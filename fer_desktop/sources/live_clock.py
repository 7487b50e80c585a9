"""The clock of what happens now."""

import time

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.frame import Frame


class LiveClock:
    """Numbers frames and times them from the first one, strictly increasing."""

    def __init__(self) -> None:
        self._began_ns: int | None = None
        self._index = -1
        self._last_us = -1

    def frame(self, pixels: NDArray[np.uint8], captured_ns: int) -> Frame:
        """Return what was captured as the next frame.

        Args:
            pixels: the picture.
            captured_ns: ``time.monotonic_ns()`` when it was.
        """
        if self._began_ns is None:
            self._began_ns = captured_ns
        self._index += 1
        self._last_us = max((captured_ns - self._began_ns) // 1000, self._last_us + 1)
        return Frame(
            index=self._index,
            timestamp_us=self._last_us,
            captured_ns=captured_ns,
            pixels=pixels,
            wall_ns=time.time_ns() - (time.monotonic_ns() - captured_ns),
        )
