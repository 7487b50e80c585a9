"""What a job makes of the trainer's lines, without a trainer."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from fer_desktop.errors import TrainingError
from fer_desktop.training.plan import TrainingPlan
from fer_desktop.training.runs import Run, create_run
from fer_desktop.ui.runtime.trainer_process import Ending, TrainerProcess
from fer_desktop.ui.training.running.progress_text import headline, status_text, time_left_text
from fer_desktop.ui.training.running.training_job import Phase, TrainingJob
from fer_desktop.ui.training.running.training_page import TrainingPage
from trainer.contract.progress import (
    Cancelled,
    EpochDone,
    Event,
    Failed,
    Finished,
    Note,
    Paused,
    Started,
    StepDone,
    encode,
)
from trainer.contract.run_lock import RunLock, is_held

pytestmark = pytest.mark.gui


def started(system: str = "x", done: int = 0) -> Started:
    return Started(
        system=system,
        labels=("happy", "sad"),
        epochs=4,
        done=done,
        parameters=1,
        faces={},
        device="CPU",
    )


def epoch(number: int, remaining_s: float = 600) -> EpochDone:
    return EpochDone(
        epoch=number,
        epochs=4,
        loss=1.0,
        accuracy=0.5,
        val_loss=1.0,
        val_accuracy=0.4,
        learning_rate=0.1,
        seconds=200,
        remaining_s=remaining_s,
        best_epoch=1,
        best_accuracy=0.4,
        confusion=((1, 2), (3, 4)),
    )


@pytest.fixture
def job(qtbot: QtBot) -> TrainingJob:
    """A job that is getting ready, with nobody behind it."""
    job = TrainingJob()
    job.run = create_run(TrainingPlan(name="mine", data=Path("/pictures"), system="x"))
    job.phase = Phase.PREPARING
    return job


def hear(job: TrainingJob, *events: Event) -> None:
    for event in events:
        job._on_line(encode(event))


def test_a_training_is_told_in_words(job: TrainingJob) -> None:
    assert headline(job) == "Starting the trainer…"
    hear(job, Note(text="reading faces"))
    assert headline(job) == "Preparing: reading faces"
    hear(job, started())
    assert time_left_text(job) == ""
    hear(job, StepDone(epoch=1, step=5, steps=10, loss=1.0, accuracy=0.5))
    assert job.share_done == 0.125
    hear(job, epoch(1))
    assert status_text(job) == "training mine: epoch 2 of 4, 10 min left"
    assert job.confusion == ((1, 2), (3, 4))
    hear(job, Paused())
    assert headline(job) == "Paused in epoch 2 of 4"
    job.phase = Phase.RUNNING
    hear(job, epoch(2), epoch(3), epoch(4, 0), Note(text="evaluating"))
    assert headline(job) == "Evaluating the new model…"
    hear(job, Finished(folder="x", n=9, accuracy=0.5, accuracy_interval_95=(0.4, 0.6)))
    job._on_ended(Ending(0, ""))
    assert job.phase is Phase.FINISHED
    assert status_text(job) == ""


def test_epochs_of_an_earlier_start_stay(job: TrainingJob) -> None:
    hear(job, started(), epoch(1), epoch(2), started(done=2), epoch(3))
    assert [figures.epoch for figures in job.epochs] == [1, 2, 3]


def test_the_networks_of_an_ensemble_begin_anew(job: TrainingJob) -> None:
    hear(job, started("first"), *map(epoch, (1, 2, 3, 4)), Note(text="next"), started("second"))
    assert job.phase is Phase.RUNNING
    assert job.epochs == []
    assert headline(job) == "Epoch 1 of 4"


def test_lines_that_are_no_events_are_ignored(job: TrainingJob) -> None:
    for line in ("", "Downloading data", "{", '{"event": "new"}', "[]"):
        job._on_line(line)
    assert job.phase is Phase.PREPARING


def test_the_trainers_own_words_are_kept(job: TrainingJob, qtbot: QtBot) -> None:
    hear(job, started(), Failed(message="The disk is full.", hint="Free some space."))
    with qtbot.waitSignal(job.ended):
        job._on_ended(Ending(1, "Traceback: whatever"))
    assert job.phase is Phase.FAILED
    assert str(job.error) == "The disk is full. Free some space."


@pytest.mark.parametrize(
    ("ending", "text"),
    [
        (Ending(1, "noise\nfer-train: no faces. Look."), "no faces. Look."),
        (Ending(-1, ""), "terminated from outside"),
        (Ending(3, "Traceback"), "ended unexpectedly"),
    ],
)
def test_a_sudden_end_is_explained(job: TrainingJob, ending: Ending, text: str) -> None:
    hear(job, started())
    job._on_ended(ending)
    assert text in str(job.error)
    assert "Traceback" not in str(job.error)


def test_a_cancelled_training_holds_its_run_until_its_process_is_gone(job: TrainingJob) -> None:
    hear(job, started(), epoch(1), Cancelled(done=1))
    assert job.is_active  # neither resumed nor used in this moment
    job._on_ended(Ending(130, ""))
    assert job.phase is Phase.STOPPED


def test_two_windows_do_not_train_the_same(job: TrainingJob, qtbot: QtBot) -> None:
    run = job.run
    assert run is not None
    other = RunLock(run.folder, "window")
    assert other.acquire()
    assert is_held(run.folder, "window")
    with pytest.raises(TrainingError, match="another window"):
        TrainingJob().begin(run)
    other.release()
    assert not is_held(run.folder, "window")


HISTORY = "epoch,loss,accuracy,val_loss,val_accuracy\n1,1,0.5,1,0.6\n2,1,0.5,1,0.5\n"


@pytest.fixture
def stopped(qtbot: QtBot) -> Run:
    """A training of four epochs that was stopped after two."""
    plan = TrainingPlan(name="half", data=Path("/pictures"), system="x", settings={"epochs": 4})
    run = create_run(plan)
    (run.folder / "history.csv").write_text(HISTORY, encoding="utf-8")
    return run


def test_a_resumed_training_begins_with_the_bar_where_it_was(stopped: Run, qtbot: QtBot) -> None:
    job = TrainingJob()
    page = TrainingPage(job, lambda: stopped)
    qtbot.addWidget(page)
    job.show(stopped)
    assert job.share_done == 0.5
    assert page.bar.value() == page.bar.maximum() / 2
    job.phase = Phase.PREPARING
    assert job.share_done == 0.5


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What the trainer is asked to do; it does nothing."""
    asked: list[list[str]] = []
    monkeypatch.setattr(TrainerProcess, "start", lambda _, words: asked.append(list(words)))
    return asked


