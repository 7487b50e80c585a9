import csv
import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers.models import make_model_folder
from tests.trainer.conftest import TINY_RECIPE, FolderMaker
from trainer.cli import main
from trainer.config import DataSource, TrainConfig
from trainer.contract.preset import PRESET_FILE, preset_to_json, read_preset
from trainer.errors import DataError, RunError
from trainer.fit.epochs import Controls
from trainer.fit.training import train
from trainer.presets.model_folder import load_model_folder
from trainer.reports.evaluation import evaluate_model


@pytest.fixture
def model(faces_csv: Path, tmp_path: Path, tiny_systems: None) -> Path:
    config = TrainConfig(
        system="tiny",
        data=faces_csv,
        out=tmp_path / "model",
        precision="float32",
        recipe=TINY_RECIPE,
    )
    quiet = Controls(resume=False, report=lambda _: None, cancelled=threading.Event())
    train(config, quiet)
    return config.out


def test_a_report_has_figures_groups_and_diagrams(
    model: Path, faces_csv: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    groups = tmp_path / "groups.csv"
    groups.write_text(
        "file,group\n" + "".join(f"{at},{'young' if at % 2 else 'old'}\n" for at in range(48))
    )
    out = tmp_path / "report"
    command = ["evaluate", "--model", str(model), "--data", str(faces_csv), "--flip"]
    assert main([*command, "--groups", str(groups), "--out", str(out)]) == 0
    text = capsys.readouterr().out
    assert "largest gap between groups" in text
    assert (out / "figures.txt").read_text() == text
    figures = json.loads((out / "figures.json").read_text())
    assert figures["flip"] is True
    assert sum(row["n"] for row in figures["groups"].values()) == figures["n"] == 12
    accuracies = [row["accuracy"] for row in figures["groups"].values()]
    assert figures["largest_gap"] == pytest.approx(max(accuracies) - min(accuracies))
    for name in ("reliability", "confusion", "mistakes"):
        assert (out / f"{name}.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("file\n1\n", "row 1: no column group"),
        ("file,group\n1,\n", "row 2: file and group are needed"),
        ("file,group\nsomebody,old\n", "none of the measured faces is in a group"),
    ],
)
def test_wrong_groups_are_named(
    model: Path, faces_csv: Path, tmp_path: Path, content: str, message: str
) -> None:
    groups = tmp_path / "groups.csv"
    groups.write_text(content)
    with pytest.raises(DataError, match=message):
        evaluate_model(model, DataSource(path=faces_csv), groups=groups)


def test_a_damaged_model_is_refused(model: Path, faces_csv: Path) -> None:
    content = np.frombuffer((model / "model.keras").read_bytes(), np.uint8).copy()
    content[500] ^= 1
    (model / "model.keras").write_bytes(content.tobytes())
    with pytest.raises(RunError, match="does not match its checksum"):
        evaluate_model(model, DataSource(path=faces_csv))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"outputs": 4}, r"the shape \(None, 4\), but its preset names 3 labels"),
        ({"input_size_px": 32}, r"\(None, 48, 48, 1\), but its preset says \(None, 32, 32"),
        ({"color": "rgb"}, r"says \(None, 48, 48, 3\)"),
    ],
)
def test_a_network_that_is_not_what_its_preset_says_is_refused(
    tmp_path: Path, wrong: dict[str, Any], message: str
) -> None:
    folder = make_model_folder(
        tmp_path / "model", ("happy", "sad", "fear"), outputs=wrong.pop("outputs", None)
    )
    (folder / PRESET_FILE).write_text(preset_to_json(replace(read_preset(folder), **wrong)))
    with pytest.raises(RunError, match=message) as caught:
        load_model_folder(folder)
    assert "\n" not in str(caught.value)


def test_a_table_has_a_row_for_each_face(model: Path, faces_csv: Path, tmp_path: Path) -> None:
    table = tmp_path / "faces.csv"
    figures = evaluate_model(model, DataSource(path=faces_csv), table=table)
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == figures["n"]
    right = sum(row["truth"] == row["predicted"] for row in rows)
    assert right / len(rows) == pytest.approx(figures["accuracy"])
    assert sum(int(row["right"]) for row in rows) == right
    assert {row["split"] for row in rows} == {"test"}
    for row in rows:
        shares = {name: float(row[f"p_{name}"]) for name in figures["labels"]}
        assert sum(shares.values()) == pytest.approx(1, abs=1e-5)
        assert max(shares, key=lambda name: shares[name]) == row["predicted"]


def test_faces_of_labels_that_a_model_lacks_are_told(
    model: Path, face_folder: FolderMaker, capsys: pytest.CaptureFixture[str]
) -> None:
    """A German dataset: what the model knows by another name is measured, the rest is told."""
    folder = face_folder("Wut", "Ekel", "gelangweilt", count=6)
    words = ["evaluate", "--model", str(model), "--data", str(folder), "--split", "all"]
    assert main([*words, "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["n"] == 12
    assert figures["left_out"] == {"gelangweilt": 6}
    assert main(words) == 0
    text = capsys.readouterr().out
    assert "Faces of labels that the model does not know are left out: gelangweilt (6)." in text
    assert main([*words, "--map", "gelangweilt=fear", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["n"] == 18


def test_a_label_without_faces_has_no_figures(
    model: Path, face_folder: FolderMaker, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = face_folder("angry", "disgust", count=6)
    assert main(["evaluate", "--model", str(model), "--data", str(folder), "--split", "all"]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("fear ")][
        :1
    ]
    assert line.split() == ["fear", "-", "-", "-", "0"]
