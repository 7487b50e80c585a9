"""A file that is opened before anybody reads it: a film of hours takes a second to index."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Final

from fer_desktop.beside import beside
from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.errors import SourceError
from fer_desktop.sources.base import FileSource, index_in, seek_in

_CLOSED: Final = "The file was closed before it was open."


class EarlyFile:
    """A file that a thread of its own opens from the moment when this is made.

    Whoever opens it then waits for the rest of that. It may be closed at any time from any
    thread, and lets go of the file soon.
    """

    def __init__(self, make: Callable[[Callable[[], object]], FileSource]) -> None:
        """Begin to open a file.

        Args:
            make: returns what reads it, not opened yet; it gets what to call now and then, and
                what that raises must end the reading.

        Raises:
            SourceError: if there is nothing that could be opened.
        """
        self._source = make(self._raise_if_closed)
        self._is_closed = False
        self._opening: Future[SourceInfo] | None = beside("early-file", self._source.open)

    def again(self) -> FileSource:
        """Return a source of its own that reads the same, not opened yet."""
        return self._source.again()

    def open(self) -> SourceInfo:
        """Wait until the file is open; from the second time on, open it anew.

        Raises:
            SourceError: if it cannot be opened.
        """
        opening, self._opening = self._opening, None
        if opening is not None:
            return opening.result()
        self._is_closed = False
        return self._source.open()

    def read(self) -> Frame | None:
        """Return the next frame, None at the end.

        Raises:
            SourceError: if the file is damaged.
        """
        return self._source.read()

    def seek(self, frame_index: int) -> None:
        """Make ``read`` return this frame next, if one can move in this file."""
        seek_in(self._source, frame_index)

    def index_at(self, timestamp_us: int) -> int:
        """Return the index of the frame on screen at this time."""
        return index_in(self._source, timestamp_us)

    def close(self) -> None:
        """Let go of the file, as soon as its opening has come to an end."""
        self._is_closed = True
        opening, self._opening = self._opening, None
        if opening is not None:
            opening.add_done_callback(lambda _: self._source.close())
        else:
            self._source.close()

    def _raise_if_closed(self) -> None:
        if self._is_closed:
            raise SourceError(_CLOSED)
