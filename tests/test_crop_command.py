"""``fer-desktop crop`` makes a dataset of photographs; ``fer-train predict --photos`` uses it."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from fer_desktop.cli import main
from tests.helpers.faces import face_crops, portrait, save
from tests.helpers.models import make_model_folder


def run(*words: object) -> int:
    def no_window(_: object) -> int:
        raise AssertionError("no window was asked for")

    return main([str(word) for word in words], no_window)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Photographs in folders for labels and persons: two of a face, one of none, and a crop."""
    folder = tmp_path / "photos"
    save(folder / "happy" / "ann" / "one.png", portrait(0))
    save(folder / "sad" / "ann" / "two.png", portrait(1))
    save(folder / "sad" / "ben" / "none.png", np.full((300, 400, 3), 120, np.uint8))
    save(folder / "sad" / "ben" / "crop.png", face_crops(1)[0])
    return folder


def test_a_dataset_is_made_of_photographs(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "faces"
    assert run("crop", photos, "--out", out) == 0
    told = capsys.readouterr()
    assert "4 pictures: 2 photographs of one face, 1 cut out already, 1 left out." in told.out
    assert "left out: sad/ben/none.png: no face was found in it" in told.err
    with (out / "origins.csv").open(newline="") as file:
        rows = {row["file"]: row for row in csv.DictReader(file)}
    assert set(rows) == {"happy/ann/one.png", "sad/ann/two.png", "sad/ben/crop.png"}
    assert float(rows["happy/ann/one.png"]["width_px"]) > 20
    assert rows["sad/ben/crop.png"]["width_px"] == ""
    assert all((out / name).is_file() for name in rows)

    assert run("crop", photos, "--out", out) == 1
    assert "is there already" in capsys.readouterr().err
    assert run("crop", photos, "--out", photos / "faces") == 1
    assert "lies in the folder of photographs" in capsys.readouterr().err


def test_nothing_is_written_where_only_the_share_is_asked_for(
    photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(photos.rglob("*"))
    assert run("crop", photos, "--check", "--json") == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["pictures"], facts["cropped"], facts["kept"]) == (4, 2, 1)
    assert facts["folder"] is None
    assert facts["small_faces"] == 2
    assert sorted(photos.rglob("*")) == before


def test_a_folder_without_pictures_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("crop", tmp_path, "--out", tmp_path.parent / "out") == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_predict_cuts_faces_out_of_photographs(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from trainer.cli import main as train

    model = make_model_folder(tmp_path / "models" / "tiny")
    words = ["predict", "--model", str(model), str(photos), "--json"]
    assert train([*words, "--photos"]) == 1
    told = capsys.readouterr()
    found = [json.loads(line) for line in told.out.splitlines()]
    assert [Path(row["file"]).name for row in found] == ["one.png", "two.png", "crop.png"]
    assert "none.png: no face was found in it" in told.err
    assert "--photos cuts" not in told.err
    assert train(words) == 0
    told = capsys.readouterr()
    whole = {Path(row["file"]).name: row for row in map(json.loads, told.out.splitlines())}
    assert whole["none.png"]["photograph"] is True
    assert "of 4 have the size and shape of whole photographs" in told.err
    assert whole["one.png"]["probabilities"] != found[0]["probabilities"]
    assert whole["crop.png"]["probabilities"] == found[2]["probabilities"]


def test_boxes_are_printed_and_nothing_is_written(
    photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(photos.rglob("*"))
    assert run("crop", photos, "--boxes") == 0
    found = {row["name"]: row["faces"] for row in json.loads(capsys.readouterr().out)["pictures"]}
    assert set(found) == {
        "happy/ann/one.png", "sad/ann/two.png", "sad/ben/none.png", "sad/ben/crop.png",
    }  # fmt: skip
    assert found["sad/ben/none.png"] == []
    (face,) = found["happy/ann/one.png"]
    assert face["width_px"] > 20
    assert 0.5 <= face["score"] <= 1
    assert sorted(photos.rglob("*")) == before
