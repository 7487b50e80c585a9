"""Reader of a folder with an ``index.csv`` that names its pictures and what they show."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from trainer.data.faces import FaceRow, ReadOptions, Skipped
from trainer.data.folder_reader import SPLIT_NAMES, ordered_labels, subject_finder
from trainer.data.images import in_order, picture_below, read_image
from trainer.data.tables import header, read_table
from trainer.errors import DataError

INDEX_FILE: Final = "index.csv"
# Columns that say which faces belong together, the first one that there is. Who labelled or
# uploaded a picture (`user`, in some sets) says nothing about who is on it.
SUBJECT_COLUMNS: Final = ("person", "subject", "film")


@dataclass(frozen=True)
class _Row:
    number: int
    file: str
    label: str
    split: int
    subject: str


class IndexReader:
    """Pictures below a folder, named by its ``index.csv``.

    Columns: ``file`` (below the folder) and ``label``; ``split`` (train, validation, test, or
    their usual other names) and one of ``person``, ``subject`` and ``film`` if wanted. Others are
    ignored. Pictures that cannot be used are listed as skipped.
    """

    def __init__(self, path: Path, options: ReadOptions) -> None:
        self._root = path
        self._index = path / INDEX_FILE
        self._options = options
        self._subject_of = subject_finder(options.subject_pattern)

    @staticmethod
    def refusal(path: Path) -> str:
        """Return why a path is not such a folder, nothing where it is one."""
        if not path.is_dir():
            return "it is not a folder"
        if not (path / INDEX_FILE).is_file():
            return f"it has no {INDEX_FILE}"
        try:
            named = "file" in header(path / INDEX_FILE)
        except DataError as error:
            return str(error)
        return "" if named else f"its {INDEX_FILE} has no column file"

    @cached_property
    def _rows(self) -> tuple[_Row, ...]:
        return tuple(self._parse())

    @cached_property
    def label_names(self) -> tuple[str, ...]:
        """Labels in FER2013's order if they are all from it, else sorted."""
        return ordered_labels({row.label for row in self._rows if row.label})

    def fingerprint(self) -> str:
        """Return a text that changes whenever the index or a picture does."""
        digest = hashlib.sha256(self._index.read_bytes())
        for row in self._rows:
            try:
                state = (self._root / row.file).stat()
            except (OSError, ValueError):
                continue
            digest.update(f"{row.file} {state.st_mtime_ns} {state.st_size}\n".encode())
        return f"index {self._root.resolve()} {self._options} {digest.hexdigest()}"

    def rows(self) -> Iterator[FaceRow | Skipped]:
        """Yield the faces in the order of the index."""
        return in_order(self._row, self._rows)

    def _parse(self) -> Iterator[_Row]:
        for number, cells in read_table(self._index, ("file", "label")):
            split = cells.get("split", "").lower()
            if split and split not in SPLIT_NAMES:
                raise DataError(
                    f"{self._index}, row {number}: {split!r} is not the name of a split.",
                    hint="Use train, validation and test.",
                )
            column = next((name for name in SUBJECT_COLUMNS if cells.get(name)), "")
            subject = self._subject_of(cells["file"]) or cells.get(column, "")
            yield _Row(number, cells["file"], cells["label"], SPLIT_NAMES.get(split, -1), subject)

    @cached_property
    def _first_rows(self) -> dict[str, int]:
        return {row.file: row.number for row in reversed(self._rows)}

    def _row(self, row: _Row) -> FaceRow | Skipped:
        if reason := self._problem(row):
            return Skipped(row.file or f"row {row.number}", reason)
        options = self._options
        try:
            path = picture_below(self._root, row.file)
            image = read_image(path, options.size_px, options.color, options.framing)
        except DataError as error:
            return Skipped(row.file, str(error))
        return FaceRow(
            image=image,
            label=self.label_names.index(row.label),
            split=row.split,
            name=row.file,
            subject=row.subject,
        )

    def _problem(self, row: _Row) -> str:
        """Return why a row cannot be used, nothing where it can."""
        if not row.file or not row.label:
            return f"row {row.number} of {INDEX_FILE} lacks its {'label' if row.file else 'file'}"
        first = self._first_rows[row.file]
        if first != row.number:
            return f"rows {first} and {row.number} of {INDEX_FILE} both name it"
        return ""
