"""What FFmpeg reads a file through: it ends where nobody wants more of it."""

from collections.abc import Callable
from pathlib import Path

from trainer.contract.bounded_file import BoundedFile


class MediaReader:
    """A file for PyAV, which prints what is raised while it reads: here, the file ends instead.

    Attributes:
        name: tells PyAV the suffix.
        failure: why it has ended, or None.
    """

    def __init__(self, path: Path, check: Callable[[], object] | None = None) -> None:
        """Open a file; arguments and errors are those of ``BoundedFile``."""
        self._file = BoundedFile(path, check)
        self.name = self._file.name
        self.failure: Exception | None = None

    def allow(self, count: int) -> None:
        """Let so many bytes be read from now on."""
        self._file.allow(count)

    def read(self, size: int) -> bytes:
        """Read on; nothing comes after a failure."""
        if self.failure is None:
            try:
                return self._file.read(size)
            except Exception as error:  # noqa: BLE001 - raised by whoever asks for ``failure``
                self.failure = error
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go elsewhere."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return where it is."""
        return self._file.tell()

    def close(self) -> None:
        """Release the file; may be called twice."""
        self._file.close()
