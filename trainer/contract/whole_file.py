"""Files that appear whole or not at all, for whoever writes one.

What is being written has a name of its own beside the final one, and is held as long as its writer
lives: what a killed writer left can be told apart, and removed.
"""

import os
import re
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_PART_NAME: Final = re.compile(r"\.fer-[0-9a-f]{8}(\..*)?", re.DOTALL)


@contextmanager
def replacing(path: Path, *, mode: int = 0o666) -> Iterator[Path]:
    """Give a temporary file beside a path, and move it there when the block succeeds.

    The temporary name keeps the suffix, from which writers tell the format.

    Args:
        path: where the file is to be.
        mode: who may read and write it, less what the user's mask takes away.

    Raises:
        OSError: if the file cannot be written.
    """
    part = path.with_name(f".fer-{secrets.token_hex(4)}{path.suffix}")
    try:
        # Created here so that an unusable folder is reported before the work, not after it.
        with _held(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)):
            yield part
            os.replace(part, path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def remove_leftovers(folder: Path) -> None:
    """Remove the temporary files of writers that were killed; those being written stay."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if _PART_NAME.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                _remove_unless_held(Path(entry.path))


@contextmanager
def _held(descriptor: int) -> Iterator[None]:
    """Keep an open file from being taken for a leftover, as long as this process lives.

    Windows lets nobody remove a file that is open, nor move it: the writer's own hold is enough.
    """
    if sys.platform == "win32":
        os.close(descriptor)
        yield
        return
    import fcntl

    try:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def _remove_unless_held(part: Path) -> None:
    if sys.platform == "win32":
        with suppress(OSError):
            part.unlink()
        return
    import fcntl

    with suppress(OSError):  # held, somebody else's, gone, or on a file system without locks
        descriptor = os.open(part, os.O_RDONLY | os.O_NOFOLLOW)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            part.unlink()
        finally:
            os.close(descriptor)
