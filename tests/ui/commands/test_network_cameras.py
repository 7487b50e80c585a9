"""Network cameras in the window: passwords are asked for, and never stored by us."""

import pytest
from pytestqt.qtbot import QtBot

from fer_desktop import paths
from fer_desktop.errors import LoginError
from fer_desktop.pipeline.events import State
from fer_desktop.settings import Settings, save_settings
from fer_desktop.ui.dialogs.login_dialog import LoginDialog
from fer_desktop.ui.dialogs.network_dialog import NetworkDialog
from fer_desktop.ui.runtime.source_request import SourceRequest
from tests.helpers.keyrings import FakeKeyring
from tests.helpers.sources import ScriptedCamera
from tests.ui.conftest import Desk
from tests.ui.steps import messages, press_message_button

pytestmark = pytest.mark.gui

URL = "http://me:s3cret@host/video"
PLACE = "http://me@host/video"
CAMERA = SourceRequest("stream", PLACE)
WANTED = LoginError("host requires a user name and a password.", hint="They are the camera's.")


def everything_stored() -> str:
    files = [path for path in paths.data_dir().rglob("*") if path.is_file()]
    return "".join(path.read_bytes().decode("latin-1") for path in files)


def test_a_refusal_leads_to_the_login(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.keyring = FakeKeyring()
    desk.sources[CAMERA] = ScriptedCamera([WANTED])
    app = desk.start(wanted=CAMERA)
    app.controller.settings_changed.connect(
        lambda settings: save_settings(settings, paths.settings_file())
    )
    qtbot.waitUntil(lambda: app.controller.state is State.FAILED)
    assert messages(app) == str(WANTED)
    asked: list[tuple[SourceRequest, bool]] = []

    def log_in(_: object, request: SourceRequest, may_be_kept: bool) -> SourceRequest:
        asked.append((request, may_be_kept))
        return SourceRequest("stream", URL, keeps_password=True)

    monkeypatch.setattr(LoginDialog, "ask", log_in)
    press_message_button(app, "source")
    assert asked == [(CAMERA, True)]
    assert desk.requests[-1].private_url == URL
    qtbot.waitUntil(lambda: app.controller.state is State.RUNNING)
    assert messages(app) == ""
    keyring = desk.keyring
    qtbot.waitUntil(lambda: keyring.entries == {("FER Desktop", PLACE): URL})
    assert app.controller.settings.source_uri == PLACE
    assert app.controller.settings.recent_urls == (PLACE,)
    assert PLACE in everything_stored()
    assert "s3cret" not in everything_stored()
    assert "s3cret" not in app.window.windowTitle()


def test_a_login_that_is_not_given_changes_nothing(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.sources[CAMERA] = ScriptedCamera([WANTED] * 2)
    app = desk.start(wanted=CAMERA)
    qtbot.waitUntil(lambda: app.controller.state is State.FAILED)
    monkeypatch.setattr(LoginDialog, "ask", lambda *_: None)
    app.window.acts.log_in.trigger()
    assert desk.requests == [CAMERA]


def test_a_password_that_is_not_to_be_kept_is_known_until_the_end(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.keyring = FakeKeyring()
    desk.sources[CAMERA] = ScriptedCamera()
    app = desk.start()
    monkeypatch.setattr(NetworkDialog, "ask", lambda *_: SourceRequest("stream", URL))
    app.window.acts.open_network.trigger()
    qtbot.waitUntil(lambda: app.controller.settings.source_uri == PLACE)
    assert desk.passwords.complete(PLACE) == URL
    assert desk.keyring.entries == {}


def test_a_password_that_cannot_be_kept_is_told(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.sources[CAMERA] = ScriptedCamera()
    app = desk.start(wanted=SourceRequest("stream", URL, keeps_password=True))
    qtbot.waitUntil(lambda: "cannot be stored: there is no keyring" in messages(app))
    assert app.controller.state is State.RUNNING
    assert "s3cret" not in messages(app)


def test_passwords_of_former_versions_move_to_the_keyring(desk: Desk, qtbot: QtBot) -> None:
    keyring = desk.keyring = FakeKeyring()
    app = desk.start(Settings(welcome_accepted=True))
    app.network_cameras.keep([URL, "rtsp://me:other@host/live"])
    qtbot.waitUntil(lambda: len(keyring.entries) == 2)
    assert desk.passwords.complete("rtsp://me@host/live") == "rtsp://me:other@host/live"
    assert messages(app) == ""
