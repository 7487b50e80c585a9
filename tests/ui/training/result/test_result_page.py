"""What can be decided about a new model, and when."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from fer_desktop.errors import FerError, TrainingError
from fer_desktop.training.label_fixes import REMOVED, LabelFixes
from fer_desktop.training.plan import TrainingPlan
from fer_desktop.training.runs import Run, create_run
from fer_desktop.ui.runtime.trainer_call import TrainerCall
from fer_desktop.ui.training.fix_menu import Fix, FixMenu
from fer_desktop.ui.training.result.result_page import ResultPage
from tests.training.test_results import compared, fresh, learned, measured
from trainer.contract.checked_json import encode_json
from trainer.contract.figures import Mistake

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


def test_the_bars_say_on_how_many_pictures_they_rest(
    page: ResultPage, run: Run, trainer: Trainer
) -> None:
    folder = run.folder / "evaluation"
    folder.mkdir()
    (folder / "mistakes.json").write_text("[]", encoding="utf-8")
    trainer.done(
        encode_json(
            compared(
                0.8, 0.8, 1.0, name="seven-expressions", new=fresh(5, 0.8, 0.8, 1.0),
                known=learned(95, 0.8),
            )
        )
    )  # fmt: skip
    assert "seven-expressions, 5 new to both: 80.0 %" in page.bars.accessibleName()


def test_a_model_can_be_used_though_it_cannot_be_compared(
    page: ResultPage, trainer: Trainer
) -> None:
    trainer.failed(TrainingError("The pictures are gone."))
    assert can_decide(page) == (True, True, True)
    assert page.note.text() == "The pictures are gone."


def test_the_label_of_a_mistake_is_put_right_for_the_next_training(
    page: ResultPage, run: Run, trainer: Trainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = run.folder / "evaluation"
    folder.mkdir()
    Image.new("L", (48, 48)).save(folder / "1.png")
    mistakes = [
        Mistake(
            name=f"happy/{number}.png",
            truth="happy",
            predicted="sad",
            confidence=0.9,
            picture=Path("1.png"),
        )
        for number in range(2)
    ]
    (folder / "mistakes.json").write_text(encode_json(mistakes), encoding="utf-8")
    trainer.done(encode_json(measured()))
    view = page.mistakes
    assert "Click a face to correct its label." in view.item(0).toolTip()
    answers = iter([Fix("sad"), Fix(REMOVED), None])
    monkeypatch.setattr(FixMenu, "ask", lambda *_: next(answers))
    for row in (0, 1, 1):
        view.itemClicked.emit(view.item(row))
    assert LabelFixes(run.plan.data).labels == {"happy/0.png": "sad", "happy/1.png": REMOVED}
    assert view.item(0).text().endswith("now sad")
    assert view.item(1).text().endswith("left out")
    assert "next training" in page.outcome.text()
