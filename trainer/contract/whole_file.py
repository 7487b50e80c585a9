"""Files that appear whole or not at all, for whoever writes one.

What is being written has a name of its own beside the final one, and is held as long as its writer
lives: what a killed writer left can be told apart, and removed.
"""

import errno
import os
import re
import secrets
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from trainer.contract.held_file import abandoned, hold

_PART_NAME: Final = re.compile(r"\.fer-[0-9a-f]{8}(\..*)?", re.DOTALL)
_HOLD: Final = "hold"  # the file in a folder that is held
_parts: set[Path] = set()
_is_given_up = False
_lock = threading.Lock()


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
    part = path.with_name(f"{_new_name()}{path.suffix}")
    try:
        # Created here so that an unusable folder is reported before the work, not after it.
        with _noted(part), _held(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)):
            yield part
            os.replace(part, path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


@contextmanager
def scratch_folder(parent: Path) -> Iterator[Path]:
    """Give a temporary folder for what leads to a file, on the same disk; only its owner sees it.

    Raises:
        OSError: if it cannot be made.
    """
    folder = parent / _new_name()
    try:
        with _noted(folder):
            folder.mkdir(mode=0o700)
            with _held(os.open(folder / _HOLD, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)):
                yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_leftovers(folder: Path) -> None:
    """Remove what writers left that were killed; what is being written stays."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if not _PART_NAME.fullmatch(entry.name) or entry.is_symlink():
                continue
            path = Path(entry.path)
            with suppress(OSError), abandoned(path / _HOLD if entry.is_dir() else path):
                _remove(path)


def give_up_parts() -> None:
    """Remove what other threads still write: the process ends, and does not wait for them.

    No file appears any more after this. On Windows, where nobody can remove what is being
    written, the next who writes into the folder removes it.
    """
    global _is_given_up
    with _lock:
        _is_given_up = True
        for part in _parts:
            with suppress(OSError):
                _remove(part)


def _new_name() -> str:
    return f".fer-{secrets.token_hex(4)}"


def _remove(part: Path) -> None:
    if part.is_dir():
        shutil.rmtree(part, ignore_errors=True)
    else:
        part.unlink()


@contextmanager
def _noted(part: Path) -> Iterator[None]:
    with _lock:
        if _is_given_up:
            raise OSError(errno.ECANCELED, "the application is closing")
        _parts.add(part)
    try:
        yield
    finally:
        with _lock:
            _parts.discard(part)


@contextmanager
def _held(descriptor: int) -> Iterator[None]:
    """Keep an open file from being taken for a leftover, as long as this process lives."""
    if sys.platform == "win32":
        os.close(descriptor)  # the writer's own hold is enough, and it could not be moved
        yield
        return
    try:
        hold(descriptor)
        yield
    finally:
        os.close(descriptor)
