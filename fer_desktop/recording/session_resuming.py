"""Sessions of files whose analysis was interrupted: whether they can go on, and from where."""

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from fer_desktop.domain.corrections import Correction
from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.frame_selection import FrameSelection, selection_of
from fer_desktop.domain.neutral_baseline import NeutralBaseline
from fer_desktop.domain.people import People
from fer_desktop.errors import StorageError
from fer_desktop.recording.calibrations import CalibrationIds
from fer_desktop.recording.measurements import MeasurementRows
from fer_desktop.recording.session_format import (
    Mark,
    UsedModel,
    check_schema,
    read_all_models,
    write_error,
)
from fer_desktop.recording.session_lock import is_written
from fer_desktop.recording.session_people import read_people
from fer_desktop.recording.session_reader import (
    SessionReader,
    SessionSummary,
    read_corrections,
    read_marks,
    reading,
)
from fer_desktop.settings import Settings, settings_from

# Of the settings, those that the numbers of a file depend on.
_DEPENDED_ON: Final = (
    "smoothing_ms",
    "min_detection_score",
    "face_search",
    "automatic_calibration",
    "measures",
)
_AGAIN: Final = "Analyse the file again instead."


@dataclass(frozen=True, slots=True, eq=False)
class Interrupted:
    """An analysis that can go on.

    Attributes:
        summary: of its session.
        model: what read its frames.
        selection: which frames of the file were wanted.
        edge_us: time of the last frame that was recorded.
        baselines: the rest of faces that were read against it.
    """

    summary: SessionSummary
    model: UsedModel
    selection: FrameSelection
    edge_us: int
    baselines: Mapping[int, NeutralBaseline] = field(default_factory=dict)


def is_interrupted(summary: SessionSummary) -> bool:
    """Tell whether a session is the beginning of a video's analysis."""
    return summary.info.source.kind == "video" and not summary.is_complete


def read_interrupted(path: Path) -> Interrupted:
    """Return what is needed to go on with the analysis of a session's file.

    Raises:
        StorageError: if it cannot go on: it is whole, damaged, has gaps, or is being written.
    """
    if is_written(path):
        raise StorageError(
            "This session is still being written.", hint="Close the other window first."
        )
    with SessionReader(path) as reader, reading(path):
        summary = reader.summary()
        if not is_interrupted(summary):
            raise StorageError("There is nothing to continue in this session.")
        if len(reader.models) != 1:
            raise StorageError("Several models read this session.", hint=_AGAIN)
        rows = reader.connection.execute("SELECT frame_index FROM frames ORDER BY frame_index")
        indices = np.array([index for (index,) in rows], np.int64)
        selection = selection_of(summary.info.settings)
        if not len(indices) or (np.diff(indices) != selection.every).any():
            raise StorageError("This session has gaps.", hint=_AGAIN)
        return Interrupted(
            summary,
            reader.models[0],
            selection,
            reader.times_us()[-1],
            {
                used.face_id: used.baseline
                for used in reader.calibrations
                if used.baseline.origin != "automatic"
            },
        )


def other_settings(found: Interrupted, settings: Settings) -> list[str]:
    """Return the names of settings that are others than those of an interrupted analysis."""
    former = settings_from(found.summary.info.settings)
    return [name for name in _DEPENDED_ON if getattr(former, name) != getattr(settings, name)]


def recorded_analyses(path: Path) -> Iterator[FrameAnalysis]:
    """Yield what a session holds, in order; opened with the first.

    Raises:
        StorageError: if it cannot be read.
    """
    with SessionReader(path) as reader:
        for row in reader.rows():
            yield row.analysis


@dataclass(slots=True)
class Reopened:
    """A session that is written on.

    Attributes:
        db: the file, for handing over to another thread.
        models: those that it names, by number.
        marks, corrections: those that are set.
        people: who is who.
        calibrations, measurements: number what comes, knowing what is there.
    """

    db: sqlite3.Connection
    models: dict[int, UsedModel]
    marks: list[Mark]
    corrections: list[Correction]
    people: People
    calibrations: CalibrationIds
    measurements: MeasurementRows


def reopen(path: Path) -> Reopened:
    """Open a session to write on; it counts as going on from now.

    Raises:
        StorageError: if it cannot be read or written.
    """
    try:
        db = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw", uri=True, check_same_thread=False
        )
    except sqlite3.Error as error:
        raise write_error(path, error) from error
    try:
        with reading(path):
            check_schema(db, path)
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            found = Reopened(
                db,
                read_all_models(db),
                read_marks(db),
                read_corrections(db),
                read_people(db),
                CalibrationIds.known(db),
                MeasurementRows.known(db),
            )
            with db:
                db.execute(
                    "UPDATE session SET state = 'recording', finished_ns = NULL, is_whole = NULL,"
                    " problem = ''"
                )
            return found
    except StorageError:
        db.close()
        raise
