"""Bundles brought in: their sessions become the user's own."""

import hashlib
import os
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from fer_desktop.errors import FerError
from fer_desktop.files import make_folder, storage_error
from fer_desktop.private_files import keep_private
from fer_desktop.recording.bundle_reading import opened_bundle
from fer_desktop.recording.session_facts import writable
from fer_desktop.recording.session_format import SUFFIX
from fer_desktop.recording.session_reader import SessionReader, SessionSummary
from fer_desktop.recording.session_recordings import store_recordings
from fer_desktop.recording.session_store import new_session_file, recording_of
from trainer.contract.whole_file import remove_leftovers, scratch_folder

# Columns that say where a file lies, which is another place on every computer.
_PLACES: Final = frozenset({("session", "uri"), ("recordings", "path"), ("recordings", "id")})


@dataclass(frozen=True, slots=True)
class ImportedBundle:
    """What came of a bundle.

    Attributes:
        sessions: the files of its sessions, now among the user's.
        known: how many of them were there already, with the same content.
    """

    sessions: tuple[Path, ...]
    known: int = 0


def import_bundle(path: Path, folder: Path) -> ImportedBundle:
    """Make the sessions of a bundle the user's own; all of them, or nothing is left.

    Args:
        path: the bundle.
        folder: where sessions are kept.

    Raises:
        StorageError: if it cannot be used or kept.
    """
    make_folder(folder)
    keep_private(folder)
    made: list[Path] = []
    found: list[Path] = []
    known = 0
    remove_leftovers(folder)
    try:
        with opened_bundle(path) as bundle, scratch_folder(folder) as scratch:
            for session in bundle.sessions:
                staged = scratch / session.file
                summary = bundle.take_session(session, staged)
                twin = _twin(staged, summary, folder)
                if twin is not None:
                    known += 1
                    found.append(twin)
                    continue
                names = filter(None, (session.video, *session.recordings))
                films = {name: scratch / name for name in names}
                for name, film in films.items():
                    bundle.take_video(name, summary, film)
                # All of it is there: it gets its names at once, whatever ends this process.
                target = new_session_file(folder, summary.info.source)
                made.append(target)
                place = str(_beside(path, summary.info.source.uri, summary.fingerprint))
                if session.video:
                    video = recording_of(target, Path(session.video).suffix)
                    made.append(video)
                    os.replace(films[session.video], video)
                    place = str(video)
                recordings = []
                for one in summary.recordings:
                    file = _beside(path, one.path, one.fingerprint)
                    if one.path.name in session.recordings:
                        number = session.recordings.index(one.path.name) + 1
                        file = recording_of(target, f".{number}{one.path.suffix}")
                        made.append(file)
                        os.replace(films[one.path.name], file)
                    recordings.append(replace(one, path=file))
                with writable(staged) as db:
                    # As all sessions here: who reads one does not keep others from writing.
                    db.execute("PRAGMA journal_mode = WAL")
                    with db:
                        if not summary.info.source.is_live:
                            db.execute("UPDATE session SET uri = ?", (place,))
                        store_recordings(db, recordings)
                os.replace(staged, target)
                found.append(target)
    except BaseException as error:
        for file in made:
            file.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise storage_error(folder, error) from error
        raise
    return ImportedBundle(tuple(found), known)


def _beside(bundle: Path, file: str | Path, fingerprint: tuple[int, str] | None) -> Path:
    """Return where a file that did not come along is looked for: where the bundle lies.

    Without a fingerprint any file of its name would be taken for it: it has no place.
    """
    name = Path(file).name
    return Path(name) if fingerprint is None else bundle.parent / name


def content_digest(db: sqlite3.Connection) -> str:
    """Return what tells the content of sessions apart, wherever the analysed file lies.

    Raises:
        sqlite3.Error: if a table cannot be read.
    """
    digest = hashlib.sha256()
    names = db.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%'"
        " ESCAPE '\\' ORDER BY name"
    )
    for (table,) in names.fetchall():
        columns = [row[1] for row in db.execute(f"PRAGMA table_info({_quoted(table)})")]
        kept = sorted(column for column in columns if (table, column) not in _PLACES)
        digest.update(repr((table, kept)).encode())
        for row in db.execute(f"SELECT {', '.join(map(_quoted, kept))} FROM {_quoted(table)}"):
            digest.update(repr(row).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _twin(staged: Path, summary: SessionSummary, folder: Path) -> Path | None:
    """Return a session that is there already with the same content."""
    wanted = ""
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            with SessionReader(path) as reader:
                (started_ns,) = reader.connection.execute(
                    "SELECT started_ns FROM session"
                ).fetchone()
                if started_ns != summary.info.started_ns:
                    continue
                if not wanted:
                    with SessionReader(staged) as other:
                        wanted = content_digest(other.connection)
                if content_digest(reader.connection) == wanted:
                    return path
        except (FerError, sqlite3.Error, TypeError):
            continue  # it is no twin
    return None
