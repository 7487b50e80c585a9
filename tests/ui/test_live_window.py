"""A real network camera in the real window: it comes, goes, and comes back."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from fer_desktop import paths
from fer_desktop.pipeline.events import State
from fer_desktop.recording.session_store import list_sessions
from fer_desktop.sources.network.stream_source import StreamSource
from fer_desktop.ui.runtime.source_request import SourceRequest
from tests.helpers.mjpeg import MjpegServer
from tests.ui.conftest import Desk

pytestmark = pytest.mark.gui


@pytest.fixture
def server() -> Iterator[MjpegServer]:
    camera = MjpegServer()
    camera.start()
    yield camera
    camera.stop()


def test_a_network_camera_that_stops_comes_back_in_the_same_session(
    desk: Desk, qtbot: QtBot, server: MjpegServer
) -> None:
    request = SourceRequest("stream", server.url)
    desk.sources[request] = StreamSource(server.url)
    app = desk.start(wanted=request)
    view, messages = app.window.player.view, app.window.messages
    qtbot.waitUntil(lambda: view.frame is not None and view.frame.index > 5)
    qtbot.waitUntil(lambda: app.window.status.text().startswith("Live"))
    server.stop()
    qtbot.waitUntil(lambda: app.controller.state is State.RECONNECTING)
    qtbot.waitUntil(lambda: messages.row is not None)
    assert app.window.pages.currentWidget() is app.window.player.page
    last = view.frame
    server.start()
    qtbot.waitUntil(lambda: app.controller.state is State.RUNNING)
    qtbot.waitUntil(lambda: view.frame.timestamp_us > last.timestamp_us)
    qtbot.waitUntil(lambda: messages.row is None)
    app.window.close()
    app.shut_down()
    (session,) = list_sessions(paths.sessions_dir())
    assert session.is_complete
