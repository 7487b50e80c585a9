"""What is recorded: the picture with labels, the plain one with sound, or one without faces."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.frame import Frame
from fer_desktop.domain.overlay_layout import OverlayParts
from fer_desktop.errors import StorageError
from fer_desktop.files import storage_error, whole_file
from fer_desktop.recording.annotated import AnnotatedVideoWriter
from fer_desktop.recording.face_blur import FaceBlur
from fer_desktop.recording.microphone_sound import MicrophoneSound
from fer_desktop.recording.sound import add_sound
from fer_desktop.recording.video_file import VideoFile
from fer_desktop.settings import RecordingKind

_LAST_FRAME_NS: Final = 40_000_000  # for so long it is on screen, and heard
_BOXES_AND_LABELS: Final = OverlayParts()


class PlainVideoWriter(AnnotatedVideoWriter):
    """A video as it was seen, with the sound of the file that it is from, or of a microphone."""

    def __init__(
        self,
        path: Path,
        *,
        final: Path | None = None,
        sound_from: Path | None = None,
        sound: MicrophoneSound | None = None,
    ) -> None:
        """Take where to, see ``AnnotatedVideoWriter``.

        Args:
            path, final: see there.
            sound_from: the file that is recorded; None for a source without sound.
            sound: what is heard meanwhile, if that is wanted.
        """
        super().__init__(path, final=final)
        self._sound = sound
        self._latest_ns = 0
        self._sound_from = sound_from

    def write(self, frame: Frame, analysis: FrameAnalysis | None) -> None:
        """Append a frame at its own time.

        Raises:
            StorageError: if it cannot be written.
        """
        self.append(frame, frame.pixels)
        self._latest_ns = frame.captured_ns
        self._write_sound(frame.captured_ns)

    def _write_sound(self, until_ns: int) -> None:
        if self._sound is None or self.file is None:
            return
        try:
            for samples in self._sound.until(until_ns):
                self.file.write_sound(samples)
                self.has_sound = True
        except OSError as error:
            raise storage_error(self._final, error) from error

    def _begun(self, frame: Frame) -> VideoFile:
        rate = self._sound.rate if self._sound is not None else 0
        return VideoFile(self.path, frame.size_px, rate)

    def close(self) -> None:
        """Finish the file, and put the sound to it; may be called twice.

        Raises:
            StorageError: if it cannot be written to its end; what plays so far is kept.
        """
        file = self.file
        try:
            self._write_sound(self._latest_ns + _LAST_FRAME_NS)
        finally:
            super().close()
        if file is not None and self._sound_from is not None:
            try:
                self.has_sound = add_sound(self.path, self._sound_from, file.stretches)
            except StorageError as error:
                self.problem = error


class BlurredVideoWriter(AnnotatedVideoWriter):
    """A video in which faces are hidden; it has no sound, as voices tell who somebody is."""

    def __init__(self, path: Path, *, final: Path | None = None) -> None:
        """Take where to, see ``AnnotatedVideoWriter``."""
        super().__init__(path, final=final)
        self._blur = FaceBlur()

    def write(self, frame: Frame, analysis: FrameAnalysis | None) -> None:
        """Take a frame, which is written some frames later.

        Raises:
            StorageError: if one cannot be written.
        """
        for earlier, picture in self._blur.put(frame, analysis):
            self.append(earlier, picture)

    def close(self) -> None:
        """Write what waits and finish the file; may be called twice.

        Raises:
            StorageError: if it cannot be written to its end; what plays so far is kept.
        """
        try:
            for frame, picture in self._blur.finish():
                self.append(frame, picture)
        except StorageError:
            super().close()
            raise
        super().close()


def video_writer(
    path: Path,
    kind: RecordingKind,
    *,
    final: Path | None = None,
    parts: OverlayParts = _BOXES_AND_LABELS,
    sound_from: Path | None = None,
    sound: MicrophoneSound | None = None,
) -> AnnotatedVideoWriter:
    """Return what writes a kind of video.

    Args:
        path, final: see ``AnnotatedVideoWriter``.
        kind: what is in it.
        parts: what is drawn where there are labels.
        sound_from: the file whose sound goes with the plain picture.
        sound: what a microphone hears, which goes with it, too.
    """
    if kind == "clean":
        return PlainVideoWriter(path, final=final, sound_from=sound_from, sound=sound)
    if kind == "blurred":
        return BlurredVideoWriter(path, final=final)
    return AnnotatedVideoWriter(path, final=final, parts=parts)


@contextmanager
def recorded_video(
    path: Path, kind: RecordingKind, sound_from: Path | None = None
) -> Iterator[AnnotatedVideoWriter]:
    """Give a writer whose video appears whole when the block succeeds, or not at all.

    What is there is replaced.

    Raises:
        StorageError: if it cannot be written.
    """
    with (
        whole_file(path, overwrite=True) as part,
        closing(video_writer(part, kind, final=path, sound_from=sound_from)) as writer,
    ):
        yield writer


def blurred_picture(frame: Frame, analysis: FrameAnalysis) -> NDArray[np.uint8]:
    """Return a copy of a single picture with its faces hidden, BGR."""
    blur = FaceBlur()
    for _ in blur.put(frame, analysis):
        pass
    ((_, picture),) = blur.finish()
    return picture
