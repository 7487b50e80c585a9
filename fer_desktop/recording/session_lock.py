"""Who writes a session, so that no other window takes it for an interrupted one.

The system lets go of a hold when the process that has it ends, however it ends.
"""

from contextlib import suppress
from pathlib import Path

from fer_desktop.log import get_logger

log = get_logger("recording")


class SessionLock:
    """The lock that one writer at a time can hold on a session."""

    def __init__(self, session: Path) -> None:
        """Take the session's file; it is not locked yet."""
        from filelock import FileLock  # a tenth of a second that the window's start can spare

        self._file = session.with_name(f".{session.name}.lock")
        self._lock = FileLock(self._file, mode=0o600, thread_local=False)

    def acquire(self) -> bool:
        """Take the lock; False if somebody else has it. Where no lock can be had, nobody has."""
        from filelock import Timeout

        if not self._file.parent.is_dir():  # which the library would make
            return True
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            return False
        except (OSError, NotImplementedError) as error:  # a file system without locks
            log.info("%s is not locked: %s", self._file, error)
        return True

    def release(self) -> None:
        """Release it and leave nothing behind; does nothing if it is not held."""
        if self._lock.is_locked:
            with suppress(OSError):  # Windows removes it once it is closed
                self._file.unlink(missing_ok=True)
            self._lock.release()
            with suppress(OSError):
                self._file.unlink(missing_ok=True)


def is_written(session: Path) -> bool:
    """Tell whether a session is being written, by this window or another."""
    if not session.with_name(f".{session.name}.lock").exists():
        return False
    lock = SessionLock(session)
    is_free = lock.acquire()
    lock.release()
    return not is_free
