"""What goes wrong while a model is trained: one message each, nothing lost, nobody left behind."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from pytestqt.qtbot import QtBot

from fer_desktop import paths
from fer_desktop.models.catalogue import resolve_model
from fer_desktop.programs import trainer_command
from fer_desktop.training.plan import TrainingPlan
from fer_desktop.training.runs import create_run, leftover_runs
from fer_desktop.ui.assembly import Application
from fer_desktop.ui.runtime import trainer_process
from fer_desktop.ui.training.running.training_job import Phase
from fer_desktop.ui.training.train_wizard import Step, TrainWizard
from tests.ui.steps import messages, press_message_button
from tests.ui.training.conftest import LIMIT_MS, START, OpenWizard
from tests.ui.training.faces import write_faces
from trainer.contract.preset import MODEL_FILE
from trainer.contract.text import counted

pytestmark = [pytest.mark.gui, pytest.mark.slow]

Start = Callable[..., TrainWizard]
# As much of an application as trains a model.
APPLICATION = """
import sys
from PySide6.QtCore import QCoreApplication
from fer_desktop.training.runs import leftover_runs
from fer_desktop.ui.training.running.training_job import TrainingJob
app = QCoreApplication(sys.argv)
job = TrainingJob()
job.begin(leftover_runs()[0])
app.exec()
"""


def trainers() -> list[psutil.Process]:
    children = psutil.Process().children(recursive=True)
    return [process for process in children if "trainer" in process.cmdline()]


def tiny_plan(data: Path, *, epochs: int = 4) -> TrainingPlan:
    model = resolve_model(START)
    settings = {"epochs": epochs, "batch_size": 8}
    return TrainingPlan(name="tiny", data=data, start=model, settings=settings, against=model)


@pytest.fixture
def start(app: Application, qtbot: QtBot) -> Start:
    """Return a function that begins a training of some epochs without the pages before it."""

    def start_it(data: Path, epochs: int = 4) -> TrainWizard:
        app.window.training.show_run(create_run(tiny_plan(data, epochs=epochs)))
        wizard = app.window.training.wizard
        assert wizard is not None
        assert wizard.currentId() == Step.TRAINING
        wizard.training_page.resume_button.click()
        return wizard

    return start_it


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_killed_trainer_is_told_and_its_training_goes_on_later(
    app: Application, start: Start, faces: Path, answers: list[str], qtbot: QtBot
) -> None:
    wizard, job = start(faces, epochs=6), app.window.training.job
    qtbot.waitUntil(lambda: len(job.epochs) > 0, timeout=LIMIT_MS)
    (trainer,) = trainers()
    assert trainer.nice() == min(19, psutil.Process().nice() + 10)
    os.kill(trainer.pid, signal.SIGKILL)
    page = wizard.training_page
    qtbot.waitUntil(page.resume_button.isVisible)
    assert "terminated from outside" in page.problem.text()
    assert page.headline.text() == "The training failed."
    assert not page.isComplete()
    wizard.close()

    done = len(leftover_runs()[0].history())
    said = f"The training of tiny was interrupted. {counted(done, 'epoch')} done."
    assert said in messages(app)
    press_message_button(app, "training")
    wizard = app.window.training.wizard
    assert wizard is not None
    page = wizard.training_page
    assert page.headline.text() == f"Interrupted after epoch {done}"
    page.resume_button.click()
    qtbot.waitUntil(lambda: wizard.currentId() == Step.RESULT, timeout=LIMIT_MS)
    assert [figures.epoch for figures in job.epochs] == list(range(1, 7))

    wizard.close()  # while the new model is measured
    assert not trainers()
    assert "The training of tiny is complete." in messages(app)
    press_message_button(app, "training")
    wizard = app.window.training.wizard
    assert wizard is not None
    assert wizard.currentId() == Step.RESULT
    wizard.result_page.discard_button.click()
    assert len(answers) == 1
    assert not leftover_runs()
    assert app.controller.model.name == START


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_training_of_a_killed_application_goes_on_at_the_next_start(
    faces: Path, start_model: Path, request: pytest.FixtureRequest, qtbot: QtBot
) -> None:
    run = create_run(tiny_plan(faces, epochs=500))
    application = subprocess.Popen([sys.executable, "-c", APPLICATION])
    qtbot.waitUntil(lambda: len(run.history()) > 0, timeout=LIMIT_MS)
    (orphan,) = psutil.Process(application.pid).children()
    request.addfinalizer(lambda: orphan.is_running() and orphan.kill())
    application.kill()
    application.wait()
    assert orphan.is_running()

    app = request.getfixturevalue("app")
    assert "The training of tiny was interrupted." in messages(app)
    press_message_button(app, "training")
    page = app.window.training.wizard.training_page
    page.resume_button.click()
    assert not orphan.is_running() or orphan.status() == psutil.STATUS_ZOMBIE
    job = app.window.training.job
    qtbot.waitUntil(lambda: job.phase is Phase.RUNNING, timeout=LIMIT_MS)
    done = len(job.epochs)
    assert done >= 1
    qtbot.waitUntil(lambda: len(job.epochs) > done, timeout=LIMIT_MS)
    app.window.close_unasked()


@pytest.mark.skipif(sys.platform == "win32", reason="files are limited by the shell")
def test_a_full_disk_is_told(
    app: Application, start: Start, faces: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def limited(words: list[str]) -> list[str]:
        return ["bash", "-c", 'ulimit -f 500; exec "$@"', "bash", *trainer_command(words)]

    monkeypatch.setattr(trainer_process, "trainer_command", limited)
    wizard = start(faces)
    page = wizard.training_page
    qtbot.waitUntil(lambda: app.window.training.job.phase is Phase.FAILED, timeout=LIMIT_MS)
    assert "cannot be written" in page.problem.text()
    assert "Traceback" not in page.problem.text()
    assert page.resume_button.isVisible()
    monkeypatch.undo()


def test_pictures_deleted_meanwhile_are_told_and_nothing_is_lost(
    app: Application, start: Start, tmp_path: Path, qtbot: QtBot
) -> None:
    data = write_faces(tmp_path / "here", count=16)
    wizard, job = start(data, epochs=2), app.window.training.job
    qtbot.waitUntil(lambda: len(job.epochs) > 0, timeout=LIMIT_MS)
    shutil.rmtree(data)
    qtbot.waitUntil(lambda: wizard.currentId() == Step.RESULT, timeout=LIMIT_MS)
    result = wizard.result_page
    missing = f"{data} does not exist."
    qtbot.waitUntil(lambda: missing in result.note.text(), timeout=LIMIT_MS)
    assert "test faces (" in result.verdict.text()  # the trainer's own figures
    result.keep_button.click()
    qtbot.waitUntil(lambda: "added to your models" in result.outcome.text(), timeout=LIMIT_MS)
    assert app.controller.model.name == START
    assert (paths.user_models_dir() / "tiny" / MODEL_FILE).is_file()
    assert not leftover_runs()


def test_a_training_rests_goes_on_and_ends_with_the_window(
    app: Application, start: Start, faces: Path, answers: list[str], qtbot: QtBot
) -> None:
    wizard, job = start(faces, epochs=500), app.window.training.job
    page = wizard.training_page
    qtbot.waitUntil(lambda: job.phase is Phase.RUNNING, timeout=LIMIT_MS)
    page.pause_button.click()
    qtbot.waitUntil(lambda: job.phase is Phase.PAUSED, timeout=LIMIT_MS)
    assert page.pause_button.text() == "Continue"
    assert page.headline.text().startswith("Paused in epoch")
    page.pause_button.click()
    qtbot.waitUntil(lambda: len(job.epochs) > 1, timeout=LIMIT_MS)

    page.background_button.click()
    assert app.window.training.wizard is None
    assert "continues in the background" in messages(app)
    qtbot.waitUntil(lambda: "training tiny: epoch" in app.window.status.text())
    assert app.window.acts.train_model.text() == "Show the training…"
    app.window.acts.train_model.trigger()
    assert app.window.training.wizard is not None
    assert app.window.training.wizard.currentId() == Step.TRAINING
    app.window.close()
    assert len(answers) == 1
    assert "would be interrupted" in answers[0]
    assert not trainers()
    (run,) = leftover_runs()
    assert len(run.history()) >= 2


def test_the_window_stays_where_the_person_wants_it_to(
    app: Application, start: Start, faces: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(faces)
    monkeypatch.setattr("fer_desktop.ui.dialogs.prompts.Confirm.ask", lambda *_: False)
    app.window.close()
    assert app.window.isVisible()
    assert len(trainers()) == 1
    app.window.close_unasked()
    assert not app.window.isVisible()
    assert not trainers()


@pytest.mark.parametrize("step", [Step.PICTURES, Step.START, Step.SETTINGS])
def test_the_wizard_can_be_closed_on_every_page(
    app: Application,
    open_wizard: OpenWizard,
    faces: Path,
    answers: list[str],
    qtbot: QtBot,
    step: Step,
) -> None:
    wizard = open_wizard(faces)
    pictures = wizard.pictures_page
    assert pictures is not None
    if step > Step.PICTURES:
        qtbot.waitUntil(pictures.isComplete, timeout=LIMIT_MS)
        wizard.next()
        start = wizard.start_page
        assert start is not None
        assert len(trainers()) == 1
    if step > Step.START:
        qtbot.waitUntil(start.isComplete, timeout=LIMIT_MS)
        wizard.next()  # measures how long it takes
        assert trainers()
        wizard.back()
        wizard.back()
        qtbot.waitUntil(lambda: not trainers())  # the pictures may become others
        wizard.next()
        wizard.next()
        assert trainers()
    assert wizard.currentId() == step
    wizard.close()
    qtbot.waitUntil(lambda: not trainers())
    assert not paths.runs_dir().exists()
    assert app.window.training.wizard is None
    assert messages(app) == ""


def test_the_best_epoch_of_a_stopped_training_becomes_a_model(
    app: Application, start: Start, faces: Path, answers: list[str], qtbot: QtBot
) -> None:
    wizard, job = start(faces, epochs=200), app.window.training.job
    qtbot.waitUntil(lambda: len(job.epochs) >= 1, timeout=LIMIT_MS)
    page = wizard.training_page
    page.stop_button.click()
    qtbot.waitUntil(lambda: job.phase is Phase.STOPPED, timeout=LIMIT_MS)
    assert page.best_button.isVisible()
    page.best_button.click()
    qtbot.waitUntil(lambda: wizard.currentId() == Step.RESULT, timeout=LIMIT_MS)
    result = wizard.result_page
    assert not result.use_button.isEnabled()
    qtbot.waitUntil(result.use_button.isEnabled, timeout=LIMIT_MS)
    result.keep_button.click()
    qtbot.waitUntil(lambda: (paths.user_models_dir() / "tiny").is_dir(), timeout=LIMIT_MS)
