"""One table of all files that are analysed, beside a table for each."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, Final

from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.domain.measures import MeasureSpec
from fer_desktop.files import storage_error
from fer_desktop.recording.column import Column
from fer_desktop.recording.csv_columns import Columns, ExtraColumn
from fer_desktop.recording.session_format import RecordedFrame, UsedModel
from fer_desktop.recording.table_files import RowWriter, row_writer
from fer_desktop.settings import CsvDialect
from trainer.contract.preset import Preset

FILE: Final = Column("file", "text", "", "name of the analysed file, as it was given")
_IN_MEMORY: Final = 4 << 20  # bytes of a file's rows; more wait on disk


class JointTable:
    """The table; it appears at the end, with the rows of every file that was analysed whole."""

    def __init__(
        self,
        path: Path,
        *,
        is_calibrated: bool,
        empty_rows: bool,
        dialect: CsvDialect,
    ) -> None:
        """Take the path, whose suffix says the format, and what the table holds: see ``Columns``.

        Args:
            path: where to.
            is_calibrated: whether any file may have calibrated faces.
            empty_rows: whether frames without a face have a row.
            dialect: of a CSV.
        """
        self._path = path
        self._is_calibrated = is_calibrated
        self._empty_rows = empty_rows
        self._dialect = dialect
        self._stack = ExitStack()
        self._writer: RowWriter | None = None

    def columns(
        self, models: Sequence[UsedModel], measures: Sequence[MeasureSpec], name: str
    ) -> Columns:
        """Return the columns of a file's rows."""
        return Columns.of(
            models,
            measures=measures,
            is_calibrated=self._is_calibrated,
            empty_rows=self._empty_rows,
            extra=[ExtraColumn(FILE, lambda frame, face: name)],
        )

    def take(self, columns: Columns, rows: Iterator[Sequence[str]]) -> None:
        """Append the rows of a file.

        Raises:
            StorageError: if they cannot be written.
        """
        try:
            if self._writer is None:
                self._writer = self._stack.enter_context(
                    row_writer(self._path, columns.columns(), dialect=self._dialect, overwrite=True)
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


class JointOutput:
    """Keeps the rows of a file until it is known that they are whole."""

    def __init__(self, table: JointTable, name: str, measures: Sequence[MeasureSpec]) -> None:
        """Take the table, what the file is called in it, and what else is measured."""
        self._table = table
        self._name = name
        self._measures = measures
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
            self._columns = self._table.columns(self._models, self._measures, self._name)
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
                self._table.take(self._columns, csv.reader(self._rows))
