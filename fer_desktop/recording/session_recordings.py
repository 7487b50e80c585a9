"""Which videos were recorded of a live session: its pictures are kept nowhere else."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fer_desktop.recording.row_types import RecordingRow
from fer_desktop.recording.session_facts import writable
from fer_desktop.settings import RecordingKind
from trainer.contract.checked_json import as_type

SUFFIX: Final = ".mp4"
_MOST: Final = 10_000
_INSERT: Final = (
    "INSERT INTO recordings (path, kind, from_us, file_length, file_digest) VALUES (?, ?, ?, ?, ?)"
)


@dataclass(frozen=True, slots=True)
class SessionRecording:
    """A video that was recorded of a session.

    Attributes:
        path: where it was written.
        kind: what is in it.
        from_us: time of its first picture on the session's clock; its own clock goes on from there.
        fingerprint: its length and digest; None until it is finished, and after a crash.
    """

    path: Path
    kind: RecordingKind
    from_us: int
    fingerprint: tuple[int, str] | None = None


def read_recordings(db: sqlite3.Connection) -> tuple[SessionRecording, ...]:
    """Return the recordings of a session, in the order of time.

    Raises:
        ValueError: if one is damaged, or there are too many.
        sqlite3.Error: if the table cannot be read.
    """
    rows = db.execute(
        "SELECT path, kind, from_us, file_length, file_digest FROM recordings"
        f" ORDER BY from_us, id LIMIT {_MOST + 1}"
    ).fetchall()
    if len(rows) > _MOST:
        raise ValueError("it has too many recordings")
    return tuple(_recording(as_type(row, RecordingRow)) for row in rows)


def _recording(row: RecordingRow) -> SessionRecording:
    is_known = row.file_length is not None and bool(row.file_digest)
    fingerprint = (row.file_length or 0, row.file_digest) if is_known else None
    return SessionRecording(Path(row.path), row.kind, row.from_us, fingerprint)


def store_recordings(db: sqlite3.Connection, recordings: Iterable[SessionRecording]) -> None:
    """Put recordings in place of all that are there; left to be committed.

    Raises:
        sqlite3.Error: if they cannot be written.
    """
    db.execute("DELETE FROM recordings")
    db.executemany(_INSERT, map(_row, recordings))


def store_recording(db: sqlite3.Connection, recording: SessionRecording) -> None:
    """Note a recording, in place of what is known of the same file; left to be committed.

    Raises:
        sqlite3.Error: if it cannot be written.
    """
    row = _row(recording)
    db.execute("DELETE FROM recordings WHERE path = ?", row[:1])
    db.execute(_INSERT, row)


def _row(recording: SessionRecording) -> tuple[object, ...]:
    # A name on Linux may hold bytes that are no text, which SQLite does not take.
    path = str(recording.path).encode("utf-8", "backslashreplace").decode("utf-8")
    length, digest = recording.fingerprint or (None, "")
    return path, recording.kind, recording.from_us, length, digest


def add_recording(path: Path, recording: SessionRecording) -> None:
    """Note a recording of a session that has ended; see ``store_recording``.

    Raises:
        StorageError: if it cannot be written, or is no session.
    """
    with writable(path) as db, db:
        store_recording(db, recording)
