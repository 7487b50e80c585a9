"""The same network with more and more of the training faces."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from tests.trainer.conftest import FolderMaker
from trainer.cli import main
from trainer.data.splits import beyond_share


@pytest.mark.unit
def test_a_smaller_share_is_part_of_a_larger_one_and_groups_stay_together() -> None:
    random = np.random.default_rng(0)
    label, groups = random.integers(0, 3, 300), random.integers(0, 100, 300)
    rows = np.flatnonzero(random.random(300) < 0.8)
    kept: set[int] = set()
    for share in (0.1, 0.3, 0.6, 1.0):
        left_out = beyond_share(rows, label, groups, share)
        inside = set(rows.tolist()) - set(left_out.tolist())
        assert kept <= inside
        assert len(inside) == pytest.approx(share * len(rows), abs=12)
        assert not {groups[at] for at in inside} & {groups[at] for at in left_out}
        assert {label[at] for at in inside} == {0, 1, 2}
        kept = inside
    assert kept == set(rows.tolist())


@pytest.mark.usefixtures("tiny_systems")
def test_a_learning_curve_has_a_point_for_each_share_and_goes_on(
    face_folder: FolderMaker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, out = face_folder("angry", "disgust", "fear", count=20), tmp_path / "curve"
    words = ["learning-curve", "--system", "tiny", "--data", str(data), "--out", str(out)]
    words += ["--epochs", "1", "--precision", "float32"]
    assert main([*words, "--shares", "1,0.25"]) == 0
    printed = capsys.readouterr()
    points = json.loads((out / "learning_curve.json").read_text())["points"]
    assert [(point["share"], point["faces"], point["n"]) for point in points] == [
        (0.25, 12, 6),
        (1.0, 48, 6),
    ]
    assert printed.out.splitlines()[1].split()[:2] == ["12", "0.25"]
    assert "12 of 48 training faces are learned from" in printed.err
    run = json.loads((out / "share_0.25_seed_0" / "run.json").read_text())
    assert run["config"]["train_share"] == 0.25
    assert "--train-share 0.25" in (out / "share_0.25_seed_0" / "MODEL_CARD.md").read_text()
    assert (out / "learning_curve.png").read_bytes().startswith(b"\x89PNG")
    with (out / "learning_curve.csv").open() as file:
        assert [row["faces"] for row in csv.DictReader(file)] == ["12", "48"]

    before = {path: path.stat().st_mtime_ns for path in out.rglob("model.keras")}
    assert main([*words, "--shares", "0.25,1"]) == 0
    assert {path: path.stat().st_mtime_ns for path in out.rglob("model.keras")} == before
    assert main([*words, "--shares", "1", "--batch-size", "4"]) == 1
    assert "was begun with other settings" in capsys.readouterr().err
    for wrong in ("0,1", "0.5,0.5", "2", "half"):
        with pytest.raises(SystemExit):
            main([*words, "--shares", wrong])
    with pytest.raises(SystemExit):
        main([*words, "--train-share", "0.5"])
    assert "say --shares" in capsys.readouterr().err


@pytest.mark.usefixtures("tiny_systems")
def test_without_test_faces_nothing_is_trained(
    face_folder: FolderMaker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for split in ("train", "validation"):
        data = face_folder("angry", "disgust", "fear", count=4, below=split)
    out = tmp_path / "curve"
    assert main(["learning-curve", "--system", "tiny", "--data", str(data), "--out", str(out)]) == 1
    assert f"{data} has no test faces" in capsys.readouterr().err
    assert not out.exists()
