"""What every dialog and every page of the wizard owes the person: to fit, and to ask."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QScreen
from PySide6.QtWidgets import (
    QAbstractButton,
    QDialog,
    QDialogButtonBox,
    QMessageBox,
    QPushButton,
    QStackedWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

import fer_desktop.ui
from fer_desktop.domain.corrections import Correction
from fer_desktop.domain.emotion import FaceAnalysis
from fer_desktop.domain.frame import Frame
from fer_desktop.domain.frame_selection import FrameSelection
from fer_desktop.errors import FerError
from fer_desktop.recording.session_facts import SessionFacts
from fer_desktop.recording.session_format import Mark
from fer_desktop.settings import MarkKey, Settings
from fer_desktop.training.results import Comparison, ModelFigures, TrainingResult
from fer_desktop.ui.assembly import Application
from fer_desktop.ui.calibration.calibration_dialog import CalibrationDialog
from fer_desktop.ui.calibration.live_panel import trouble_error
from fer_desktop.ui.calibration.neutral_watch import Trouble
from fer_desktop.ui.dialogs.about_dialogs import TextDialog, about_text, model_text
from fer_desktop.ui.dialogs.analysis_dialog import AnalysisDialog, AnalysisOptions
from fer_desktop.ui.dialogs.asking_dialog import TITLE_BAR, AskingDialog
from fer_desktop.ui.dialogs.login_dialog import LoginDialog
from fer_desktop.ui.dialogs.mark_keys_dialog import MarkKeysDialog
from fer_desktop.ui.dialogs.measures_dialog import MeasuresDialog
from fer_desktop.ui.dialogs.name_dialog import NameDialog
from fer_desktop.ui.dialogs.network_dialog import NetworkDialog
from fer_desktop.ui.dialogs.prompts import Confirm
from fer_desktop.ui.dialogs.settings_dialog import SettingsDialog
from fer_desktop.ui.dialogs.shortcuts_dialog import ShortcutsDialog
from fer_desktop.ui.models.model_jobs import ModelJobs
from fer_desktop.ui.models.models_dialog import ModelsDialog
from fer_desktop.ui.runtime.analysis_queue import AnalysisQueue
from fer_desktop.ui.runtime.background import Background
from fer_desktop.ui.runtime.source_request import SourceRequest
from fer_desktop.ui.runtime.trainer_process import TrainerProcess
from fer_desktop.ui.sessions.agreement_dialog import AgreementDialog
from fer_desktop.ui.sessions.compare_dialog import CompareDialog
from fer_desktop.ui.sessions.corrections_dialog import CorrectionDialog, CorrectionsDialog
from fer_desktop.ui.sessions.facts_dialog import FactsDialog
from fer_desktop.ui.sessions.marks_dialog import MarkDialog, MarksDialog
from fer_desktop.ui.sessions.people_dialog import PeopleDialog
from fer_desktop.ui.sessions.queue_dialog import QueueDialog
from fer_desktop.ui.sessions.sessions_dialog import SessionsDialog
from fer_desktop.ui.sessions.sound_dialog import SoundChoice, SoundDialog
from fer_desktop.ui.training.corrected.corrected_dialog import CorrectedDialog
from fer_desktop.ui.training.pictures.chosen_pictures import ChosenPictures
from fer_desktop.ui.training.pictures.pictures_page import PicturesPage
from fer_desktop.ui.training.train_wizard import Step, TrainWizard
from fer_desktop.ui.viewer.welcome_page import WelcomeDialog
from fer_desktop.ui.why.answer import Answer
from fer_desktop.ui.why.why_dialog import WhyDialog
from fer_desktop.vision.explaining import FaceExplanation
from tests.helpers.fakes import face_at, fake_preset
from tests.ui.conftest import Desk
from trainer.contract.crop import CropGeometry
from trainer.contract.evidence import Evidence
from trainer.contract.figures import LabelFigures

pytestmark = pytest.mark.gui

SCREEN = QSize(1024, 640)  # the smallest
SMALLER_SCREEN = QSize(800, 500)  # 1600 x 1000 at 200 %
TOO_LARGE_FOR_IT = {"settings", "shortcuts"}
LONG = "a long sentence that somebody wrote about a model, " * 60

LABELS = tuple(f"expression {number}" for number in range(12))
FIGURES = ModelFigures(
    model=LONG[:60],
    n=30,
    accuracy=0.5,
    interval=(0.4, 0.6),
    labels=LABELS,
    per_label={
        label: LabelFigures(precision=0.5, recall=0.5, f1=0.5, support=10) for label in LABELS
    },
    confusion=tuple(tuple(range(12)) for _ in LABELS),
)
EVALUATION = TrainingResult(FIGURES, "test", (), Comparison(FIGURES, FIGURES, 0.2), "")

Make = Callable[[Application, Background], QDialog]


def make_model_dialog(app: Application, _: Background) -> QDialog:
    preset = fake_preset(labels=[f"expression {number}" for number in range(40)])
    return TextDialog("About this model", model_text(preset, Path(), LONG), app.window)


def make_question(app: Application, _: Background) -> QDialog:
    icon = QMessageBox.Icon.Question
    return QMessageBox(icon, "Delete?", LONG[:600], QMessageBox.StandardButton.Cancel, app.window)


def make_calibration(app: Application, *, is_live: bool) -> QDialog:
    dialog = CalibrationDialog(is_live=is_live, parent=app.window)
    dialog.interval.open(86_400_000_000, 86_400_000_000)
    dialog.say_refused(trouble_error(Trouble.CUT_OFF, 100))
    return dialog


def make_why(app: Application, _: Background) -> QDialog:
    dialog = WhyDialog(app.window)
    labels = tuple(f"{LONG[:40]} {number}" for number in range(40))
    many = np.full(40, 1 / 40)
    evidence = Evidence(many, np.zeros((40, 8, 8)), many, many, many)
    crop = np.zeros((48, 48, 1), np.uint8)
    to_picture = np.array([[48.0, 0.0, 0.0], [0.0, 48.0, 0.0]])
    explanation = FaceExplanation(
        fake_preset(LONG[:60], labels, unsure_below=0.9), crop, to_picture, evidence
    )
    face = FaceAnalysis(1, face_at((0, 0, 48, 48)), None, None, name=LONG[:60])
    frame = Frame(0, 0, 0, np.zeros((48, 48, 3), np.uint8))
    dialog.show_answer(Answer(frame, face, explanation, LONG[:400]))
    dialog.say_refused(FerError(LONG[:400], hint=LONG[:100]))
    return dialog


DIALOGS: dict[str, Make] = {
    "agreement": lambda app, jobs: AgreementDialog(
        Path("nowhere"), jobs, app.controller.settings, app.window
    ),
    "corrected": lambda app, jobs: CorrectedDialog(
        list, None, Path("/x" * 200), CropGeometry, jobs, app.window
    ),
    "correction": lambda app, _: CorrectionDialog(
        Correction(LONG[:60], 1, LONG, 0, 10**12), LABELS, 0, app.window
    ),
    "corrections": lambda app, jobs: CorrectionsDialog(
        app.controller, jobs, app.window.acts, lambda: LABELS, app.window
    ),
    "mark keys": lambda app, _: MarkKeysDialog([MarkKey(text=LONG)] * 9, app.window),
    "about": lambda app, _: TextDialog("About FER Desktop", about_text(), app.window),
    "model": make_model_dialog,
    "analysis": lambda app, _: AnalysisDialog(
        AnalysisOptions(FrameSelection(10_000, 5, 10**15), True), 10**15, app.window
    ),
    "calibration, camera": lambda app, _: make_calibration(app, is_live=True),
    "calibration, video": lambda app, _: make_calibration(app, is_live=False),
    "mark": lambda app, _: MarkDialog(Mark(10**12, LONG, 10**12 + 5), 0, app.window),
    "marks": lambda app, jobs: MarksDialog(app.controller, jobs, app.window),
    "models": lambda app, jobs: ModelsDialog(
        app.controller, ModelJobs(jobs, app.window), app.window
    ),
    "measures": lambda app, _: MeasuresDialog(("gaze", "x" * 60), app.window),
    "name": lambda app, _: NameDialog("Rename", LONG[:300], "mine", lambda _: None, app.window),
    "compare": lambda app, jobs: CompareDialog((Path("no"), Path("where")), jobs, app.window),
    "facts": lambda app, _: FactsDialog(LONG, SessionFacts("", "", "", LONG), app.window),
    "login": lambda app, _: LoginDialog(
        SourceRequest("stream", f"rtsp://{'me' * 100}@{'host.' * 40}/x"), False, app.window
    ),
    "network": lambda app, _: NetworkDialog(["rtsp://host/" + "x" * 300], False, app.window),
    "people": lambda app, _: PeopleDialog(
        app.window.people, app.controller, app.window.player, app.window
    ),
    "question": make_question,
    "queue": lambda app, jobs: QueueDialog(
        AnalysisQueue(app.controller, jobs), app.window.acts.pause_analysis, app.window
    ),
    "sessions": lambda app, jobs: SessionsDialog(
        Path("nowhere"), jobs, lambda _: None, lambda _: None, parent=app.window
    ),
    "sound": lambda app, _: SoundDialog(SoundChoice(True, LONG[:200]), app.window),
    "settings": lambda app, _: SettingsDialog(Settings(export_dir="/x" * 200), app.window),
    "shortcuts": lambda app, _: ShortcutsDialog(app.window.acts, app.window),
    "why": make_why,
    "welcome": lambda app, _: WelcomeDialog(LONG, app.window),
}


def outside(dialog: QWidget, screen: QSize = SCREEN) -> list[str]:
    """Return the buttons of a dialog that cannot be reached, and it if it is too large."""
    lost = [
        button.text()
        for button in dialog.findChildren(QAbstractButton)
        if button.isVisible()
        and isinstance(button.parentWidget(), QDialog | QDialogButtonBox)
        and not QRect(dialog.rect()).contains(
            QRect(button.mapTo(dialog, button.rect().topLeft()), button.size())
        )
    ]
    size = dialog.size()
    room = screen - TITLE_BAR
    too_large = size.width() > room.width() or size.height() > room.height()
    return [*lost, f"{size.width()} x {size.height()}"] if too_large else lost


def test_every_kind_of_dialog_is_tried() -> None:
    folder = Path(fer_desktop.ui.__file__).parent
    kinds = {
        line.split("(")[0].removeprefix("class ")
        for file in folder.rglob("*.py")
        for line in file.read_text(encoding="utf-8").splitlines()
        if re.search(r"^class .*\(.*(Dialog|QWizard)\b", line)
    }
    tried = {
        "AgreementDialog", "AnalysisDialog", "CalibrationDialog", "CompareDialog",
        "CorrectedDialog", "CorrectionDialog", "CorrectionsDialog", "FactsDialog", "TextDialog",
        "LoginDialog", "MarkDialog", "MarkKeysDialog", "MarksDialog", "MeasuresDialog",
        "ModelsDialog", "NameDialog",
        "NetworkDialog", "PeopleDialog", "QueueDialog", "SessionsDialog", "SettingsDialog",
        "ShortcutsDialog", "SoundDialog",
        "WelcomeDialog",
        "WhyDialog",
        "AskingDialog", "ListDialog",  # what others of them are
        "TrainWizard",  # page by page, below
    }  # fmt: skip
    assert kinds == tried


@pytest.fixture(autouse=True)
def smallest_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QScreen, "availableSize", lambda _: SCREEN)


@pytest.mark.parametrize("name", DIALOGS)
def test_a_dialog_fits_the_smallest_screen(name: str, desk: Desk, qtbot: QtBot) -> None:
    app, jobs = desk.start(), Background()
    dialog = DIALOGS[name](app, jobs)
    qtbot.addWidget(dialog, before_close_func=lambda _: jobs.shutdown())
    dialog.show()
    qtbot.waitExposed(dialog)
    assert outside(dialog) == []


@pytest.mark.parametrize("name", sorted(DIALOGS.keys() - TOO_LARGE_FOR_IT))
def test_a_dialog_fits_a_smaller_screen(
    name: str, desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QScreen, "availableSize", lambda _: SMALLER_SCREEN)
    app, jobs = desk.start(), Background()
    dialog = DIALOGS[name](app, jobs)
    qtbot.addWidget(dialog, before_close_func=lambda _: jobs.shutdown())
    dialog.show()
    qtbot.waitExposed(dialog)
    assert outside(dialog, SMALLER_SCREEN) == []


@pytest.fixture
def idle_trainer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A trainer that never answers, and pictures that nobody looks at."""
    monkeypatch.setattr(TrainerProcess, "start", lambda *_: None)
    chosen = ChosenPictures(Path("faces"), None, {"happy": 30, "sad": 30, "wink": 30})
    monkeypatch.setattr(PicturesPage, "dataset", lambda _: chosen)


