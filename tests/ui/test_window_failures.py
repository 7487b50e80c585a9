"""What the window says when something goes wrong."""

import os
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from fer_desktop import paths
from fer_desktop.app import make_source
from fer_desktop.errors import ModelError, SourceError
from fer_desktop.pipeline.events import State
from fer_desktop.settings import Settings
from fer_desktop.training import requirements
from fer_desktop.ui.dialogs.prompts import OpenFolder, OpenMedia
from fer_desktop.ui.runtime.source_request import SourceRequest
from tests.helpers.sources import ScriptedCamera, ScriptedSource
from tests.ui.conftest import MODEL, Desk
from tests.ui.steps import CAMERA, CLIP, PHOTO, messages, play_clip, press_message_button

pytestmark = pytest.mark.gui


def test_a_file_that_cannot_be_opened_is_explained(desk: Desk, qtbot: QtBot) -> None:
    desk.refusals[CLIP] = SourceError("There is no file one.mp4.", hint="Check its name.")
    app = desk.start(wanted=CLIP)
    qtbot.waitUntil(lambda: app.window.messages.row is not None)
    assert messages(app) == "There is no file one.mp4. Check its name."
    assert "one.mp4" in app.window.pages.empty.title.text()
    assert len(app.window.pages.empty.buttons) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="special files of POSIX")
def test_a_pipe_is_refused_at_once(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    request = SourceRequest("file", str(tmp_path / "pipe.mp4"))
    desk.sources[CLIP], _ = make_source(request, Settings())
    app = desk.start(wanted=CLIP)
    qtbot.waitUntil(lambda: app.window.messages.row is not None)
    assert messages(app) == "pipe.mp4 is a pipe, not a file. Choose a video or an image."
    assert app.controller.state is State.FAILED


def test_a_file_that_fails_when_opened_offers_another(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = SourceError("one.mp4 is not a video.", hint="Choose another file.")
    desk.sources[CLIP] = ScriptedSource(open_error=broken)
    app = desk.start(wanted=CLIP)
    qtbot.waitUntil(lambda: "not a video" in messages(app))
    asked: list[str] = []
    monkeypatch.setattr(OpenMedia, "ask", lambda _, folder: asked.append(folder))
    press_message_button(app, "source")
    assert len(asked) == 1


def test_a_camera_that_is_busy_comes_by_itself(desk: Desk, qtbot: QtBot) -> None:
    busy = SourceError("HD Webcam is in use by another program.")
    desk.sources[CAMERA] = ScriptedCamera([busy])
    app = desk.start(wanted=CAMERA)
    qtbot.waitUntil(lambda: "in use by another program" in messages(app))
    assert app.window.pages.currentWidget() is app.window.pages.empty
    assert "HD Webcam" in app.window.pages.empty.title.text()
    qtbot.waitUntil(lambda: app.window.player.view.frame is not None)
    qtbot.waitUntil(lambda: messages(app) == "")
    assert app.window.pages.currentWidget() is app.window.player.page


def test_a_camera_that_is_unplugged_keeps_its_last_picture(desk: Desk, qtbot: QtBot) -> None:
    gone = SourceError("HD Webcam is unplugged.")
    desk.sources[CAMERA] = ScriptedCamera([20, *[gone] * 50])
    app = desk.start(wanted=CAMERA)
    qtbot.waitUntil(lambda: app.controller.state is State.RECONNECTING)
    qtbot.waitUntil(lambda: bool(messages(app)))
    qtbot.waitUntil(lambda: bool(app.window.player.cards.cards))
    assert app.window.pages.currentWidget() is app.window.player.page
    qtbot.waitUntil(lambda: not app.window.player.view.overlay_is_shown)
    assert [card.is_gone for card in app.window.player.cards.cards] == [True]
    press_message_button(app, "source")
    qtbot.waitUntil(lambda: app.controller.state is State.IDLE)


def test_a_model_that_cannot_be_used_is_explained(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = play_clip(desk, qtbot)
    desk.model_error = ModelError("The model odd does not match its checksum.")
    monkeypatch.setattr(OpenFolder, "ask", lambda *_: tmp_path)
    app.window.acts.open_model.trigger()
    qtbot.waitUntil(lambda: "checksum" in messages(app))
    assert app.controller.model.preset.name == MODEL  # the one in use goes on
    assert app.controller.settings.model == MODEL
    app.controller.model.load("nowhere")
    qtbot.waitUntil(lambda: "nowhere" in messages(app))


def test_another_model_stands_in_for_one_that_is_gone(desk: Desk, qtbot: QtBot) -> None:
    app = desk.start(Settings(welcome_accepted=True, model="gone"))
    qtbot.waitUntil(lambda: app.controller.model.preset is not None)
    assert "gone" in messages(app)  # and it stays there until it is read
    assert app.controller.settings.model == "gone"  # it may be back at the next start
    app.controller.model.load(MODEL)
    qtbot.waitUntil(lambda: app.controller.settings.model == MODEL)
    assert "gone" not in messages(app)


def test_a_full_disk_is_told_and_the_picture_goes_on(
    desk: Desk, qtbot: QtBot, profile: Path
) -> None:
    paths.sessions_dir().write_text("a file in the folder's place")
    app = play_clip(desk, qtbot)
    assert "cannot be" in messages(app)
    assert app.window.player.view.analysis is not None


def test_messages_do_not_follow_into_another_file(desk: Desk, qtbot: QtBot) -> None:
    broken = SourceError("one.mp4 is not a video.", hint="Choose another file.")
    desk.sources[CLIP] = ScriptedSource(open_error=broken)
    app = desk.start(wanted=CLIP)
    qtbot.waitUntil(lambda: "not a video" in messages(app))
    app.window.announcer.files.say_nothing_to_export()
    app.controller.open(PHOTO)
    assert messages(app) == ""


def test_a_file_that_cannot_be_opened_leaves_the_open_one_alone(desk: Desk, qtbot: QtBot) -> None:
    app = play_clip(desk, qtbot)
    desk.refusals[PHOTO] = SourceError("one.png is empty.")
    app.controller.open(PHOTO)
    assert app.window.messages.row.message.text == "one.png is empty."
    assert not app.window.messages.row.message.stands
    assert app.window.windowTitle().startswith("one.mp4")
    assert app.window.toolbar.source.currentText() == "one.mp4"
    assert app.window.pages.currentWidget() is app.window.player.page


def test_who_trains_without_tensorflow_is_told_what_to_install(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requirements, "is_installed", lambda package: package != "tensorflow")
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    app = play_clip(desk, qtbot)
    app.window.acts.train_model.trigger()
    assert "pip install tensorflow" in messages(app)
    assert app.window.training.wizard is None
