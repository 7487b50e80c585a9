"""Why a face is read as it is, asked in the real window with a shipped model."""

import threading
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from fer_desktop.errors import DetectorError, ModelError
from fer_desktop.models.catalogue import resolve_model
from fer_desktop.sources.image_file import ImageSource
from fer_desktop.ui.assembly import Application
from fer_desktop.ui.dialogs.prompts import SavePicture
from fer_desktop.ui.why import answer
from fer_desktop.ui.why.why_desk import WhyDesk
from fer_desktop.ui.why.why_dialog import WhyDialog
from fer_desktop.vision.classifier import ModelClassifier
from tests.helpers.data import astronaut
from tests.helpers.sources import ScriptedSource
from tests.recording.samples import face, picture
from tests.ui.conftest import Desk
from tests.ui.steps import CLIP, PHOTO, at_end, messages

pytestmark = pytest.mark.gui

FACE = (173.6, 74.6, 274.4, 175.4)


@pytest.fixture
def shipped(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let the window load shipped models; return the names of those to load, in turn."""
    names = ["seven-expressions"]

    def load(*_: object) -> ModelClassifier:
        name = names.pop(0) if len(names) > 1 else names[0]
        return ModelClassifier.load(resolve_model(name), warm_up=False)

    monkeypatch.setattr(desk, "_load_classifier", load)
    return names


@pytest.fixture
def app(desk: Desk, qtbot: QtBot, shipped: list[str], tmp_path: Path) -> Application:
    """The window with a portrait whose face is read."""
    return with_picture(desk, qtbot, tmp_path / "portrait.png", astronaut())


def with_picture(desk: Desk, qtbot: QtBot, path: Path, pixels: NDArray[np.uint8]) -> Application:
    cv2.imwrite(str(path), pixels)
    desk.sources[PHOTO] = ImageSource(path)
    desk.faces = [(FACE,)]
    app = desk.start(wanted=PHOTO)
    cards = app.window.player.cards
    qtbot.waitUntil(lambda: bool(cards.cards) and cards.cards[0].face.smoothed is not None)
    return app


def why(app: Application) -> WhyDialog | None:
    found = app.window.findChild(WhyDesk)
    assert found is not None
    return found.dialog


def explained(app: Application, qtbot: QtBot) -> WhyDialog:
    app.window.acts.why.trigger()
    dialog = why(app)
    assert dialog is not None
    qtbot.waitUntil(dialog.save.isEnabled)
    return dialog


def shown(dialog: WhyDialog) -> NDArray[np.uint8]:
    """Return what the map's view shows, RGB."""
    image = dialog.view.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    # What bits() gives does not keep the image: its memory goes with it.
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def orange_share(dialog: WhyDialog) -> float:
    red, _, blue = np.moveaxis(shown(dialog).astype(int), -1, 0)
    return float((red > blue + 60).mean())


def test_the_selected_face_is_explained(app: Application, qtbot: QtBot) -> None:
    dialog = explained(app, qtbot)
    assert dialog.labels.currentData() == "happy"
    assert "speaks most for it" in dialog.strength.text()
    assert "seven-expressions" in dialog.about.text()
    assert "not what the person feels" in dialog.meaning.text()
    assert "● AU12 lip corner puller" in dialog.facial_actions.accessibleDescription()
    assert dialog.warning.text() == ""
    happy = orange_share(dialog)
    dialog.labels.setCurrentIndex(dialog.labels.findData("neutral"))
    assert "speaks most against it" in dialog.strength.text()
    assert "●" not in dialog.facial_actions.accessibleDescription()
    assert orange_share(dialog) < happy / 2  # a smile speaks against it


def test_what_is_shown_can_be_taken_home(
    app: Application, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = explained(app, qtbot)
    file = tmp_path / "why.png"
    monkeypatch.setattr(SavePicture, "ask", lambda *_: file)
    dialog.copy.click()
    assert QGuiApplication.clipboard().image().width() > dialog.width()
    dialog.save.click()
    qtbot.waitUntil(lambda: "why.png" in messages(app))
    assert QImage(str(file)).width() > dialog.width()


def test_another_model_is_asked_about_the_same_face(
    app: Application, qtbot: QtBot, shipped: list[str]
) -> None:
    dialog = explained(app, qtbot)
    shipped[:] = ["fer4"]
    app.controller.model.reload()
    qtbot.waitUntil(lambda: "fer4" in dialog.about.text())
    assert dialog.labels.count() == 4


def test_without_the_landmarker_it_says_what_is_missing(
    app: Application, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> None:
        raise DetectorError("The face landmarker is missing.", hint="Install FER Desktop again.")

    monkeypatch.setattr(answer, "with_actions", missing)
    dialog = explained(app, qtbot)
    assert "The face landmarker is missing. Install FER Desktop again." in (
        dialog.actions_title.text()
    )


def test_a_model_that_is_gone_is_told_of(
    app: Application, qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise ModelError("The model was deleted.", hint="Choose another one.")

    monkeypatch.setattr(app.window.findChild(WhyDesk), "_load_classifier", gone)
    app.window.acts.why.trigger()
    dialog = why(app)
    assert dialog is not None
    qtbot.waitUntil(lambda: "deleted" in dialog.note.text())
    assert not dialog.save.isEnabled()


def test_closing_it_ends_the_work(
    app: Application, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_answer, asked = threading.Event(), []
    read = ModelClassifier.read

    def slow(model: ModelClassifier, crops: NDArray[np.uint8]) -> Any:
        asked.append(len(crops))
        may_answer.wait(30)
        return read(model, crops)

    monkeypatch.setattr(ModelClassifier, "read", slow)
    app.window.acts.why.trigger()
    qtbot.waitUntil(lambda: bool(asked))
    dialog = why(app)
    assert dialog is not None
    dialog.close()
    may_answer.set()
    qtbot.waitUntil(lambda: not app.background.is_busy)
    assert len(asked) == 1
    assert why(app) is None


def test_a_face_that_is_not_there_is_not_explained(desk: Desk, qtbot: QtBot) -> None:
    desk.sources[CLIP] = ScriptedSource(4, fps=100)
    desk.faces = [((20, 10, 60, 60),)] * 2 + [()]
    app = desk.start(wanted=CLIP)
    qtbot.waitUntil(lambda: at_end(app, 4))
    app.window.acts.why.trigger()
    assert "No face was found in this picture." in messages(app)
    assert why(app) is None


def test_a_face_that_has_left_is_not_explained(desk: Desk, qtbot: QtBot) -> None:
    desk.sources[CLIP] = ScriptedSource(4, fps=100)
    desk.faces = [((20, 10, 60, 60), (120, 30, 160, 70))] * 2 + [((20, 10, 60, 60),)]
    app = desk.start(wanted=CLIP)
    qtbot.waitUntil(lambda: at_end(app, 4))
    app.window.player.keep_person(2)
    app.window.acts.why.trigger()
    assert "The selected face is not in this picture." in messages(app)


def test_without_a_picture_it_says_what_to_do(desk: Desk, qtbot: QtBot) -> None:
    app = desk.start()
    app.window.acts.why.trigger()
    assert "There is no picture to explain. Open a picture" in messages(app)


def test_the_menu_of_a_face_leads_to_it(app: Application, qtbot: QtBot) -> None:
    menu = app.window.people.menu_of(1, 0)
    (entry,) = (action for action in menu.actions() if "Why" in action.text())
    entry.trigger()
    dialog = why(app)
    assert dialog is not None
    qtbot.waitUntil(dialog.save.isEnabled)
    menu.close()


def test_a_face_that_cannot_be_read_well_is_called_so(
    desk: Desk, qtbot: QtBot, shipped: list[str], tmp_path: Path
) -> None:
    app = with_picture(desk, qtbot, tmp_path / "dark.png", astronaut() // 8)
    dialog = explained(app, qtbot)
    assert "The face is too dark" in dialog.warning.text()


def test_for_a_question_that_was_asked_anew_no_model_is_loaded() -> None:
    def load() -> ModelClassifier:
        raise AssertionError("nobody waits for it")

    assert answer.answer(picture(0), face(), load, lambda: False) is None
