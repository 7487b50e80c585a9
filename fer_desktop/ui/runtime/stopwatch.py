"""How long something has run, pauses left out."""

import time
from collections.abc import Callable


class Stopwatch:
    """Counts seconds while it runs."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._counted_s = 0.0
        self._since_s: float | None = None

    @property
    def elapsed_s(self) -> float:
        """Seconds counted so far."""
        running_s = self._now_s() - self._since_s if self._since_s is not None else 0.0
        return self._counted_s + running_s

    def reset(self) -> None:
        """Begin anew, standing still."""
        self._counted_s, self._since_s = 0.0, None

    def run(self, runs: bool) -> None:
        """Go on counting, or stand still."""
        if not runs:
            self._counted_s, self._since_s = self.elapsed_s, None
        elif self._since_s is None:
            self._since_s = self._now_s()
