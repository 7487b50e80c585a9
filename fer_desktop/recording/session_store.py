"""Sessions on disk: one SQLite file each, written while the session goes on.

The writer has its own thread, so that a slow disk never holds up the analysis. It commits four
times a second in write-ahead mode: a killed process loses what was not committed yet, and the next
one to open the file finds everything before that. With ``synchronous=NORMAL`` the kernel decides
when commits reach the disk; a power cut may lose the last seconds that way, but damages nothing.
"""

import itertools
import operator
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from fer_desktop import __version__
from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.frame import SourceInfo
from fer_desktop.domain.scores import EmotionScores
from fer_desktop.domain.session_end import SessionEnd
from fer_desktop.errors import StorageError
from fer_desktop.files import new_file
from fer_desktop.log import get_logger
from fer_desktop.private_files import OWNER_ONLY, keep_private
from fer_desktop.recording import session_format
from fer_desktop.recording.calibrations import CalibrationIds, read_calibrations
from fer_desktop.recording.measurements import (
    MeasurementReader,
    MeasurementRows,
    measured_besides,
    read_specs,
)
from fer_desktop.recording.row_types import MarkRow, TotalsRow
from fer_desktop.recording.session_format import (
    Mark,
    RecordedFrame,
    SessionInfo,
    UsedModel,
)
from trainer.contract.checked_json import as_type
from trainer.contract.preset import Preset

log = get_logger("recording")

_NO_MORE: Final = SessionEnd()
_COMMIT_EVERY_S: Final = 0.25
# Minutes of analyses: reached only when the disk stands still.
_PENDING_MAX: Final = 10_000


def new_session_file(folder: Path, source: SourceInfo) -> Path:
    """Reserve a file for a session, named after the moment and the source.

    Raises:
        StorageError: if the folder cannot be written.
    """
    slug = re.sub(r"\W+", "-", source.name).strip("-")[:40] or source.kind
    name = f"{datetime.now():%Y-%m-%d %H.%M.%S} {slug}"
    path = new_file(folder, name, session_format.SUFFIX, mode=OWNER_ONLY)
    keep_private(folder)
    return path


@dataclass
class _Batch:
    """What waits to be written; a frame analysed again replaces its former self."""

    models: list[tuple[int, UsedModel]] = field(default_factory=list)
    frames: dict[int, tuple[FrameAnalysis, int | None]] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)


