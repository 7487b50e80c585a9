"""One table of all files that are analysed, beside a table for each."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, Final

from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.domain.measures import MeasureSpec
from fer_desktop.errors import StorageError
from fer_desktop.files import make_folder, storage_error, whole_file
from fer_desktop.recording.column import Column
from fer_desktop.recording.csv_columns import Columns, ExtraColumn
from fer_desktop.recording.session_format import RecordedFrame, UsedModel
from fer_desktop.recording.table_files import RowWriter, row_writer
from fer_desktop.settings import CsvDialect
from trainer.contract.checked_json import JsonError, decode_json
from trainer.contract.preset import Preset

FILE: Final = Column("file", "text", "", "name of the analysed file, as it was given")
_IN_MEMORY: Final = 4 << 20  # bytes of a file's rows; more wait on disk

Take = Callable[[Sequence[Column], Iterator[Sequence[str]]], object]


@dataclass(frozen=True, slots=True)
class JointLayout:
    """What a table of several files holds.

    Attributes:
        is_calibrated: whether any file may have calibrated faces.
        empty_rows: whether frames without a face have a row.
    """

    is_calibrated: bool
    empty_rows: bool

    def columns(
        self, models: Sequence[UsedModel], measures: Sequence[MeasureSpec], name: str
    ) -> Columns:
        """Return the columns of the rows of a file that is called so."""
        return Columns.of(
            models,
            measures=measures,
            is_calibrated=self.is_calibrated,
            empty_rows=self.empty_rows,
            extra=[ExtraColumn(FILE, lambda frame, face: name)],
        )


class JointTable:
    """A table in one file; it appears at the end, with the rows of every file that is whole."""

    def __init__(self, path: Path, *, dialect: CsvDialect) -> None:
        """Take the path, whose suffix says the format, and the dialect of a CSV."""
        self._path = path
        self._dialect = dialect
        self._stack = ExitStack()
        self._writer: RowWriter | None = None

    def taker(self, stem: str) -> Take:
        """Return what takes the rows of a file."""
        return self.take

    def take(self, columns: Sequence[Column], rows: Iterator[Sequence[str]]) -> None:
        """Append the rows of a file.

        Raises:
            StorageError: if they cannot be written.
        """
        try:
            if self._writer is None:
                self._writer = self._stack.enter_context(
                    row_writer(self._path, columns, dialect=self._dialect, overwrite=True)
                )
            self._writer.write(rows)
        except OSError as error:
            raise storage_error(self._path, error) from error

    def close(self) -> None:
        """Let the table appear, if any file was analysed.

        Raises:
            StorageError: if it cannot be written.
        """
        self._stack.close()


class JointFolder:
    """A table in a folder of Parquet files, one for each file, which tools read as one table."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; it is made if it is missing."""
        self._folder = folder

    def taker(self, stem: str) -> Take:
        """Return what takes the rows of a file whose results are called so."""
        return lambda columns, rows: self._write(self.part(stem), columns, rows)

    def part(self, stem: str) -> Path:
        """Return where the rows of a file are."""
        return self._folder / f"{stem}.parquet"

    def _write(self, path: Path, columns: Sequence[Column], rows: Iterator[Sequence[str]]) -> None:
        make_folder(self._folder)
        with row_writer(path, columns, overwrite=True) as table:
            table.write(rows)

    def close(self) -> None:
        """All is there already."""


class JointOutput:
    """Keeps the rows of a file until it is known that they are whole."""

    def __init__(
        self, layout: JointLayout, name: str, measures: Sequence[MeasureSpec], take: Take
    ) -> None:
        """Take what the table holds, what the file is called in it, what else is measured, and who
        takes the rows.
        """
        self._layout = layout
        self._name = name
        self._measures = measures
        self._take = take
        self._models: list[UsedModel] = []
        self._columns: Columns | None = None
        self._rows: Any = None
        self._writer: Any = None

    def opened(self, session: int, info: SourceInfo) -> None:
        """Begin a file's analysis."""
        self._rows = SpooledTemporaryFile(  # noqa: SIM115 - closed by close
            _IN_MEMORY, "w+", newline="", encoding="utf-8", errors="surrogateescape"
        )
        self._writer = csv.writer(self._rows)

    def model_changed(self, preset: Preset, frame_index: int, *, engine: str, device: str) -> None:
        """Note which model reads the frames."""
        self._models.append(UsedModel(preset, frame_index, engine, device))

    def write(self, frame: Frame, analysis: FrameAnalysis) -> None:
        """Keep the rows of a frame.

        Raises:
            StorageError: if there is no room for them.
        """
        if self._columns is None:
            self._columns = self._layout.columns(self._models, self._measures, self._name)
        recorded = RecordedFrame(analysis, self._models[-1].preset.name)
        try:
            self._writer.writerows(self._columns.cells(recorded))
        except OSError as error:
            raise storage_error(Path(self._name), error) from error

    def close(self, *, is_complete: bool) -> None:
        """Hand the rows over if they are whole.

        Raises:
            StorageError: if they cannot be written.
        """
        with self._rows:
            if is_complete and self._columns is not None:
                self._rows.seek(0)
                self._take(self._columns.columns(), csv.reader(self._rows))


def write_part(path: Path, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> None:
    """Keep rows for a table that is put together later, as they are; a part that is there goes.

    Raises:
        StorageError: if they cannot be written.
    """
    with (
        whole_file(path, overwrite=True) as part,
        part.open("w", newline="", encoding="utf-8", errors="surrogateescape") as file,
    ):
        writer = csv.writer(file)
        writer.writerow([json.dumps(asdict(column)) for column in columns])
        writer.writerows(rows)


@contextmanager
def read_part(path: Path) -> Iterator[tuple[list[Column], Iterator[Sequence[str]]]]:
    """Give the columns and rows of a part.

    Raises:
        StorageError: if it cannot be read.
    """
    try:
        with path.open(newline="", encoding="utf-8", errors="surrogateescape") as file:
            rows = csv.reader(file)
            columns = [decode_json(cell, Column) for cell in next(rows, [])]
            yield columns, rows
    except (OSError, JsonError, csv.Error) as error:
        raise StorageError(f"{path} cannot be read: {error}.") from error
