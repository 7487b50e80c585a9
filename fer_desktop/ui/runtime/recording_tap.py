"""Records the analysed picture as a video while it is wanted."""

import threading
import time
from datetime import datetime
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal

from fer_desktop.domain.overlay_layout import OverlayParts
from fer_desktop.files import new_file
from fer_desktop.pipeline.events import Result
from fer_desktop.recording.video_recorder import Recording, VideoRecorder
from fer_desktop.settings import RecordingKind

_SHUTDOWN_LIMIT_S: Final = 10.0


class RecordingTap(QObject):
    """Stands in the stream of results and copies it to a recorder while one runs.

    Attributes:
        kind: what is recorded now, or was last.
        has_sound: whether the sound of a file is taken along.

    Signals:
        started: the path of the video.
        ended: a ``Recording``.
    """

    started = Signal(object)
    ended = Signal(object)
    _finished = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._recorder: VideoRecorder | None = None
        self._started_s = 0.0
        self.kind: RecordingKind = "labels"
        self.has_sound = False
        self._finishing: list[VideoRecorder] = []
        self._closed = False
        self._finished.connect(self._on_finished, Qt.ConnectionType.QueuedConnection)

    @property
    def is_recording(self) -> bool:
        """Whether frames are being recorded."""
        return self._recorder is not None

    @property
    def elapsed_s(self) -> float:
        """Seconds since the recording began."""
        return time.monotonic() - self._started_s

    def offer(self, result: Result, shown: Result) -> None:
        """Record a result, if wanted; called on worker threads.

        Args:
            result: with all faces: one that the user has hidden must be blurred as well.
            shown: with the faces that are shown, under their names.
        """
        with self._lock:
            if self._recorder is not None:
                taken = result if self.kind == "blurred" else shown
                self._recorder.add(taken.frame, taken.analysis)

    def start(
        self,
        folder: Path,
        parts: OverlayParts,
        kind: RecordingKind = "labels",
        sound_from: Path | None = None,
    ) -> None:
        """Begin a recording in a new file.

        Args:
            folder: where to.
            parts: what is drawn over the picture, if it has labels.
            kind: what is recorded.
            sound_from: the file whose sound goes with a clean picture.

        Raises:
            StorageError: if the folder cannot be written.
        """
        path = new_file(folder, f"{datetime.now():%Y-%m-%d %H.%M.%S}", ".mp4")
        recorder = VideoRecorder(path, self._report, parts, kind, sound_from)
        with self._lock:
            self._recorder, self.kind = recorder, kind
        self._started_s = time.monotonic()
        self.has_sound = kind == "clean" and sound_from is not None
        self.started.emit(path)

    def stop(self) -> None:
        """End the recording; ``ended`` follows when the file is finished."""
        with self._lock:
            recorder, self._recorder = self._recorder, None
        if recorder is not None:
            self._finishing.append(recorder)
            recorder.stop()

    def shutdown(self) -> None:
        """End the recording and wait until its file is finished."""
        self.stop()
        self._closed = True
        for recorder in self._finishing:
            recorder.join(_SHUTDOWN_LIMIT_S)

    def _report(self, recording: Recording) -> None:
        if not self._closed:
            self._finished.emit(recording)

    def _on_finished(self, recording: Recording) -> None:
        self._finishing = [item for item in self._finishing if not item.join(0)]
        if recording.error is not None:
            self.stop()  # it ended by itself
        if not recording.frames:
            recording.path.unlink(missing_ok=True)
        self.ended.emit(recording)
