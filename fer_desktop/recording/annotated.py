"""Pictures and videos with what was found drawn into them."""

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
from fer_desktop.recording.overlay_painting import draw_overlay
from fer_desktop.recording.video_file import VideoFile

_BOXES_AND_LABELS: Final = OverlayParts()


class AnnotatedVideoWriter:
    """A video with the overlay drawn in; made, used and closed by one thread.

    Attributes:
        path: the file that is written.
        file: it, while it is open.
        has_sound: whether it has got a sound.
        problem: why it has none, though its source has one.
    """

    def __init__(
        self, path: Path, *, final: Path | None = None, parts: OverlayParts = _BOXES_AND_LABELS
    ) -> None:
        """Take where to; what is there is replaced when the first frame comes.

        Args:
            path: the file to write.
            final: what messages call it, where it is moved there afterwards.
            parts: what is drawn.
        """
        self.path = path
        self.file: VideoFile | None = None
        self.has_sound = False
        self.problem: StorageError | None = None
        self._parts = parts
        self._final = final or path

    def write(self, frame: Frame, analysis: FrameAnalysis | None) -> None:
        """Append a frame at its own time.

        Raises:
            StorageError: if it cannot be written.
        """
        picture = frame.pixels
        if analysis is not None:
            picture = draw_overlay(picture, analysis, self._parts)
        self.append(frame, picture)

    def append(self, frame: Frame, picture: NDArray[np.uint8]) -> None:
        """Append a picture at the time of a frame.

        Raises:
            StorageError: if it cannot be written.
        """
        try:
            if self.file is None:
                self.file = self._begun(frame)
            self.file.write(picture, frame.timestamp_us)
        except OSError as error:
            raise storage_error(self._final, error) from error

    def _begun(self, frame: Frame) -> VideoFile:
        return VideoFile(self.path, frame.size_px)

    def close(self) -> None:
        """Finish the file; may be called twice.

        Raises:
            StorageError: if it cannot be written to its end; what plays so far is kept.
        """
        file, self.file = self.file, None
        if file is not None:
            try:
                file.close()
            except OSError as error:
                raise storage_error(self._final, error) from error


@contextmanager
def annotated_video(path: Path, *, overwrite: bool = False) -> Iterator[AnnotatedVideoWriter]:
    """Give a writer whose video appears whole when the block succeeds, or not at all.

    Raises:
        StorageError: if the file exists and must not be replaced, or cannot be written.
    """
    with (
        whole_file(path, overwrite=overwrite) as part,
        closing(AnnotatedVideoWriter(part, final=path)) as writer,
    ):
        yield writer


def write_annotated_image(
    path: Path, frame: Frame, analysis: FrameAnalysis, *, overwrite: bool = False
) -> None:
    """Write a picture with the overlay drawn in, whole or not at all.

    Raises:
        StorageError: if the file exists and must not be replaced, or cannot be written.
    """
    write_picture(path, draw_overlay(frame.pixels, analysis), overwrite=overwrite)


def write_picture(path: Path, picture: NDArray[np.uint8], *, overwrite: bool = False) -> None:
    """Write a BGR picture, whole or not at all.

    Raises:
        StorageError: if the file exists and must not be replaced, or cannot be written.
    """
    from PIL import Image

    with whole_file(path, overwrite=overwrite) as part:
        # The usual level 6 takes twice as long for a few per cent: seconds in large photographs.
        Image.fromarray(picture[:, :, ::-1]).save(part, compress_level=3)
