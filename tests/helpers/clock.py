"""Time that a test moves by hand."""

import threading
from typing import Final

_GLANCE_S: Final = 0.002  # real time between two looks at the scripted one


class FakeClock:
    """A clock at the port of the pipeline: it stands still until a test moves it.

    Attributes:
        skipped_s: the waits that it has skipped.
        waiting_s: how long the last wait with a limit was to be.
    """

    def __init__(self, *, skips_waits: bool = False) -> None:
        """Choose whether a wait with a limit moves the clock on by itself, at once."""
        self._skips_waits = skips_waits
        self._lock = threading.Lock()
        self._now_ns = 1_000_000_000
        self.skipped_s: list[float] = []
        self.waiting_s = 0.0

    def now_ns(self) -> int:
        """Return the scripted time."""
        with self._lock:
            return self._now_ns

    def advance(self, seconds: float) -> None:
        """Move on."""
        with self._lock:
            self._now_ns += round(seconds * 1e9)

    def wait(self, condition: threading.Condition, timeout_s: float | None = None) -> None:
        """Return soon in real time, so that the caller looks at the clock again."""
        if timeout_s is not None:
            self.waiting_s = timeout_s
            if self._skips_waits:
                self.skipped_s.append(timeout_s)
                self.advance(timeout_s)
        condition.wait(_GLANCE_S)
