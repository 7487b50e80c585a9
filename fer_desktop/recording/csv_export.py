"""Tables that people take home, written whole or not at all, and what describes them."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from fer_desktop.domain.corrections import Correction
from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.measure_facts import described_measure
from fer_desktop.domain.measures import MESH, MeasureSpec, tabular
from fer_desktop.domain.people import People
from fer_desktop.domain.session_end import SessionEnd
from fer_desktop.domain.timeline_series import GAP_US
from fer_desktop.domain.wall_time import utc_text
from fer_desktop.files import refuse_existing, whole_file
from fer_desktop.paths import APP_NAME
from fer_desktop.recording.calibrations import UsedCalibration, described
from fer_desktop.recording.column import Column, dictionary_json
from fer_desktop.recording.correction_column import CorrectionColumns
from fer_desktop.recording.csv_columns import Columns, ExtraColumn, all_labels, is_switched
from fer_desktop.recording.mark_column import mark_column
from fer_desktop.recording.mesh_file import MESH_SUFFIX, mesh_file
from fer_desktop.recording.person_column import described_people, person_column
from fer_desktop.recording.session_facts import SessionFacts
from fer_desktop.recording.session_format import Mark, RecordedFrame, SessionInfo, UsedModel
from fer_desktop.recording.session_reader import SessionReader
from fer_desktop.recording.table_files import RowWriter, row_writer
from fer_desktop.settings import CsvDialect
from trainer.contract.whole_file import remove_leftovers

_NOBODY: Final = People()  # of whom anything was said
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(slots=True)
class Counts:
    """What was found in the frames that went by.

    Attributes:
        frames: all of them.
        frames_with_faces: those with a face.
        rows: faces, counted again in each frame.
        face_ids: the different faces.
        by_label: rows by the label that the screen showed.
        hidden_rows: faces that were left out because the user has hidden them.
        gaps, longest_gap_us: stretches of over a second in which no frame came, and the longest.
        end: how the session ended; None where that is not known.
    """

    frames: int = 0
    frames_with_faces: int = 0
    rows: int = 0
    face_ids: set[int] = field(default_factory=set)
    by_label: Counter[str] = field(default_factory=Counter)
    hidden_rows: int = 0
    gaps: int = 0
    longest_gap_us: int = 0
    end: SessionEnd | None = None
    _latest_us: int | None = None

    @property
    def shares(self) -> dict[str, float]:
        """Of the rows with an expression, the share of each label that came."""
        rows = self.by_label.total()
        return {label: count / rows for label, count in sorted(self.by_label.items())}

    def add(self, analysis: FrameAnalysis) -> None:
        """Count a frame."""
        self.frames += 1
        self.frames_with_faces += bool(analysis.faces)
        self.rows += len(analysis.faces)
        self.face_ids.update(face.face_id for face in analysis.faces)
        self.by_label.update(face.smoothed.emotion for face in analysis.faces if face.smoothed)
        if self._latest_us is not None:
            gap_us = analysis.timestamp_us - self._latest_us
            self.gaps += gap_us > GAP_US
            self.longest_gap_us = max(self.longest_gap_us, gap_us)
        self._latest_us = analysis.timestamp_us


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
        """Write a frame: a row for each face that is not hidden."""
        visible = self.people.visible(row.analysis)
        if visible is not row.analysis:
            self.counts.hidden_rows += len(row.analysis.faces) - len(visible.faces)
            row = replace(row, analysis=visible)
        self.counts.add(row.analysis)
        self._rows.write(self._columns.cells(row))


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


def meta_path(csv_path: Path) -> Path:
    """Return where the description of a table lies."""
    return csv_path.with_suffix(".meta.json")


def place_of_description(csv_path: Path, *, overwrite: bool) -> Path:
    """Return where a table's description goes, and clear away what killed runs have left there.

    Raises:
        StorageError: if it exists and is not to be replaced: said before the long work.
    """
    description = meta_path(csv_path)
    if not overwrite:
        refuse_existing(description)
    remove_leftovers(csv_path.parent)
    return description


def describe(
    info: SessionInfo,
    models: Sequence[UsedModel],
    counts: Counts,
    *,
    marks: Sequence[Mark] = (),
    corrections: Sequence[Correction] = (),
    calibrations: Sequence[UsedCalibration] = (),
    measures: Sequence[MeasureSpec] = (),
    people: People = _NOBODY,
    columns: Sequence[Column] = (),
    facts: SessionFacts | None = None,
    problem: str = "",
    measure_problems: Mapping[str, str] = _NOTHING,
) -> dict[str, Any]:
    """Return all that is needed to get the numbers of a table again; see ``write_meta``."""
    meta: dict[str, Any] = {
        "format_version": 1,
        "application": APP_NAME,
        "application_version": info.app_version,
        "libraries": dict(info.libraries),
        "start_time": utc_text(info.started_ns),
        "source": asdict(info.source),
        "frame_count": counts.frames,
        "frames_with_faces": counts.frames_with_faces,
        "faces": len(counts.face_ids),
        "rows": counts.rows,
        "hidden_rows": counts.hidden_rows,
        **_completeness(info, counts),
        "model": asdict(models[0].preset) if models else None,
        "engine": models[0].engine if models else "",
        "device": models[0].device if models else "",
        "labels": all_labels(models),
        "settings": dict(info.settings),
        "marks": [_described(mark) for mark in marks],
        "corrections": [_described_correction(one) for one in corrections],
        "calibrations": described(used for used in calibrations if people.shows_ever(used.face_id)),
        "measures": [described_measure(measure) for measure in tabular(measures)],
        "people": described_people(people),
    }
    if facts is not None:
        meta["facts"] = asdict(facts)
    if columns:
        meta["columns"] = dictionary_json(columns)
    if is_switched(models):
        meta["models"] = [
            {
                "from_frame": model.from_frame,
                "engine": model.engine,
                "device": model.device,
                **asdict(model.preset),
            }
            for model in models
        ]
    if problem:
        meta["problem"] = problem
    if measure_problems:
        meta["measure_problems"] = dict(measure_problems)
    return meta


def write_meta(
    path: Path,
    info: SessionInfo,
    models: Sequence[UsedModel],
    counts: Counts,
    *,
    marks: Sequence[Mark] = (),
    corrections: Sequence[Correction] = (),
    calibrations: Sequence[UsedCalibration] = (),
    measures: Sequence[MeasureSpec] = (),
    people: People = _NOBODY,
    columns: Sequence[Column] = (),
    facts: SessionFacts | None = None,
    problem: str = "",
    measure_problems: Mapping[str, str] = _NOTHING,
    overwrite: bool = False,
) -> None:
    """Write all that is needed to get the numbers of a table again, as JSON.

    Args:
        path: where to; its folder must exist.
        info: the session.
        models: those that read the frames; each is named where there are several.
        counts: what the table holds.
        marks: moments that the user marked.
        corrections: what people say that faces show.
        calibrations: against what faces were read.
        measures: what else was measured of faces.
        people: who is who.
        columns: of the table, to be explained.
        facts: what the user says of the session.
        problem: why the table ends early, if it does.
        measure_problems: why measures are empty, at all or where they fail, by their keys.
        overwrite: whether a file that is there already is replaced.

    Raises:
        StorageError: if the file exists or cannot be written.
    """
    meta = describe(
        info,
        models,
        counts,
        marks=marks,
        corrections=corrections,
        calibrations=calibrations,
        measures=measures,
        people=people,
        columns=columns,
        facts=facts,
        problem=problem,
        measure_problems=measure_problems,
    )
    text = json.dumps(meta, indent=2, ensure_ascii=False) + "\n"
    with whole_file(path, overwrite=overwrite) as part:
        # File names on Linux may hold bytes that are no text: they become JSON's own escapes.
        part.write_text(text, encoding="utf-8", errors="backslashreplace")


def _described(mark: Mark) -> dict[str, Any]:
    found: dict[str, Any] = {"time_s": mark.timestamp_us / 1e6, "text": mark.text}
    if mark.end_us is not None:
        found["end_s"] = mark.end_us / 1e6
    return {**found, "color": mark.color} if mark.color else found


def _described_correction(one: Correction) -> dict[str, Any]:
    found: dict[str, Any] = {
        "rater": one.rater,
        "face_id": one.face_id,
        "label": one.label,
        "time_s": one.begin_us / 1e6,
    }
    return found if one.end_us is None else {**found, "end_s": one.end_us / 1e6}


def _completeness(info: SessionInfo, counts: Counts) -> dict[str, Any]:
    """Return what a description says of frames that are not there."""
    end = counts.end
    if info.source.is_live:
        return {
            "dropped_frames": None if end is None else end.missed,
            "gaps": counts.gaps,
            "longest_gap_s": counts.longest_gap_us / 1e6 if counts.gaps else 0.0,
            "monotonic_start_us": None if info.zero_ns is None else info.zero_ns // 1000,
        }
    return {"is_complete": None if end is None else end.is_whole}


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
    write_meta(
        description,
        summary.info,
        reader.models,
        counts,
        marks=marks,
        corrections=corrections,
        calibrations=reader.calibrations,
        measures=reader.measures,
        people=people,
        columns=columns.columns(),
        facts=summary.facts,
        problem=summary.end.problem if summary.end is not None else "",
        overwrite=overwrite,
    )
    return counts
