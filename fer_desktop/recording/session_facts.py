"""What the user says of a session, and what the file that was analysed is known by."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fer_desktop.recording import session_format
from fer_desktop.recording.row_types import FactsRow
from trainer.contract.checked_json import as_type

LINE_MAX: Final = 200
NOTES_MAX: Final = 10_000


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What the user says of a session; all of it may be empty.

    Attributes:
        title: what it is called.
        participant, condition: of a study.
        notes: anything.
    """

    title: str = ""
    participant: str = ""
    condition: str = ""
    notes: str = ""


def read_facts(db: sqlite3.Connection) -> tuple[SessionFacts, tuple[int, str] | None]:
    """Return what the user says, and length and digest of the analysed file if they are known.

    Raises:
        ValueError: if the session's own row is missing or damaged.
        sqlite3.Error: if the table cannot be read.
    """
    row = db.execute(
        "SELECT title, participant, condition, notes, file_length, file_digest FROM session"
    ).fetchone()
    if row is None:
        raise ValueError("it has no head")
    found = as_type(row, FactsRow)
    facts = SessionFacts(found.title, found.participant, found.condition, found.notes)
    is_known = found.file_length is not None and bool(found.file_digest)
    return facts, (found.file_length or 0, found.file_digest) if is_known else None


def write_facts(path: Path, facts: SessionFacts) -> None:
    """Keep what the user says of a session, which may be written to by others meanwhile.

    Raises:
        StorageError: if it cannot be written, or is no session.
    """
    texts = (
        facts.title[:LINE_MAX],
        facts.participant[:LINE_MAX],
        facts.condition[:LINE_MAX],
        facts.notes[:NOTES_MAX],
    )
    with writable(path) as db, db:
        db.execute("UPDATE session SET title = ?, participant = ?, condition = ?, notes = ?", texts)


@contextmanager
def writable(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a session that is there already, to change something in it.

    Raises:
        StorageError: if that is not possible, also in the block.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as db:
            session_format.check_schema(db, path)
            yield db
    except sqlite3.Error as error:
        raise session_format.write_error(path, error) from error
