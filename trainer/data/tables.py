"""Reading tables: commas, semicolons or tabs between cells, in any usual encoding.

What a table lacks is said with file and row.
"""

import codecs
import csv
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from trainer.contract.ordinary import refuse_others
from trainer.errors import DataError

TABLE_SUFFIXES: Final = frozenset((".csv", ".tsv", ".tab", ".txt", ".lst"))
_DELIMITERS: Final = (",", ";", "\t", "|")
_MARKS: Final = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_SAMPLE_BYTES: Final = 64 << 10
# One line of a face of 1,000 by 1,000 pixels written as text.
_LONGEST_CELL: Final = 4 << 20
_LONGEST_LINE: Final = 2 * _LONGEST_CELL
_MAGIC: Final = {
    b"PK\x03\x04": "a zip archive",
    b"PK\x05\x06": "an empty zip archive",
    b"\x1f\x8b": "a packed file (gzip)",
    b"PAR1": "a Parquet file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"%PDF": "a PDF",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file",
    b"\x93NUMPY": "an array of NumPy",
}


@dataclass(frozen=True)
class TableForm:
    """How a table is written.

    Attributes:
        encoding: Python's name of it.
        delimiter: what stands between cells.
    """

    encoding: str
    delimiter: str


def table_form(path: Path) -> TableForm:
    """Return how a table is written, told from its beginning.

    Raises:
        DataError: if it cannot be read or is no text.
    """
    try:
        refuse_others(path)
        with path.open("rb") as file:
            start = file.read(_SAMPLE_BYTES)
    except PermissionError:
        raise
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error
    for magic, what in _MAGIC.items():
        if start.startswith(magic):
            raise DataError(
                f"{path} is not a text file: it is {what}.",
                hint="Give a csv, a folder of images, or an archive (.zip, .tar, .tar.gz).",
            )
    encoding = next((name for mark, name in _MARKS.items() if start.startswith(mark)), "")
    if not encoding:
        encoding = _without_mark(path, start)
    first = start.decode(encoding, "ignore").splitlines()[:1]
    line = first[0] if first else ""
    counts = {sign: line.count(sign) for sign in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda sign: counts[sign])
    return TableForm(encoding, best if counts[best] else ",")


def _without_mark(path: Path, start: bytes) -> str:
    # Half of the bytes of English UTF-16 are zero.
    if start and start.count(0) * 3 > len(start):
        return "utf-16-le" if start[1:2] == b"\0" else "utf-16-be"
    if b"\0" in start:
        raise DataError(
            f"{path} is not a text file.", hint="Give a csv, a folder of images, or an archive."
        )
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(start)
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8"
    # What Excel writes in western Europe. Control characters are in no table.
    if any(byte < 32 and byte not in b"\t\r\n\f" for byte in start) or not _mostly_text(start):
        raise DataError(
            f"{path} is not a text file.", hint="Give a csv, a folder of images, or an archive."
        )
    return "cp1252"


def _mostly_text(start: bytes) -> bool:
    return sum(32 <= byte < 127 or byte in b"\t\r\n" for byte in start) >= 0.7 * len(start)


def bounded_lines(file: TextIO) -> Iterator[str]:
    """Yield the lines of a file that may be anybody's: one without an end is not read whole.

    Raises:
        csv.Error: if a line is longer than any row of a table.
    """
    while line := file.readline(_LONGEST_LINE + 1):
        if len(line) > _LONGEST_LINE:
            raise csv.Error(f"line longer than the limit ({_LONGEST_LINE})")
        yield line


def header(path: Path) -> tuple[str, ...]:
    """Return the names of a table's columns, lower case.

    Raises:
        DataError: if it cannot be read or is none.
    """
    return tuple(map(str.lower, next(records(path), (0, ()))[1]))


def read_table(path: Path, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the number of each row, as an editor counts them, and its cells by column.

    Column names are compared in lower case; a cell that a row lacks is empty, and so are blanks.

    Raises:
        DataError: if the file cannot be read, is no csv, or lacks a column.
    """
    rows = records(path)
    names = tuple(map(str.lower, next(rows, (0, ()))[1]))
    missing = [name for name in needed if name not in names]
    if missing:
        raise DataError(
            f"{path}, row 1: no column {' and no column '.join(missing)}.",
            hint=f"Its columns are {', '.join(filter(None, names)) or 'without names'}.",
        )
    for row, cells in rows:
        if any(cells):
            padded = (*cells, *[""] * (len(names) - len(cells)))
            yield row, dict(zip(names, padded, strict=False))


def records(path: Path, form: TableForm | None = None) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the number of each row, as an editor counts them, and its cells without blanks.

    Raises:
        DataError: if the file cannot be read or is no table.
    """
    form = form or table_form(path)
    csv.field_size_limit(min(sys.maxsize, _LONGEST_CELL))
    try:
        with path.open(newline="", encoding=form.encoding) as file:
            reader = csv.reader(bounded_lines(file), delimiter=form.delimiter)
            for cells in reader:
                yield reader.line_num, tuple(cell.strip().strip("\ufeff") for cell in cells)
    except PermissionError:
        raise
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error
    except (UnicodeError, csv.Error) as error:
        raise DataError(f"{path} is not a csv file: {error}.") from error
