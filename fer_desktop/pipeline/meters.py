"""How fast the pipeline runs, and how late it is."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Final

_WINDOW_NS: Final = 2_000_000_000
_WINDOW_ITEMS: Final = 256  # bounds memory and the cost of a reading at any frame rate


@dataclass(frozen=True, slots=True)
class MeterReading:
    """The state of the pipeline over the last two seconds.

    Attributes:
        source_fps: frames a second that the source delivers; 0 when it delivers none.
        analysed_fps: frames a second that were analysed.
        dropped: frames of this session that were replaced by newer ones before analysis.
        delay_ms: median age of a frame when its result was ready.
    """

    source_fps: float = 0.0
    analysed_fps: float = 0.0
    dropped: int = 0
    delay_ms: float = 0.0


class RateMeter:
    """Events a second over a sliding window, counted on the intervals between them."""

    def __init__(self) -> None:
        self._times_ns: deque[int] = deque(maxlen=_WINDOW_ITEMS)

    def tick(self, now_ns: int) -> None:
        """Count one event."""
        self._times_ns.append(now_ns)
        self._forget(now_ns)

    def rate(self, now_ns: int) -> float:
        """Return events a second; 0 with fewer than two events in the window."""
        self._forget(now_ns)
        if len(self._times_ns) < 2:
            return 0.0
        span_ns = self._times_ns[-1] - self._times_ns[0]
        return (len(self._times_ns) - 1) * 1e9 / span_ns if span_ns > 0 else 0.0

    def _forget(self, now_ns: int) -> None:
        while self._times_ns and now_ns - self._times_ns[0] > _WINDOW_NS:
            self._times_ns.popleft()


class Meters:
    """Counters that worker threads feed and that any thread may read."""

    def __init__(self, now_ns: Callable[[], int]) -> None:
        self._now_ns = now_ns
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Begin anew, for a new source."""
        with self._lock:
            self._source = RateMeter()
            self._analysed = RateMeter()
            self._dropped = 0
            self._delays_ns: deque[tuple[int, int]] = deque(maxlen=_WINDOW_ITEMS)

    def frame_captured(self) -> None:
        """Count a frame that the source delivered."""
        with self._lock:
            self._source.tick(self._now_ns())

    def frame_dropped(self) -> None:
        """Count a frame that a newer one replaced."""
        with self._lock:
            self._dropped += 1

    def frame_analysed(self, captured_ns: int) -> None:
        """Count a finished analysis of a frame that was captured at this time."""
        with self._lock:
            now_ns = self._now_ns()
            self._analysed.tick(now_ns)
            self._delays_ns.append((now_ns, now_ns - captured_ns))

    def reading(self) -> MeterReading:
        """Return what the status line shows."""
        with self._lock:
            now_ns = self._now_ns()
            recent = [entry for entry in self._delays_ns if now_ns - entry[0] <= _WINDOW_NS]
            return MeterReading(
                source_fps=self._source.rate(now_ns),
                analysed_fps=self._analysed.rate(now_ns),
                dropped=self._dropped,
                delay_ms=median(entry[1] for entry in recent) / 1e6 if recent else 0.0,
            )