def test_a_stopped_training_offers_its_best_epoch(
    stopped: Run, commands: list[list[str]], qtbot: QtBot
) -> None:
    job = TrainingJob()
    page = TrainingPage(job, lambda: stopped)
    qtbot.addWidget(page)
    job.show(stopped)
    assert page.best_button.isHidden()  # nothing was kept yet
    (stopped.folder / "best.npz").touch()
    job.changed.emit()
    assert not page.best_button.isHidden()
    page.best_button.click()
    folder = str(stopped.folder)
    assert commands == [["export", "--run", folder, "--out", folder]]
    assert headline(job) == "Evaluating the new model…"
    assert page.best_button.isHidden()
    with qtbot.waitSignal(job.ended):
        job._on_ended(Ending(0, ""))
    assert job.phase is Phase.FINISHED
    assert page.isComplete()
    assert not is_held(stopped.folder, "window")


def test_a_best_epoch_that_cannot_be_used_is_told_and_the_training_stays(
    stopped: Run, commands: list[list[str]], qtbot: QtBot
) -> None:
    job = TrainingJob()
    page = TrainingPage(job, lambda: stopped)
    qtbot.addWidget(page)
    job.show(stopped)
    job.use_best()
    job._on_ended(Ending(1, "fer-train: /pictures does not exist."))
    assert job.phase is Phase.FAILED
    assert page.problem.text() == "/pictures does not exist."
    assert not page.resume_button.isHidden()
