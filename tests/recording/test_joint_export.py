"""Several sessions in one table: one that is damaged leaves the others whole."""

import csv
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from fer_desktop.domain.corrections import Correction
from fer_desktop.domain.measures import MESH, Measurement, MeasureSpec
from fer_desktop.domain.people import People
from fer_desktop.errors import StorageError
from fer_desktop.recording.csv_export import export_session
from fer_desktop.recording.joint_export import export_together
from fer_desktop.recording.session_writer import SessionWriter
from tests.recording.samples import PRESET, VIDEO, face, frame, rest, scores

pytestmark = pytest.mark.unit
MESH_SPEC = MeasureSpec(MESH, ("x0", "y0", "z0"), "px")


def session(path: Path, *, has_mesh: bool = False, people: People | None = None) -> Path:
    from dataclasses import replace

    writer = SessionWriter(path, VIDEO, settings={})
    writer.model_changed(PRESET, 0)
    for index in range(4):
        faces = []
        for number in (1, 2):
            one = face(number, raw=scores(0.5, 0.25, 0.25))
            if has_mesh:
                mesh = Measurement(MESH_SPEC, (float(index), float(number), 0.0))
                one = replace(one, measurements=(mesh,))
            faces.append(one)
        writer.write(frame(index, *faces))
    if people is not None:
        writer.set_people(people)
    writer.close()
    return path


def damage_rows(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE faces SET probabilities = x'00' WHERE frame_index = 2")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_session_damaged_in_its_rows_is_left_out_and_named(tmp_path: Path, suffix: str) -> None:
    paths = [session(tmp_path / f"{name}.fersession") for name in "abc"]
    damage_rows(paths[1])
    table = tmp_path / f"all{suffix}"
    made = export_together(list(zip("abc", paths, strict=True)), table)
    assert (made.sessions, made.frames, made.rows) == (2, 8, 16)
    assert len(made.failures) == 1
    assert "b.fersession cannot be read as a session" in made.failures[0]
    meta = json.loads((tmp_path / "all.meta.json").read_text(encoding="utf-8"))
    assert [one["session"] for one in meta["sessions"]] == ["a", "c"]
    if suffix == ".csv":
        assert {row["session"] for row in rows_of(table)} == {"a", "c"}
    damage_rows(paths[0])
    damage_rows(paths[2])
    with pytest.raises(StorageError, match="cannot be read as a session"):
        export_together(list(zip("abc", paths, strict=True)), tmp_path / "none.csv")
    assert not (tmp_path / "none.csv").exists()


def test_meshes_of_several_sessions_are_one_file(tmp_path: Path) -> None:
    meshed = session(tmp_path / "a.fersession", has_mesh=True, people=People().hidden(2))
    plain = session(tmp_path / "b.fersession")
    more = session(tmp_path / "c.fersession", has_mesh=True)
    export_together([("a", meshed), ("b", plain), ("c", more)], tmp_path / "all.csv")
    with np.load(tmp_path / "all.mesh.npz") as found:
        assert found["session"].tolist() == ["a"] * 4 + ["c"] * 8
        assert found["face_id"].tolist() == [1] * 4 + [1, 2] * 4
        assert found["points_px"].shape == (12, 1, 3)
    export_session(meshed, tmp_path / "one.csv")
    with np.load(tmp_path / "one.mesh.npz") as found:
        assert "session" not in found
    with pytest.raises(StorageError, match="exists"):
        export_together([("a", meshed)], tmp_path / "all.csv")


def test_nothing_of_hidden_persons_is_in_a_description(tmp_path: Path) -> None:
    path = tmp_path / "a.fersession"
    writer = SessionWriter(path, VIDEO, settings={})
    writer.model_changed(PRESET, 0)
    for index in range(3):
        calibrated = rest(0.2, 0.2, 0.6)
        writer.write(
            frame(
                index,
                face(1, raw=scores(0.5, 0.25, 0.25), baseline=calibrated),
                face(2, raw=scores(0.5, 0.25, 0.25), baseline=calibrated),
            )
        )
    writer.set_people(People().named(1, "P01").named(2, "Ann Secret").hidden(2))
    writer.set_corrections(
        [Correction("A", 1, "happy", 0), Correction("Only Bob", 2, "sad", 0, 60_000)]
    )
    writer.close()
    export_session(path, tmp_path / "a.csv")
    export_together([("a", path)], tmp_path / "b.csv")
    for name in "ab":
        meta = (tmp_path / f"{name}.meta.json").read_text(encoding="utf-8")
        assert "P01" in meta
        assert "Secret" not in meta
        assert "Bob" not in meta
        content = json.loads(meta)
        one = content if name == "a" else content["sessions"][0]
        assert one["hidden_rows"] == 3
        assert [used["face_id"] for used in one["calibrations"]] == [1]
        assert [said["label"] for said in one["corrections"]] == ["happy"]
        assert rows_of(tmp_path / f"{name}.csv")[0]["corrected_label"] == "happy"
