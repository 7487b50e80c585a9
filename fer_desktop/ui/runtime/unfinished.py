"""What is being made for the user, noted for as long as it is: the next start tells what was not.

Whatever ends the application, be it a system that shuts down, a crash or a power cut, a note that
nobody has withdrawn says what was not finished.
"""

import os
import secrets
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from msgspec import Meta

from fer_desktop import paths
from fer_desktop.log import get_logger
from fer_desktop.private_files import OWNER_ONLY
from trainer.contract.checked_json import JsonError, PathText, encode_json, read_json
from trainer.contract.held_file import abandoned, hold

log = get_logger("ui")

Kind = Literal[
    "table", "report", "bundle", "import", "model", "video", "snapshot", "pictures", "file"
]
_MOST_SESSIONS: Final = 10_000
_MOST_NOTES: Final = 100


@dataclass(frozen=True, slots=True)
class Making:
    """Something that is being made.

    Attributes:
        kind: what it is, and so how it is asked for again.
        path: where it is to be, or its folder; for an import and a model what is brought in.
        sessions: what it is made of, a name and a file each.
    """

    kind: Kind
    path: PathText
    sessions: Annotated[tuple[tuple[PathText, PathText], ...], Meta(max_length=_MOST_SESSIONS)] = ()

    @classmethod
    def of(cls, kind: Kind, path: Path, sessions: Sequence[tuple[str, Path]] = ()) -> "Making":
        """Return what is made of sessions at a path."""
        named = tuple((name, str(file)) for name, file in sessions[:_MOST_SESSIONS])
        return cls(kind, str(path), named)

    @property
    def name(self) -> str:
        """The file's name."""
        return Path(self.path).name


class UnfinishedNote:
    """Says on disk that something is being made; used by any thread, one at a time."""

    def __init__(self, making: Making) -> None:
        """Write it; where that is not possible, only the log says so."""
        self._path: Path | None = None
        path = paths.unfinished_dir() / f"{secrets.token_hex(8)}.json"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ONLY)
            self._path = path
            hold(self._descriptor)
            os.write(self._descriptor, encode_json(making).encode("ascii"))
        except OSError as error:
            log.warning("%s cannot be noted: %s", making.path, error)

    def withdraw(self) -> None:
        """Say no more: it is finished, or the user knows that it is not."""
        path, self._path = self._path, None
        if path is None:
            return
        if sys.platform == "win32":
            os.close(self._descriptor)
        with suppress(OSError):
            path.unlink()
        if sys.platform != "win32":
            os.close(self._descriptor)  # only now: nobody else is to take it for abandoned


def left_unfinished() -> list[Making]:
    """Return what was not finished when the application ended, once."""
    left = []
    for path in sorted(paths.unfinished_dir().glob("*.json"))[:_MOST_NOTES]:
        with suppress(OSError), abandoned(path):  # another window may be at work on it
            try:
                making = read_json(path, Making, has_odd_names=True)
            except JsonError as error:
                log.warning("%s cannot be read: %s", path, error)
                making = None
            path.unlink()
            if making is not None:
                left.append(making)
    return left
