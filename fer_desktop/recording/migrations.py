"""Sessions of older versions, brought to the present form when they are opened."""

import sqlite3
from typing import Final

# What turns a file of each version into one of the next; never changed afterwards.
_STEPS: Final = {
    1: """
    ALTER TABLE faces ADD COLUMN corrected BLOB;
    ALTER TABLE faces ADD COLUMN calibration_id INTEGER REFERENCES calibrations (id);
    CREATE TABLE calibrations (
        id INTEGER PRIMARY KEY,
        face_id INTEGER NOT NULL, from_frame INTEGER NOT NULL,
        baseline TEXT NOT NULL
    );
    """,
    2: """
    ALTER TABLE models ADD COLUMN engine TEXT NOT NULL DEFAULT '';
    ALTER TABLE models ADD COLUMN device TEXT NOT NULL DEFAULT '';
    """,
}
SCHEMA_VERSION: Final = 1 + max(_STEPS)


def migrate(db: sqlite3.Connection, found: int) -> None:
    """Bring a session of an older version to the present form, whole or not at all.

    Raises:
        sqlite3.Error: if the file cannot be written.
    """
    if found == SCHEMA_VERSION:
        return
    steps = "".join(_STEPS[version] for version in range(found, SCHEMA_VERSION))
    try:
        db.executescript(f"BEGIN IMMEDIATE;{steps}PRAGMA user_version = {SCHEMA_VERSION};COMMIT;")
    except sqlite3.Error:
        db.rollback()
        raise
