"""One limit for several waits."""

import threading
import time


class Deadline:
    """A moment up to which things are waited for, whoever waits, and for however many of them."""

    def __init__(self, limit_s: float) -> None:
        """Begin to count; at once, a limit of 0 has been reached."""
        self._end_s = time.monotonic() + limit_s

    @property
    def left_s(self) -> float:
        """Seconds until then; 0 from then on."""
        return max(0.0, self._end_s - time.monotonic())

    def within(self, limit_s: float) -> "Deadline":
        """Return the earlier one: this, or so many seconds from now."""
        return Deadline(min(limit_s, self.left_s))

    def join(self, *threads: threading.Thread) -> bool:
        """Wait until threads have ended that were started; tell whether they have."""
        for thread in threads:
            if thread.ident is not None:
                thread.join(self.left_s)
        return not any(thread.is_alive() for thread in threads)
