"""A session read back, also while it is being written."""

import itertools
import operator
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.corrections import Correction, with_corrections
from fer_desktop.domain.measures import MeasureSpec
from fer_desktop.domain.scores import EmotionScores
from fer_desktop.domain.session_end import SessionEnd
from fer_desktop.domain.timeline_series import GAP_US
from fer_desktop.errors import StorageError
from fer_desktop.recording import session_format, session_rows
from fer_desktop.recording.calibrations import UsedCalibration, read_calibrations
from fer_desktop.recording.measurements import (
    MeasurementReader,
    measured_besides,
    read_specs,
    unpacked_numbers,
)
from fer_desktop.recording.packed_columns import Column, read_packed
from fer_desktop.recording.row_types import CorrectionRow, MarkRow, TotalsRow
from fer_desktop.recording.session_facts import SessionFacts, read_facts
from fer_desktop.recording.session_format import Mark, RecordedFrame, SessionInfo, UsedModel
from fer_desktop.recording.session_opening import OpenedSession
from fer_desktop.recording.session_people import read_people
from fer_desktop.recording.session_recordings import SessionRecording, read_recordings
from trainer.contract.checked_json import as_type

# What SQLite says of a file that lacks a part, or holds something else.
_DAMAGES: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSummary:
    """One line of the list of sessions.

    Attributes:
        path: the session's file.
        info: what is known of it from the start.
        end: how it ended; None while it goes on, and after a crash.
        frames: number of analysed frames.
        faces: number of different faces in them: of persons, less those that are hidden.
        duration_us: from the first to the last of them, on the source's clock.
        facts: what the user says of it.
        fingerprint: length and digest of the file that was analysed; None where it was none.
        names: those that the user gave to faces.
        recordings: videos that were recorded of it, if it was live.
        models: names of those that read it.
        gaps, longest_gap_us: stretches of over a second in which a live source gave no frame, and
            the longest.
    """

    path: Path
    info: SessionInfo
    end: SessionEnd | None
    frames: int
    faces: int
    duration_us: int
    facts: SessionFacts = field(default_factory=SessionFacts)
    fingerprint: tuple[int, str] | None = None
    names: tuple[str, ...] = ()
    recordings: tuple[SessionRecording, ...] = ()
    models: tuple[str, ...] = ()
    gaps: int = 0
    longest_gap_us: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether it ended in order with all that was to be analysed."""
        return self.end is not None and self.end.is_whole is not False


class SessionReader:
    """A session as it was when the reader was made; it may go on being written meanwhile.

    Attributes:
        path: the session's file.
        models: those that read its frames, in order.
        calibrations: against what faces were read, in order.
        measures: what else was measured of faces, besides the facial points.
        people: who is who, as the user says; the rows say it by their tracks alone.
    """

    def __init__(self, path: Path) -> None:
        """Open a session; close it soon, for the file keeps growing while it is read.

        Raises:
            StorageError: if it is missing, damaged or not a session.
        """
        self.path = path
        if not path.is_file():
            raise StorageError(f"{path} is missing or not a file.")
        with reading(path):
            self._opened = OpenedSession(path)
        self._db = self._opened.db
        try:
            with reading(path):
                self._db.execute("BEGIN")  # from here on everything is seen as of now
                self._models = session_format.read_models(self._db)
                self.models = tuple(self._models.values())
                self._calibrations = read_calibrations(self._db)
                self.calibrations = tuple(self._calibrations.values())
                self.measures = measured_besides(read_specs(self._db).values())
                self.people = read_people(self._db)
        except StorageError:
            self.close()
            raise

    def __enter__(self) -> "SessionReader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def connection(self) -> sqlite3.Connection:
        """The file, for whoever reads all of it."""
        return self._db

    def once_more(self) -> AbstractContextManager[sqlite3.Connection]:
        """Open the file a second time, for another thread that reads beside this one.

        It may see what was written since this reader was made.
        """
        return self._opened.once_more()

    @property
    def models_by_number(self) -> Mapping[int, UsedModel]:
        """Those that read its frames, as the frames name them."""
        return self._models

    @property
    def calibrations_by_number(self) -> Mapping[int, UsedCalibration]:
        """Against what faces were read, as the faces name it."""
        return self._calibrations

    def close(self) -> None:
        """Release the file; may be called twice."""
        self._opened.close()

    def summary(self) -> SessionSummary:
        """Return what the session is, and how long.

        Raises:
            StorageError: if the file is damaged.
        """
        with reading(self.path):
            info, end = session_format.read_info(self._db)
            facts, fingerprint = read_facts(self._db)
            totals = as_type(
                self._db.execute(
                    "SELECT COUNT(*), MAX(timestamp_us) - MIN(timestamp_us) FROM frames"
                ).fetchone(),
                TotalsRow,
            )
            gaps_us = self._gaps_us() if info.source.is_live else []
            return SessionSummary(
                path=self.path,
                info=info,
                end=end,
                frames=totals.frames,
                faces=self._faces_seen(),
                duration_us=totals.duration_us or 0,
                facts=facts,
                fingerprint=fingerprint,
                names=tuple(person.name for person in self.people.persons if person.name),
                recordings=read_recordings(self._db),
                models=tuple(dict.fromkeys(used.preset.name for used in self.models)),
                gaps=len(gaps_us),
                longest_gap_us=max(gaps_us, default=0),
            )

    def _gaps_us(self) -> list[int]:
        (times_us,), _ = read_packed(self._db, "frames", [Column("timestamp_us")])
        steps_us: NDArray[np.int64] = np.diff(times_us)
        return [int(step_us) for step_us in steps_us[steps_us > GAP_US]]

    def _faces_seen(self) -> int:
        ids = [number for (number,) in self._db.execute("SELECT DISTINCT face_id FROM faces")]
        if not self.people:
            return len(ids)
        persons = map(self.people.person, self.people.among(as_type(ids, list[int])))
        return sum(not person.is_hidden for person in persons)

    def rows(self) -> Iterator[RecordedFrame]:
        """Yield the analysed frames in the order of the source.

        Raises:
            StorageError: if the file is damaged.
        """
        with reading(self.path):
            cursor = self._db.execute(session_rows.SELECT_FRAMES)
            measurements = MeasurementReader(self._db)
            for index, rows in itertools.groupby(cursor, key=operator.itemgetter(0)):
                yield session_rows.frame_from_rows(
                    list(rows), self._models, self._calibrations, measurements.take(index)
                )

    def readings(
        self, face_id: int, from_us: int, to_us: int, sha256: str
    ) -> list[tuple[int, EmotionScores]]:
        """Return when and how a model read a face between two times, in the order of the source.

        Args:
            face_id: the face.
            from_us, to_us: the interval, ends included.
            sha256: checksum of the model; what others read is left out.

        Raises:
            StorageError: if the file is damaged.
        """
        with reading(self.path):
            rows = self._db.execute(
                "SELECT timestamp_us, probabilities, model_id FROM frames"
                " JOIN faces USING (frame_index) WHERE face_id = ? AND timestamp_us BETWEEN ? AND ?"
                " AND probabilities IS NOT NULL ORDER BY timestamp_us",
                (face_id, from_us, to_us),
            )
            return [
                (timestamp_us, session_rows.unpack(probabilities, preset.labels))
                for timestamp_us, probabilities, model_id in rows
                if (preset := self._models[model_id].preset).sha256 == sha256
            ]

    def numbers(
        self, spec: MeasureSpec, face_id: int, from_us: int, to_us: int
    ) -> list[tuple[float, ...]]:
        """Return what was measured of a face between two times, in the order of the source.

        Args:
            spec: the measure.
            face_id: the face.
            from_us, to_us: the interval, ends included.

        Raises:
            StorageError: if the file is damaged.
        """
        with reading(self.path):
            known = read_specs(self._db).items()
            number = next((number for number, each in known if each.has_columns_of(spec)), None)
            rows = self._db.execute(
                "SELECT numbers FROM frames JOIN measured USING (frame_index) WHERE measure_id = ?"
                " AND face_id = ? AND timestamp_us BETWEEN ? AND ? ORDER BY timestamp_us",
                (number, face_id, from_us, to_us),
            )
            return [unpacked_numbers(spec, packed) for (packed,) in rows]

    def times_us(self) -> list[int]:
        """Return the times of the analysed frames, in the order of the source.

        Raises:
            StorageError: if the file is damaged.
        """
        with reading(self.path):
            rows = self._db.execute("SELECT timestamp_us FROM frames ORDER BY frame_index")
            return as_type([time_us for (time_us,) in rows], list[int])

    def marks(self) -> list[Mark]:
        """Return the moments that the user marked, in the order of the source.

        Raises:
            StorageError: if the file is damaged.
        """
        with reading(self.path):
            return read_marks(self._db)

    def corrections(self) -> list[Correction]:
        """Return what people say that faces show, in the order of time.

        Raises:
            StorageError: if the file is damaged.
        """
        with reading(self.path):
            return read_corrections(self._db)


def read_marks(db: sqlite3.Connection) -> list[Mark]:
    """Return the marks of a session, in the order of the source.

    Raises:
        ValueError: if one is damaged.
        sqlite3.Error: if the table cannot be read.
    """
    rows = db.execute(
        "SELECT timestamp_us, text, end_us, color FROM marks ORDER BY timestamp_us, id"
    )
    return [Mark(*as_type(row, MarkRow)) for row in rows]


def read_corrections(db: sqlite3.Connection) -> list[Correction]:
    """Return the corrections of a session, in the order of time.

    Raises:
        ValueError: if one is damaged.
        sqlite3.Error: if the table cannot be read.
    """
    rows = db.execute(session_rows.SELECT_CORRECTIONS)
    # Written elsewhere, stretches of a rater may lie within each other; here each moment has one.
    return with_corrections((), [Correction(*as_type(row, CorrectionRow)) for row in rows])


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Say of a session that it is damaged where reading it shows that.

    Raises:
        StorageError: in place of what shows it.
    """
    try:
        yield
    except (sqlite3.Error, ValueError, TypeError, LookupError) as error:
        is_damaged = getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGES
        reason = "it is damaged, or none" if is_damaged else error
        raise StorageError(f"{path} cannot be read as a session: {reason}.") from error
