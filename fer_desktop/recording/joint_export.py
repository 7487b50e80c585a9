"""Several sessions in one go: one tidy table with a column that names the session, or one each."""

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fer_desktop.domain.corrections import raters_of
from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.domain.measures import MeasureSpec
from fer_desktop.domain.people import People
from fer_desktop.errors import FerError
from fer_desktop.files import distinct_name, whole_file
from fer_desktop.recording.column import Column, dictionary_json
from fer_desktop.recording.correction_column import CorrectionColumns
from fer_desktop.recording.csv_columns import Columns, ExtraColumn
from fer_desktop.recording.csv_export import (
    Counts,
    describe,
    export_session,
    face_rows,
    place_of_description,
)
from fer_desktop.recording.mark_column import MARKS, mark_column
from fer_desktop.recording.measurements import measured_besides
from fer_desktop.recording.mesh_file import MESH_SUFFIX
from fer_desktop.recording.person_column import person_column
from fer_desktop.recording.session_format import UsedModel
from fer_desktop.recording.session_reader import SessionReader
from fer_desktop.recording.shared_clock import SHARED_TIME, LiveSpan, live_span, shared_clock
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


def export_together(
    sessions: Sequence[tuple[str, Path]],
    csv_path: Path,
    *,
    empty_rows: bool = False,
    dialect: CsvDialect = "comma",
    overwrite: bool = False,
) -> JointExport:
    """Write one table of several sessions, with a last column ``session``, and its description.

    A session that cannot be read is left out and named among the failures. Where live sessions
    went on at the same time, a column has the time of each frame on the clock that they share.

    Args:
        sessions: a name for each, all different, and its file.
        csv_path: where the table goes, in the format that its suffix says; its description goes
            beside it.
        empty_rows, dialect: see ``write_csv``.
        overwrite: whether files that are there already are replaced.

    Raises:
        StorageError: if no session can be read, or a file exists or cannot be written.
    """
    description = place_of_description(csv_path, overwrite=overwrite)
    failures: list[FerError] = []
    readable: list[tuple[str, Path]] = []
    models: list[UsedModel] = []
    measures: list[MeasureSpec] = []
    raters: set[str] = set()
    spans: dict[str, LiveSpan] = {}
    is_calibrated = has_marks = has_people = False
    for name, path in sessions:
        try:
            with SessionReader(path) as reader:
                reader.summary()
                has_marks |= any(mark.text for mark in reader.marks())
                has_people |= bool(reader.people)
                raters.update(raters_of(reader.corrections()))
                models += reader.models
                measures = [*measured_besides([*measures, *reader.measures])]
                is_calibrated |= bool(reader.calibrations)
                span = live_span(reader)
        except FerError as error:
            failures.append(error)
        else:
            readable.append((name, path))
            if span is not None:
                spans[name] = span
    if not readable and failures:
        raise failures[0]
    # The session whose rows are being written, what is marked in it, and who is who.
    present = [""]
    marked: list[Callable[[FrameAnalysis, FaceAnalysis | None], str]] = [lambda *_: ""]
    people = [People()]
    corrected = CorrectionColumns(sorted(raters))
    clock = shared_clock(spans)
    metas: list[dict[str, Any]] = []
    total = Counts()
    columns = Columns.of(
        models,
        measures=measures,
        is_calibrated=is_calibrated,
        empty_rows=empty_rows,
        extra=[
            *(
                [ExtraColumn(MARKS, lambda frame, face: marked[0](frame, face))]
                if has_marks
                else []
            ),
            *([person_column(lambda: people[0])] if has_people else []),
            *corrected.columns(),
            ExtraColumn(SESSION, lambda frame, face: present[0]),
            *(
                [
                    ExtraColumn(
                        SHARED_TIME, lambda frame, _: clock.cell(present[0], frame.timestamp_us)
                    )
                ]
                if clock is not None
                else []
            ),
        ],
    )
    with face_rows(csv_path, columns, dialect=dialect, overwrite=overwrite) as table:
        for name, path in readable:
            present[0] = name
            with ExitStack() as stack:
                reader = stack.enter_context(SessionReader(path))
                summary, marks = reader.summary(), reader.marks()
                corrections = reader.corrections()
                times_us = reader.times_us() if marks or corrections else []
                corrected.take(corrections, times_us)
                columns_of_marks = mark_column(marks, times_us)
                marked[0] = columns_of_marks[0].cell if columns_of_marks else lambda *_: ""
                table.people = people[0] = reader.people
                table.counts = counts = Counts()
                for row in reader.rows():
                    table.add(row)
            counts.end = summary.end
            total.frames += counts.frames
            total.rows += counts.rows
            metas.append(
                {
                    "session": name,
                    **describe(
                        summary.info,
                        reader.models,
                        counts,
                        marks=marks,
                        corrections=corrections,
                        calibrations=reader.calibrations,
                        measures=reader.measures,
                        people=reader.people,
                        facts=summary.facts,
                        problem=summary.end.problem if summary.end is not None else "",
                    ),
                }
            )
    meta = {
        "format_version": 1,
        "columns": dictionary_json(columns.columns()),
        "shared_clock": clock.kind if clock is not None else None,
        "sessions": metas,
    }
    text = json.dumps(meta, indent=2, ensure_ascii=False)
    with whole_file(description, overwrite=overwrite) as part:
        part.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")
    said = tuple(str(error) for error in failures)
    return JointExport(csv_path, len(readable), total.frames, total.rows, said)


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
    if not done and failures:
        raise failures[0]
    said = tuple(str(error) for error in failures)
    return JointExport(folder, done, total.frames, total.rows, said)
