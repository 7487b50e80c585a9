"""Who is who in session files, tables and descriptions; the rows of the tracks stay as they are."""

import csv
import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fer_desktop.domain.measures import MESH, Measurement, MeasureSpec
from fer_desktop.domain.people import People
from fer_desktop.errors import StorageError
from fer_desktop.recording.csv_export import export_session
from fer_desktop.recording.joint_export import export_each, export_together
from fer_desktop.recording.session_format import Mark
from fer_desktop.recording.session_people import set_people
from fer_desktop.recording.session_reader import SessionReader
from fer_desktop.recording.session_writer import SessionWriter
from tests.recording.samples import PRESET, VIDEO, face, frame, scores

pytestmark = pytest.mark.unit

READ = scores(0.5, 0.25, 0.25)
SPANS = {1: (0, 99_999), 2: (0, 133_333), 3: (133_333, 133_333)}
# Of five frames: 1 is =P"1" and goes on as 3, 2 is hidden from the third frame on.
SAID = (
    People().named(1, '=P"1"').merged(3, 1).split(2, 66_666, SPANS).hidden(1 << 20)
)  # fmt: skip


def session(path: Path, people: People = SAID, marks: tuple[Mark, ...] = ()) -> Path:
    writer = SessionWriter(path, VIDEO, settings={})
    writer.model_changed(PRESET, 0)
    for index in range(5):
        faces = [face(1 if index < 4 else 3, raw=READ), face(2, raw=READ)]
        writer.write(frame(index, *sorted(faces, key=lambda item: item.face_id)))
    writer.set_marks(marks)
    writer.set_people(people)
    writer.close()
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_who_is_who_is_kept_beside_the_raw_rows(tmp_path: Path) -> None:
    path = session(tmp_path / "a.fersession")
    with SessionReader(path) as reader:
        assert reader.people == SAID
        found = [[item.face_id for item in row.analysis.faces] for row in reader.rows()]
        assert found == [[1, 2]] * 4 + [[2, 3]]
        summary = reader.summary()
    assert (summary.faces, summary.names) == (2, ('=P"1"',))
    set_people(path, People())
    with SessionReader(path) as reader:
        assert not reader.people
        assert reader.summary().faces == 3


def test_a_table_names_the_persons_last_and_leaves_hidden_ones_out(tmp_path: Path) -> None:
    path = session(tmp_path / "a.fersession", marks=(Mark(0, "begins", 10**6),))
    export_session(path, tmp_path / "a.csv")
    rows = rows_of(tmp_path / "a.csv")
    assert list(rows[0])[-2:] == ["marks", "person"]
    assert [(row["frame_index"], row["face_id"], row["person"]) for row in rows] == [
        ("0", "1", '\'=P"1"'),
        ("0", "2", "face 2"),
        ("1", "1", '\'=P"1"'),
        ("1", "2", "face 2"),
        ("2", "1", '\'=P"1"'),
        ("3", "1", '\'=P"1"'),
        ("4", "3", '\'=P"1"'),
    ]
    meta = json.loads((tmp_path / "a.meta.json").read_text(encoding="utf-8"))
    assert (meta["rows"], meta["hidden_rows"], meta["faces"]) == (7, 3, 3)
    assert meta["people"] == [
        {
            "person": '=P"1"',
            "is_hidden": False,
            "tracks": [
                {"face_id": 1, "from_s": None, "to_s": None},
                {"face_id": 3, "from_s": None, "to_s": None},
            ],
        },
        {
            "person": "face 2",
            "is_hidden": False,
            "tracks": [{"face_id": 2, "from_s": None, "to_s": 0.066666}],
        },
    ]


def test_a_frame_whose_faces_are_all_hidden_is_one_without_a_face(tmp_path: Path) -> None:
    path = session(tmp_path / "a.fersession", People().hidden(1).hidden(2))
    export_session(path, tmp_path / "a.csv", empty_rows=True)
    rows = rows_of(tmp_path / "a.csv")
    assert [(row["face_id"], row["person"]) for row in rows] == [("", "")] * 4 + [("3", "face 3")]
    sessions = [("a", path), ("b", path)]
    assert export_together(sessions, tmp_path / "all.csv", empty_rows=True).rows == 10
    assert export_each(sessions, tmp_path, empty_rows=True).rows == 10


def test_a_table_of_faces_of_which_nothing_was_said_is_as_it_was(tmp_path: Path) -> None:
    path = session(tmp_path / "a.fersession", People())
    export_session(path, tmp_path / "a.csv")
    assert "person" not in rows_of(tmp_path / "a.csv")[0]


