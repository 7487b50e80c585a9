"""Files that appear whole or not at all, and what to say when they cannot be written."""

import errno
import os
import re
import secrets
import sys
import unicodedata
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from fer_desktop.errors import StorageError
from trainer.contract.text import is_clean

# What is being written has such a name beside its final one.
_PART_NAME: Final = re.compile(r"\.fer-[0-9a-f]{8}(\..*)?", re.DOTALL)

_CAUSES = {
    errno.ENOSPC: ("the disk is full", "Free some space or choose another folder."),
    errno.EDQUOT: ("your disk quota is used up", "Free some space or choose another folder."),
    errno.EFBIG: ("the file would be too large for this disk", "Choose another disk."),
    errno.EROFS: ("the folder is read-only", "Choose another folder."),
    errno.EACCES: ("permission denied", "Choose a folder that you may write to."),
    errno.EPERM: ("permission denied", "Choose a folder that you may write to."),
    errno.ENOENT: ("the folder does not exist", "Choose another folder."),
    errno.ENOTDIR: ("a file is in the folder's place", "Choose another folder."),
    errno.ENAMETOOLONG: ("the name is too long", "Choose a shorter name."),
    errno.ELOOP: ("a symbolic link leads back to itself", "Choose another folder."),
}


def storage_error(path: Path, error: OSError) -> StorageError:
    """Return what to tell the user about a file that could not be written."""
    known = _CAUSES.get(error.errno or 0)
    if known is None:
        return StorageError(f"{path} cannot be written: {error.strerror or error}.")
    cause, hint = known
    return StorageError(f"{path} cannot be written: {cause}.", hint=hint)


def shown_name(name: str | Path) -> str:
    """Return a file name or path as one line that shows every character it has.

    File names may hold line ends, commands to terminals, and bytes that are no text.
    """
    return "".join(
        sign
        if is_clean(sign) or unicodedata.category(sign) == "Zs"
        else sign.encode("unicode_escape").decode("ascii")
        for sign in str(name)
    )


def refuse_existing(path: Path) -> None:
    """Stop before a file that is there already.

    Raises:
        StorageError: if something has this name.
    """
    if path.is_dir():
        raise StorageError(f"{path} is a folder.", hint="Choose the name of a file.")
    if path.exists():
        raise StorageError(f"{path} exists already.", hint="Choose another name.")


@contextmanager
def whole_file(path: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Give a temporary file beside a path, and move it there when the block succeeds.

    The temporary name keeps the suffix, from which writers tell the format.

    Raises:
        StorageError: if the file exists and must not be replaced, or cannot be written.
    """
    part = path.with_name(f".fer-{secrets.token_hex(4)}{path.suffix}")
    try:
        if not overwrite or path.is_dir():
            refuse_existing(path)
        # Created here so that an unusable folder is reported before the work, not after it.
        with _held(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)):
            yield part
            if not overwrite:  # somebody may have put one there meanwhile
                refuse_existing(path)
            os.replace(part, path)
    except OSError as error:
        raise storage_error(path, error) from error
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


def make_folder(folder: Path) -> None:
    """Create a folder and those above it, if they are missing.

    Raises:
        StorageError: if that is not possible.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise StorageError(
            f"{folder} cannot be a folder: a file is in its place.", hint="Choose another folder."
        ) from error
    except OSError as error:
        raise storage_error(folder, error) from error


def distinct_name(wanted: str, taken: Collection[str]) -> str:
    """Return a name, with ``-2``, ``-3`` and so on appended while it is taken.

    Args:
        wanted: the name without its suffix.
        taken: names in use, case-folded: many file systems do not tell ``A`` from ``a``.
    """
    name, number = wanted, 2
    while name.casefold() in taken:
        name, number = f"{wanted}-{number}", number + 1
    return name


def new_file(folder: Path, stem: str, suffix: str) -> Path:
    """Create an empty file under a name that nothing in the folder has yet.

    Creating it reserves the name against other processes too.

    Raises:
        StorageError: if the folder cannot be written.
    """
    make_folder(folder)
    taken: set[str] = set()
    while True:
        name = distinct_name(stem, taken)
        path = folder / f"{name}{suffix}"
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
            return path
        except FileExistsError:
            taken.add(name.casefold())
        except OSError as error:
            raise storage_error(path, error) from error
