"""Sessions in one file, to be opened on another computer: what such a bundle holds.

A bundle is a zip file. ``bundle.json`` says what is in it, for people and scripts; the sessions
beside it are what counts. Each is the session's own file as it is, with every table that it has,
but without the paths of what was analysed and recorded. Videos are stored as they are, where they
are wanted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from msgspec import Meta

from trainer.contract.checked_json import Count, Line

LIST_FILE: Final = "bundle.json"
FORMAT_VERSION: Final = 2
_WITHOUT_RECORDINGS: Final = 1  # which versions of the application understand that know of none
MOST_SESSIONS: Final = 1_000
MOST_LIST_BYTES: Final = 4 << 20
MOST_SESSION_BYTES: Final = 4 << 30
MOST_BYTES: Final = 1 << 40

_SessionFile = Annotated[str, Meta(pattern=r"\Asession-[0-9]{1,4}\.fersession\Z")]
_VideoFile = Annotated[str, Meta(pattern=r"\A(video-[0-9]{1,4}\.[a-z0-9]{1,8})?\Z")]
_RecordingFile = Annotated[str, Meta(pattern=r"\Arecording-[0-9]{1,4}-[0-9]{1,5}\.mp4\Z")]
_MOST_RECORDINGS: Final = 10_000


@dataclass(frozen=True, slots=True)
class BundledModel:
    """A model that read frames of a session, as a person would look for it.

    Attributes:
        name, sha256: its name and checksum.
        system: name of the trainer's system that built it.
        engine: what ran it.
    """

    name: Line
    sha256: Line
    system: Line = ""
    engine: Line = ""


@dataclass(frozen=True, slots=True)
class BundledSession:
    """A session in a bundle.

    Attributes:
        file: its name in the bundle.
        name: what the session is called.
        video: name of the analysed file in the bundle; empty where it is not in it.
        application_version: of the application that wrote the session.
        frames, faces: how many.
        models: those that read its frames.
        recordings: names of videos in the bundle that were recorded of it, which was live.
    """

    file: _SessionFile
    name: Line
    video: _VideoFile = ""
    application_version: Line = ""
    frames: Count = 0
    faces: Count = 0
    models: tuple[BundledModel, ...] = ()
    recordings: Annotated[tuple[_RecordingFile, ...], Meta(max_length=_MOST_RECORDINGS)] = ()


@dataclass(frozen=True, slots=True)
class BundleList:
    """What ``bundle.json`` says."""

    format_version: Annotated[int, Meta(ge=1, le=10**6)]
    sessions: Annotated[tuple[BundledSession, ...], Meta(min_length=1, max_length=MOST_SESSIONS)]
    application: Line = ""
    application_version: Line = ""


def version_for(sessions: Sequence[BundledSession]) -> int:
    """Return the version of a bundle, the least that can say what is in it."""
    return FORMAT_VERSION if any(one.recordings for one in sessions) else _WITHOUT_RECORDINGS


@dataclass(frozen=True, slots=True)
class BundleVersion:
    """All that is asked of the list of a bundle before its version is known."""

    format_version: Annotated[int, Meta(ge=1, le=10**6)]
