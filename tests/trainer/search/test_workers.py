"""Trainings by processes of their own, as a person divides them among workers."""

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.trainer.conftest import FolderMaker
from trainer.cli import main
from trainer.contract import cluster_clients
from trainer.presets.model_folder import load_model_folder
from trainer.runs import in_worker
from trainer.runs.worker_share import share, take_share, visible_gpus

pytest.importorskip("distributed")

NETWORK = """
from keras import layers

def build(pixels, labels):
    x = layers.Conv2D(4, 3, strides=2, padding="same", activation="relu")(pixels)
    return layers.Dense(labels)(layers.Flatten()(x))
"""


@pytest.mark.unit
def test_a_worker_has_its_share_of_the_computer(tmp_path: Path) -> None:
    assert share(0, 2, 8, ()) == {"TF_NUM_INTRAOP_THREADS": "4", "OMP_NUM_THREADS": "4"}
    assert share(0, 3, 2, ())["OMP_NUM_THREADS"] == "1"
    assert [share(at, 4, 8, ("0", "1"))["CUDA_VISIBLE_DEVICES"] for at in range(4)] == [
        *("0", "1", "0", "1")
    ]
    assert visible_gpus({"CUDA_VISIBLE_DEVICES": "2,5"}) == ("2", "5")
    assert visible_gpus({"CUDA_VISIBLE_DEVICES": ""}) == ()
    for card in ("0000:01:00.0", "0000:02:00.0"):
        (tmp_path / card).mkdir()
    assert visible_gpus({}, tmp_path) == ("0", "1")
    assert visible_gpus({}, tmp_path / "none") == ()
    own = {"OMP_NUM_THREADS": "3", "CUDA_VISIBLE_DEVICES": "7,8"}
    take_share(1, 2, own)
    assert own["OMP_NUM_THREADS"] == "3"  # somebody has said so
    assert own["CUDA_VISIBLE_DEVICES"] == "8"
    before = dict(own)
    take_share(0, 1, own)
    assert own == before


@pytest.mark.unit
def test_paths_begin_where_the_command_was_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("import_keras_quietly", "_keep_random_numbers_apart"):
        monkeypatch.setattr(in_worker, name, lambda **_: None)
    monkeypatch.chdir(tmp_path)
    call = in_worker.call_of(os.getcwd, workers=0)
    monkeypatch.chdir(tmp_path.parent)
    assert in_worker.do_call(call) == str(tmp_path)
    elsewhere = replace(call, folder=str(tmp_path / "gone"))
    assert in_worker.do_call(elsewhere) == str(tmp_path), "where it was"


def test_two_workers_train_what_one_process_trains(
    face_folder: FolderMaker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    net = tmp_path / "net.py"
    net.write_text(NETWORK)
    data = face_folder("angry", "disgust", "fear", count=12)
    words = ["--system", f"{net}:build", "--data", str(data), "--input", "16", "--epochs", "1"]
    words += ["--precision", "float32", "--batch-size", "8"]
    search = ["search", *words, "--trials", "2", "--vary", "learning_rate", "--pruner", "none"]
    out = tmp_path / "search"
    assert main([*search, "--workers", "2", "--out", str(out)]) == 0
    best = json.loads((out / "search.json").read_text())["best"]
    rates = {row["settings"]["learning_rate"] for row in _trials(out)}
    assert len(rates) == 2  # nobody tries what another one tries
    assert capsys.readouterr().out.splitlines()[-1] == best["command"]
    again = best["command"].split()
    again[again.index("--out") + 1] = str(tmp_path / "again")
    assert main(again[1:]) == 0
    figures = json.loads((tmp_path / "again" / "metrics.json").read_text())
    assert figures["validation"]["balanced_accuracy"] == best["value"]
    networks = [load_model_folder(folder).network for folder in (out / "best", tmp_path / "again")]
    for one, other in zip(*(network.get_weights() for network in networks), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)

    # What workers have trained is used as it is.
    folds = ["cross-validate", *words, "--folds", "2", "--out", str(tmp_path / "folds")]
    assert main([*folds, "--workers", "1"]) == 0
    table = tmp_path / "folds" / "cross_validation.json"
    found = json.loads(table.read_text())
    assert found["n"] == 36
    trained = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("model.keras")}
    assert main(folds) == 0
    assert json.loads(table.read_text()) == found
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("model.keras")} == trained

    # Several sets are asked about at the same time.
    shutil.copytree(data, tmp_path / "other")
    sets = ["--data", str(data), "--data", str(tmp_path / "other"), "--json"]
    capsys.readouterr()
    assert main(["evaluate", "--model", str(out / "best"), *sets]) == 0
    alone = json.loads(capsys.readouterr().out)
    assert main(["evaluate", "--model", str(out / "best"), *sets, "--workers", "1"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["mean_recall"] == alone["mean_recall"]
    assert figures["pooled"]["n"] == alone["pooled"]["n"] > 36
    assert not list(tmp_path.rglob(".workers"))


def _trials(out: Path) -> list[dict[str, dict[str, float]]]:
    found: list[dict[str, dict[str, float]]] = json.loads((out / "search.json").read_text())[
        "trials"
    ]
    return found


def test_workers_and_json_do_not_go_together(
    face_folder: FolderMaker,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cluster_clients, "_CONNECT_S", 1)
    data = face_folder("angry", "fear", count=8)
    words = ["--systems", "study_d_cnn_1", "--data", str(data), "--out", str(tmp_path / "c")]
    with pytest.raises(SystemExit):
        main(["compare", *words, "--workers", "2", "--progress", "json"])
    assert "leave out --workers" in capsys.readouterr().err
    assert main(["compare", *words, "--scheduler", "tcp://127.0.0.1:9"]) == 1
    assert "No Dask scheduler answers at tcp://127.0.0.1:9" in capsys.readouterr().err
    assert os.environ.get("TF_NUM_INTRAOP_THREADS") is None
