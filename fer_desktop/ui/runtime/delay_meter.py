"""How old a picture is when it is on screen."""

import time
from collections import deque
from collections.abc import Callable
from statistics import median
from typing import Final

from fer_desktop.domain.frame import Frame

_WINDOW_NS: Final = 2_000_000_000
_ITEMS_MAX: Final = 128


class DelayMeter:
    """The median age of the pictures painted in the last two seconds."""

    def __init__(self, now_ns: Callable[[], int] = time.monotonic_ns) -> None:
        self._now_ns = now_ns
        self._ages: deque[tuple[int, int]] = deque(maxlen=_ITEMS_MAX)

    def painted(self, frame: Frame) -> None:
        """Take note of a frame that was just painted."""
        now_ns = self._now_ns()
        self._ages.append((now_ns, now_ns - frame.captured_ns))

    def reset(self) -> None:
        """Begin anew."""
        self._ages.clear()

    def delay_ms(self) -> float | None:
        """Return the median age; None when nothing was painted lately."""
        now_ns = self._now_ns()
        recent = [age for at, age in self._ages if now_ns - at <= _WINDOW_NS]
        return median(recent) / 1e6 if recent else None
