"""Tables as files of several formats: CSV in two dialects, Excel's XLSX, and Parquet.

Cells come as they are printed in a CSV, and every format holds these very numbers. A text is never
a formula: in a CSV it gets an apostrophe where one would begin, in the other formats it is typed as
a text.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Protocol, TextIO, get_args

from fer_desktop.errors import StorageError
from fer_desktop.files import refuse_existing, whole_file
from fer_desktop.recording.column import DICTIONARY_COLUMNS, Column, dictionary_rows
from fer_desktop.recording.text_cells import text_cell
from fer_desktop.settings import CsvDialect, TableFormat
from trainer.contract.whole_file import scratch_folder

TABLE_SUFFIXES: Final = tuple(f".{name}" for name in get_args(TableFormat))

_SHEET_ROWS_MAX: Final = 1_048_576
_SHEET_COLUMNS_MAX: Final = 16_384
_SHEET_TEXT_MAX: Final = 32_767
_SHEET_WIDTH: Final = 14
# What XML cannot hold, and halves of characters, which UTF-8 cannot.
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BATCH_ROWS: Final = 20_000
# The same table gives the same file.
_SHEET_DATE: Final = datetime(2000, 1, 1, tzinfo=UTC)


class RowWriter(Protocol):
    """A table that is being written."""

    def write(self, rows: Iterable[Sequence[str]]) -> None:
        """Write rows, a cell for each column."""
        ...


def row_writer(
    path: Path,
    columns: Sequence[Column],
    *,
    dialect: CsvDialect = "comma",
    overwrite: bool = False,
) -> AbstractContextManager[RowWriter]:
    """Give a table that appears whole when the block succeeds, or not at all.

    Args:
        path: where to; its folder must exist, its suffix says the format.
        columns: of the table.
        dialect: of a CSV: "comma" is RFC 4180, "semicolon" has decimal commas.
        overwrite: whether a file that is there already is replaced.

    Raises:
        StorageError: if the file exists or cannot be written, the format is not known or needs a
            library that is missing, or the table does not fit it.
    """
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return _csv_writer(path, columns, dialect, overwrite)
    if suffix == ".xlsx":
        return _xlsx_writer(path, columns, overwrite)
    if suffix == ".parquet":
        return _parquet_writer(path, columns, overwrite)
    if path.is_dir():
        refuse_existing(path)
    raise StorageError(
        f"{path.name} is no name for a table.", hint="Let it end in .csv, .xlsx or .parquet."
    )


@contextmanager
def _csv_writer(
    path: Path, columns: Sequence[Column], dialect: CsvDialect, overwrite: bool
) -> Iterator[RowWriter]:
    with (
        whole_file(path, overwrite=overwrite) as part,
        # Names of files on Linux may hold bytes that are no text.
        part.open("w", newline="", encoding="utf-8", errors="backslashreplace") as file,
    ):
        yield CsvRows(file, columns, dialect)


class CsvRows:
    """Rows of a CSV; they go straight to the file."""

    def __init__(
        self, file: TextIO, columns: Sequence[Column], dialect: CsvDialect = "comma"
    ) -> None:
        """Write the header."""
        # The defaults of the csv module are RFC 4180.
        self._writer = csv.writer(file, delimiter=";" if dialect == "semicolon" else ",")
        self._texts = [at for at, column in enumerate(columns) if column.kind == "text"]
        is_foreign = dialect == "semicolon"
        self._numbers = [
            at for at, column in enumerate(columns) if is_foreign and column.kind == "number"
        ]
        self._writer.writerow([text_cell(column.name) for column in columns])

    def write(self, rows: Iterable[Sequence[str]]) -> None:
        """Write rows, a cell for each column."""
        self._writer.writerows(map(self._cells, rows))

    def _cells(self, row: Sequence[str]) -> Sequence[str]:
        cells = list(row)
        for at in self._texts:
            cells[at] = text_cell(cells[at])
        for at in self._numbers:
            cells[at] = cells[at].replace(".", ",")
        return cells


@contextmanager
def _xlsx_writer(path: Path, columns: Sequence[Column], overwrite: bool) -> Iterator[RowWriter]:
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    if len(columns) > _SHEET_COLUMNS_MAX:
        raise StorageError(
            f"An Excel sheet holds {_SHEET_COLUMNS_MAX:,} columns.", hint="Export a CSV instead."
        )
    with (
        whole_file(path, overwrite=overwrite) as part,
        scratch_folder(path.parent) as scratch,
    ):
        book = xlsxwriter.Workbook(part, {"constant_memory": True, "tmpdir": scratch})
        book.set_properties({"created": _SHEET_DATE})
        bold = book.add_format({"bold": True})
        try:
            yield _SheetRows(book.add_worksheet("table"), columns, bold)
            explained = _SheetRows(book.add_worksheet("columns"), DICTIONARY_COLUMNS, bold)
            explained.write(dictionary_rows(columns))
        except BaseException:
            with suppress(Exception):  # lets go of its files; what it writes does not stay
                book.close()
            raise
        try:
            book.close()
        except FileCreateError as error:
            said = error.args[0] if error.args else None
            raise said if isinstance(said, OSError) else OSError(str(error)) from error


class _SheetRows:
    """Rows of a sheet; only the latest is in memory."""

    def __init__(self, sheet: Any, columns: Sequence[Column], bold: Any) -> None:
        self._sheet = sheet
        self._columns = columns
        self._row = 0
        sheet.set_column(0, len(columns) - 1, _SHEET_WIDTH)
        sheet.freeze_panes(1, 0)
        for at, column in enumerate(columns):
            sheet.write_string(0, at, _sheet_text(column.name), bold)

    def write(self, rows: Iterable[Sequence[str]]) -> None:
        for row in rows:
            self._row += 1
            if self._row >= _SHEET_ROWS_MAX:
                raise StorageError(
                    f"An Excel sheet holds {_SHEET_ROWS_MAX - 1:,} rows, and this table has more.",
                    hint="Export a CSV or a Parquet file instead.",
                )
            for at, (column, cell) in enumerate(zip(self._columns, row, strict=True)):
                if not cell:
                    continue
                if column.kind == "text":
                    self._sheet.write_string(self._row, at, _sheet_text(cell))
                else:
                    self._sheet.write_number(self._row, at, float(cell))


def _sheet_text(text: str) -> str:
    return _UNPRINTABLE.sub("\ufffd", text)[:_SHEET_TEXT_MAX]


@contextmanager
def _parquet_writer(path: Path, columns: Sequence[Column], overwrite: bool) -> Iterator[RowWriter]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise StorageError(
            "Parquet files need pyarrow, which is not installed.",
            hint='Type "pip install pyarrow", or export a CSV.',
        ) from error
    types = {"integer": pyarrow.int64(), "number": pyarrow.float64(), "text": pyarrow.string()}
    schema = pyarrow.schema(
        [
            pyarrow.field(
                _whole_text(column.name),
                types[column.kind],
                metadata={"unit": column.unit, "meaning": _whole_text(column.meaning)},
            )
            for column in columns
        ]
    )
    with (
        whole_file(path, overwrite=overwrite) as part,
        parquet.ParquetWriter(part, schema) as writer,
    ):
        rows = _ParquetRows(columns, lambda cells: writer.write(pyarrow.table(cells, schema)))
        yield rows
        rows.flush()


class _ParquetRows:
    """Rows of a Parquet file; a batch of them is in memory."""

    def __init__(self, columns: Sequence[Column], put: Any) -> None:
        self._columns = columns
        self._put = put
        self._rows: list[Sequence[str]] = []

    def write(self, rows: Iterable[Sequence[str]]) -> None:
        self._rows.extend(rows)
        if len(self._rows) >= _BATCH_ROWS:
            self.flush()

    def flush(self) -> None:
        if self._rows:
            by_column = zip(self._columns, zip(*self._rows, strict=True), strict=True)
            self._put([[_typed(column, cell) for cell in cells] for column, cells in by_column])
            self._rows = []


def _typed(column: Column, cell: str) -> int | float | str | None:
    if column.kind == "text":
        return _whole_text(cell)
    if not cell:
        return None
    return int(cell) if column.kind == "integer" else float(cell)


def _whole_text(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
