"""Results go to other programs when the settings say so, and the window says that they do."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from websockets.sync.client import connect

from fer_desktop import paths
from fer_desktop.errors import SourceError
from fer_desktop.recording.session_store import list_sessions
from fer_desktop.settings import Settings
from fer_desktop.ui.assembly import Application
from fer_desktop.ui.dialogs.settings_dialog import SettingsDialog
from fer_desktop.ui.runtime.source_request import SourceRequest
from tests.helpers.sources import ScriptedSource
from tests.streaming.test_websocket import free_port
from tests.ui.conftest import Desk
from tests.ui.test_extensions import settings

pytestmark = pytest.mark.gui
CAMERA = SourceRequest("camera", "0")


@pytest.fixture
def receiver() -> Iterator[socket.socket]:
    with socket.socket(type=socket.SOCK_DGRAM) as bound:
        bound.bind(("127.0.0.1", 0))
        bound.settimeout(30)
        yield bound


def camera() -> ScriptedSource:
    """Return one that gives fifty pictures a second, for longer than a test takes."""

    def may_come(index: int) -> bool:
        time.sleep(0.02)
        return True

    return ScriptedSource(frames=100_000, kind="camera", may_come=may_come)


def status(app: Application) -> str:
    app.window._keeper.refresh_line()
    return app.window.status.text()


def said(app: Application) -> str:
    return " ".join(message.text for message in app.window.messages.messages)


def until(receiver: socket.socket, kind: str) -> dict[str, object]:
    while (found := json.loads(receiver.recv(65536)))["type"] != kind:
        pass
    return dict(found)


def test_streams_are_switched_on_in_the_settings_and_off_again(
    desk: Desk, qtbot: QtBot, receiver: socket.socket
) -> None:
    desk.sources[CAMERA] = camera()
    app = desk.start(wanted=CAMERA)
    dialog = SettingsDialog(app.controller.settings, app.window)
    group = dialog.outputs
    assert {name: field.text() for name, field in group.targets.items()} == {
        "udp": "127.0.0.1:9001",
        "osc": "127.0.0.1:9000",
        "ws": "8765",
        "lsl": "",
    }
    assert not any(field.isEnabled() for field in group.targets.values())
    port, ws_port = receiver.getsockname()[1], free_port()
    for name, target in (("udp", "somewhere"), ("ws", str(ws_port))):
        group.boxes[name].click()
        group.targets[name].setText(target)
    dialog.accept()
    assert "cannot be sent to: write udp:HOST:PORT" in dialog.problem.text()
    group.targets["udp"].setText(f"127.0.0.1:{port}")
    chosen = dialog.answer()
    assert chosen.outputs == (f"udp:127.0.0.1:{port}", f"ws:{ws_port}")
    assert "Sending" not in status(app)
    app.controller.update_settings(chosen)
    words = f"Sending: udp 127.0.0.1:{port}, ws 127.0.0.1:{ws_port}"
    qtbot.waitUntil(lambda: words in status(app))
    with connect(f"ws://127.0.0.1:{ws_port}/") as listener:
        assert json.loads(listener.recv(30))["type"] == "frame"
    assert until(receiver, "frame")["faces"]
    qtbot.waitUntil(app.window.acts.mark.isEnabled)
    app.window.acts.mark.trigger()
    assert until(receiver, "mark")["text"] == "Mark"
    app.controller.update_settings(settings())
    assert "Sending" not in status(app)


def test_what_cannot_be_sent_to_is_told_once_and_taken_back(desk: Desk, qtbot: QtBot) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        text = f"ws:{other.getsockname()[1]}"
        app = desk.start(settings(outputs=(text,)))
        qtbot.waitUntil(lambda: f"{text}: cannot listen at 127.0.0.1" in said(app))
        assert text not in status(app)
        free = f"ws:{free_port()}"
        app.controller.update_settings(settings(outputs=(free,)))
        assert "cannot listen" not in said(app)
        qtbot.waitUntil(lambda: f"ws 127.0.0.1:{free[3:]}" in status(app))


def test_settings_of_nonsense_are_told(desk: Desk, qtbot: QtBot) -> None:
    app = desk.start(Settings(welcome_accepted=True, model="fake7", outputs=("osc:",)))
    qtbot.waitUntil(lambda: "write osc:HOST:PORT" in said(app))


class Remote:
    """Another program that gives commands, without holding up the window."""

    def __init__(self, port: int, qtbot: QtBot) -> None:
        self._port = port
        self._qtbot = qtbot

    def ask(self, line: str) -> str:
        answers: list[str] = []

        def ask() -> None:
            with socket.create_connection(("127.0.0.1", self._port)) as connection:
                connection.settimeout(60)
                connection.sendall(f"{line}\n".encode())
                with connection.makefile() as lines:
                    answers.append(lines.readline().strip())

        thread = threading.Thread(target=ask)
        thread.start()
        self._qtbot.waitUntil(lambda: bool(answers))
        thread.join()
        return answers[0]


def test_other_programs_give_commands(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    desk.sources[CAMERA] = camera()
    app = desk.start(settings(export_dir=str(tmp_path)), wanted=CAMERA)
    controller, port = app.controller, free_port()
    assert "Listening for commands" not in status(app)
    dialog = SettingsDialog(controller.settings, app.window)
    assert not dialog.inputs.control.isChecked()
    dialog.inputs.control.click()
    dialog.inputs.control_target.setText("tcp:http")
    dialog.accept()
    assert "write tcp:PORT" in dialog.problem.text()
    dialog.inputs.control_target.setText(f"tcp:{port}")
    controller.update_settings(dialog.answer())
    qtbot.waitUntil(lambda: f"Listening for commands: tcp 127.0.0.1:{port}" in status(app))
    ask = Remote(port, qtbot).ask
    qtbot.waitUntil(lambda: controller.session_log.path is not None)
    assert ask("START") == "OK is open already"
    qtbot.waitUntil(lambda: app.window.player.view.frame is not None)
    assert ask("MARK stimulus 4").startswith("OK ")
    assert [mark.text for mark in controller.marks.all()] == ["stimulus 4"]
    assert ask("EXPORT ../a").startswith("ERROR the path must lead into the export folder")
    former = controller.session_log.path
    assert ask("NEWSESSION P07") == "OK P07"
    assert controller.session_log.path != former
    qtbot.waitUntil(lambda: app.window.player.view.frame is not None)
    assert ask("STOP") == "OK"
    qtbot.waitUntil(lambda: not controller.is_open)
    assert ask("EXPORT a") == f"OK {tmp_path.resolve() / 'a.csv'}"
    assert (tmp_path / "a.csv").read_text(encoding="utf-8").count("\n") > 1
    assert ask("EXPORT a").startswith("ERROR")
    assert "exists" in ask("EXPORT a")
    desk.refusals[CAMERA] = SourceError("It is away.")
    assert ask("START").startswith("ERROR It is away")
    del desk.refusals[CAMERA]
    assert ask("START") == "OK script"
    controller.update_settings(settings())
    assert "Listening for commands" not in status(app)
    names = [session.facts.title for session in list_sessions(paths.sessions_dir())]
    assert names.count("P07") == 1


def test_before_anything_is_open_commands_are_refused(desk: Desk, qtbot: QtBot) -> None:
    port = free_port()
    app = desk.start(Settings(model="fake7", control=f"tcp:{port}"))  # on the first page
    qtbot.waitUntil(lambda: "Listening for commands" in status(app))
    ask = Remote(port, qtbot).ask
    assert ask("START") == "ERROR choose a source in the window first"
    assert ask("MARK early").startswith("ERROR nothing is recorded")
    assert ask("EXPORT a").startswith("ERROR nothing has been analysed")
    assert ask("STOP") == "OK"


def test_a_port_for_commands_that_is_taken_is_told(desk: Desk, qtbot: QtBot) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        app = desk.start(settings(control=f"tcp:{other.getsockname()[1]}"))
        qtbot.waitUntil(lambda: "cannot listen at 127.0.0.1" in said(app))
        assert "Listening for commands" not in status(app)
        controller = app.controller
        qtbot.waitUntil(lambda: controller.is_open)
        assert "cannot listen at 127.0.0.1" in said(app)  # whatever is opened
        controller.update_settings(settings())
        assert "cannot listen" not in said(app)


def test_markers_of_another_program_become_marks(desk: Desk, qtbot: QtBot) -> None:
    pylsl = pytest.importorskip("pylsl")
    desk.sources[CAMERA] = camera()
    app = desk.start(settings(), wanted=CAMERA)
    dialog = SettingsDialog(app.controller.settings, app.window)
    assert not dialog.inputs.marks.isChecked()
    dialog.inputs.marks.click()
    dialog.inputs.marks_target.setText("stimuli of a test")
    chosen = dialog.answer()
    assert chosen.marks_from == "lsl:stimuli of a test"
    app.controller.update_settings(chosen)
    assert "Listening for LSL markers: none yet" in status(app)
    qtbot.waitUntil(lambda: app.window.player.view.frame is not None)
    info = pylsl.StreamInfo("stimuli of a test", "Markers", 1, 0.0, "string", "tests")
    outlet = pylsl.StreamOutlet(info)
    qtbot.waitUntil(lambda: "Listening for LSL markers: stimuli of a test" in status(app))
    qtbot.waitUntil(outlet.have_consumers)
    outlet.push_sample(["stimulus 4"])
    qtbot.waitUntil(lambda: bool(app.controller.marks.all()))
    (mark,) = app.controller.marks.all()
    assert mark.text == "stimulus 4"
    app.controller.update_settings(settings())
    assert "Listening" not in status(app)
