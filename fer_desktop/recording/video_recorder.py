"""Records what is analysed as a video, on a thread of its own."""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.frame import Frame
from fer_desktop.domain.overlay_layout import OverlayParts
from fer_desktop.errors import StorageError
from fer_desktop.log import get_logger
from fer_desktop.recording.microphone_sound import MicrophoneSound
from fer_desktop.recording.recorded_video import video_writer
from fer_desktop.settings import RecordingKind

log = get_logger("recording")

_BOXES_AND_LABELS: Final = OverlayParts()
_WAITING_MAX: Final = 8  # bridges a slow moment; more would cost memory, not save frames


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording that has ended.

    Attributes:
        path: the video.
        frames: frames in it; without any there is no file.
        dropped: frames that came faster than they could be written.
        error: why it ended early; what came before is in the video.
        kind: what is in it.
        has_sound: whether it has the sound of its source, or of a microphone.
        from_us: time of its first frame on the source's clock.
    """

    path: Path
    frames: int
    dropped: int
    error: StorageError | None
    kind: RecordingKind = "labels"
    has_sound: bool = False
    from_us: int = 0


class VideoRecorder:
    """Writes frames with their overlay to a video; no method but ``join`` waits.

    The video plays even if the process is killed: see ``video_file``.
    """

    def __init__(
        self,
        path: Path,
        on_ended: Callable[[Recording], None],
        parts: OverlayParts = _BOXES_AND_LABELS,
        kind: RecordingKind = "labels",
        sound_from: Path | None = None,
        on_began: Callable[[int], None] = lambda from_us: None,
        sound: MicrophoneSound | None = None,
    ) -> None:
        """Start to record.

        Args:
            path: where to; an empty file may be there, to reserve the name.
            on_ended: called once, on the recorder's thread, when the file is finished.
            parts: what is drawn over the picture, if it has labels.
            kind: what is recorded.
            sound_from: the file whose sound goes with a clean picture.
            on_began: called on the recorder's thread when there is a file, with the time of its
                first frame on the source's clock.
            sound: what a microphone hears, to go with a clean picture; frames are recorded from
                when it is open, or cannot be opened.
        """
        self._sound = sound
        self._is_listening = sound is None
        self._path = path
        self._on_began = on_began
        self._on_ended = on_ended
        self._parts = parts
        self._kind: RecordingKind = kind
        self._sound_from = sound_from
        self._waiting: deque[tuple[Frame, FrameAnalysis | None]] = deque()
        self._changed = threading.Condition()
        self._stopping = False
        self._dropped = 0
        self._thread = threading.Thread(target=self._run, name="video-recorder", daemon=True)
        self._thread.start()

    @property
    def path(self) -> Path:
        """The video."""
        return self._path

    def add(self, frame: Frame, analysis: FrameAnalysis | None) -> None:
        """Record a frame, or count it as dropped when too many wait."""
        with self._changed:
            if self._stopping or not self._is_listening:
                return
            if len(self._waiting) >= _WAITING_MAX:
                self._dropped += 1
                return
            self._waiting.append((frame, analysis))
            self._changed.notify()

    def stop(self) -> None:
        """Ask for the end: what waits is still written."""
        with self._changed:
            self._stopping = True
            self._changed.notify()

    def join(self, timeout_s: float | None = None) -> bool:
        """Wait until the file is finished; tell whether it is."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        frames = from_us = 0
        failure: StorageError | None = None
        writer = video_writer(
            self._path,
            self._kind,
            parts=self._parts,
            sound_from=self._sound_from,
            sound=self._opened_sound(),
        )
        try:
            while (item := self._next()) is not None:
                writer.write(*item)
                if not frames:
                    from_us = item[0].timestamp_us
                    self._on_began(from_us)
                frames += 1
        except StorageError as error:
            failure = error
        except Exception as error:  # thread boundary
            log.exception("recording failed")
            failure = StorageError(f"{self._path} cannot be recorded: {error}.")
        self.stop()
        if self._sound is not None:
            self._sound.close()
        try:
            writer.close()
        except StorageError as error:
            failure = failure or error
        if not frames:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)
        self._on_ended(
            Recording(
                self._path,
                frames,
                self._dropped,
                failure or writer.problem,
                self._kind,
                writer.has_sound,
                from_us,
            )
        )

    def _opened_sound(self) -> MicrophoneSound | None:
        sound = self._sound if self._sound is not None and self._sound.start() else None
        self._is_listening = True
        return sound

    def _next(self) -> tuple[Frame, FrameAnalysis | None] | None:
        with self._changed:
            while not self._waiting and not self._stopping:
                self._changed.wait()
            return self._waiting.popleft() if self._waiting else None
