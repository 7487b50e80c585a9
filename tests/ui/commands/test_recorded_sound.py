"""The microphone is recorded only where that is switched on, and the window says so."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from fer_desktop import paths
from fer_desktop.errors import SourceError
from fer_desktop.settings import Settings
from fer_desktop.sources.media_file import VideoSource
from fer_desktop.ui.assembly import Application
from fer_desktop.ui.runtime.source_request import SourceRequest
from fer_desktop.ui.sessions.sound_dialog import SoundDialog
from fer_desktop.ui.viewer.recording_sign import RecordingSign, loudness
from tests.helpers.clips import write_clip
from tests.helpers.microphones import ScriptedMicrophone, ScriptedMicrophones, click_at
from tests.helpers.sources import ScriptedCamera
from tests.ui.conftest import MODEL, Desk
from tests.ui.steps import CAMERA, messages

pytestmark = pytest.mark.gui
LOUD = Settings(welcome_accepted=True, model=MODEL, recording_kind="clean", record_microphone=True)


def microphone() -> ScriptedMicrophone:
    return ScriptedMicrophone(lambda moments: np.full(len(moments), 0.5, np.float32))


def sound_of(video: Path) -> int:
    import av

    with av.open(str(video)) as container:
        return len(container.streams.audio)


def opened(desk: Desk, qtbot: QtBot, settings: Settings) -> tuple[Application, RecordingSign]:
    desk.sources[CAMERA] = ScriptedCamera(fps=60)
    app = desk.start(settings, wanted=CAMERA)
    qtbot.waitUntil(lambda: app.window.player.view.analysis is not None)
    (sign,) = app.window.player.view.findChildren(RecordingSign)
    return app, sign


def test_a_camera_is_recorded_with_the_chosen_microphone(desk: Desk, qtbot: QtBot) -> None:
    built_in, headset = microphone(), microphone()
    desk.microphones = ScriptedMicrophones({"Built-in": built_in, "Headset": headset})
    app, sign = opened(desk, qtbot, replace(LOUD, microphone="Headset"))
    assert headset.opened == 0  # nothing is heard before
    app.window.acts.record.trigger()
    qtbot.waitUntil(lambda: headset.is_open)
    assert sign.text().startswith(("● REC waiting for the microphone", "● REC clean, with"))
    qtbot.waitUntil(lambda: sign.text().startswith("● REC clean, with microphone  00:00:0"))
    assert not app.window.acts.record_sound.isEnabled()
    qtbot.waitUntil(lambda: app.recorder.level > 0.4)
    before = sign.grab().toImage()
    headset.unplugged.set()
    qtbot.waitUntil(lambda: sign.text().startswith("● REC clean, microphone lost"))
    assert sign.grab().toImage() != before
    gone = "The microphone is gone: the recording goes on with silence."
    qtbot.waitUntil(lambda: gone in messages(app))
    app.window.acts.record.trigger()
    qtbot.waitUntil(lambda: "(clean, with sound) to" in messages(app))
    assert not headset.is_open
    assert built_in.opened == 0
    (video,) = paths.videos_dir().glob("*.mp4")
    assert sound_of(video) == 1
    assert app.window.acts.record_sound.isEnabled()


def test_one_that_is_not_there_is_told_and_the_picture_is_recorded(
    desk: Desk, qtbot: QtBot
) -> None:
    gone = ScriptedMicrophone(click_at([]), SourceError("The microphone Gone was not found."))
    desk.microphones = ScriptedMicrophones({"Gone": gone})
    app, sign = opened(desk, qtbot, replace(LOUD, microphone="Gone"))
    app.window.acts.record.trigger()
    qtbot.waitUntil(lambda: "The microphone Gone was not found." in messages(app))
    qtbot.waitUntil(lambda: sign.text().startswith("● REC clean  00:00:0"))
    qtbot.wait(300)
    app.window.acts.record.trigger()
    qtbot.waitUntil(lambda: "(clean) to" in messages(app))
    (video,) = paths.videos_dir().glob("*.mp4")
    assert sound_of(video) == 0


@pytest.mark.parametrize(
    "settings",
    [replace(LOUD, record_microphone=False), replace(LOUD, recording_kind="labels")],
    ids=["off", "with labels"],
)
def test_no_sound_is_recorded_otherwise(desk: Desk, qtbot: QtBot, settings: Settings) -> None:
    one = microphone()
    desk.microphones = ScriptedMicrophones({"Built-in": one})
    app, sign = opened(desk, qtbot, settings)
    app.window.acts.record.trigger()
    assert "microphone" not in sign.text()
    qtbot.wait(300)
    app.window.acts.record.trigger()
    qtbot.waitUntil(lambda: "Recorded" in messages(app))
    assert desk.microphones.asked == []
    (video,) = paths.videos_dir().glob("*.mp4")
    assert sound_of(video) == 0


def test_a_file_keeps_its_own_sound(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    desk.microphones = ScriptedMicrophones({"Built-in": microphone()})
    clip = write_clip(tmp_path / "clip.mp4", 60)
    request = SourceRequest("file", str(clip))
    desk.sources[request] = VideoSource(clip)
    app = desk.start(LOUD, wanted=request)
    qtbot.waitUntil(lambda: app.window.player.view.analysis is not None)
    app.window.acts.record.trigger()
    qtbot.wait(300)
    app.window.acts.record.trigger()
    qtbot.waitUntil(lambda: "Recorded" in messages(app) or "Nothing was" in messages(app))
    assert desk.microphones.asked == []


def answer(desk: Desk, app: Application, qtbot: QtBot, act: object) -> None:
    """Open the dialog, wait until it has looked for microphones, and do something with it."""

    def when_there() -> None:
        dialog = app.window.commands.recording.dialog
        assert dialog is not None
        qtbot.waitUntil(lambda: "Looking for" not in dialog.note.text())
        act(dialog)

    QTimer.singleShot(0, when_there)
    app.window.acts.record_sound.trigger()


def test_the_microphone_is_chosen_in_a_dialog(desk: Desk, qtbot: QtBot) -> None:
    desk.microphones = ScriptedMicrophones({"Built-in": microphone(), "Headset": microphone()})
    app, _ = opened(desk, qtbot, replace(LOUD, record_microphone=False))
    _, clean, _ = app.window.acts.record_kinds.actions()
    assert clean.text() == "Clean, with the sound of the file"

    def choose(dialog: SoundDialog) -> None:
        assert dialog.tick.isEnabled()
        assert not dialog.devices.isEnabled()
        dialog.tick.click()
        assert [dialog.devices.itemText(at) for at in range(3)] == [
            "System default",
            "Built-in",
            "Headset",
        ]
        dialog.devices.setCurrentIndex(2)
        dialog.accept_button.click()

    answer(desk, app, qtbot, choose)
    settings = app.controller.settings
    assert (settings.record_microphone, settings.microphone) == (True, "Headset")
    assert clean.text() == "Clean, with the sound of the file or the microphone"
    desk.microphones.found.pop("Headset")

    def look(dialog: SoundDialog) -> None:
        assert dialog.devices.currentText() == "Headset"
        assert dialog.note.text() == "The chosen microphone is not there."
        dialog.cancel()

    answer(desk, app, qtbot, look)


def test_without_a_microphone_the_dialog_says_why(desk: Desk, qtbot: QtBot) -> None:
    app, _ = opened(desk, qtbot, replace(LOUD, record_microphone=False))

    def look(dialog: SoundDialog) -> None:
        assert not dialog.tick.isEnabled()
        assert not dialog.devices.isEnabled()
        assert "No microphone was found." in dialog.note.text()
        dialog.cancel()

    answer(desk, app, qtbot, look)
    assert not app.controller.settings.record_microphone


def test_what_is_on_can_be_switched_off_without_a_microphone(desk: Desk, qtbot: QtBot) -> None:
    app, _ = opened(desk, qtbot, LOUD)

    def switch_off(dialog: SoundDialog) -> None:
        dialog.tick.click()
        dialog.accept_button.click()

    answer(desk, app, qtbot, switch_off)
    assert not app.controller.settings.record_microphone


def test_the_meter_is_in_decibels() -> None:
    assert loudness(0.0) == 0.0
    assert loudness(1.0) == 1.0
    assert loudness(0.0316) == pytest.approx(0.5, abs=0.01)
