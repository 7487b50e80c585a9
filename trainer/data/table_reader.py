"""Reader of a table that names pictures: ``path, label``, and if wanted ``split`` and ``subject``.

The table is named itself, or lies in the folder that is: ``metadata.csv`` of Hugging Face's image
folders (one for all, or one in each split's folder), or the only table there that names pictures.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from trainer.data.columns import (
    LABEL_COLUMNS,
    PICTURE_COLUMNS,
    PIXEL_COLUMNS,
    SPLIT_COLUMNS,
    SUBJECT_COLUMNS,
    find_column,
)
from trainer.data.legends import LEGENDS, plain_number
from trainer.data.listing import Entry, Listing, PictureReader, twice_named
from trainer.data.picture_tree import files_below, folders_in, is_ignored, is_picture, wrapped
from trainer.data.split_names import split_of
from trainer.data.tables import TABLE_SUFFIXES, records
from trainer.errors import DataError

METADATA_FILE: Final = "metadata.csv"
# Where pictures lie beside a table that names them without a folder.
_LOOKED_AT: Final = 20
_PICTURE_FOLDERS: Final = ("images", "image", "imgs", "img", "data", "pictures", "faces")


@dataclass(frozen=True)
class _Columns:
    """Places of what is read in each row; -1 for what a table does not have."""

    picture: int
    label: int
    split: int
    subject: int
    names: tuple[str, ...]
    has_header: bool = True

    @property
    def is_affectnet(self) -> bool:
        return self.names[self.picture].lower() == "subdirectory_filepath"


class TableReader(PictureReader):
    """Pictures named by a csv or tsv; paths start at the table's folder.

    Commas, semicolons and tabs are understood, and UTF-8, UTF-16 and Windows' western encoding. A
    table without names of columns has the picture in its first column and the label in its second.
    """

    title = "a table of pictures"

    @staticmethod
    def refusal(path: Path) -> str:
        """Return why a path is no such table and has none, nothing where it is or has one."""
        if path.is_file():
            return table_refusal(path)
        return "" if _tables(path) else "it has no table that names pictures"

    def list_pictures(self) -> Listing:
        """Return the pictures in the order of the tables."""
        tables = [self.path] if self.path.is_file() else _tables(self.path)
        root = self.path.parent if self.path.is_file() else self.path
        entries: list[Entry] = []
        notes: list[str] = []
        source = ""
        for table in tables:
            columns = _columns(table)
            if columns.label < 0:
                raise DataError(
                    f"{table}: no column says what the pictures show.",
                    hint=f"Its columns are {', '.join(columns.names)}; name one of them label.",
                )
            if columns.subject >= 0:
                source = f"the column {columns.names[columns.subject]}"
            if columns.is_affectnet:
                notes.append("The labels are AffectNet's numbers.")
            entries += _entries(table, columns, root)
        names = ", ".join(table.relative_to(root).as_posix() for table in tables)
        columns = _columns(tables[0])
        by = (
            f"the columns {columns.names[columns.picture]} and {columns.names[columns.label]}"
            if columns.has_header
            else "a picture and a label in each row, without names of columns"
        )
        return Listing(
            root, twice_named(entries, names), f"{names} has {by}", notes, subjects_from=source
        )


def table_refusal(table: Path) -> str:
    """Return why a file is no table that names pictures, nothing where it is one."""
    if table.suffix.lower() not in TABLE_SUFFIXES:
        return "it is not a csv or tsv"
    try:
        columns = _columns(table)
    except DataError as error:
        return str(error)
    return "" if columns.picture >= 0 else "it has no column with the pictures' paths"


def _tables(folder: Path) -> list[Path]:
    """Return the tables of a folder that name its pictures, none unless it is clear which."""
    top = [entry for entry in sorted(folder.iterdir()) if not is_ignored(entry.name)]
    if (folder / METADATA_FILE).is_file():
        return [folder / METADATA_FILE] if _names_labels(folder / METADATA_FILE) else []
    inside = [each / METADATA_FILE for each in folders_in(folder)]
    found = [
        table for table in inside if table.is_file() and split_of(table.parent.name) is not None
    ]
    if found:
        return found if all(map(_names_labels, found)) else []
    own = [
        entry
        for entry in top
        if entry.is_file() and entry.suffix.lower() in TABLE_SUFFIXES and _names_labels(entry)
    ]
    if len(own) > 1:
        # One for each split, or nobody can tell which is meant.
        splits = [split_of(table.stem) for table in own]
        own = own if None not in splits and len(set(splits)) == len(splits) else []
    return own if own and _names_what_is_there(folder, own[0]) else []


def _names_what_is_there(folder: Path, table: Path) -> bool:
    """Tell whether pictures that a table names are there, or no pictures at all."""
    columns = _columns(table)
    first = _first_pictures(table, columns)
    beside = _folder_of_pictures(table, columns)
    found = any((beside / name).is_file() for name in first)
    return found or not any(map(is_picture, files_below(folder)))


def _names_labels(table: Path) -> bool:
    if table_refusal(table):
        return False
    columns = _columns(table)
    return columns.has_header and columns.label >= 0


def _columns(table: Path) -> _Columns:
    _, names = next(records(table), (0, ()))
    if find_column(names, PIXEL_COLUMNS):
        return _Columns(-1, -1, -1, -1, names)
    if len(names) > 1 and is_picture(PurePosixPath(names[0].replace("\\", "/"))):
        split = 2 if len(names) > 2 and split_of(names[2]) is not None else -1
        return _Columns(0, 1, split, -1, names, has_header=False)

    def place(usual: tuple[str, ...]) -> int:
        name = find_column(names, usual)
        return names.index(name) if name else -1

    return _Columns(
        picture=place(PICTURE_COLUMNS),
        label=place(LABEL_COLUMNS),
        split=place(SPLIT_COLUMNS),
        subject=place(SUBJECT_COLUMNS),
        names=names,
    )


def _entries(table: Path, columns: _Columns, root: Path) -> Iterator[Entry]:
    folder = table.parent
    own_split = split_of(table.stem)
    if own_split is None and folder != root:
        own_split = split_of(folder.name)
    legend = LEGENDS["affectnet"] if columns.is_affectnet else {}
    beside = _folder_of_pictures(table, columns)
    rows = records(table)
    if columns.has_header:
        next(rows)
    for number, cells in rows:
        if not any(cells):
            continue

        def cell(at: int, cells: tuple[str, ...] = cells) -> str:
            return cells[at] if 0 <= at < len(cells) else ""

        file, label = cell(columns.picture).replace("\\", "/"), cell(columns.label)
        word = cell(columns.split)
        split = split_of(word) if word else own_split
        problem = ""
        if not file or not label:
            problem = f"row {number} of {table.name} has no {'label' if file else 'picture'}"
        elif word and split is None:
            problem = f"row {number} of {table.name}: {word!r} is not the name of a split"
        number_of = plain_number(label)
        if legend and number_of not in legend:
            problem = problem or f"row {number} of {table.name}: the label {label} is no expression"
        below = (beside / file).relative_to(root).as_posix() if file else ""
        yield Entry(
            name=below or f"row {number}",
            label=legend.get(number_of, label),
            split=-1 if split is None else split,
            subject=cell(columns.subject),
            problem=problem,
        )


def _first_pictures(table: Path, columns: _Columns) -> list[str]:
    rows = records(table)
    if columns.has_header:
        next(rows, None)
    return [
        cells[columns.picture].replace("\\", "/")
        for (_, cells), _ in zip(rows, range(_LOOKED_AT), strict=False)
        if len(cells) > columns.picture
        and cells[columns.picture]
        and "\0" not in cells[columns.picture]
    ]


def _folder_of_pictures(table: Path, columns: _Columns) -> Path:
    """Return the folder that a table's paths start at: its own, or one beside it."""
    first = _first_pictures(table, columns)
    own = table.parent
    around = [own, *(own / name for name in _PICTURE_FOLDERS)]
    around += [inner for inner in wrapped(own)][1:]
    around += folders_in(own)

    def hits(folder: Path) -> int:
        try:
            return sum((folder / name).is_file() for name in first)
        except (OSError, ValueError):
            return 0

    # The first of those that have most of them: the table's own folder unless another has more.
    return max(around, key=hits)
