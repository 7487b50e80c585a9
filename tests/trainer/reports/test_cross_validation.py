"""Every face is tested once, by a network that learned from none of its group."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.trainer.conftest import FolderMaker, face
from trainer.cli import main
from trainer.config import DataSource
from trainer.data.readers import load_dataset
from trainer.data.splits import fold_of, held_out
from trainer.errors import DataError


def test_folds_are_alike_and_keep_groups_together() -> None:
    random = np.random.default_rng(0)
    label = random.integers(0, 3, 300)
    groups = random.integers(0, 60, 300)
    seen = np.zeros(300, int)
    for number in range(5):
        test = held_out(f"{number + 1}/5", label, groups, ()) == 2
        seen += test
        assert not set(groups[test]) & set(groups[~test])
        for name in range(3):
            assert 8 <= (label[test] == name).sum() <= 32
    assert (seen == 1).all()


@pytest.mark.parametrize("text", ["", "0/5", "6/5", "1/1", "1/101", "a/b", "1", "-1/5"])
def test_what_is_no_fold_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="is no fold"):
        fold_of(text)


def test_a_fold_takes_the_place_of_the_datasets_splits(face_folder: FolderMaker) -> None:
    face_folder("happy", "sad", count=10, below="train")
    root = face_folder("happy", "sad", count=5, below="test")
    rows: list[int] = []
    for number in range(3):
        source = DataSource(path=root, test_fold=f"{number + 1}/3")
        dataset = load_dataset(source)
        assert len(dataset.rows("validation"))
        rows += dataset.rows("test").tolist()
    assert sorted(rows) == list(range(30))
    with pytest.raises(DataError, match="nobody is called 'ann'"):
        load_dataset(DataSource(path=root, test_fold="person=ann"))


@pytest.mark.usefixtures("tiny_systems")
def test_a_cross_validation_goes_on_and_counts_every_face_once(
    face_folder: FolderMaker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, out = face_folder("angry", "disgust", "fear", count=12), tmp_path / "cv"
    words = ["cross-validate", "--system", "tiny", "--data", str(data), "--out", str(out)]
    words += ["--epochs", "1", "--precision", "float32", "--folds", "2", "--seeds", "0,1"]
    assert main(words) == 0
    text = capsys.readouterr().out
    assert text.startswith("36 faces, each tested by a network that did not learn from it")
    found = json.loads((out / "cross_validation.json").read_text())
    assert found["n"] == np.sum(found["confusion"]) == 36
    assert [row["fold"] for row in found["folds"]] == ["1/2", "2/2"] * 2
    assert sum(row["n"] for row in found["folds"][:2]) == 36
    assert found["mean_of_seeds"] is not None
    assert len((out / "cross_validation.csv").read_text().splitlines()) == 5
    before = {path: path.stat().st_mtime_ns for path in out.rglob("model.keras")}
    assert main(words) == 0
    assert {path: path.stat().st_mtime_ns for path in out.rglob("model.keras")} == before
    words[words.index("--folds")] = "--cross-folds"  # its other name
    assert main([*words, "--batch-size", "4"]) == 1
    assert "was begun with other settings" in capsys.readouterr().err


@pytest.mark.usefixtures("tiny_systems")
def test_one_person_after_the_other_is_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for at, label in enumerate(("angry", "disgust", "fear")):
        for who in ("ann", "ben", "eve"):
            for seed in range(6):
                path = tmp_path / "faces" / label / who / f"{seed}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(face(at, 100 * len(who) + 10 * ord(who[0]) + seed)).save(path)
    words = ["cross-validate", "--system", "tiny", "--data", str(tmp_path / "faces")]
    words += ["--out", str(tmp_path / "cv"), "--epochs", "1", "--precision", "float32"]
    assert main([*words, "--by-person"]) == 0
    found = json.loads((tmp_path / "cv" / "cross_validation.json").read_text())
    assert [row["fold"] for row in found["folds"]] == ["person=ann", "person=ben", "person=eve"]
    assert [row["n"] for row in found["folds"]] == [18, 18, 18]