def fill(wizard: TrainWizard, step: Step) -> list[QWidget]:
    """Show as much as a page can hold; return what it shows in turn."""
    match step:
        case Step.PICTURES:
            stack = wizard.pictures_page.findChild(QStackedWidget)
            return [stack.widget(at) for at in range(stack.count())]
        case Step.SETTINGS:
            wizard.settings_page.more.setChecked(True)
        case Step.TRAINING:
            page = wizard.training_page
            for button in page.findChildren(QPushButton):
                button.show()
        case Step.RESULT:
            wizard.result_page._show(EVALUATION)
    return [wizard.page(step)]


@pytest.mark.parametrize("step", list(Step), ids=lambda step: step.name.lower())
def test_a_page_of_the_wizard_fits_the_smallest_screen(
    step: Step, desk: Desk, qtbot: QtBot, idle_trainer: None
) -> None:
    app = desk.start()
    training = app.window.training
    wizard = TrainWizard(training.job, training.make_pictures, lambda: None, app.window)
    wizard.setStartId(step)
    wizard.show()
    qtbot.waitExposed(wizard)
    assert wizard.currentId() == step
    for view in fill(wizard, step):
        if isinstance(view.parentWidget(), QStackedWidget):
            view.parentWidget().setCurrentWidget(view)
        qtbot.wait(1)  # the layout follows
        assert outside(wizard) == []
    wizard.close_unasked()


