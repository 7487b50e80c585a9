"""How often a job was begun, noted where it survives the process that does it."""

import hashlib
from contextlib import suppress
from pathlib import Path


class Attempts:
    """The note about a job, which stands as long as the job is under way.

    A note that is found by whoever begins the job was left by a process that was killed.

    Attributes:
        number: which attempt this is, from 1; 0 before it is begun.
    """

    def __init__(self, folder: Path, name: str) -> None:
        """Take the folder of the notes and the job's name, which may be any text."""
        digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()
        self._note = folder / digest[:24]
        self.number = 0

    def begin(self) -> int:
        """Note that the job is begun; return which attempt it is.

        Raises:
            OSError: if it cannot be noted.
        """
        text = ""
        with suppress(FileNotFoundError):
            text = self._note.read_text(encoding="ascii", errors="replace")
        self.number = 1 + (int(text) if text.isascii() and text.isdecimal() else 0)
        self._note.write_text(str(self.number), encoding="ascii")
        return self.number

    def end(self) -> None:
        """Forget the job: its process lives."""
        with suppress(OSError):
            self._note.unlink(missing_ok=True)
