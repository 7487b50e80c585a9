"""Steps that tests of the window have in common."""

from pytestqt.qtbot import QtBot

from fer_desktop.pipeline.events import State
from fer_desktop.ui.assembly import Application
from fer_desktop.ui.runtime.source_request import SourceRequest
from tests.helpers.sources import ScriptedSource
from tests.ui.conftest import Desk

CLIP = SourceRequest("file", "/clips/one.mp4")
PHOTO = SourceRequest("file", "/clips/one.png")
CAMERA = SourceRequest("camera", "HD Webcam")
DEMO = SourceRequest("demo")


def messages(app: Application) -> str:
    """Return the text of the message on screen, and of those that wait behind it."""
    return "\n".join(
        f"{message.text} {message.hint}".strip() for message in app.window.messages.messages
    )


def press_message_button(app: Application, topic: str) -> None:
    row = app.window.messages.row
    assert row is not None
    assert row.message.topic == topic
    row.button.click()


def at_end(app: Application, frames: int) -> bool:
    frame = app.window.player.view.frame
    is_last = frame is not None and frame.index == frames - 1
    return (
        is_last and app.controller.state is State.PAUSED and not app.controller.playback.is_waiting
    )


def play_clip(desk: Desk, qtbot: QtBot, frames: int = 5) -> Application:
    """Start the application on a clip and wait until it has played."""
    desk.sources.setdefault(CLIP, ScriptedSource(frames, fps=100))
    app = desk.start(wanted=CLIP)
    qtbot.waitUntil(lambda: at_end(app, frames))
    return app
