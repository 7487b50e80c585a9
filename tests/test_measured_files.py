"""Measures of a real face from the command line, and as files."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from fer_desktop import api, cli
from tests.helpers.clips import write_clip
from tests.helpers.data import astronaut


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("measured")
    clip = write_clip(folder / "a.mp4", [astronaut()] * 2)
    words = ["analyze", str(clip), "--out", str(folder / "out"), "--annotated"]
    assert cli.main([*words, "--measures", "head_pose,valence,quality,mesh"], lambda _: 1) == 0
    return folder / "out"


def test_columns_stand_behind_the_probabilities(results: Path) -> None:
    with (results / "a.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    names = list(rows[0])
    first = names.index("head_pose_yaw_deg")
    assert names[first - 1].startswith("p_")
    assert names[first:] == [
        *("head_pose_yaw_deg", "head_pose_pitch_deg", "head_pose_roll_deg", "valence"),
        *("quality_face_px", "quality_sharpness", "quality_light", "quality_problem"),
        "quality_usable",
    ]
    assert len(rows) == 2
    for row in rows:
        assert abs(float(row["head_pose_yaw_deg"])) < 8
        assert float(row["valence"]) > 0.5
        assert float(row["quality_usable"]) == 1


def test_the_mesh_has_a_file_of_its_own(results: Path) -> None:
    with np.load(results / "a.mesh.npz") as file:
        assert file["frame_index"].tolist() == [0, 1]
        assert file["face_id"].tolist() == [1, 1]
        assert file["timestamp_us"][1] > 0
        points = file["points_px"]
    assert points.shape == (2, 478, 3)
    assert 180 < points[0, :, 0].mean() < 270
    meta = json.loads((results / "a.meta.json").read_text())
    assert [measure["key"] for measure in meta["measures"]] == ["head_pose", "valence", "quality"]


def test_a_notebook_gets_them_too() -> None:
    reading = api.read_picture(astronaut(), measures=["mesh", "eyes_open"])
    (face,) = reading.faces
    assert face.mesh_px is not None
    assert face.mesh_px.shape == (478, 3)
    assert set(face.measures) == {"eyes_open_right", "eyes_open_left"}
