"""Sessions put into one file, whole or not at all."""

import sqlite3
import zipfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Final

from fer_desktop import __version__
from fer_desktop.errors import FerError, StorageError
from fer_desktop.files import shown_name, storage_error, whole_file
from fer_desktop.paths import APP_NAME
from fer_desktop.recording.bundle_format import (
    LIST_FILE,
    MOST_SESSION_BYTES,
    MOST_SESSIONS,
    BundledModel,
    BundledSession,
    BundleList,
    version_for,
)
from fer_desktop.recording.session_format import write_error
from fer_desktop.recording.session_pictures import SessionPictures, find_pictures
from fer_desktop.recording.session_reader import SessionReader, SessionSummary
from fer_desktop.recording.session_recordings import store_recordings
from fer_desktop.sources.media_names import MEDIA_SUFFIXES
from trainer.contract.checked_json import encode_json
from trainer.contract.whole_file import remove_leftovers, scratch_folder

_NONE: Final = SessionPictures(None)


@dataclass(frozen=True, slots=True)
class WrittenBundle:
    """What was written.

    Attributes:
        path: the bundle.
        sessions, videos, recordings: how many are in it.
        failures: sessions and videos that could not be put into it, and videos that may be others,
            a sentence each.
    """

    path: Path
    sessions: int
    videos: int
    recordings: int = 0
    failures: tuple[str, ...] = ()


def write_bundle(
    sessions: Sequence[tuple[str, Path]],
    path: Path,
    *,
    with_videos: bool = False,
    folders: Sequence[Path] = (),
    overwrite: bool = False,
) -> WrittenBundle:
    """Write sessions into one file; they may go on meanwhile.

    Args:
        sessions: a name for each, and its file.
        path: where to; its folder must exist.
        with_videos: whether the analysed files, and recordings of live sources, come along.
        folders: where else these are looked for.
        overwrite: whether a file that is there already is replaced.

    Raises:
        StorageError: if no session can be read, or the file exists or cannot be written.
    """
    remove_leftovers(path.parent)
    failures: list[FerError] = []
    notes: list[str] = []
    if len(sessions) > MOST_SESSIONS:
        notes.append(
            f"A bundle holds {MOST_SESSIONS:,} sessions: {len(sessions) - MOST_SESSIONS:,} are not"
            " included."
        )
    written: list[BundledSession] = []
    with (
        whole_file(path, overwrite=overwrite) as part,
        scratch_folder(path.parent) as scratch,
        # Not strict: a film may well say that it is from before 1980, which a zip file cannot.
        zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive,
    ):
        copy = scratch / "session"
        for number, (name, session) in enumerate(sessions[:MOST_SESSIONS], start=1):
            try:
                with SessionReader(session) as reader:
                    summary = reader.summary()
                    pictures = find_pictures(summary, folders) if with_videos else _NONE
                    entry = _described(name, number, pictures, summary, reader)
                    _copy(reader, summary, entry.recordings, pictures, copy)
                if copy.stat().st_size > MOST_SESSION_BYTES:
                    raise StorageError(f"{name} is too large for a bundle.")
            except FerError as error:
                failures.append(error)
                continue
            archive.write(copy, entry.file)
            notes += _reservations(summary, pictures)
            if pictures.file is not None:
                archive.write(pictures.file, entry.video, zipfile.ZIP_STORED)
            for recorded, file in zip(pictures.parts(), entry.recordings, strict=True):
                archive.write(recorded.file, file, zipfile.ZIP_STORED)
            written.append(entry)
        if not written and failures:
            raise failures[0]
        about = BundleList(version_for(written), tuple(written), APP_NAME, __version__)
        archive.writestr(LIST_FILE, encode_json(about))
    return WrittenBundle(
        path,
        len(written),
        sum(bool(session.video) for session in written),
        sum(len(session.recordings) for session in written),
        (*(str(error) for error in failures), *notes),
    )


def _reservations(summary: SessionSummary, pictures: SessionPictures) -> list[str]:
    """Return which videos are wanted and not to be had, or may be others, a sentence each."""
    names = [one.recording.path.name for one in pictures.recordings if one.problem]
    if pictures.problem in ("missing", "changed") and not summary.info.source.is_live:
        names.append(summary.info.source.name)
    notes = [f"{name} was not found, so it is not included." for name in names]
    if not pictures.is_confirmed:
        notes.append(
            f"{summary.info.source.name} may be another video than the one that was analysed: the "
            "session does not know its content."
        )
    return notes


def _copy(
    reader: SessionReader,
    summary: SessionSummary,
    names: Sequence[str],
    pictures: SessionPictures,
    copy: Path,
) -> None:
    """Copy a session with all its tables, and without the folders of this computer.

    Args:
        reader, summary: the session.
        names: of those of its recordings that come along.
        pictures: which ones these are.
        copy: where to.
    """
    copy.unlink(missing_ok=True)
    info, problem = summary.info, summary.end.problem if summary.end is not None else ""
    uri = info.source.uri
    if not info.source.is_live:
        uri = PurePath(uri).name
        problem = problem.replace(info.source.uri, uri)
    included = iter(names)
    there = {one.recording.path for one in pictures.recordings if one.file is not None}
    recordings = [
        replace(one, path=Path(next(included) if one.path in there else one.path.name))
        for one in summary.recordings
    ]
    try:
        with closing(sqlite3.connect(copy)) as db:
            reader.connection.backup(db)
            db.execute("PRAGMA journal_mode = DELETE")
            with db:
                db.execute("UPDATE session SET uri = ?, problem = ?", (uri, problem))
                store_recordings(db, recordings)
            db.execute("VACUUM")  # nothing of the former path is left in it
    except sqlite3.Error as error:
        raise write_error(copy, error) from error
    except OSError as error:
        raise storage_error(copy, error) from error


def _described(
    name: str,
    number: int,
    pictures: SessionPictures,
    summary: SessionSummary,
    reader: SessionReader,
) -> BundledSession:
    file = pictures.file
    return BundledSession(
        file=f"session-{number}.fersession",
        name=shown_name(name)[:1_000],
        video="" if file is None else f"video-{number}{_suffix(file)}",
        application_version=summary.info.app_version,
        frames=summary.frames,
        faces=summary.faces,
        models=tuple(
            BundledModel(
                used.preset.name, used.preset.sha256, used.preset.system[:1_000], used.engine
            )
            for used in reader.models
        ),
        recordings=tuple(
            f"recording-{number}-{at}.mp4" for at in range(1, len(pictures.parts()) + 1)
        ),
    )


def _suffix(file: Path) -> str:
    suffix = file.suffix.lower()
    return suffix if suffix in MEDIA_SUFFIXES else ".mp4"
