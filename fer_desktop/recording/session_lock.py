"""Who writes or shows a session, so that no other window changes it or takes it for interrupted.

The system lets go of a hold when the process that has it ends, however it ends.
"""

import threading
from contextlib import suppress
from pathlib import Path

from fer_desktop.errors import StorageError
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


class ShownSession:
    """Keeps the session that a window shows from being changed elsewhere; any thread may ask.

    What one window knows of its marks, names and corrections takes the place of all that is in the
    file: two windows would undo each other's work.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[Path, SessionLock] = {}

    def hold(self, session: Path) -> None:
        """Keep a session, until another one alone is wanted.

        Raises:
            StorageError: if another window has it.
        """
        with self._lock:
            if session in self._held:
                return
            lock = SessionLock(session)
            if not lock.acquire():
                raise StorageError(
                    f"{session.name} is open in another window.", hint="Close it there first."
                )
            self._held[session] = lock

    def let_go(self, *, but: Path | None = None) -> None:
        """Let others have what is held, but that session."""
        with self._lock:
            for session in [one for one in self._held if one != but]:
                self._held.pop(session).release()


def is_written(session: Path) -> bool:
    """Tell whether a session is being written or shown, by this window or another."""
    if not session.with_name(f".{session.name}.lock").exists():
        return False
    lock = SessionLock(session)
    is_free = lock.acquire()
    lock.release()
    return not is_free
