"""A session may come from anywhere: values that cannot be are told, other sessions stay."""

import sqlite3
from pathlib import Path

import pytest

from fer_desktop.domain.neutral_baseline import NeutralBaseline
from fer_desktop.errors import StorageError
from fer_desktop.recording.csv_export import export_session
from fer_desktop.recording.session_format import Mark
from fer_desktop.recording.session_reader import SessionReader
from fer_desktop.recording.session_store import list_sessions
from fer_desktop.recording.session_writer import SessionWriter
from tests.recording.samples import PRESET, VIDEO, face, frame, scores

REST = NeutralBaseline("live", PRESET.labels, (0.25, 0.25, 0.5), 0.1, 3.0, (0.5, 0.5, 0.0))
DEEP = "'" + "[" * 100_000 + "'"

OF_THE_SESSION = {
    "state": ["'lost'", "3"],
    "started_ns": ["'today'", "-1", "1e300", "x'00'"],
    "app_version": [f"'{'9' * 5_000}'"],
    "libraries": ["'{\"numpy\": 1e999}'", "'[]'", "'nonsense'", "x'ff'", DEEP],
    "settings": ["'{\"smoothing_ms\": 1e999}'", "'3'", "''", "'{\"a\": NaN}'", DEEP],
    "kind": ["'film'", "3"],
    "name": [f"'{'x' * 5_000}'", "CAST(x'ff' AS TEXT)"],
    "uri": ["x'00'", f"'{'x' * 20_000}'"],
    "width_px": ["'wide'", "-1", f"{10**15}", "1.5"],
    "height_px": ["1e999", "'" + "9" * 400 + "'"],
    "fps": ["'fast'", "-1", "1e999"],
    "frame_count": ["-1", "'many'", "0.5"],
    "duration_us": ["'long'", "1e30"],
}
OF_A_FRAME = {
    "timestamp_us": ["'soon'", "1e300", f"{2**60}", "1.5", "x'00'"],
    "wall_ns": ["'now'", "-1", "1.5"],
    "width_px": ["'wide'", "-1", f"{10**15}"],
    "height_px": ["1e999"],
    "model_id": ["99", "'fer7'"],
}
OF_A_FACE = {
    "face_id": ["'me'", "-1", "1e300"],
    "x1": ["'left'", "1e999", "-1e300", "1000"],
    "y2": ["'low'", "0"],
    "score": ["'sure'", "7", "-1"],
    "probabilities": [
        "x'00'",
        "zeroblob(8)",
        "zeroblob(13)",
        "'half'",
        "x'0000c07f0000c07f0000c07f'",
    ],
    "smoothed": ["x'000080ff000080ff000080ff'", "zeroblob(4000000)", "x'0000c842000000000000c842'"],
    "is_unsure": ["'perhaps'", "7"],
    "corrected": ["x'00'", "x'0000c07f0000c07f0000c07f'"],
    "calibration_id": ["99", "'mine'"],
}
OF_A_MODEL = {
    "preset": ["'{}'", "''", "x'ff'", DEEP, "'{\"format_version\": 1e999}'", "zeroblob(20000000)"],
    "from_frame": ["'first'", "-1"],
}
OF_A_CALIBRATION = {
    "face_id": ["'me'", "-1"],
    "from_frame": ["'first'"],
    "baseline": ["'{}'", "''", DEEP, "replace(baseline, '0.25', '1e999')", "'{\"origin\": 3}'"],
}
TABLES = {
    "session": OF_THE_SESSION,
    "frames": OF_A_FRAME,
    "faces": OF_A_FACE,
    "models": OF_A_MODEL,
    "calibrations": OF_A_CALIBRATION,
}
DAMAGES = [
    f"UPDATE {table} SET {column} = {value}"
    for table, columns in TABLES.items()
    for column, values in columns.items()
    for value in values
] + [
    "DELETE FROM session",
    "DROP TABLE frames",
    "DROP TABLE marks",
    "ALTER TABLE faces DROP COLUMN smoothed",
    # A view in the place of a table, without an end.
    "DROP TABLE frames; CREATE VIEW frames AS WITH RECURSIVE n(frame_index) AS (SELECT 1 UNION ALL"
    " SELECT frame_index + 1 FROM n) SELECT frame_index, 0 AS timestamp_us, NULL AS wall_ns,"
    " 2 AS width_px, 2 AS height_px, NULL AS model_id FROM n",
    "INSERT INTO marks (timestamp_us, text) VALUES ('soon', 'a')",
    "INSERT INTO marks (timestamp_us, text) VALUES (1, x'ff')",
    "PRAGMA user_version = -3",
]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A session of some frames."""
    path = tmp_path_factory.mktemp("whole") / "whole.fersession"
    writer = SessionWriter(path, VIDEO, settings={"smoothing_ms": 300})
    writer.model_changed(PRESET, 0)
    for index in range(3):
        writer.write(frame(index, face(raw=scores(0.5, 0.25, 0.25), baseline=REST)))
    writer.add_mark(Mark(1, "here"))
    writer.close()
    return path


@pytest.mark.parametrize("damage", DAMAGES, ids=[damage[:60] for damage in DAMAGES])
def test_a_damaged_session_is_told_in_one_line(whole: Path, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "a.fersession"
    path.write_bytes(whole.read_bytes())
    db = sqlite3.connect(path)
    db.executescript(f"PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF; {damage};")
    db.commit()
    db.close()
    with pytest.raises(StorageError) as caught:
        export_session(path, tmp_path / "a.csv")
    assert str(path) in caught.value.message
    assert len(str(caught.value)) < 600
    assert "\n" not in str(caught.value)
    assert {file.name.split("-")[0] for file in tmp_path.iterdir()} == {path.name}


def test_damaged_sessions_do_not_take_the_others_along(whole: Path, tmp_path: Path) -> None:
    (tmp_path / "whole.fersession").write_bytes(whole.read_bytes())
    for number, damage in enumerate(DAMAGES):
        path = tmp_path / f"{number}.fersession"
        path.write_bytes(whole.read_bytes())
        db = sqlite3.connect(path)
        db.executescript(f"PRAGMA ignore_check_constraints = ON; {damage};")
        db.close()
    unreadable: list[StorageError] = []
    listed = list_sessions(tmp_path, unreadable.append)
    assert "whole" in [summary.path.stem for summary in listed]
    # What is wrong with single frames and faces is seen only when they are read.
    assert len(unreadable) > len([each for column in OF_THE_SESSION.values() for each in column])
    for summary in listed:
        assert summary.frames == 3


def test_a_session_that_is_whole_is_read(whole: Path) -> None:
    with SessionReader(whole) as reader:
        assert len(list(reader.rows())) == 3
        assert [mark.text for mark in reader.marks()] == ["here"]
