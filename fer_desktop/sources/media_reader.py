"""What FFmpeg reads a file through: it ends where nobody wants more of it.

Where a file goes on as nothing, demuxers search it byte by byte for what they know, which takes
minutes for some gigabytes. So searching is bounded; and where a file is filled up with one and the
same byte, it ends.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from trainer.contract.bounded_file import BoundedFile, TooMuchRead

BUFFER_BYTES: Final = 1 << 18  # FFmpeg's: what it knows to be larger it asks for as a whole
_FILLING_BYTES: Final = 16 << 20
_SEARCH_BYTES: Final = 64 << 20


class MediaReader:
    """A file for PyAV, which prints what is raised while it reads: here, the file ends instead.

    Attributes:
        name: tells PyAV the suffix.
        failure: why it has ended, or None.
        has_read: whether anything was asked for since more was allowed.
        end: from where on it holds nothing, if that has been found.
    """

    def __init__(
        self, path: Path, check: Callable[[], object] | None = None, end: int | None = None
    ) -> None:
        """Open a file; what is not said here is as in ``BoundedFile``.

        Args:
            path: where it is.
            check: called before every reading.
            end: from where on it is known to hold nothing.
        """
        self._file = BoundedFile(path, check)
        self._searched = 0
        self._filling = b""
        self._filled_from = 0
        self._filled_to = 0
        self.name = self._file.name
        self.failure: Exception | None = None
        self.has_read = False
        self.end = end

    def allow(self, count: int) -> None:
        """Let so many bytes be read from now on, of which a part may be searched."""
        self.has_read = False
        self._file.allow(count)
        self._searched = 0
        self._filling = b""

    def read(self, size: int) -> bytes:
        """Read on; nothing comes after a failure."""
        self.has_read = True
        if self.failure is not None:
            return b""
        try:
            place = self._file.tell()
            if self.end is not None:
                size = max(0, min(size, self.end - place))
            data = self._file.read(size)
            if len(data) <= BUFFER_BYTES:
                self._bound_search(place, data)
        except Exception as error:  # noqa: BLE001 - raised by whoever asks for ``failure``
            self.failure = error
            return b""
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go elsewhere."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return where it is."""
        return self._file.tell()

    def close(self) -> None:
        """Release the file; may be called twice."""
        self._file.close()

    def _bound_search(self, place: int, data: bytes) -> None:
        self._searched += len(data)
        first = data[:1]
        if not data or data.count(first) < len(data):
            self._filling = b""
        elif first != self._filling or place != self._filled_to:
            self._filling, self._filled_from = first, place
        self._filled_to = place + len(data)
        if self._filling and self._filled_to - self._filled_from > _FILLING_BYTES:
            self.end = self._filled_from
        elif self._searched <= _SEARCH_BYTES:
            return
        raise TooMuchRead("it goes on without anything that could be used")
