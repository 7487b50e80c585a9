"""Files: their names, writing them whole or not at all, and what to say when that fails."""

import errno
import os
import unicodedata
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from fer_desktop.errors import StorageError
from trainer.contract.text import is_clean
from trainer.contract.whole_file import replacing

_FORBIDDEN_SIGNS: Final = frozenset('<>:"/\\|?*')
# Windows gives these to devices, whatever suffix follows.
_DEVICE_NAMES: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(10))}
)

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
    errno.ELOOP: ("a symbolic link points back to itself", "Choose another folder."),
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
        raise StorageError(f"{path} already exists.", hint="Choose another name.")


@contextmanager
def whole_file(path: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Give a temporary file beside a path, and move it there when the block succeeds.

    The temporary name keeps the suffix, from which writers tell the format.

    Raises:
        StorageError: if the file exists and must not be replaced, or cannot be written.
    """
    try:
        if not overwrite or path.is_dir():
            refuse_existing(path)
        with replacing(path) as part:
            yield part
            if not overwrite:  # somebody may have put one there meanwhile
                refuse_existing(path)
    except OSError as error:
        raise storage_error(path, error) from error


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


def name_problem(name: str, *, longest: int, forbidden: str = "") -> str:
    """Return why no file or folder may be called so on every platform; empty where it may.

    Args:
        name: without a path.
        longest: how many characters it may have.
        forbidden: signs that it must not hold besides those that no name can hold.
    """
    if len(name) > longest:
        return f"A name can have at most {longest} characters."
    wrong = next((sign for sign in name if not _is_allowed(sign) or sign in forbidden), None)
    if wrong is not None:
        return f"A name cannot contain {wrong if wrong.isprintable() else repr(wrong)}."
    if name != name.strip() or name.startswith(".") or name.endswith("."):
        return "A name cannot begin or end with a space or a dot."
    if _is_device(name):
        return f"The name {name} is reserved by the system."
    return ""


def fitting_name(wanted: str, *, longest: int, otherwise: str) -> str:
    """Return what a file or folder can be called of a wanted name, or another where nothing can."""
    kept = "".join(filter(_is_allowed, wanted)).strip(" .")[:longest].strip(" .")
    return otherwise if not kept or _is_device(kept) else kept


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


def new_file(folder: Path, stem: str, suffix: str, *, mode: int = 0o666) -> Path:
    """Create an empty file under a name that nothing in the folder has yet.

    Creating it reserves the name against other processes too. ``mode`` says who may read and write
    it, less what the user's mask takes away.

    Raises:
        StorageError: if the folder cannot be written.
    """
    make_folder(folder)
    taken: set[str] = set()
    while True:
        name = distinct_name(stem, taken)
        path = folder / f"{name}{suffix}"
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode))
            return path
        except FileExistsError:
            taken.add(name.casefold())
        except OSError as error:
            raise storage_error(path, error) from error


def _is_allowed(sign: str) -> bool:
    return sign.isprintable() and sign not in _FORBIDDEN_SIGNS


def _is_device(name: str) -> bool:
    return name.partition(".")[0].casefold() in _DEVICE_NAMES
