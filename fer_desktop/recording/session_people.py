"""Who is who in a session, in its file: beside the rows of the tracks, which stay as they are."""

import sqlite3
from pathlib import Path
from typing import Any, Final

from fer_desktop.domain.people import PARTS_MAX, People, Person, TrackPart
from fer_desktop.recording.row_types import PersonRow, TrackPartRow
from fer_desktop.recording.session_facts import writable
from trainer.contract.checked_json import as_type

_PERSONS: Final = "SELECT id, name, is_hidden FROM people"
_PARTS: Final = "SELECT face_id, from_us, person_id FROM track_parts"


def read_people(db: sqlite3.Connection) -> People:
    """Return who is who.

    Raises:
        ValueError: if that is damaged, or there are too many.
        sqlite3.Error: if the tables cannot be read.
    """
    persons = [as_type(row, PersonRow) for row in _few(db, _PERSONS)]
    parts = [as_type(row, TrackPartRow) for row in _few(db, _PARTS)]
    return People.of(
        ((TrackPart(row.face_id, row.from_us), row.person) for row in parts),
        (Person(row.number, row.name, bool(row.is_hidden)) for row in persons),
    )


def store_people(db: sqlite3.Connection, people: People) -> None:
    """Put who is who in place of what a file says; left to be committed.

    Raises:
        sqlite3.Error: if it cannot be written.
    """
    db.execute("DELETE FROM people")
    db.execute("DELETE FROM track_parts")
    db.executemany(
        "INSERT INTO people VALUES (?, ?, ?)",
        ((person.number, person.name, person.is_hidden) for person in people.persons),
    )
    db.executemany(
        "INSERT INTO track_parts VALUES (?, ?, ?)",
        ((part.face_id, part.from_us, number) for part, number in people.parts),
    )


def set_people(path: Path, people: People) -> None:
    """Put who is who in place of what a session says, which has ended.

    Raises:
        StorageError: if it cannot be written, or is no session.
    """
    with writable(path) as db, db:
        store_people(db, people)


def _few(db: sqlite3.Connection, query: str) -> list[tuple[Any, ...]]:
    """Return the rows of a table, and one more than there may be at most."""
    return db.execute(f"{query} LIMIT {PARTS_MAX + 1}").fetchall()
