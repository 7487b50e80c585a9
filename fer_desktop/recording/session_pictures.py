"""Where the pictures of a past session are: at their place, elsewhere, or nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fer_desktop.errors import SourceError
from fer_desktop.recording.session_reader import SessionSummary
from fer_desktop.sources.fingerprint import Fingerprint, find_file, fingerprint

PictureProblem = Literal["", "live", "missing", "changed"]


@dataclass(frozen=True, slots=True)
class SessionPictures:
    """The file that was analysed, if it is there.

    Attributes:
        file: where it is now.
        problem: why there is none: the source was live and its pictures were not kept, the file is
            not found, or another one is in its place.
    """

    file: Path | None
    problem: PictureProblem = ""


def find_pictures(summary: SessionSummary, folders: Sequence[Path]) -> SessionPictures:
    """Look for the file of a session: where it was, then by its content in that and other folders.

    Args:
        summary: the session.
        folders: where else to look.
    """
    source = summary.info.source
    if source.is_live:
        return SessionPictures(None, "live")
    path = Path(source.uri)
    known = None if summary.fingerprint is None else Fingerprint(*summary.fingerprint)
    is_there = path.is_file()
    if is_there and (known is None or _is(path, known)):
        return SessionPictures(path)
    found = (
        find_file(known, [path.parent, summary.path.parent, *folders])
        if known is not None
        else None
    )
    if found is not None:
        return SessionPictures(found)
    return SessionPictures(None, "changed" if is_there else "missing")


def check_pictures(summary: SessionSummary, path: Path) -> None:
    """Make sure that a file is the one that was analysed.

    Raises:
        SourceError: if it is another one, or cannot be read.
    """
    known = summary.fingerprint
    try:
        found = fingerprint(path)
    except OSError as error:
        raise SourceError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    if known is not None and found != Fingerprint(*known):
        raise SourceError(
            f"{path.name} is another file than the one that was analysed.",
            hint="Choose the one with the same content.",
        )


def _is(path: Path, known: Fingerprint) -> bool:
    try:
        return fingerprint(path) == known
    except OSError:
        return False
