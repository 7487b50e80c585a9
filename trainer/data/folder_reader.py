"""Reader of image folders: one per label, or ``train``, ``validation``, ``test`` with these."""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from trainer.contract.labels import LABEL_SETS, canonical
from trainer.data.faces import FaceRow, ReadOptions, Skipped
from trainer.data.images import IMAGE_SUFFIXES, in_order, read_image
from trainer.errors import DataError

SPLIT_NAMES: Final = {
    "train": 0,
    "training": 0,
    "validation": 1,
    "valid": 1,
    "val": 1,
    "dev": 1,
    "publictest": 1,
    "test": 2,
    "testing": 2,
    "privatetest": 2,
}


@dataclass(frozen=True)
class _File:
    path: Path
    label: str
    split: int


class FolderReader:
    """Images in folders named after their labels.

    Folders inside a label's folder (one per person, say) belong to the label. Files that are no
    images are listed as skipped.
    """

    def __init__(self, path: Path, options: ReadOptions) -> None:
        self._root = path
        self._options = options
        self._subject_of = subject_finder(options.subject_pattern)

    @staticmethod
    def refusal(path: Path) -> str:
        """Return why a path is not such a folder, nothing where it may be one."""
        return "" if path.is_dir() else "it is not a folder"

    @cached_property
    def _files(self) -> tuple[_File, ...]:
        return tuple(_walk(self._root))

    @cached_property
    def label_names(self) -> tuple[str, ...]:
        """Labels in FER2013's order if they are all from it, else sorted."""
        return ordered_labels({file.label for file in self._files if file.label})

    def fingerprint(self) -> str:
        """Return a text that changes whenever a file does."""
        digest = hashlib.sha256()
        for file in self._files:
            state = file.path.stat()
            digest.update(f"{file.path} {state.st_mtime_ns} {state.st_size}\n".encode())
        return f"folder {self._root.resolve()} {self._options} {digest.hexdigest()}"

    def rows(self) -> Iterator[FaceRow | Skipped]:
        """Yield the faces in the order of their paths."""
        return in_order(self._row, self._files)

    def _row(self, file: _File) -> FaceRow | Skipped:
        name, options = file.path.relative_to(self._root).as_posix(), self._options
        if not file.label:
            return Skipped(name, "it lies in no label's folder")
        if file.path.suffix.lower() not in IMAGE_SUFFIXES:
            return Skipped(name, "not an image file")
        try:
            image = read_image(file.path, options.size_px, options.color, options.framing)
        except DataError as error:
            return Skipped(name, str(error))
        return FaceRow(
            image=image,
            label=self.label_names.index(file.label),
            split=file.split,
            name=name,
            subject=self._subject_of(name),
        )


def ordered_labels(names: set[str]) -> tuple[str, ...]:
    """Return labels in FER2013's order if they are all from it, else sorted."""
    order = {name: at for at, name in enumerate(LABEL_SETS["fer7"])}
    if {canonical(name) for name in names} <= set(order):
        return tuple(sorted(names, key=lambda name: (order[canonical(name)], name)))
    return tuple(sorted(names))


def subject_finder(pattern: str) -> Callable[[str], str]:
    """Return a function that finds the subject in an image's path, nothing without a pattern.

    Raises:
        DataError: if the pattern is no regular expression.
    """
    try:
        expression = re.compile(pattern) if pattern else None
    except re.error as error:
        raise DataError(f"the subject pattern {pattern!r} is wrong: {error}.") from error

    def find(name: str) -> str:
        found = expression.search(name) if expression else None
        return found.group(found.lastindex or 0) if found else ""

    return find


def _walk(root: Path) -> Iterator[_File]:
    top = _folders(root)
    if len(top) == 1 and any(folder.name.lower() in SPLIT_NAMES for folder in _folders(top[0])):
        root, top = top[0], _folders(top[0])
    yield from _stray(root)
    if not any(folder.name.lower() in SPLIT_NAMES and _folders(folder) for folder in top):
        for folder in top:
            yield from _label_folder(folder, -1)
        return
    for folder in top:
        split = SPLIT_NAMES.get(folder.name.lower())
        if split is None:
            raise DataError(
                f"{folder} lies beside split folders but is none.",
                hint="Use train, validation and test, or only folders named after labels.",
            )
        yield from _stray(folder)
        for inner in _folders(folder):
            yield from _label_folder(inner, split)


def _folders(folder: Path) -> list[Path]:
    return sorted(
        entry for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith(".")
    )


def _stray(folder: Path) -> Iterator[_File]:
    for path in sorted(folder.iterdir()):
        if path.is_file() and not path.name.startswith("."):
            yield _File(path, "", -1)


def _label_folder(folder: Path, split: int) -> Iterator[_File]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            yield _File(path, folder.name, split)
