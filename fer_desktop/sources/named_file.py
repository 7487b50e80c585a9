"""A file whose kind is found out by the thread that reads it, and only when it is opened."""

import threading
from pathlib import Path

from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.errors import SourceError
from fer_desktop.sources.base import FrameSource, index_in, seek_in
from fer_desktop.sources.factory import open_file
from fer_desktop.sources.image_file import DecodedPicture


class NamedFile:
    """An image, an animation or a video, whichever it turns out to be.

    Even to look at a file may take long: it lies on a slow disk, is enormous, or is not what its
    name says. ``interrupt`` ends the looking.
    """

    def __init__(self, path: Path, decoded: DecodedPicture | None = None) -> None:
        """Take a file, and where its pixels come from if it is a still image that others read."""
        self._path = path
        self._decoded = decoded or DecodedPicture(path)
        self._decoded.expect()
        self._source: FrameSource | None = None
        self._unwanted = threading.Event()

    def again(self) -> "NamedFile":
        """Return another source of the same file."""
        return NamedFile(self._path, self._decoded)

    def open(self) -> SourceInfo:
        """Find out what the file holds, and open it.

        Raises:
            SourceError: if it is nothing that can be read.
        """
        self.close()
        self._source = open_file(self._path, self._check, self._decoded)
        return self._source.open()

    def read(self) -> Frame | None:
        """Return the next frame, None at the end.

        Raises:
            SourceError: if the file is damaged beyond this point.
        """
        if self._source is None:
            raise RuntimeError("the file is not open")
        return self._source.read()

    def seek(self, frame_index: int) -> None:
        """Make ``read`` return this frame next, where there are several."""
        seek_in(self._source, frame_index)

    def index_at(self, timestamp_us: int) -> int:
        """Return the index of the frame on screen at this time."""
        return index_in(self._source, timestamp_us)

    def interrupt(self) -> None:
        """Let ``open`` and ``read`` fail soon, now and ever after; from any thread."""
        self._unwanted.set()

    def close(self) -> None:
        """Release the file; may be called twice."""
        source, self._source = self._source, None
        if source is not None:
            source.close()

    def _check(self) -> None:
        if self._unwanted.is_set():
            raise SourceError(f"{self._path.name} is not wanted any more.")
