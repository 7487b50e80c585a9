"""Locks of a run: one trainer writes to its folder, and one window watches it.

The system lets go of a hold when the process that has it ends, however it ends.
"""

from pathlib import Path
from typing import Final, Literal

Role = Literal["trainer", "window", "analysis"]

_FILES: Final[dict[Role, str]] = {
    "trainer": ".lock",
    "window": ".window.lock",
    "analysis": ".analysis.lock",
}


class RunLock:
    """The lock that one process at a time can hold on a run's folder, in one role."""

    def __init__(self, folder: Path, role: Role) -> None:
        from filelock import FileLock  # a tenth of a second that the window's start can spare

        self._lock = FileLock(folder / _FILES[role], thread_local=False)

    def acquire(self) -> bool:
        """Take the lock; False if somebody else has it.

        Raises:
            OSError: if nothing can be written in the folder.
        """
        from filelock import Timeout

        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            return False
        return True

    def release(self) -> None:
        """Release it; does nothing if it is not held."""
        self._lock.release()


def is_held(folder: Path, role: Role) -> bool:
    """Tell whether somebody holds a run; a folder that nobody can write to counts as held."""
    lock = RunLock(folder, role)
    try:
        free = lock.acquire()
    except OSError:
        return True
    lock.release()
    return not free
