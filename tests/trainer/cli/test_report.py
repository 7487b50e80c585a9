"""``fer-train report``: a page and tables of runs, of which one that lost its faces."""

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest

from tests.trainer.conftest import FolderMaker
from trainer.cli import main
from trainer.contract.checked_json import decode_json
from trainer.contract.results import Results
from trainer.reports.run_results import mean_interval

pytestmark = pytest.mark.usefixtures("tiny_systems")
TRAIN = ["train", "--system", "tiny", "--precision", "float32", "--epochs", "1"]


def test_runs_are_reported_side_by_side(
    faces_csv: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = [str(tmp_path / "runs" / f"seed {seed}") for seed in range(2)]
    for seed, run in enumerate(runs):
        assert main([*TRAIN, "--data", str(faces_csv), "--seed", str(seed), "--out", run]) == 0
    out = tmp_path / "report"
    capsys.readouterr()
    assert main(["report", str(tmp_path / "runs"), "--out", str(out), "--json"]) == 0
    printed = capsys.readouterr().out
    found = decode_json((out / "results.json").read_bytes(), Results)
    assert decode_json(printed, Results) == found
    assert [result.run for result in found.results] == runs
    assert [result.seed for result in found.results] == [0, 1]
    stored = json.loads((Path(runs[0]) / "metrics.json").read_text())
    assert found.results[0].n == stored["n"] == 12
    assert found.results[0].accuracy == pytest.approx(stored["accuracy"])
    low, high = found.results[0].labels[0].recall_interval_95 or (0, 0)
    assert 0 <= low < high <= 1
    (repeated,) = found.repeated
    assert repeated.accuracy == pytest.approx(np.mean([each.accuracy for each in found.results]))
    (paired,) = found.paired
    assert paired.n == 12
    assert 0 < paired.p_value <= 1

    with (out / "results.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["run"] for row in rows] == runs
    assert float(rows[0]["recall_fear"]) == pytest.approx(
        next(row.recall for row in found.results[0].labels if row.label == "fear") or 0, abs=1e-6
    )
    page = (out / "report.html").read_text()
    # Curves, confusion and calibration of both; nothing is fetched from elsewhere.
    assert page.count("data:image/png;base64") >= 6
    assert not re.search(r"(?:src|href)=\"(?!data:)", page)
    assert "--seed 1" in page


def test_a_run_without_its_faces_is_reported_with_what_is_stored(
    face_folder: FolderMaker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, run = face_folder("angry", "disgust", "fear", "bored", count=8), tmp_path / "run"
    assert main([*TRAIN, "--data", str(folder), "--out", str(run)]) == 0
    folder.rename(tmp_path / "away")
    out = tmp_path / "report"
    assert main(["report", str(run), "--out", str(out)]) == 0
    page = (out / "report.html").read_text()
    assert "No confusion, calibration and mistakes" in page
    assert "faces does not exist" in page
    assert "bored (8)" in page
    capsys.readouterr()
    words = ["report", str(run), "--out", str(out), "--data", str(tmp_path / "away"), "--json"]
    assert main([*words, "--split", "all"]) == 0
    (result,) = decode_json(capsys.readouterr().out, Results).results
    assert (result.n, result.split, result.data) == (24, "all", "away")


def test_what_is_no_run_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(tmp_path), "--out", str(tmp_path / "report")]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "lacks preset.json" in error


def test_the_interval_of_a_mean_is_students() -> None:
    low, high = mean_interval(np.array([0.6, 0.7, 0.8]))
    # Mean 0.7, standard deviation 0.1, t(0.975, 2) = 4.3027.
    assert (low, high) == pytest.approx(
        (0.7 - 4.3027 * 0.1 / 3**0.5, 0.7 + 4.3027 * 0.1 / 3**0.5), abs=1e-4
    )
