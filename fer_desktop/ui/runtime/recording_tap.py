"""Records the analysed picture as a video while it is wanted."""

import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal

from fer_desktop.deadline import Deadline
from fer_desktop.domain.overlay_layout import OverlayParts
from fer_desktop.errors import StorageError
from fer_desktop.files import new_file
from fer_desktop.log import get_logger
from fer_desktop.pipeline.events import Result
from fer_desktop.recording.microphone_sound import MicrophoneSound
from fer_desktop.recording.session_recordings import SUFFIX, SessionRecording
from fer_desktop.recording.video_recorder import Recording, VideoRecorder
from fer_desktop.settings import RecordingKind
from fer_desktop.sources.fingerprint import fingerprint
from fer_desktop.sources.microphone import Microphones, PortAudioMicrophones
from fer_desktop.ui.runtime.unfinished import Making, UnfinishedNote

log = get_logger("recording")

RecordedSound = Literal["", "file", "opening", "microphone", "lost"]


class RecordingTap(QObject):
    """Stands in the stream of results and copies it to a recorder while one runs.

    Attributes:
        kind: what is recorded now, or was last.
        microphones: of this computer.

    Signals:
        started: the path of the video.
        ended: a ``Recording``.
        sound_failed: the ``SourceError`` why no sound comes from the microphone, or no more.
    """

    started = Signal(object)
    ended = Signal(object)
    sound_failed = Signal(object)
    _finished = Signal(object)

    def __init__(
        self,
        keep: Callable[[int, SessionRecording], None] = lambda session, recording: None,
        microphones: Microphones | None = None,
        parent: QObject | None = None,
    ) -> None:
        """Take what recording needs.

        Args:
            keep: notes which session was recorded where; StorageError. Any thread calls it.
            microphones: those of this computer, unless others are given.
            parent: who owns this.
        """
        super().__init__(parent)
        self.microphones: Microphones = microphones or PortAudioMicrophones()
        self._sound: MicrophoneSound | None = None
        self._has_file_sound = False
        self._keep = keep
        self._sessions: dict[Path, int] = {}  # of which each video is
        self._lock = threading.Lock()
        self._recorder: VideoRecorder | None = None
        self._started_s = 0.0
        self.kind: RecordingKind = "labels"
        self._making: dict[VideoRecorder, Making] = {}
        self._closed = False
        self._finished.connect(self._on_finished, Qt.ConnectionType.QueuedConnection)

    @property
    def is_recording(self) -> bool:
        """Whether frames are being recorded."""
        return self._recorder is not None

    @property
    def making(self) -> tuple[Making, ...]:
        """The videos that are being recorded or finished."""
        return tuple(made for one, made in self._making.items() if not one.join(0))

    @property
    def elapsed_s(self) -> float:
        """Seconds since the recording began."""
        return time.monotonic() - self._started_s

    @property
    def sound(self) -> RecordedSound:
        """Whose sound is recorded."""
        if self._sound is None or self._sound.has_failed:
            return "file" if self._has_file_sound else ""
        if self._sound.is_lost:
            return "lost"
        return "microphone" if self._sound.is_hearing else "opening"

    @property
    def level(self) -> float:
        """How loud it is at the microphone, 0 to 1."""
        return 0.0 if self._sound is None else self._sound.level

    def offer(self, result: Result, shown: Result) -> None:
        """Record a result, if wanted; called on worker threads.

        Args:
            result: with all faces: one that the user has hidden must be blurred as well.
            shown: with the faces that are shown, under their names.
        """
        with self._lock:
            if self._recorder is not None:
                taken = result if self.kind == "blurred" else shown
                self._sessions.setdefault(self._recorder.path, result.session)
                self._recorder.add(taken.frame, taken.analysis)

    def start(
        self,
        folder: Path,
        parts: OverlayParts,
        kind: RecordingKind = "labels",
        sound_from: Path | None = None,
        microphone: str | None = None,
    ) -> None:
        """Begin a recording in a new file.

        Args:
            folder: where to.
            parts: what is drawn over the picture, if it has labels.
            kind: what is recorded.
            sound_from: the file whose sound goes with a clean picture.
            microphone: name of the one whose sound does, empty for the usual one; None for none.

        Raises:
            StorageError: if the folder cannot be written.
        """
        path = new_file(folder, f"{datetime.now():%Y-%m-%d %H.%M.%S}", SUFFIX)
        making = Making.of("video", path)
        note = UnfinishedNote(making)

        def began(from_us: int) -> None:
            self._tell_session(SessionRecording(path, kind, from_us))

        def report(recording: Recording) -> None:
            self._keep_known(recording)
            if recording.error is None or not self._closed:
                note.withdraw()
            if not self._closed:
                self._finished.emit(recording)

        sound = None
        if microphone is not None:
            sound = MicrophoneSound(self.microphones.microphone(microphone), self.sound_failed.emit)
        recorder = VideoRecorder(path, report, parts, kind, sound_from, began, sound)
        self._making[recorder] = making
        with self._lock:
            self._recorder, self.kind = recorder, kind
        self._started_s = time.monotonic()
        self._sound, self._has_file_sound = sound, kind == "clean" and sound_from is not None
        self.started.emit(path)

    def stop(self) -> None:
        """End the recording; ``ended`` follows when the file is finished."""
        with self._lock:
            recorder, self._recorder = self._recorder, None
        if recorder is not None:
            recorder.stop()

    def wait_for_files(self, limit_s: float) -> bool:
        """Wait until recordings that were ended are finished; tell whether they are in time."""
        deadline = Deadline(limit_s)
        return all([one.join(deadline.left_s) for one in self._making if one is not self._recorder])

    def shutdown(self, limit_s: float) -> None:
        """End the recording and wait until its file is finished, but no longer than that.

        A video that is cut short plays up to its last second; see ``video_file``.
        """
        self.stop()
        self._closed = True
        self.wait_for_files(limit_s)

    def _tell_session(self, recording: SessionRecording) -> None:
        with self._lock:
            session = self._sessions.get(recording.path)
        if session is None:
            return
        try:
            self._keep(session, recording)
        except StorageError as error:
            log.warning("%s is not known to its session: %s", recording.path, error)

    def _keep_known(self, recording: Recording) -> None:
        if recording.frames:
            self._tell_session(
                SessionRecording(
                    recording.path, recording.kind, recording.from_us, _known_by(recording.path)
                )
            )
        with self._lock:
            self._sessions.pop(recording.path, None)

    def _on_finished(self, recording: Recording) -> None:
        self._making = {one: made for one, made in self._making.items() if not one.join(0)}
        if recording.error is not None:
            self.stop()  # it ended by itself
        if not recording.frames:
            recording.path.unlink(missing_ok=True)
        self.ended.emit(recording)


def _known_by(path: Path) -> tuple[int, str] | None:
    try:
        found = fingerprint(path)
    except OSError as error:
        log.info("%s has no fingerprint: %s", path, error)
        return None
    return found.length, found.digest
