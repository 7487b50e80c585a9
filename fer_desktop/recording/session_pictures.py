"""Where the pictures of a past session are: at their place, elsewhere, or nowhere."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from fer_desktop.domain.frame import SourceInfo
from fer_desktop.errors import SourceError
from fer_desktop.recording.session_reader import SessionSummary
from fer_desktop.recording.session_recordings import SUFFIX, SessionRecording
from fer_desktop.sources.factory import open_file
from fer_desktop.sources.fingerprint import Fingerprint, find_file, fingerprint
from fer_desktop.sources.recorded_pictures import RecordedPart

PictureProblem = Literal["", "live", "missing", "changed"]
# How long the last frame of a film lasts was not always told in the same way.
_TOLERATED_US: Final = 100_000


@dataclass(frozen=True, slots=True)
class FoundRecording:
    """A recording of a live session, and where it is now.

    Attributes:
        recording: what is known of it.
        file: where it is; None where it is not there, for the reason ``problem``.
    """

    recording: SessionRecording
    file: Path | None
    problem: PictureProblem = ""


@dataclass(frozen=True, slots=True)
class SessionPictures:
    """The file that was analysed, or what was recorded of a live source, if it is there.

    Attributes:
        file: where the file is now.
        problem: why pictures are not there: the source was live and was not recorded, a file is
            not found, or another one is in its place.
        recordings: of a live source.
        is_confirmed: False where the session does not know the file's content: then one of the
            same size, number of frames and length is taken for it.
    """

    file: Path | None
    problem: PictureProblem = ""
    recordings: tuple[FoundRecording, ...] = ()
    is_confirmed: bool = True

    @property
    def analyzable(self) -> Path | None:
        """What can be analysed again: the file, or the only recording of faces as they were."""
        if self.file is not None:
            return self.file
        clean = [found.file for found in self.recordings if found.recording.kind == "clean"]
        return clean[0] if len(clean) == 1 else None

    def parts(self, *, clean: bool = False) -> list[RecordedPart]:
        """Return the recordings that are there; ``clean`` leaves out labels and blurred faces."""
        return [
            RecordedPart(found.file, found.recording.from_us)
            for found in self.recordings
            if found.file is not None and (not clean or found.recording.kind == "clean")
        ]


def find_pictures(summary: SessionSummary, folders: Sequence[Path]) -> SessionPictures:
    """Look for the pictures of a session: where they were, then by content in several folders.

    Args:
        summary: the session.
        folders: where else to look than where they were and beside the session.
    """
    source = summary.info.source
    folders = [summary.path.parent, *folders]
    if not source.is_live:
        file, absence = _found(Path(source.uri), summary.fingerprint, folders)
        if file is None or summary.fingerprint is not None:
            return SessionPictures(file, absence)
        if not _is_alike(source, file):
            return SessionPictures(None, "changed")
        return SessionPictures(file, is_confirmed=False)
    found = tuple(_found_recording(one, folders) for one in summary.recordings)
    problem: PictureProblem = "" if found else "live"
    return SessionPictures(
        None, next((one.problem for one in found if one.problem), problem), found
    )


def _found_recording(recording: SessionRecording, folders: Sequence[Path]) -> FoundRecording:
    # The session may be from anywhere: what it names is no recording unless it looks like one.
    if recording.path.suffix.lower() != SUFFIX:
        return FoundRecording(recording, None, "missing")
    return FoundRecording(recording, *_found(recording.path, recording.fingerprint, folders))


def _found(
    path: Path, fingerprint: tuple[int, str] | None, folders: Sequence[Path]
) -> tuple[Path | None, PictureProblem]:
    """Return where a file is, or why it is not to be had."""
    known = None if fingerprint is None else Fingerprint(*fingerprint)
    if known is None and not path.is_absolute():
        return None, "missing"  # a session from elsewhere knows no more than a name
    is_there = path.is_file()
    if is_there and (known is None or _is(path, known)):
        return path, ""
    found = None if known is None else find_file(known, [path.parent, *folders])
    if found is not None:
        return found, ""
    return None, "changed" if is_there else "missing"


def check_pictures(summary: SessionSummary, path: Path) -> None:
    """Make sure that a file is the one that was analysed, or one that was recorded of it.

    Raises:
        SourceError: if it is another one, or cannot be read.
    """
    if summary.info.source.is_live:
        named = [one for one in summary.recordings if one.path.name == path.name]
        known = {one.fingerprint for one in named or summary.recordings}
        what = "those that were recorded"
    else:
        known = {summary.fingerprint}
        what = "the one that was analysed"
    try:
        found = fingerprint(path)
    except OSError as error:
        raise SourceError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    if not known:
        return
    if None not in known:
        is_it = (found.length, found.digest) in known
    else:  # of a recording that a crash has ended nothing is known
        is_it = summary.info.source.is_live or _is_alike(summary.info.source, path)
    if not is_it:
        raise SourceError(
            f"{path.name} is another file than {what}.",
            hint="Choose the one with the same content.",
        )


def _is_alike(analysed: SourceInfo, path: Path) -> bool:
    """Tell whether a file has the size, the frames and the length of the one that was analysed."""
    try:
        with closing(open_file(path)) as source:
            found = source.open()
    except SourceError:
        return False
    is_as_large = (analysed.width_px, analysed.height_px) == (found.width_px, found.height_px)
    is_as_long = analysed.frame_count in (None, found.frame_count) and (
        analysed.duration_us is None
        or abs(analysed.duration_us - (found.duration_us or 0)) <= _TOLERATED_US
    )
    return analysed.kind == found.kind and is_as_large and is_as_long


def _is(path: Path, known: Fingerprint) -> bool:
    try:
        return fingerprint(path) == known
    except OSError:
        return False