class SessionWriter:
    """A session being written; its methods never wait for the disk, except ``close``.

    Attributes:
        path: the session's file.
        dropped: analyses lost because the disk stood still for minutes.
        marks: those that were recorded.
        end: how it ended; None while it goes on.
    """

    def __init__(
        self,
        path: Path,
        source: SourceInfo,
        *,
        settings: Mapping[str, Any],
        app_version: str = __version__,
    ) -> None:
        """Create the session in a file that is missing or empty.

        Raises:
            StorageError: if it holds something already or cannot be written.
        """
        self.path = path
        self.dropped = 0
        self.marks: list[Mark] = []
        self.end: SessionEnd | None = None
        self._model_id: int | None = None
        self._calibration_ids = CalibrationIds()
        self._measurements = MeasurementRows()
        self._batch = _Batch()
        self._failure: StorageError | None = None
        self._is_failure_told = False
        self._lock = threading.Lock()
        self._closing = threading.Event()
        info = SessionInfo(
            source=source,
            started_ns=time.time_ns(),
            app_version=app_version,
            libraries=session_format.library_versions(),
            settings=settings,
        )
        self._db = session_format.create(path, info)
        self._thread = threading.Thread(target=self._run, name="session-writer", daemon=True)
        self._thread.start()

    def write(self, analysis: FrameAnalysis) -> None:
        """Record a frame; one with the same index is replaced.

        Raises:
            StorageError: if the session can no longer be written.
        """
        with self._lock:
            self._raise_failure()
            frames = self._batch.frames
            if len(frames) < _PENDING_MAX:
                frames[analysis.frame_index] = (analysis, self._model_id)
            else:
                self.dropped += 1

    def model_changed(
        self, preset: Preset, frame_index: int, *, engine: str = "", device: str = ""
    ) -> None:
        """Record that frames are read by this model from now on, and on what."""
        with self._lock:
            self._model_id = (self._model_id or 0) + 1
            model = UsedModel(preset, frame_index, engine, device)
            self._batch.models.append((self._model_id, model))

    def add_mark(self, timestamp_us: int, text: str = "") -> None:
        """Record that the user marked a moment.

        Raises:
            StorageError: if the session has ended or can no longer be written.
        """
        with self._lock:
            if self._failure is not None:
                raise self._failure
            if self._closing.is_set():
                raise StorageError("The session has ended.", hint="Start it again to mark it.")
            mark = Mark(timestamp_us, text)
            self._batch.marks.append(mark)
            self.marks.append(mark)

    def close(self, end: SessionEnd = _NO_MORE) -> None:
        """Write what is left and end the session; may be called twice.

        Raises:
            StorageError: if the session could not be written, and ``write`` did not say so yet.
        """
        with self._lock:
            self.end = self.end or end
            self._closing.set()
        self._thread.join()
        with self._lock:
            if not self._is_failure_told:
                self._raise_failure()

    def _raise_failure(self) -> None:
        if self._failure is not None:
            self._is_failure_told = True
            raise self._failure

    def _run(self) -> None:
        try:
            is_last = False
            while not is_last:
                is_last = self._closing.wait(_COMMIT_EVERY_S)
                with self._lock:
                    batch, self._batch = self._batch, _Batch()
                self._store(batch)
            end = self.end or SessionEnd()
            with self._db:
                self._db.execute(
                    "UPDATE session SET state = 'complete', finished_ns = ?, dropped = ?,"
                    " is_whole = ?, missed = ?, problem = ?",
                    (time.time_ns(), self.dropped, end.is_whole, end.missed, end.problem),
                )
        except Exception as error:  # thread boundary
            is_expected = isinstance(error, sqlite3.Error)
            log.error("%s can no longer be written: %s", self.path, error, exc_info=not is_expected)
            with self._lock:
                self._failure = session_format.write_error(self.path, error)
        finally:
            self._db.close()

    def _store(self, batch: _Batch) -> None:
        with self._db as db:  # one transaction
            db.executemany(
                "INSERT INTO models VALUES (?, ?, ?, ?, ?, ?, ?)",
                (session_format.model_row(model_id, model) for model_id, model in batch.models),
            )
            for table in ("faces", "measured"):
                db.executemany(
                    f"DELETE FROM {table} WHERE frame_index = ?",
                    ((index,) for index in batch.frames),
                )
            db.executemany(
                "INSERT OR REPLACE INTO frames VALUES (?, ?, ?, ?, ?, ?)",
                (
                    session_format.frame_row(frame, model_id)
                    for frame, model_id in batch.frames.values()
                ),
            )
            calibrations, faces = self._face_rows(frame for frame, _ in batch.frames.values())
            db.executemany("INSERT INTO calibrations VALUES (?, ?, ?, ?)", calibrations)
            db.executemany("INSERT INTO faces VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", faces)
            for index, (frame, _) in batch.frames.items():
                measures, measured = self._measurements.take(index, frame.faces)
                db.executemany("INSERT INTO measures VALUES (?, ?, ?, ?, ?, ?)", measures)
                db.executemany("INSERT INTO measured VALUES (?, ?, ?, ?)", measured)
            db.executemany(
                "INSERT INTO marks (timestamp_us, text) VALUES (?, ?)",
                ((mark.timestamp_us, mark.text) for mark in batch.marks),
            )

    def _face_rows(
        self, frames: Iterable[FrameAnalysis]
    ) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
        """Return the rows of the calibrations that are new, and those of the faces."""
        calibrations, faces = [], []
        for frame in frames:
            for face in frame.faces:
                number, new = self._calibration_ids.take(
                    face.face_id, face.baseline, frame.frame_index
                )
                calibrations += new
                faces.append(session_format.face_row(frame.frame_index, face, number))
        return calibrations, faces


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSummary:
    """One line of the list of sessions.

    Attributes:
        path: the session's file.
        info: what is known of it from the start.
        end: how it ended; None while it goes on, and after a crash.
        frames: number of analysed frames.
        faces: number of different faces in them.
        duration_us: from the first to the last of them, on the source's clock.
    """

    path: Path
    info: SessionInfo
    end: SessionEnd | None
    frames: int
    faces: int
    duration_us: int

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
    """

    def __init__(self, path: Path) -> None:
        """Open a session; close it soon, for the file keeps growing while it is read.

        Raises:
            StorageError: if it is missing, damaged or not a session.
        """
        self.path = path
        if not path.is_file():
            raise StorageError(f"{path} is missing or not a file.")
        with _reading(path):
            # Not opened read-only: after a crash SQLite has to put the file in order first.
            self._db = sqlite3.connect(path)
        try:
            with _reading(path):
                session_format.check_schema(self._db, path)
                self._db.execute("BEGIN")  # from here on everything is seen as of now
                self._models = session_format.read_models(self._db)
                self.models = tuple(self._models.values())
                self._calibrations = read_calibrations(self._db)
                self.calibrations = tuple(self._calibrations.values())
                self.measures = measured_besides(read_specs(self._db).values())
        except StorageError:
            self._db.close()
            raise

    def __enter__(self) -> "SessionReader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the file; may be called twice."""
        self._db.close()

    def summary(self) -> SessionSummary:
        """Return what the session is, and how long.

        Raises:
            StorageError: if the file is damaged.
        """
        with _reading(self.path):
            info, end = session_format.read_info(self._db)
            totals = as_type(
                self._db.execute(
                    "SELECT COUNT(*), (SELECT COUNT(DISTINCT face_id) FROM faces),"
                    " MAX(timestamp_us) - MIN(timestamp_us) FROM frames"
                ).fetchone(),
                TotalsRow,
            )
            return SessionSummary(
                path=self.path,
                info=info,
                end=end,
                frames=totals.frames,
                faces=totals.faces,
                duration_us=totals.duration_us or 0,
            )

    def rows(self) -> Iterator[RecordedFrame]:
        """Yield the analysed frames in the order of the source.

        Raises:
            StorageError: if the file is damaged.
        """
        with _reading(self.path):
            cursor = self._db.execute(session_format.SELECT_FRAMES)
            measurements = MeasurementReader(self._db)
            for index, rows in itertools.groupby(cursor, key=operator.itemgetter(0)):
                yield session_format.frame_from_rows(
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
        with _reading(self.path):
            rows = self._db.execute(
                "SELECT timestamp_us, probabilities, model_id FROM frames"
                " JOIN faces USING (frame_index) WHERE face_id = ? AND timestamp_us BETWEEN ? AND ?"
                " AND probabilities IS NOT NULL ORDER BY timestamp_us",
                (face_id, from_us, to_us),
            )
            return [
                (timestamp_us, session_format.unpack(probabilities, preset.labels))
                for timestamp_us, probabilities, model_id in rows
                if (preset := self._models[model_id].preset).sha256 == sha256
            ]

    def marks(self) -> list[Mark]:
        """Return the moments that the user marked, in the order of the source.

        Raises:
            StorageError: if the file is damaged.
        """
        with _reading(self.path):
            rows = self._db.execute(
                "SELECT timestamp_us, text FROM marks ORDER BY timestamp_us, id"
            )
            return [Mark(*as_type(row, MarkRow)) for row in rows]


def _log_unreadable(error: StorageError) -> None:
    log.warning("left out of the list of sessions: %s", error)


def list_sessions(
    folder: Path, on_unreadable: Callable[[StorageError], object] = _log_unreadable
) -> list[SessionSummary]:
    """Return the readable sessions of a folder, latest first.

    Args:
        folder: where they are.
        on_unreadable: hears of each that cannot be read.
    """
    found = []
    for path in sorted(folder.glob(f"*{session_format.SUFFIX}")):
        try:
            with SessionReader(path) as reader:
                found.append(reader.summary())
        except StorageError as error:
            on_unreadable(error)
    return sorted(found, key=lambda summary: summary.info.started_ns, reverse=True)


def add_mark(path: Path, mark: Mark) -> None:
    """Add a mark to a session that has ended.

    Raises:
        StorageError: if it cannot be written, or is no session.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as db, db:
            session_format.check_schema(db, path)
            db.execute(
                "INSERT INTO marks (timestamp_us, text) VALUES (?, ?)",
                (mark.timestamp_us, mark.text),
            )
    except sqlite3.Error as error:
        raise session_format.write_error(path, error) from error


def delete_session(path: Path) -> None:
    """Delete a session for good; it must not be in use.

    Raises:
        StorageError: if that is not possible.
    """
    try:
        for suffix in ("", "-wal", "-shm"):  # the last two stay behind after a crash
            path.with_name(path.name + suffix).unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(f"{path} cannot be deleted: {error.strerror or error}.") from error


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, ValueError, LookupError) as error:
        raise StorageError(f"{path} cannot be read as a session: {error}.") from error
