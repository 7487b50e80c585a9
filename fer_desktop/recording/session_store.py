"""The folder of sessions: one file each, named, listed and deleted."""

import glob
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from fer_desktop.domain.corrections import Correction
from fer_desktop.domain.frame import SourceInfo
from fer_desktop.errors import StorageError
from fer_desktop.files import new_file
from fer_desktop.log import get_logger
from fer_desktop.private_files import OWNER_ONLY, keep_private
from fer_desktop.recording import session_format
from fer_desktop.recording.session_facts import SessionFacts, writable
from fer_desktop.recording.session_format import Mark
from fer_desktop.recording.session_lock import is_written
from fer_desktop.recording.session_reader import SessionReader, SessionSummary
from fer_desktop.recording.session_rows import (
    INSERT_CORRECTION,
    INSERT_MARK,
    correction_row,
    mark_row,
)
from fer_desktop.sources.fingerprint import fingerprint

log = get_logger("recording")


def new_session_file(folder: Path, source: SourceInfo, *, is_ours: bool = True) -> Path:
    """Reserve a file for a session, named after the moment and the source.

    Nobody but its owner can read it.

    Args:
        folder: where it is made.
        source: what it is a session of.
        is_ours: whether nothing but sessions is in the folder, so that nobody else need enter it.

    Raises:
        StorageError: if the folder cannot be written.
    """
    slug = re.sub(r"\W+", "-", source.name).strip("-")[:40] or source.kind
    name = f"{datetime.now():%Y-%m-%d %H.%M.%S} {slug}"
    path = new_file(folder, name, session_format.SUFFIX, mode=OWNER_ONLY)
    if is_ours:
        keep_private(folder)
    return path


def _log_unreadable(error: StorageError) -> None:
    log.warning("left out of the list of sessions: %s", error)


def list_sessions(
    folder: Path, on_unreadable: Callable[[StorageError], object] = _log_unreadable
) -> list[SessionSummary]:
    """Return the readable sessions of a folder, latest first.

    Args:
        folder: where they are.
        on_unreadable: hears of each that cannot be read.
    """
    found = []
    for path in sorted(folder.glob(f"*{session_format.SUFFIX}")):
        try:
            with SessionReader(path) as reader:
                found.append(reader.summary())
        except StorageError as error:
            on_unreadable(error)
    return sorted(found, key=lambda summary: summary.info.started_ns, reverse=True)


def complete_sessions_of(file: Path, folder: Path) -> list[SessionSummary]:
    """Return the complete sessions of a folder in which a file with this content was analysed.

    Args:
        file: a video or an image; what cannot be read was not analysed.
        folder: where sessions are.

    Returns:
        The sessions, latest first, but before them those of which the user said something.
    """
    try:
        known = fingerprint(file)
    except OSError as error:
        log.info("%s is not looked for among sessions: %s", file, error)
        return []
    wanted = known.length, known.digest
    found = [one for one in list_sessions(folder) if one.is_complete and one.fingerprint == wanted]
    return sorted(found, key=_was_worked_on, reverse=True)  # which keeps their order otherwise


def _was_worked_on(summary: SessionSummary) -> bool:
    if summary.names or summary.facts != SessionFacts():
        return True
    try:
        with SessionReader(summary.path) as reader:
            return bool(reader.marks() or reader.corrections())
    except StorageError:
        return False


def add_mark(path: Path, mark: Mark) -> None:
    """Add a mark to a session that has ended.

    Raises:
        StorageError: if it cannot be written, or is no session.
    """
    with writable(path) as db, db:
        db.execute(INSERT_MARK, mark_row(mark))


def set_marks(path: Path, marks: Sequence[Mark]) -> None:
    """Put marks in place of all that a session has, which has ended.

    Raises:
        StorageError: if it cannot be written, or is no session.
    """
    with writable(path) as db, db:
        db.execute("DELETE FROM marks")
        db.executemany(INSERT_MARK, map(mark_row, marks))


def set_corrections(path: Path, corrections: Sequence[Correction]) -> None:
    """Put corrections in place of all that a session has, which has ended.

    Raises:
        StorageError: if it cannot be written, or is no session.
    """
    with writable(path) as db, db:
        db.execute("DELETE FROM corrections")
        db.executemany(INSERT_CORRECTION, map(correction_row, corrections))


def recording_of(session: Path, suffix: str) -> Path:
    """Return where a session keeps the file that was analysed, if that came with it."""
    return session.with_name(f"{session.stem}.recording{suffix}")


def delete_if_empty(path: Path) -> None:
    """Delete a session without a frame, a mark and a correction.

    One that is being written, or cannot be read or deleted, stays.
    """
    if is_written(path):
        return
    try:
        with SessionReader(path) as reader:
            is_empty = not (reader.summary().frames or reader.marks() or reader.corrections())
        if is_empty:
            delete_session(path)
    except StorageError as error:
        log.info("%s", error)


def delete_session(path: Path) -> None:
    """Delete a session for good, with a recording of its own; it must not be in use.

    Raises:
        StorageError: if that is not possible.
    """
    try:
        for suffix in ("", "-wal", "-shm"):  # the last two stay behind after a crash
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        path.with_name(f".{path.name}.lock").unlink(missing_ok=True)
        for recording in path.parent.glob(f"{glob.escape(path.stem)}.recording.*"):
            recording.unlink()
    except OSError as error:
        raise StorageError(f"{path} cannot be deleted: {error.strerror or error}.") from error
