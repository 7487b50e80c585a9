"""Files that a process holds for as long as it works on them.

The system lets go of a hold when the process ends, however it ends: what a killed one left can be
told apart. Windows lets nobody remove or move a file that is open, so there an open file is held.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def hold(descriptor: int) -> None:
    """Hold an open file until it is closed, where the file system knows locks."""
    if sys.platform != "win32":
        import fcntl

        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def abandoned(path: Path) -> Iterator[Path]:
    """Give a file whose writer is gone, to be removed within the block; nobody else gets it.

    Raises:
        OSError: if somebody holds it, if it is somebody else's or gone, or if the file system
            knows no locks. Windows says so only when it is to be removed.
    """
    if sys.platform == "win32":
        yield path
        return
    import fcntl

    # A pipe would keep whoever opens it waiting.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield path
    finally:
        os.close(descriptor)
