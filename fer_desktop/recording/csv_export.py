"""Tables that people take home, written whole or not at all."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from fer_desktop.domain.measures import MESH, MeasureSpec
from fer_desktop.domain.people import People
from fer_desktop.recording.correction_column import CorrectionColumns
from fer_desktop.recording.counts import Counts
from fer_desktop.recording.csv_columns import Columns, ExtraColumn
from fer_desktop.recording.mark_column import mark_column
from fer_desktop.recording.mesh_file import MESH_SUFFIX, mesh_file
from fer_desktop.recording.person_column import person_column
from fer_desktop.recording.session_format import RecordedFrame, UsedModel
from fer_desktop.recording.session_reader import SessionReader
from fer_desktop.recording.table_description import (
    describe_session,
    place_of_description,
    write_meta,
)
from fer_desktop.recording.table_files import RowWriter, row_writer
from fer_desktop.settings import CsvDialect

_NOBODY: Final = People()  # of whom anything was said


class FaceRows:
    """A table that is being written; rows go straight to the file.

    Attributes:
        counts: what went by so far.
        people: who is hidden, in the session whose frames are being added.
    """

    def __init__(self, rows: RowWriter, columns: Columns) -> None:
        self.counts = Counts()
        self.people = People()
        self._rows = rows
        self._columns = columns

    def add(self, row: RecordedFrame) -> None:
        """Write a frame: a row for each face that is not hidden, or an empty one where wanted."""
        visible = self.people.visible(row.analysis)
        if visible is not row.analysis:
            self.counts.hidden_rows += len(row.analysis.faces) - len(visible.faces)
            row = replace(row, analysis=visible)
        cells = list(self._columns.cells(row))
        self.counts.add(row.analysis)
        self.counts.empty_rows += len(cells) - len(row.analysis.faces)
        self._rows.write(cells)


@contextmanager
def face_rows(
    path: Path, columns: Columns, *, dialect: CsvDialect = "comma", overwrite: bool = False
) -> Iterator[FaceRows]:
    """Give a table that appears whole when the block succeeds, or not at all.

    Args:
        path: where to; its folder must exist, its suffix says the format.
        columns: of the table.
        dialect: of a CSV.
        overwrite: whether a file that is there already is replaced.

    Raises:
        StorageError: if the file exists or cannot be written.
    """
    with row_writer(path, columns.columns(), dialect=dialect, overwrite=overwrite) as rows:
        yield FaceRows(rows, columns)


def write_csv(
    rows: Iterable[RecordedFrame],
    path: Path,
    models: Sequence[UsedModel],
    *,
    measures: Sequence[MeasureSpec] = (),
    is_calibrated: bool = False,
    empty_rows: bool = False,
    extra: Sequence[ExtraColumn] = (),
    people: People = _NOBODY,
    dialect: CsvDialect = "comma",
    overwrite: bool = False,
) -> Counts:
    """Write a table whole or not at all; rows are taken one by one and never held in memory.

    Args:
        rows: the frames, in the order of the table.
        path: where to; its folder must exist.
        models: those that read the frames.
        measures: what else was measured of faces.
        is_calibrated: whether there are faces that were read against their own rest.
        empty_rows, extra: see ``Columns``.
        people: who is hidden.
        dialect: of a CSV.
        overwrite: whether a file that is there already is replaced.

    Raises:
        StorageError: if the file exists or cannot be written.
    """
    columns = Columns.of(
        models,
        measures=measures,
        is_calibrated=is_calibrated,
        empty_rows=empty_rows,
        extra=extra,
    )
    with face_rows(path, columns, dialect=dialect, overwrite=overwrite) as table:
        table.people = people
        for row in rows:
            table.add(row)
    return table.counts


def export_session(
    session_file: Path,
    csv_path: Path,
    *,
    empty_rows: bool = False,
    dialect: CsvDialect = "comma",
    overwrite: bool = False,
) -> Counts:
    """Write a session's table and its description; the session may go on meanwhile.

    Args:
        session_file: the session.
        csv_path: where its table goes, in the format that its suffix says; the description goes
            beside it.
        empty_rows, dialect: see ``write_csv``.
        overwrite: whether files that are there already are replaced.

    Raises:
        StorageError: if the session cannot be read, or a file exists or cannot be written.
    """
    description = place_of_description(csv_path, overwrite=overwrite)
    with SessionReader(session_file) as reader, ExitStack() as files:
        # First, as a damaged one leaves no table.
        summary, marks, people = reader.summary(), reader.marks(), reader.people
        corrections = people.visible_corrections(reader.corrections())
        times_us = reader.times_us() if marks or corrections else []
        extra = mark_column(marks, times_us)
        extra += [person_column(lambda: people)] if people else []
        extra += CorrectionColumns.of(corrections, times_us).columns()
        columns = Columns.of(
            reader.models,
            measures=reader.measures,
            is_calibrated=bool(reader.calibrations),
            empty_rows=empty_rows,
            extra=extra,
        )
        table = files.enter_context(
            face_rows(csv_path, columns, dialect=dialect, overwrite=overwrite)
        )
        table.people = people
        meshes = None
        if any(spec.key == MESH for spec in reader.measures):
            # Entered last and so finished first: a mesh that cannot be written leaves no table.
            mesh_path = csv_path.with_suffix(MESH_SUFFIX)
            meshes = files.enter_context(mesh_file(mesh_path, overwrite=overwrite))
        for row in reader.rows():
            table.add(row)
            if meshes is not None:
                meshes.add(people.visible(row.analysis))
    counts = table.counts
    counts.end = summary.end
    meta = describe_session(
        reader,
        summary,
        counts,
        marks=marks,
        corrections=corrections,
        columns=columns.columns(),
    )
    write_meta(description, meta, overwrite=overwrite)
    return counts
