"""Sessions put into one file, whole or not at all."""

import sqlite3
import tempfile
import zipfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePath

from fer_desktop import __version__
from fer_desktop.errors import FerError
from fer_desktop.files import shown_name, storage_error, whole_file
from fer_desktop.paths import APP_NAME
from fer_desktop.recording.bundle_format import (
    FORMAT_VERSION,
    LIST_FILE,
    MOST_SESSIONS,
    BundledModel,
    BundledSession,
    BundleList,
)
from fer_desktop.recording.session_format import write_error
from fer_desktop.recording.session_pictures import find_pictures
from fer_desktop.recording.session_reader import SessionReader, SessionSummary
from fer_desktop.sources.media_names import MEDIA_SUFFIXES
from trainer.contract.checked_json import encode_json


@dataclass(frozen=True, slots=True)
class WrittenBundle:
    """What was written.

    Attributes:
        path: the bundle.
        sessions, videos: how many are in it.
        failures: sessions and videos that could not be put into it, a sentence each.
    """

    path: Path
    sessions: int
    videos: int
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
        with_videos: whether the analysed files come along.
        folders: where else these are looked for.
        overwrite: whether a file that is there already is replaced.

    Raises:
        StorageError: if no session can be read, or the file exists or cannot be written.
    """
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
        tempfile.TemporaryDirectory(dir=path.parent, prefix=".fer-bundle-") as scratch,
        # Not strict: a film may well say that it is from before 1980, which a zip file cannot.
        zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive,
    ):
        copy = Path(scratch) / "session"
        for number, (name, session) in enumerate(sessions[:MOST_SESSIONS], start=1):
            try:
                with SessionReader(session) as reader:
                    summary = reader.summary()
                    _copy(reader, summary, copy)
            except FerError as error:
                failures.append(error)
                continue
            file = f"session-{number}.fersession"
            archive.write(copy, file)
            video = ""
            if with_videos and not summary.info.source.is_live:
                pictures = find_pictures(summary, folders)
                if pictures.file is None:
                    notes.append(
                        f"{summary.info.source.name} was not found, so it is not included."
                    )
                else:
                    video = f"video-{number}{_suffix(pictures.file)}"
                    archive.write(pictures.file, video, zipfile.ZIP_STORED)
            written.append(_described(name, file, video, summary, reader))
        if not written and failures:
            raise failures[0]
        about = BundleList(FORMAT_VERSION, tuple(written), APP_NAME, __version__)
        archive.writestr(LIST_FILE, encode_json(about))
    return WrittenBundle(
        path,
        len(written),
        sum(bool(session.video) for session in written),
        (*(str(error) for error in failures), *notes),
    )


def _copy(reader: SessionReader, summary: SessionSummary, copy: Path) -> None:
    """Copy a session with all its tables, and without the folders of this computer."""
    copy.unlink(missing_ok=True)
    info, problem = summary.info, summary.end.problem if summary.end is not None else ""
    uri = info.source.uri
    if not info.source.is_live:
        uri = PurePath(uri).name
        problem = problem.replace(info.source.uri, uri)
    try:
        with closing(sqlite3.connect(copy)) as db:
            reader.connection.backup(db)
            db.execute("PRAGMA journal_mode = DELETE")
            with db:
                db.execute("UPDATE session SET uri = ?, problem = ?", (uri, problem))
            db.execute("VACUUM")  # nothing of the former path is left in it
    except sqlite3.Error as error:
        raise write_error(copy, error) from error
    except OSError as error:
        raise storage_error(copy, error) from error


def _described(
    name: str, file: str, video: str, summary: SessionSummary, reader: SessionReader
) -> BundledSession:
    return BundledSession(
        file=file,
        name=shown_name(name)[:1_000],
        video=video,
        application_version=summary.info.app_version,
        frames=summary.frames,
        faces=summary.faces,
        models=tuple(
            BundledModel(
                used.preset.name, used.preset.sha256, used.preset.system[:1_000], used.engine
            )
            for used in reader.models
        ),
    )


def _suffix(file: Path) -> str:
    suffix = file.suffix.lower()
    return suffix if suffix in MEDIA_SUFFIXES else ".mp4"
