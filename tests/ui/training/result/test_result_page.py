"""What can be decided about a new model, and when."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from fer_desktop.errors import FerError, TrainingError
from fer_desktop.training.plan import TrainingPlan
from fer_desktop.training.runs import Run, create_run
from fer_desktop.ui.runtime.trainer_call import TrainerCall
from fer_desktop.ui.training.result.result_page import ResultPage
from tests.training.test_results import measured
from trainer.contract.checked_json import encode_json

pytestmark = pytest.mark.gui


class Trainer:
    """Stands in for the trainer: what it was asked, and how it answers."""

    def __init__(self) -> None:
        self.done: Callable[[str], object] = print
        self.failed: Callable[[FerError], object] = print

    def ask(
        self,
        words: list[str],
        done: Callable[[str], object],
        failed: Callable[[FerError], object],
    ) -> None:
        self.done, self.failed = done, failed


@pytest.fixture
def trainer(monkeypatch: pytest.MonkeyPatch) -> Trainer:
    trainer = Trainer()
    monkeypatch.setattr(TrainerCall, "ask", lambda _, *args: trainer.ask(*args))
    return trainer


@pytest.fixture
def run() -> Run:
    return create_run(TrainingPlan(name="mine", data=Path("/pictures"), system="x"))


@pytest.fixture
def page(run: Run, trainer: Trainer, qtbot: QtBot) -> ResultPage:
    page = ResultPage(lambda: run)
    qtbot.addWidget(page)
    page.initializePage()
    return page


def can_decide(page: ResultPage) -> tuple[bool, bool, bool]:
    buttons = (page.use_button, page.keep_button, page.discard_button)
    return tuple(button.isEnabled() for button in buttons)


def test_a_model_can_be_used_once_it_was_compared(
    page: ResultPage, run: Run, trainer: Trainer
) -> None:
    assert can_decide(page) == (False, False, True)
    folder = run.folder / "evaluation"
    folder.mkdir()
    (folder / "mistakes.json").write_text("[]", encoding="utf-8")
    trainer.done(encode_json(measured()))
    assert can_decide(page) == (True, True, True)
    assert page.verdict.text() == "mine classifies 50.0 % of the pictures correctly."


def test_a_model_can_be_used_though_it_cannot_be_compared(
    page: ResultPage, trainer: Trainer
) -> None:
    trainer.failed(TrainingError("The pictures are gone."))
    assert can_decide(page) == (True, True, True)
    assert page.note.text() == "The pictures are gone."
