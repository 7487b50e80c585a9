"""Files below a folder, without hidden files and leftovers of programs."""

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from trainer.data.images import IMAGE_SUFFIXES
from trainer.errors import DataError

# What macOS, NAS boxes and notebooks put beside pictures; nobody means it to be read.
_LEFTOVERS: Final = frozenset(("__macosx", "@eadir", "$recycle.bin", "system volume information"))
# Folders around a dataset, one in the other, as archives are packed.
_MOST_WRAPPERS: Final = 3


def is_ignored(name: str) -> bool:
    """Tell whether a file or folder is hidden, or a leftover of some program."""
    return name.startswith(".") or name.lower() in _LEFTOVERS


def files_below(root: Path) -> list[PurePosixPath]:
    """Return the paths of all files below a folder, sorted; links to folders are followed once.

    Raises:
        DataError: if a folder cannot be read.
    """

    def refuse(error: OSError) -> None:
        raise error

    found: list[PurePosixPath] = []
    seen = {os.path.realpath(root)}
    try:
        for place, folders, files in os.walk(root, onerror=refuse, followlinks=True):
            real = {name: os.path.realpath(os.path.join(place, name)) for name in folders}
            folders[:] = sorted(
                name for name in folders if not is_ignored(name) and real[name] not in seen
            )
            seen.update(real[name] for name in folders)
            below = PurePosixPath(Path(place).relative_to(root).as_posix())
            found += [below / name for name in files if not is_ignored(name)]
    except PermissionError:
        raise
    except OSError as error:
        raise DataError(f"{error.filename or root} cannot be read: {error.strerror}.") from error
    return sorted(found, key=lambda path: path.parts)


def is_picture(path: PurePosixPath | Path) -> bool:
    """Tell by its name whether a file is an image."""
    return path.suffix.lower() in IMAGE_SUFFIXES


def folders_in(folder: Path) -> list[Path]:
    """Return the folders in a folder, sorted."""
    try:
        entries = sorted(folder.iterdir())
    except NotADirectoryError:
        return []
    return [entry for entry in entries if entry.is_dir() and not is_ignored(entry.name)]


def wrapped(path: Path) -> Iterator[Path]:
    """Yield a folder and, where it holds one folder and nothing else, what that one is around."""
    yield path
    for _ in range(_MOST_WRAPPERS):
        if not path.is_dir():
            return
        inside = [entry for entry in path.iterdir() if not is_ignored(entry.name)]
        folders = [entry for entry in inside if entry.is_dir()]
        # Notes (a licence, a note) lie beside the folder in many archives.
        if len(folders) != 1 or any(is_picture(entry) for entry in inside):
            return
        path = folders[0]
        yield path


def find_folder(path: Path, *names: str) -> Path | None:
    """Return the first of some folders of a folder that is there, whatever its case."""
    wanted = [name.lower() for name in names]
    found = {entry.name.lower(): entry for entry in folders_in(path)}
    return next((found[name] for name in wanted if name in found), None)


def find_file(path: Path, *names: str) -> Path | None:
    """Return the first of some files of a folder that is there, whatever its case."""
    if not path.is_dir():
        return None
    wanted = [name.lower() for name in names]
    found = {entry.name.lower(): entry for entry in path.iterdir() if entry.is_file()}
    return next((found[name] for name in wanted if name in found), None)