def test_persons_of_several_sessions_stand_in_one_column(tmp_path: Path) -> None:
    said = session(tmp_path / "a.fersession")
    plain = session(tmp_path / "b.fersession", People())
    export_together([("a", said), ("b", plain)], tmp_path / "both.csv")
    rows = rows_of(tmp_path / "both.csv")
    assert list(rows[0])[-2:] == ["person", "session"]
    assert len(rows) == 7 + 10
    assert {row["person"] for row in rows if row["session"] == "b"} == {
        "face 1", "face 2", "face 3",
    }  # fmt: skip
    metas = json.loads((tmp_path / "both.meta.json").read_text(encoding="utf-8"))["sessions"]
    assert [len(meta["people"]) for meta in metas] == [2, 0]


@pytest.mark.parametrize(
    "damage",
    [
        "INSERT INTO people VALUES (7, 'a' || char(10) || 'b', 0)",
        "INSERT INTO people VALUES (7, 'fine', 5)",
        "INSERT INTO people VALUES (-7, 'fine', 0)",
        "INSERT INTO track_parts VALUES (1, 'soon', 2)",
        "INSERT INTO track_parts VALUES (1, 5, -2)",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 20000)"
        " INSERT OR REPLACE INTO track_parts SELECT i, 5, i + 1 FROM n",
        "DROP TABLE track_parts",
    ],
)
def test_a_file_that_says_what_cannot_be_is_damaged(tmp_path: Path, damage: str) -> None:
    path = session(tmp_path / "a.fersession")
    db = sqlite3.connect(path)
    with db:
        db.execute(damage)
    db.close()
    with pytest.raises(StorageError, match=r"cannot be read|damaged"):
        SessionReader(path)


MESH_SPEC = MeasureSpec(MESH, ("x0", "y0", "z0"), "px")


def meshed(path: Path, people: People, spec: MeasureSpec = MESH_SPEC) -> Path:
    writer = SessionWriter(path, VIDEO, settings={})
    writer.model_changed(PRESET, 0)
    for index in range(3):
        faces = [
            replace(
                face(number, raw=READ),
                measurements=(Measurement(spec, (float(number),) * len(spec.channels)),),
            )
            for number in (1, 2)
        ]
        writer.write(frame(index, *faces))
    writer.set_people(people)
    writer.close()
    return path


def test_the_meshes_of_hidden_persons_are_left_out(tmp_path: Path) -> None:
    path = meshed(tmp_path / "a.fersession", People().hidden(2))
    export_session(path, tmp_path / "a.csv")
    with np.load(tmp_path / "a.mesh.npz") as found:
        assert found["face_id"].tolist() == [1, 1, 1]
        assert found["points_px"].tolist() == [[[1, 1, 1]]] * 3


def test_a_mesh_that_cannot_be_written_leaves_no_table(tmp_path: Path) -> None:
    path = meshed(tmp_path / "a.fersession", People())
    (tmp_path / "a.mesh.npz").write_bytes(b"of somebody")
    with pytest.raises(StorageError, match=r"a\.mesh\.npz already exists"):
        export_session(path, tmp_path / "a.csv")
    odd = meshed(tmp_path / "b.fersession", People(), MeasureSpec(MESH, ("x0", "y0")))
    with pytest.raises(StorageError, match="a mesh in the session is damaged"):
        export_session(odd, tmp_path / "b.csv")
    assert sorted(item.name for item in tmp_path.iterdir()) == [
        "a.fersession", "a.mesh.npz", "b.fersession",
    ]  # fmt: skip
    assert (tmp_path / "a.mesh.npz").read_bytes() == b"of somebody"
    (each,) = [export_each([("a", path)], tmp_path)]
    assert each.failures == ()
    assert (tmp_path / "a-2.csv").is_file()


def test_a_measure_without_its_range_has_the_same_columns(tmp_path: Path) -> None:
    plain = MeasureSpec("roll", ("roll",), "deg")
    sessions = [
        (name, meshed(tmp_path / f"{name}.fersession", People(), spec))
        for name, spec in (("old", plain), ("new", replace(plain, range=(-45.0, 45.0))))
    ]
    export_together(sessions, tmp_path / "both.csv")
    with (tmp_path / "both.csv").open(newline="") as file:
        assert next(csv.reader(file)).count("roll_deg") == 1
    assert {float(row["roll_deg"]) for row in rows_of(tmp_path / "both.csv")} == {1, 2}
    assert all(row["roll_deg"] for row in rows_of(tmp_path / "both.csv"))
