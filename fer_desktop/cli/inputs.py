"""Which files a command is to work on: files, folders and patterns become a list of files."""

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from fer_desktop.errors import SourceError
from fer_desktop.sources.media_names import MEDIA_SUFFIXES, with_folders_opened

Found = tuple[Path, SourceError | None]


@dataclass(frozen=True, slots=True)
class InputChoice:
    """Which files of folders are taken.

    Attributes:
        recursive: whether those in subfolders are.
        include: patterns; a file must match one of them, if there are any.
        exclude: patterns; a file that matches one of them is left out.
        results: folder that is no subfolder to search: what an earlier run has drawn lies there.
    """

    recursive: bool = False
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    results: Path | None = None

    def takes(self, path: Path, folder: Path) -> bool:
        """Tell whether a file of a folder is taken: by its name, or its path in the folder."""
        names = (path.name, path.relative_to(folder).as_posix())
        if any(fnmatch(name, pattern) for pattern in self.exclude for name in names):
            return False
        return not self.include or any(
            fnmatch(name, pattern) for pattern in self.include for name in names
        )


def find_inputs(named: Sequence[Path], choice: InputChoice) -> list[Found]:
    """Return the files that are meant, as often as they are, or the reason why there is nothing."""
    matches = (match for text in named for match in _matches(text))
    return [found for path in matches for found in _files_of(path, choice)]


def _matches(path: Path) -> Sequence[Path]:
    """Return what a pattern stands for, where the shell has not seen to that."""
    text = str(path)
    if not glob.has_magic(text) or os.path.lexists(path):
        return [path]
    return sorted(map(Path, glob.iglob(text, recursive=True))) or [path]


def _files_of(path: Path, choice: InputChoice) -> Iterator[Found]:
    if not os.path.isdir(path):
        yield path, None
        return
    found = _below(path, choice.results) if choice.recursive else with_folders_opened([path])
    is_empty = True
    for entry, refusal in found:
        if refusal is not None:
            is_empty = False
            yield entry, refusal
        elif choice.takes(entry, path):
            is_empty = False
            yield entry, None
    if is_empty:
        yield path, _nothing_in(path, choice)


def _nothing_in(folder: Path, choice: InputChoice) -> SourceError:
    where = ", with its subfolders," if choice.recursive else ""
    chosen = " that matches" if choice.include or choice.exclude else ""
    return SourceError(
        f"The folder {folder.name or folder}{where} has no image or video{chosen}.",
        hint="Check --include and --exclude." if choice.include or choice.exclude else "",
    )


def _below(folder: Path, results: Path | None) -> Iterator[Found]:
    """Yield the images and videos of a folder and its subfolders, without leaving it."""
    refused: list[OSError] = []
    root = os.path.realpath(folder)
    left_out = os.path.realpath(results) if results is not None else ""
    for name, folders, files in os.walk(folder, onerror=refused.append):
        folders[:] = sorted(
            (each for each in folders if os.path.realpath(os.path.join(name, each)) != left_out),
            key=str.casefold,
        )
        for file in sorted(files, key=str.casefold):
            path = Path(name) / file
            if path.suffix.lower() in MEDIA_SUFFIXES and _lies_in(path, root):
                yield path, None
        yield from map(_refusal, refused)
        refused.clear()
    yield from map(_refusal, refused)


def _lies_in(path: Path, root: str) -> bool:
    """Tell whether a path is a file of a folder, and no link that leads elsewhere."""
    if not path.is_symlink():
        return path.is_file()
    real = os.path.realpath(path)
    return os.path.isfile(real) and real.startswith(root.rstrip(os.sep) + os.sep)


def _refusal(error: OSError) -> Found:
    path = Path(error.filename)
    return path, SourceError(f"{path} cannot be read: {error.strerror or error}.")
