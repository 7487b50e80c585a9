"""Small csv files with named columns: what they lack is said with file and row."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from trainer.errors import DataError


def header(path: Path) -> tuple[str, ...]:
    """Return the names of a csv's columns, lower case.

    Raises:
        DataError: if it cannot be read or is none.
    """
    return next(_records(path), (0, ()))[1]


def read_table(path: Path, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the number of each row, as an editor counts them, and its cells by column.

    Column names are compared in lower case; a cell that a row lacks is empty, and so are blanks.

    Raises:
        DataError: if the file cannot be read, is no csv, or lacks a column.
    """
    records = _records(path)
    _, names = next(records, (0, ()))
    missing = [name for name in needed if name not in names]
    if missing:
        raise DataError(f"{path}, row 1: no column {' and no column '.join(missing)}.")
    for row, cells in records:
        if any(cells):
            padded = (*cells, *[""] * (len(names) - len(cells)))
            yield row, dict(zip(names, padded, strict=False))


def _records(path: Path) -> Iterator[tuple[int, tuple[str, ...]]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file)
            for cells in reader:
                stripped = tuple(cell.strip() for cell in cells)
                first = reader.line_num == 1
                yield reader.line_num, tuple(map(str.lower, stripped)) if first else stripped
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} is not a csv file.") from error
