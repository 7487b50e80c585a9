"""Several sessions in one go: one tidy table with a column that names the session, or one each."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from fer_desktop.domain.corrections import Correction, raters_of
from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.domain.measures import MESH, MeasureSpec
from fer_desktop.domain.people import People
from fer_desktop.errors import FerError
from fer_desktop.files import distinct_name
from fer_desktop.recording.column import Column, dictionary_json
from fer_desktop.recording.correction_column import CorrectionColumns
from fer_desktop.recording.counts import Counts
from fer_desktop.recording.csv_columns import Columns, ExtraColumn
from fer_desktop.recording.csv_export import FaceRows, export_session, face_rows
from fer_desktop.recording.mark_column import MARKS, mark_column
from fer_desktop.recording.measurements import measured_besides
from fer_desktop.recording.mesh_file import MESH_SUFFIX, MeshFile, mesh_file
from fer_desktop.recording.person_column import person_column
from fer_desktop.recording.session_format import Mark, RecordedFrame, UsedModel
from fer_desktop.recording.session_reader import SessionReader
from fer_desktop.recording.shared_clock import SHARED_TIME, LiveSpan, live_span, shared_clock
from fer_desktop.recording.table_description import (
    describe_session,
    place_of_description,
    write_meta,
)
from fer_desktop.recording.table_files import TABLE_SUFFIXES
from fer_desktop.settings import CsvDialect

SESSION: Final = Column("session", "text", "", "name of the session")


@dataclass(frozen=True, slots=True)
class JointExport:
    """What was written.

    Attributes:
        path: the table, or the folder of the tables.
        sessions, frames, rows: how many.
        failures: what could not be read or written, a sentence each.
    """

    path: Path
    sessions: int
    frames: int
    rows: int
    failures: tuple[str, ...] = ()


class _Unreadable(Exception):
    """A session turns out to be damaged in the middle of its rows."""

    def __init__(self, path: Path, reason: FerError) -> None:
        super().__init__(str(reason))
        self.path = path
        self.reason = reason


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except FerError as error:
        raise _Unreadable(path, error) from error


@dataclass(slots=True)
class _Extent:
    """What a table of several sessions has to hold."""

    models: list[UsedModel] = field(default_factory=list)
    measures: list[MeasureSpec] = field(default_factory=list)
    raters: set[str] = field(default_factory=set)
    spans: dict[str, LiveSpan] = field(default_factory=dict)
    is_calibrated: bool = False
    has_marks: bool = False
    has_people: bool = False

    @property
    def has_meshes(self) -> bool:
        return any(spec.key == MESH for spec in self.measures)

    def take(self, name: str, path: Path) -> None:
        with _reading(path), SessionReader(path) as reader:
            reader.summary()
            self.has_marks |= any(mark.text for mark in reader.marks())
            self.has_people |= bool(reader.people)
            self.raters.update(raters_of(_corrections(reader)))
            self.models += reader.models
            self.measures = [*measured_besides([*self.measures, *reader.measures])]
            self.is_calibrated |= bool(reader.calibrations)
            if (span := live_span(reader)) is not None:
                self.spans[name] = span


def export_together(
    sessions: Sequence[tuple[str, Path]],
    csv_path: Path,
    *,
    empty_rows: bool = False,
    dialect: CsvDialect = "comma",
    overwrite: bool = False,
) -> JointExport:
    """Write one table of several sessions, with a last column ``session``, and its description.

    A session that cannot be read to its end is left out as a whole and named among the failures.
    Where live sessions went on at the same time, a column has the time of each frame on the clock
    that they share.

    Args:
        sessions: a name for each, all different, and its file.
        csv_path: where the table goes, in the format that its suffix says; its description goes
            beside it, and the meshes of faces, if there are any.
        empty_rows, dialect: see ``write_csv``.
        overwrite: whether files that are there already are replaced.

    Raises:
        StorageError: if no session can be read, or a file exists or cannot be written.
    """
    failures: list[FerError] = []
    left = list(sessions)
    while left or not failures:
        try:
            made = _write(left, csv_path, empty_rows, dialect, overwrite)
        except _Unreadable as error:
            # Found in the middle of its rows, it is in the table already, which begins anew.
            failures.append(error.reason)
            left = [(name, path) for name, path in left if path != error.path]
        else:
            said = tuple(str(error) for error in failures)
            return JointExport(csv_path, len(left), made.frames, made.table_rows, said)
    raise failures[0]


class _Table:
    """The columns of the table, for the session whose rows are being written.

    Attributes:
        columns: what they are.
        clock: which live sessions share.
    """

    def __init__(self, extent: _Extent, *, empty_rows: bool) -> None:
        self._name = ""
        self._mark: Callable[[FrameAnalysis, FaceAnalysis | None], str] = lambda *_: ""
        self._people = People()
        self._corrected = CorrectionColumns(sorted(extent.raters))
        extra = [ExtraColumn(SESSION, lambda frame, face: self._name)]
        extra[:0] = self._corrected.columns()
        if extent.has_people:
            extra.insert(0, person_column(lambda: self._people))
        self.clock = clock = shared_clock(extent.spans)
        if clock is not None:
            extra.append(
                ExtraColumn(
                    SHARED_TIME, lambda frame, _: clock.cell(self._name, frame.timestamp_us)
                )
            )
        if extent.has_marks:
            extra.insert(0, ExtraColumn(MARKS, lambda frame, face: self._mark(frame, face)))
        self.columns = Columns.of(
            extent.models,
            measures=extent.measures,
            is_calibrated=extent.is_calibrated,
            empty_rows=empty_rows,
            extra=extra,
        )

    def add(
        self, name: str, reader: SessionReader, rows: FaceRows, meshes: MeshFile | None
    ) -> tuple[Counts, dict[str, Any]]:
        """Write a session, and return what it held and how it is described."""
        with _reading(reader.path):
            summary, marks = reader.summary(), reader.marks()
            corrections = _corrections(reader)
            times_us = reader.times_us() if marks or corrections else []
        self._begin(name, reader.people, marks, corrections, times_us)
        rows.people = reader.people
        rows.counts = counts = Counts()
        for row in _rows(reader):
            rows.add(row)
            if meshes is not None:
                meshes.add(reader.people.visible(row.analysis), name)
        counts.end = summary.end
        described = describe_session(reader, summary, counts, marks=marks, corrections=corrections)
        return counts, {"session": name, **described}

    def _begin(
        self,
        name: str,
        people: People,
        marks: Sequence[Mark],
        corrections: Sequence[Correction],
        times_us: Sequence[int],
    ) -> None:
        self._name, self._people = name, people
        self._corrected.take(corrections, times_us)
        of_marks = mark_column(marks, times_us)
        self._mark = of_marks[0].cell if of_marks else lambda *_: ""


def _write(
    sessions: Sequence[tuple[str, Path]],
    csv_path: Path,
    empty_rows: bool,
    dialect: CsvDialect,
    overwrite: bool,
) -> Counts:
    description = place_of_description(csv_path, overwrite=overwrite)
    mesh_path = csv_path.with_suffix(MESH_SUFFIX)
    extent = _Extent()
    for name, path in sessions:
        extent.take(name, path)
    table = _Table(extent, empty_rows=empty_rows)
    metas: list[dict[str, Any]] = []
    total = Counts()
    with ExitStack() as files:
        rows = files.enter_context(
            face_rows(csv_path, table.columns, dialect=dialect, overwrite=overwrite)
        )
        meshes = None
        if extent.has_meshes:
            # Entered last and so finished first: meshes that cannot be written leave no table.
            meshes = files.enter_context(mesh_file(mesh_path, overwrite=overwrite))
        for name, path in sessions:
            with ExitStack() as stack:
                with _reading(path):
                    reader = stack.enter_context(SessionReader(path))
                counts, meta = table.add(name, reader, rows, meshes)
            total.frames += counts.frames
            total.rows += counts.rows
            total.empty_rows += counts.empty_rows
            metas.append(meta)
    meta = {
        "format_version": 1,
        "columns": dictionary_json(table.columns.columns()),
        "shared_clock": table.clock.kind if table.clock is not None else None,
        "sessions": metas,
    }
    write_meta(description, meta, overwrite=overwrite)
    return total


def _corrections(reader: SessionReader) -> list[Correction]:
    return reader.people.visible_corrections(reader.corrections())


def _rows(reader: SessionReader) -> Iterator[RecordedFrame]:
    with _reading(reader.path):
        # What the table cannot take is raised where it is written, and never comes in here.
        yield from reader.rows()


def export_each(
    sessions: Sequence[tuple[str, Path]],
    folder: Path,
    *,
    suffix: str = ".csv",
    empty_rows: bool = False,
    dialect: CsvDialect = "comma",
) -> JointExport:
    """Write a table and its description for each session into a folder; nothing is replaced.

    Args:
        sessions: a name for each, and its file.
        folder: where the tables go; it must exist.
        suffix: says the format of the tables.
        empty_rows, dialect: see ``write_csv``.

    Raises:
        StorageError: if none can be read and written.
    """
    taken = {
        entry.name.removesuffix(end).casefold()
        for end in (*TABLE_SUFFIXES, ".meta.json", MESH_SUFFIX)
        for entry in folder.glob(f"*{end}")
    }
    total = Counts()
    done = 0
    failures: list[FerError] = []
    for name, path in sessions:
        stem = distinct_name(name, taken)
        taken.add(stem.casefold())
        try:
            counts = export_session(
                path, folder / f"{stem}{suffix}", empty_rows=empty_rows, dialect=dialect
            )
        except FerError as error:
            failures.append(error)
            continue
        done += 1
        total.frames += counts.frames
        total.rows += counts.rows
        total.empty_rows += counts.empty_rows
    if not done and failures:
        raise failures[0]
    said = tuple(str(error) for error in failures)
    return JointExport(folder, done, total.frames, total.table_rows, said)