class Answers:
    """Answers questions, and remembers them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.yes = False
        self.asked: list[str] = []
        monkeypatch.setattr(Confirm, "ask", self._answer)

    def _answer(self, parent: QWidget, title: str, text: str, yes: str) -> bool:
        self.asked.append(f"{title} {text}")
        return self.yes


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    return Answers(monkeypatch)


CHANGES: dict[str, Callable[[AskingDialog], object]] = {
    "correction": lambda dialog: dialog.span.is_stretch.click(),
    "mark keys": lambda dialog: dialog.texts[0].setText("other"),
    "login": lambda dialog: dialog.fields.password.setText("secret"),
    "name": lambda dialog: dialog.edit.setText("other"),
    "network": lambda dialog: dialog.address.setEditText("rtsp://other/x"),
    "settings": lambda dialog: dialog.mirror.click(),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_dialog_asks_before_it_forgets(
    name: str, desk: Desk, qtbot: QtBot, answers: Answers
) -> None:
    app, jobs = desk.start(), Background()
    dialog = DIALOGS[name](app, jobs)
    qtbot.addWidget(dialog, before_close_func=lambda _: jobs.shutdown())
    dialog.show()
    CHANGES[name](dialog)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    dialog.close()
    assert dialog.isVisible()
    assert len(answers.asked) == 2
    answers.yes = True
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


@pytest.mark.parametrize("name", CHANGES)
def test_a_dialog_asks_nothing_where_nothing_is_lost(
    name: str, desk: Desk, qtbot: QtBot, answers: Answers
) -> None:
    app, jobs = desk.start(), Background()
    dialog = DIALOGS[name](app, jobs)
    qtbot.addWidget(dialog, before_close_func=lambda _: jobs.shutdown())
    dialog.show()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    dialog.show()
    CHANGES[name](dialog)
    cancel = dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Cancel)
    cancel.click()  # which says what it does
    assert not dialog.isVisible()
    assert answers.asked == []


def test_the_wizard_asks_before_it_forgets_the_pictures(
    desk: Desk, qtbot: QtBot, idle_trainer: None, answers: Answers, tmp_path: Path
) -> None:
    app = desk.start()
    app.window.acts.train_model.trigger()
    wizard = app.window.training.wizard
    qtbot.waitExposed(wizard)
    wizard.pictures_page.use(tmp_path)
    qtbot.keyClick(wizard, Qt.Key.Key_Escape)
    app.window.close()
    assert [question.split("?")[0] for question in answers.asked] == ["Close without training"] * 2
    assert wizard.isVisible()
    assert app.window.isVisible()
    answers.yes = True
    qtbot.keyClick(wizard, Qt.Key.Key_Escape)
    assert app.window.training.wizard is None


def test_the_wizard_closes_at_once_where_nothing_was_chosen(
    desk: Desk, qtbot: QtBot, answers: Answers
) -> None:
    app = desk.start()
    app.window.acts.train_model.trigger()
    wizard = app.window.training.wizard
    qtbot.waitExposed(wizard)
    qtbot.keyClick(wizard, Qt.Key.Key_Escape)
    assert app.window.training.wizard is None
    assert answers.asked == []
