"""Measures without their networks: rows and columns stay, and why they are empty is told once."""

import csv
import json
from pathlib import Path

import cv2
import pytest

from fer_desktop import cli
from fer_desktop.plugins import telling
from fer_desktop.vision.landmarks import landmarker, task_file
from fer_desktop.vision.measure_catalogue import all_measures, chosen_measures
from fer_desktop.vision.measuring import Measurer
from tests.helpers.data import astronaut


def test_without_the_landmarkers_file_rows_and_columns_stay(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(task_file, "TASK_FILE", "missing.task")
    picture = tmp_path / "a.png"
    cv2.imwrite(str(picture), astronaut())
    words = ["analyze", str(picture), "--out", str(tmp_path / "out")]
    assert cli.main([*words, "--measures", "valence,head_pose,gaze,quality"], lambda _: 1) == 0
    with (tmp_path / "out" / "a.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert float(row["valence"]) > 0.5
    assert row["head_pose_yaw_deg"] == row["gaze_pitch_deg"] == row["quality_usable"] == ""
    reason = "missing.task is missing or damaged. Install FER Desktop again"
    meta = json.loads((tmp_path / "out" / "a.meta.json").read_text())
    assert set(meta["measure_problems"]) == {"head_pose", "gaze", "quality"}
    assert reason in meta["measure_problems"]["gaze"]
    assert capsys.readouterr().err.count(reason) == 1  # for all of them


def test_without_litert_it_is_told_what_can_be_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(self: object, content: bytes, threads: int = 1) -> None:
        raise ImportError("No module named 'ai_edge_litert'")

    monkeypatch.setattr(landmarker._Network, "__init__", missing)
    told: list[str] = []
    with telling(told.append):
        measurer = Measurer(chosen_measures(all_measures()))
    (problem,) = told
    assert "there is no LiteRT for Macs with Intel processors" in problem
    able = {"head_roll", "valence", "valence_corrected"}
    assert {spec.key for spec in measurer.specs} - measurer.problems.keys() == able
