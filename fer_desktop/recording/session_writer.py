"""A session being written, while it goes on, to an SQLite file of its own.

The writer has its own thread, so that a slow disk never holds up the analysis. It commits four
times a second in write-ahead mode: a killed process loses what was not committed yet, and the next
one to open the file finds everything before that. With ``synchronous=NORMAL`` the kernel decides
when commits reach the disk; a power cut may lose the last seconds that way, but damages nothing.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from fer_desktop import __version__
from fer_desktop.domain.corrections import Correction
from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.frame import SourceInfo
from fer_desktop.domain.people import People
from fer_desktop.domain.session_end import SessionEnd
from fer_desktop.errors import StorageError
from fer_desktop.log import get_logger
from fer_desktop.recording import session_format, session_rows
from fer_desktop.recording.calibrations import CalibrationIds
from fer_desktop.recording.measurements import MeasurementRows
from fer_desktop.recording.session_format import Mark, SessionInfo, UsedModel
from fer_desktop.recording.session_lock import SessionLock
from fer_desktop.recording.session_people import store_people
from fer_desktop.recording.session_recordings import SessionRecording, store_recording
from fer_desktop.recording.session_resuming import reopen
from trainer.contract.preset import Preset

log = get_logger("recording")

_NO_MORE: Final = SessionEnd()
_COMMIT_EVERY_S: Final = 0.25
# Minutes of analyses: reached only when the disk stands still.
_PENDING_MAX: Final = 10_000


@dataclass
class _Batch:
    """What waits to be written; a frame analysed again replaces its former self."""

    models: list[tuple[int, UsedModel]] = field(default_factory=list)
    frames: dict[int, tuple[FrameAnalysis, int | None]] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)
    # In place of those that are there:
    all_marks: tuple[Mark, ...] | None = None
    all_corrections: tuple[Correction, ...] | None = None
    people: People | None = None
    began: tuple[str, int] | None = None
    recordings: list[SessionRecording] = field(default_factory=list)


class SessionWriter:
    """A session being written; its methods never wait for the disk, except ``close``.

    Attributes:
        path: the session's file.
        dropped: analyses lost because the disk stood still for minutes.
        marks, corrections: those that were recorded.
        people: who is who.
        end: how it ended; None while it goes on.
    """

    def __init__(
        self,
        path: Path,
        source: SourceInfo,
        *,
        settings: Mapping[str, Any],
        app_version: str = __version__,
        fingerprint: Callable[[Path], tuple[int, str]] | None = None,
        resumes: bool = False,
    ) -> None:
        """Create the session in a file that is missing or empty, or go on with one.

        Args:
            path: where to.
            source: what is analysed.
            settings: the user's choices that matter for the numbers.
            app_version: of the application.
            fingerprint: returns length and digest of the file that is analysed; OSError. Called on
                the writer's thread.
            resumes: whether the file holds a session that was interrupted. It stays what it is,
                settings included, and frames are added to it.

        Raises:
            StorageError: if it holds something already, is written by somebody else, or cannot be
                written.
        """
        self.path = path
        self.dropped = 0
        self.marks: list[Mark] = []
        self.corrections: list[Correction] = []
        self.people = People()
        self.end: SessionEnd | None = None
        self._fingerprint = fingerprint
        self._file = None if source.is_live else Path(source.uri)
        self._model_id: int | None = None
        self._calibration_ids = CalibrationIds()
        self._measurements = MeasurementRows()
        self._batch = _Batch()
        self._failure: StorageError | None = None
        self._is_failure_told = False
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._former_models: dict[int, UsedModel] = {}
        self._hold = SessionLock(path)
        if not self._hold.acquire():
            raise StorageError(
                f"{path} is being written by another window.", hint="Close the other window."
            )
        try:
            if resumes:
                former = reopen(path)
                self._db, self._former_models = former.db, former.models
                self.marks, self.people = former.marks, former.people
                self.corrections = former.corrections
                self._calibration_ids, self._measurements = former.calibrations, former.measurements
            else:
                info = SessionInfo(
                    source=source,
                    started_ns=time.time_ns(),
                    app_version=app_version,
                    libraries=session_format.library_versions(),
                    settings=settings,
                )
                self._db = session_format.create(path, info)
        except StorageError:
            self._hold.release()
            raise
        self._thread = threading.Thread(target=self._run, name="session-writer", daemon=True)
        self._thread.start()

    @property
    def has_failed(self) -> bool:
        """Whether it could no longer be written, so that frames are missing in it."""
        return self._failure is not None

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
            model = UsedModel(preset, frame_index, engine, device)
            for number, known in self._former_models.items():
                if (known.preset, known.engine, known.device) == (preset, engine, device):
                    self._model_id = number  # an interrupted session goes on with the same
                    return
            self._model_id = max(self._model_id or 0, *self._former_models, 0) + 1
            self._batch.models.append((self._model_id, model))

    def began(self, clock: str, zero_ns: int) -> None:
        """Record what a monotonic clock said at the source's time 0, and which clock it is."""
        with self._lock:
            self._batch.began = clock, zero_ns

    def add_mark(self, mark: Mark) -> None:
        """Record that the user marked a moment or a stretch of time.

        Raises:
            StorageError: if the session has ended or can no longer be written.
        """
        with self._lock:
            self._refuse_if_over("Start it again to mark it.")
            self._batch.marks.append(mark)
            self.marks.append(mark)

    def set_marks(self, marks: Sequence[Mark]) -> None:
        """Record these marks in place of all that are there.

        Raises:
            StorageError: if the session has ended or can no longer be written.
        """
        with self._lock:
            self._refuse_if_over("Open it again to change it.")
            self._batch.all_marks = tuple(marks)
            self._batch.marks.clear()
            self.marks[:] = marks

    def set_corrections(self, corrections: Sequence[Correction]) -> None:
        """Record these corrections in place of all that are there.

        Raises:
            StorageError: if the session has ended or can no longer be written.
        """
        with self._lock:
            self._refuse_if_over("Open it again to change it.")
            self._batch.all_corrections = tuple(corrections)
            self.corrections[:] = corrections

    def set_people(self, people: People) -> None:
        """Record who is who, in place of what was said so far.

        Raises:
            StorageError: if the session has ended or can no longer be written.
        """
        with self._lock:
            self._refuse_if_over("Open it again to change it.")
            self._batch.people = self.people = people

    def add_recording(self, recording: SessionRecording) -> bool:
        """Note a video that is being recorded of the session; tell whether it is not over yet."""
        with self._lock:
            is_open = self._failure is None and not self._closing.is_set()
            if is_open:
                self._batch.recordings.append(recording)
            return is_open

    def _refuse_if_over(self, hint: str) -> None:
        if self._failure is not None:
            raise self._failure
        if self._closing.is_set():
            raise StorageError("The session has ended.", hint=hint)

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
            self._note_file()
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
            self._hold.release()

    def _note_file(self) -> None:
        """Note what the file that is analysed is known by, should it be moved."""
        if self._file is None or self._fingerprint is None:
            return
        try:
            length, digest = self._fingerprint(self._file)
        except OSError as error:
            log.info("%s has no fingerprint: %s", self._file, error)
            return
        with self._db as db:
            db.execute("UPDATE session SET file_length = ?, file_digest = ?", (length, digest))

    def _store(self, batch: _Batch) -> None:
        with self._db as db:  # one transaction
            db.executemany(
                "INSERT INTO models VALUES (?, ?, ?, ?, ?, ?, ?)",
                (session_rows.model_row(model_id, model) for model_id, model in batch.models),
            )
            for table in ("faces", "measured"):
                db.executemany(
                    f"DELETE FROM {table} WHERE frame_index = ?",
                    ((index,) for index in batch.frames),
                )
            db.executemany(
                "INSERT OR REPLACE INTO frames VALUES (?, ?, ?, ?, ?, ?)",
                (
                    session_rows.frame_row(frame, model_id)
                    for frame, model_id in batch.frames.values()
                ),
            )
            calibrations, faces = self._face_rows(frame for frame, _ in batch.frames.values())
            db.executemany("INSERT INTO calibrations VALUES (?, ?, ?, ?)", calibrations)
            db.executemany("INSERT INTO faces VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", faces)
            for frame, _ in batch.frames.values():
                measures, measured = self._measurements.take(frame)
                db.executemany("INSERT INTO measures VALUES (?, ?, ?, ?, ?, ?)", measures)
                db.executemany("INSERT INTO measured VALUES (?, ?, ?, ?)", measured)
            if batch.began is not None:
                db.execute("UPDATE session SET clock = ?, zero_ns = ?", batch.began)
            if batch.people is not None:
                store_people(db, batch.people)
            for recording in batch.recordings:
                store_recording(db, recording)
            if batch.all_marks is not None:
                db.execute("DELETE FROM marks")
            db.executemany(
                session_rows.INSERT_MARK,
                map(session_rows.mark_row, (*(batch.all_marks or ()), *batch.marks)),
            )

            if batch.all_corrections is not None:
                db.execute("DELETE FROM corrections")
                db.executemany(
                    session_rows.INSERT_CORRECTION,
                    map(session_rows.correction_row, batch.all_corrections),
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
                faces.append(session_rows.face_row(frame.frame_index, face, number))
        return calibrations, faces
