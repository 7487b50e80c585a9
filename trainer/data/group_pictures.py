"""Pictures without labels, with a csv that says to which groups the people on them belong."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from trainer.data.faces import ReadOptions, Skipped, skipped_as_text
from trainer.data.images import in_order, picture_below, read_image
from trainer.data.tables import header, read_table
from trainer.errors import DataError

GROUPS_FILE: Final = "groups.csv"
# What a column is called here, by the names that it usually has.
_COLUMNS: Final = {
    "origin": ("origin", "race", "ethnicity"),
    "sex": ("sex", "gender"),
    "age": ("age", "age_group"),
}


@dataclass(frozen=True, eq=False)
class GroupPictures:
    """Faces of people whose groups are known.

    Attributes:
        images: uint8, shape (faces, height, width, channels).
        names: the file of each face.
        groups: for ``origin``, ``sex`` and ``age``, as far as the csv has them, the group of each
            face; empty where it is unknown.
        skipped: pictures that could not be used.
    """

    images: NDArray[np.uint8]
    names: tuple[str, ...]
    groups: dict[str, NDArray[np.str_]]
    skipped: tuple[Skipped, ...]


def is_group_folder(path: Path) -> bool:
    """Tell whether a folder has a ``groups.csv`` that names files."""
    table = path / GROUPS_FILE
    try:
        return table.is_file() and "file" in header(table)
    except DataError:
        return False


def read_group_pictures(folder: Path, table: Path, options: ReadOptions) -> GroupPictures:
    """Read the pictures that a csv names: columns ``file``, and origin, sex or age.

    The column of origin may be called race or ethnicity, that of sex gender, that of age
    age_group; others are ignored.

    Raises:
        DataError: if the csv cannot be used, or names no usable picture.
    """
    rows = list(read_table(table, ("file",)))
    columns = {
        ours: usual for ours, names in _COLUMNS.items() for usual in names if usual in header(table)
    }
    if not columns:
        raise DataError(
            f"{table} names no groups.", hint="It needs a column origin (or race), sex or age."
        )

    def read(row: tuple[int, dict[str, str]]) -> NDArray[np.uint8] | Skipped:
        number, cells = row
        name = cells["file"] or f"row {number}"
        try:
            if not cells["file"]:
                raise DataError(f"row {number} of {table.name} has no file.")
            path = picture_below(folder, name)
            return read_image(path, options.size_px, options.color, options.framing)
        except DataError as error:
            return Skipped(name, str(error))

    found = list(zip(rows, in_order(read, rows), strict=True))
    usable = [(cells, image) for (_, cells), image in found if not isinstance(image, Skipped)]
    skipped = tuple(image for _, image in found if isinstance(image, Skipped))
    if not usable:
        why = f" ({skipped_as_text(skipped)})" if skipped else ""
        raise DataError(f"{table} names no usable picture{why}.")
    return GroupPictures(
        images=np.stack([image for _, image in usable]),
        names=tuple(cells["file"] for cells, _ in usable),
        groups={
            ours: np.array([cells[usual] for cells, _ in usable]) for ours, usual in columns.items()
        },
        skipped=skipped,
    )
