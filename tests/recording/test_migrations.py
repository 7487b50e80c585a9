"""Sessions that older versions wrote are read, and brought up to date on the way."""

import sqlite3
from pathlib import Path

import pytest

from fer_desktop.errors import StorageError
from fer_desktop.recording import migrations
from fer_desktop.recording.session_format import APPLICATION_ID
from fer_desktop.recording.session_reader import SessionReader
from fer_desktop.recording.session_rows import face_row, frame_row
from fer_desktop.recording.session_writer import SessionWriter
from tests.recording.samples import PRESET, VIDEO, face, frame, scores
from trainer.contract.preset import preset_to_json

pytestmark = pytest.mark.unit

WRITTEN = frame(3, face(1, raw=scores(0.5, 0.25, 0.25)))

# As the first version made it.
FIRST_VERSION = f"""
PRAGMA application_id = {APPLICATION_ID};
CREATE TABLE session (
    id INTEGER PRIMARY KEY CHECK (id = 1), state TEXT NOT NULL, started_ns INTEGER NOT NULL,
    finished_ns INTEGER, app_version TEXT NOT NULL, libraries TEXT NOT NULL,
    settings TEXT NOT NULL, dropped INTEGER NOT NULL DEFAULT 0, kind TEXT NOT NULL,
    name TEXT NOT NULL, uri TEXT NOT NULL, width_px INTEGER NOT NULL, height_px INTEGER NOT NULL,
    fps REAL, frame_count INTEGER, duration_us INTEGER
);
CREATE TABLE models (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, preset TEXT NOT NULL,
    from_frame INTEGER NOT NULL
);
CREATE TABLE frames (
    frame_index INTEGER PRIMARY KEY, timestamp_us INTEGER NOT NULL, wall_ns INTEGER,
    width_px INTEGER NOT NULL, height_px INTEGER NOT NULL,
    model_id INTEGER REFERENCES models (id)
);
CREATE TABLE faces (
    frame_index INTEGER NOT NULL, face_id INTEGER NOT NULL,
    x1 REAL NOT NULL, y1 REAL NOT NULL, x2 REAL NOT NULL, y2 REAL NOT NULL, score REAL NOT NULL,
    probabilities BLOB, smoothed BLOB, is_unsure INTEGER NOT NULL,
    PRIMARY KEY (frame_index, face_id)
) WITHOUT ROWID;
CREATE TABLE marks (id INTEGER PRIMARY KEY, timestamp_us INTEGER NOT NULL, text TEXT NOT NULL);
PRAGMA user_version = 1;
"""


def _version(path: Path) -> int:
    db = sqlite3.connect(path)
    (found,) = db.execute("PRAGMA user_version").fetchone()
    db.close()
    return int(found)


def _of_first_version(path: Path) -> None:
    db = sqlite3.connect(path)
    db.executescript(FIRST_VERSION)
    with db:
        db.execute(
            "INSERT INTO session VALUES (1, 'complete', 5, 6, '0.1', '{}', '{}', 0, 'video', 'a',"
            " '/a', 640, 480, 30.0, 9, 300000)"
        )
        db.execute(
            "INSERT INTO models VALUES (1, ?, ?, ?, 0)",
            (PRESET.name, PRESET.sha256, preset_to_json(PRESET)),
        )
        db.execute("INSERT INTO frames VALUES (?, ?, ?, ?, ?, ?)", frame_row(WRITTEN, 1))
        row = face_row(WRITTEN.frame_index, WRITTEN.faces[0], None)
        db.execute("INSERT INTO faces VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row[:10])
        db.execute("INSERT INTO marks VALUES (1, 7, 'smiles')")
    db.close()


@pytest.mark.parametrize("version", range(1, migrations.SCHEMA_VERSION))
def test_a_session_of_any_older_version_is_brought_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    path = tmp_path / "a.fersession"
    _of_first_version(path)
    db = sqlite3.connect(path)
    for step in migrations._STEPS[1:version]:
        db.executescript(step)
    db.execute(f"PRAGMA user_version = {version}")
    db.close()
    for _ in range(2):  # the second time there is nothing to do
        with SessionReader(path) as reader:
            assert [row.analysis for row in reader.rows()] == [WRITTEN]
            assert [mark.text for mark in reader.marks()] == ["smiles"]
            assert reader.summary().info.app_version == "0.1"
            assert [(model.engine, model.device) for model in reader.models] == [("", "")]
        assert _version(path) == migrations.SCHEMA_VERSION


def test_a_migration_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.fersession"
    _of_first_version(path)
    before = path.read_bytes()
    broken = (*migrations._STEPS[:-1], "CREATE TABLE models (id INTEGER);")
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "_STEPS", broken)
        with pytest.raises(StorageError, match="already exists"):
            SessionReader(path)
    assert path.read_bytes() == before
    with SessionReader(path) as reader:
        assert len(list(reader.rows())) == 1


def test_two_may_bring_a_session_up_to_date_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.fersession"
    _of_first_version(path)
    db = sqlite3.connect(path)
    SessionReader(path).close()  # another one comes first
    migrations.migrate(db, 1)
    assert not db.in_transaction
    db.close()
    assert _version(path) == migrations.SCHEMA_VERSION


def test_a_new_file_has_the_tables_of_an_old_one_that_was_brought_up_to_date(
    tmp_path: Path,
) -> None:
    def columns(path: Path) -> dict[str, list[str]]:
        db = sqlite3.connect(path)
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_schema ORDER BY name")]
        found = {
            table: [row[1] for row in db.execute(f"PRAGMA table_info({table})")] for table in tables
        }
        db.close()
        return found

    old, new = tmp_path / "old.fersession", tmp_path / "new.fersession"
    _of_first_version(old)
    SessionReader(old).close()
    SessionWriter(new, VIDEO, settings={}).close()
    assert columns(old) == columns(new)
