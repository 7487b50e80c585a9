import json
import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from fer_desktop import paths
from fer_desktop.errors import FerError, StorageError
from fer_desktop.models.catalogue import available_models
from fer_desktop.training.plan import TrainingPlan
from fer_desktop.training.process_control import end_orphan
from fer_desktop.training.runs import (
    create_run,
    discard_run,
    free_run_name,
    keep_run,
    leftover_runs,
)
from tests.helpers.models import make_model_folder
from trainer.contract.preset import METRICS_FILE

HISTORY = "epoch,loss,accuracy,val_loss,val_accuracy\n1,2,.1,2.5,.2\n2,1,.5,1.5,.4\n"


def plan(name: str = "mine") -> TrainingPlan:
    return TrainingPlan(name=name, data=Path("/pictures"), system="x")


def test_a_run_is_found_again() -> None:
    run = create_run(plan())
    assert leftover_runs() == [run]
    assert not run.is_finished
    assert run.history() == ()
    (run.folder / "history.csv").write_text(HISTORY)
    assert [figures.val_accuracy for figures in run.history()] == [0.2, 0.4]
    (run.folder / "history.csv").write_text("epoch\nnone\n")
    assert run.history() == ()


def test_a_name_is_taken_by_a_training_too() -> None:
    create_run(plan())
    with pytest.raises(FerError, match="already"):
        create_run(plan())
    assert free_run_name("mine") == "mine-2"


def test_folders_that_hold_no_plan_are_left_alone() -> None:
    (paths.runs_dir() / "empty").mkdir(parents=True)
    damaged = create_run(plan("damaged"))
    (damaged.folder / "plan.json").write_text('{"name": 1}')
    unreadable: list[StorageError] = []
    assert leftover_runs(unreadable.append) == []
    assert damaged.folder.is_dir()
    (error,) = unreadable  # a folder without a plan is none of ours
    assert str(damaged.folder / "plan.json") in error.message
    assert "name: expected text" in error.message


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "1e999"),
        ("name", '"' + "x" * 5_000 + '"'),
        ("data", "3"),
        ("data", '"a\\u0000b"'),
        ("votes", "[]"),
        ("labels", "7"),
        ("labels", "[3]"),
        ("settings", "[]"),
        ("settings", '{"epochs": 1e999}'),
        ("settings", '{"epochs": NaN}'),
        ("settings", '{"epochs": []}'),
        ("settings", '{"out=elsewhere": 1}'),
        ("settings", '{"epochs": ' + "9" * 5_000 + "}"),
        ("later", "[" * 100_000),
        ("later", "\xff"),
    ],
    ids=range(15),
)
def test_a_bad_plan_is_told_and_the_others_stay(field: str, value: str) -> None:
    good, bad = create_run(plan("good")), create_run(plan("bad"))
    raw = json.dumps(bad.plan.to_json() | {field: "HERE"}).replace('"HERE"', value)
    (bad.folder / "plan.json").write_text(raw, encoding="latin-1")
    unreadable: list[StorageError] = []
    assert leftover_runs(unreadable.append) == [good]
    (error,) = unreadable
    assert str(bad.folder / "plan.json") in error.message
    assert len(str(error)) < 700
    assert str(error).isprintable()


def test_pictures_in_a_folder_whose_name_is_no_text_are_trained_on() -> None:
    run = create_run(TrainingPlan(name="mine", data=Path("/pictures \udcff"), system="x"))
    assert leftover_runs() == [run]


@pytest.mark.parametrize("row", ["1,nan,.1,2.5,.2", "1,1e999,.1,1,.2", "-1,1,.1,1,.2", "1,1,7,1,1"])
def test_figures_that_cannot_be_are_left_out(row: str) -> None:
    run = create_run(plan())
    (run.folder / "history.csv").write_text(HISTORY + row)
    assert run.history() == ()


def test_a_finished_run_becomes_a_model() -> None:
    run = create_run(plan())
    made = make_model_folder(paths.runs_dir().parent / "made" / "mine", ("happy", "sad"))
    shutil.copytree(made, run.folder, dirs_exist_ok=True)
    (run.folder / METRICS_FILE).write_text("{}")
    assert run.is_finished
    folder = keep_run(run)
    assert folder == paths.user_models_dir() / "mine"
    assert "mine" in [entry.name for entry in available_models() if not entry.problem]
    assert not run.folder.exists()


def test_a_run_whose_model_is_damaged_stays() -> None:
    run = create_run(plan())
    (run.folder / "model.keras").write_text("none")
    with pytest.raises(FerError):
        keep_run(run)
    assert leftover_runs() == [run]


def test_a_run_is_thrown_away_once() -> None:
    run = create_run(plan())
    discard_run(run)
    discard_run(run)
    assert not list(paths.runs_dir().iterdir())


def test_a_trainer_that_outlived_its_application_is_ended() -> None:
    run = create_run(plan())
    code = "import time; time.sleep(60)"
    trainer = subprocess.Popen([sys.executable, "-c", code, "--out", str(run.folder)])
    elsewhere = ["--out", f"{run.folder}-2"]
    stranger = subprocess.Popen([sys.executable, "-c", code, *elsewhere])
    try:
        end_orphan(run)
        assert psutil.pid_exists(stranger.pid)
        assert not psutil.pid_exists(trainer.pid)
        end_orphan(run)
    finally:
        for process in (trainer, stranger):
            process.kill()
            process.wait()
