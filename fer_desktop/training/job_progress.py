"""A long job, seen from the thread that does it and from the one that waits for it."""

import threading


class Work:
    """How far a job is, and whether it shall stop; shared by two threads.

    Attributes:
        total: how many steps there are; 0 while that is not known.
        done: how many of them are behind.
    """

    def __init__(self) -> None:
        self.total = 0
        self.done = 0
        self._stopped = threading.Event()
        self._ended = threading.Event()

    @property
    def is_stopped(self) -> bool:
        """Whether nobody waits for the job any more."""
        return self._stopped.is_set()

    def begin(self, total: int) -> None:
        """Start counting anew."""
        self.done, self.total = 0, total

    def advance(self) -> bool:
        """Count a step, and tell whether there shall be another one."""
        self.done += 1
        return not self.is_stopped

    def end(self) -> None:
        """Say that nothing is done any more."""
        self._ended.set()

    def wait(self) -> None:
        """Wait for the end."""
        self._ended.wait()

    def stop(self) -> None:
        """Ask the job to end after its present step."""
        self._stopped.set()
