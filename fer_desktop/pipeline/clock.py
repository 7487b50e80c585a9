"""The pipeline's only way to tell time and to wait, so that tests can script both."""

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """Monotonic time."""

    def now_ns(self) -> int:
        """Return monotonic nanoseconds."""
        ...

    def wait(self, condition: threading.Condition, timeout_s: float | None = None) -> None:
        """Wait until notified or until the time is over; the caller holds the condition.

        It may return early, as ``Condition.wait`` does: callers check and wait again.
        """
        ...


class SystemClock:
    """The computer's own monotonic clock."""

    def now_ns(self) -> int:
        """Return ``time.monotonic_ns()``."""
        return time.monotonic_ns()

    def wait(self, condition: threading.Condition, timeout_s: float | None = None) -> None:
        """Wait on the condition itself."""
        condition.wait(timeout_s)
