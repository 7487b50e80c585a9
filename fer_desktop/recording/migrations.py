"""The tables of a session file: those of its first version, and what each later one added.

A new file goes the same way as one of an older version, so that both are alike.
"""

import sqlite3
from typing import Final

# What turns a file of each version into one of the next, from an empty one on; never changed.
# One row per face stays near 160 bytes, 17 MB an hour at 30 frames a second: probabilities are
# packed, boxes and times stay readable for anyone who opens the file with SQLite's own tools.
_STEPS: Final = (
    """
    CREATE TABLE session (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        state TEXT NOT NULL,             -- 'recording', or 'complete' after an orderly end
        started_ns INTEGER NOT NULL,     -- UTC nanoseconds since 1970
        finished_ns INTEGER,
        app_version TEXT NOT NULL,
        libraries TEXT NOT NULL,         -- JSON object: versions that the numbers depend on
        settings TEXT NOT NULL,          -- JSON object
        dropped INTEGER NOT NULL DEFAULT 0,
        kind TEXT NOT NULL, name TEXT NOT NULL, uri TEXT NOT NULL,
        width_px INTEGER NOT NULL, height_px INTEGER NOT NULL,
        fps REAL, frame_count INTEGER, duration_us INTEGER
    );
    CREATE TABLE models (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL, sha256 TEXT NOT NULL,
        preset TEXT NOT NULL,            -- the whole preset.json, labels included
        from_frame INTEGER NOT NULL
    );
    CREATE TABLE frames (
        frame_index INTEGER PRIMARY KEY,
        timestamp_us INTEGER NOT NULL, wall_ns INTEGER,
        width_px INTEGER NOT NULL, height_px INTEGER NOT NULL,
        model_id INTEGER REFERENCES models (id)
    );
    CREATE TABLE faces (
        frame_index INTEGER NOT NULL, face_id INTEGER NOT NULL,
        x1 REAL NOT NULL, y1 REAL NOT NULL, x2 REAL NOT NULL, y2 REAL NOT NULL,
        score REAL NOT NULL,
        probabilities BLOB, smoothed BLOB,  -- little-endian float32, one a label
        is_unsure INTEGER NOT NULL,
        PRIMARY KEY (frame_index, face_id)
    ) WITHOUT ROWID;
    CREATE TABLE marks (
        id INTEGER PRIMARY KEY, timestamp_us INTEGER NOT NULL, text TEXT NOT NULL
    );
    """,
    # Probabilities as read against the face's own rest.
    """
    ALTER TABLE faces ADD COLUMN corrected BLOB;
    ALTER TABLE faces ADD COLUMN calibration_id INTEGER REFERENCES calibrations (id);
    CREATE TABLE calibrations (
        id INTEGER PRIMARY KEY,
        face_id INTEGER NOT NULL, from_frame INTEGER NOT NULL,
        baseline TEXT NOT NULL           -- JSON object: the resting face and what is added
    );
    """,
    """
    ALTER TABLE models ADD COLUMN engine TEXT NOT NULL DEFAULT '';
    ALTER TABLE models ADD COLUMN device TEXT NOT NULL DEFAULT '';
    """,
    # Landmarks, and whatever else is measured of faces.
    """
    CREATE TABLE measures (
        id INTEGER PRIMARY KEY,
        key TEXT NOT NULL,
        channels TEXT NOT NULL,          -- JSON array of names
        unit TEXT NOT NULL
    );
    CREATE TABLE measured (
        frame_index INTEGER NOT NULL, face_id INTEGER NOT NULL,
        measure_id INTEGER NOT NULL REFERENCES measures (id),
        numbers BLOB NOT NULL,           -- little-endian float32, one a channel
        PRIMARY KEY (frame_index, face_id, measure_id)
    ) WITHOUT ROWID;
    """,
    # Between which numbers a measure usually lies; empty where nobody knows.
    """
    ALTER TABLE measures ADD COLUMN low REAL;
    ALTER TABLE measures ADD COLUMN high REAL;
    """,
    # How a session ended.
    """
    ALTER TABLE session ADD COLUMN is_whole INTEGER;  -- NULL where there is no whole: live sources
    ALTER TABLE session ADD COLUMN missed INTEGER NOT NULL DEFAULT 0;  -- frames that came too fast
    ALTER TABLE session ADD COLUMN problem TEXT NOT NULL DEFAULT '';   -- why it ended early
    """,
    # What the user says of a session, and what its file is known by after it was moved.
    """
    ALTER TABLE session ADD COLUMN title TEXT NOT NULL DEFAULT '';
    ALTER TABLE session ADD COLUMN participant TEXT NOT NULL DEFAULT '';
    ALTER TABLE session ADD COLUMN condition TEXT NOT NULL DEFAULT '';
    ALTER TABLE session ADD COLUMN notes TEXT NOT NULL DEFAULT '';
    ALTER TABLE session ADD COLUMN file_length INTEGER;
    ALTER TABLE session ADD COLUMN file_digest TEXT NOT NULL DEFAULT '';
    """,
    # Marks of a stretch of time, besides those of a moment.
    """
    ALTER TABLE marks ADD COLUMN end_us INTEGER;
    """,
    # What the user says of the faces: who is who, beside the rows of the tracks.
    """
    CREATE TABLE people (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL,
        is_hidden INTEGER NOT NULL
    );
    CREATE TABLE track_parts (
        face_id INTEGER NOT NULL,
        from_us INTEGER NOT NULL,        -- up to the track's next part
        person_id INTEGER NOT NULL,
        PRIMARY KEY (face_id, from_us)
    ) WITHOUT ROWID;
    """,
    # In which colour a mark is drawn.
    """
    ALTER TABLE marks ADD COLUMN color TEXT NOT NULL DEFAULT '';  -- #rrggbb, or empty
    """,
    # What people say that faces show; what the model said stays as it is.
    """
    CREATE TABLE corrections (
        id INTEGER PRIMARY KEY,
        rater TEXT NOT NULL, face_id INTEGER NOT NULL, label TEXT NOT NULL,
        begin_us INTEGER NOT NULL, end_us INTEGER   -- NULL for a moment
    );
    """,
    # Where a live source's time begins on its computer's monotonic clock, and which clock that is.
    """
    ALTER TABLE session ADD COLUMN clock TEXT NOT NULL DEFAULT '';
    ALTER TABLE session ADD COLUMN zero_ns INTEGER;
    """,
    # Which videos were recorded of a live session, for its pictures are kept nowhere else.
    """
    CREATE TABLE recordings (
        id INTEGER PRIMARY KEY,
        path TEXT NOT NULL,
        kind TEXT NOT NULL,              -- 'clean', 'labels' or 'blurred'
        from_us INTEGER NOT NULL,        -- time of its first picture
        file_length INTEGER,             -- NULL until it is finished
        file_digest TEXT NOT NULL DEFAULT ''
    );
    """,
)
SCHEMA_VERSION: Final = len(_STEPS)


def begin_migration(db: sqlite3.Connection, found: int) -> None:
    """Bring a file of an older version, or an empty one, up to date; left to be committed.

    Raises:
        sqlite3.Error: if the file cannot be written.
    """
    steps = "".join(_STEPS[found:])
    db.executescript(f"BEGIN IMMEDIATE;{steps}PRAGMA user_version = {SCHEMA_VERSION};")


def migrate(db: sqlite3.Connection, found: int) -> None:
    """Bring a session of an older version to the present form, whole or not at all.

    Raises:
        sqlite3.Error: if the file cannot be written.
    """
    if found == SCHEMA_VERSION:
        return
    try:
        begin_migration(db, found)
        db.commit()
    except sqlite3.Error:
        db.rollback()
        (found,) = db.execute("PRAGMA user_version").fetchone()
        if found != SCHEMA_VERSION:  # else another reader has done it meanwhile
            raise
