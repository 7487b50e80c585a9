"""Choices, layout and keyboard of the real window."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDockWidget,
    QMainWindow,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from fer_desktop import paths
from fer_desktop.pipeline.events import State
from fer_desktop.recording.session_store import list_sessions
from fer_desktop.settings import Settings, Theme
from fer_desktop.ui.dialogs.network_dialog import NetworkDialog
from fer_desktop.ui.dialogs.settings_dialog import SettingsDialog
from fer_desktop.ui.runtime.source_request import SourceRequest
from tests.helpers.fakes import FakeClassifier
from tests.helpers.sources import ScriptedCamera
from tests.ui.conftest import MODEL, Desk
from tests.ui.steps import CAMERA, CLIP, play_clip

pytestmark = pytest.mark.gui

MORE = "qt_toolbar_ext_button"  # of Qt


def test_what_was_dropped_is_opened(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    app = play_clip(desk, qtbot)
    path = tmp_path / "Größe 😀 clip.mp4"
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    app.window.dropEvent(event)
    qtbot.waitUntil(lambda: desk.requests[-1] == SourceRequest("file", str(path)))


def test_a_dropped_model_folder_is_loaded(desk: Desk, qtbot: QtBot, model_folder: Path) -> None:
    app = play_clip(desk, qtbot)
    app.window.dropped.open([model_folder])
    qtbot.waitUntil(lambda: app.controller.settings.model == str(model_folder))
    assert app.window.toolbar.model.currentText() == MODEL
    assert desk.requests == [CLIP]


def test_opened_files_and_addresses_are_offered_again(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = play_clip(desk, qtbot)
    stream = SourceRequest("stream", "http://me:secret@host/x")
    desk.sources[stream] = ScriptedCamera()
    monkeypatch.setattr(NetworkDialog, "ask", lambda *_: stream)
    app.window.acts.open_network.trigger()
    qtbot.waitUntil(lambda: bool(app.controller.settings.recent_urls))
    assert app.controller.settings.recent_files == (CLIP.uri,)
    assert app.controller.settings.source_kind == "stream"
    menus = app.window.menuBar().findChildren(QWidget)
    assert "secret" not in " ".join(widget.windowTitle() for widget in (app.window, *menus))
    sources = app.window.toolbar.source
    assert "http://me@host/x" in [sources.itemText(i) for i in range(sources.count())]


def test_a_camera_is_chosen_in_the_toolbar(desk: Desk, qtbot: QtBot) -> None:
    desk.cameras = ["HD Webcam", "Other"]
    desk.sources[CAMERA] = ScriptedCamera()
    other = SourceRequest("camera", "Other")
    desk.sources[other] = ScriptedCamera()
    app = desk.start()
    qtbot.waitUntil(lambda: app.controller.state is State.RUNNING)
    chooser: QComboBox = app.window.toolbar.source
    assert chooser.currentText() == "HD Webcam"
    index = chooser.findText("Other")
    chooser.setCurrentIndex(index)
    chooser.activated.emit(index)
    qtbot.waitUntil(lambda: desk.requests[-1] == other)
    assert app.window.windowTitle().startswith("Other")


def test_settings_hold_at_once(desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    app = play_clip(desk, qtbot)
    wanted = Settings(
        welcome_accepted=True, model=MODEL, theme="dark", show_labels=False, smoothing_ms=0
    )
    monkeypatch.setattr(SettingsDialog, "ask", lambda *_: wanted)
    app.window.acts.settings.trigger()
    assert app.controller.settings == wanted
    assert not app.window.player.view.look.parts.labels
    assert app.window.palette().window().color().lightness() < 128
    app.window.acts.themes.actions()[1].trigger()
    assert app.window.palette().window().color().lightness() > 128


def test_another_engine_loads_the_model_again(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = play_clip(desk, qtbot)
    assert desk.engines == ["auto"]
    assert "LiteRT on CPU" in app.window.status.text()
    wanted = replace(app.controller.settings, engine="keras")
    monkeypatch.setattr(SettingsDialog, "ask", lambda *_: wanted)
    monkeypatch.setattr(FakeClassifier, "engine", "keras")
    app.window.acts.settings.trigger()
    qtbot.waitUntil(lambda: "Keras on CPU" in app.window.status.text())
    assert desk.engines == ["auto", "keras"]
    assert app.controller.settings == wanted


def test_another_camera_mode_reopens_the_camera(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.sources[CAMERA] = ScriptedCamera()
    app = desk.start(wanted=CAMERA)
    qtbot.waitUntil(lambda: app.controller.state is State.RUNNING)
    wanted = Settings(welcome_accepted=True, model=MODEL, camera_width_px=1280)
    monkeypatch.setattr(SettingsDialog, "ask", lambda *_: wanted)
    desk.sources[CAMERA] = ScriptedCamera()
    app.window.acts.settings.trigger()
    assert desk.requests == [CAMERA, CAMERA]


def test_the_layout_is_kept_and_can_be_reset(desk: Desk, qtbot: QtBot) -> None:
    app = play_clip(desk, qtbot)
    faces, _ = app.window.docks
    faces.hide()
    app.window.close()
    kept = app.controller.settings
    assert kept.window_geometry
    again = desk.start(kept)
    assert again.window.docks[0].isHidden()
    again.window.acts.reset_layout.trigger()
    assert not again.window.docks[0].isHidden()


def test_in_a_layout_from_before_it_the_summary_has_its_place(desk: Desk, qtbot: QtBot) -> None:
    former = QMainWindow()
    qtbot.addWidget(former)
    areas = Qt.DockWidgetArea
    for name, area in (
        ("faces", areas.RightDockWidgetArea),
        ("timeline", areas.BottomDockWidgetArea),
    ):
        dock = QDockWidget(former)
        dock.setObjectName(name)
        former.addDockWidget(area, dock)
    kept = former.saveState(1).toBase64().toStdString()
    app = desk.start(Settings(welcome_accepted=True, model=MODEL, window_state=kept))
    window = app.window
    assert not any(dock.isHidden() for dock in window.docks)
    window.acts.summary.trigger()
    qtbot.waitUntil(window.summary.view.isVisible)
    beside = [dock.objectName() for dock in window.tabifiedDockWidgets(window.docks[1])]
    assert beside == ["summary"]


def test_full_screen_shows_only_the_picture_and_goes_back(desk: Desk, qtbot: QtBot) -> None:
    app = play_clip(desk, qtbot)
    window = app.window
    window.acts.full_screen.trigger()
    assert window.isFullScreen()
    assert window.toolbar.isHidden()
    assert all(dock.isHidden() for dock in window.docks)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isFullScreen()
    assert not window.toolbar.isHidden()
    assert not any(dock.isHidden() for dock in window.docks)


def test_every_control_can_be_reached_and_named(desk: Desk, qtbot: QtBot) -> None:
    app = play_clip(desk, qtbot)
    for kind in (QToolButton, QComboBox):
        for widget in app.window.findChildren(kind):
            if not widget.isVisible() or widget.objectName().startswith("qt_"):
                continue
            name = widget.accessibleName() or getattr(widget, "text", str)()
            assert name, widget
            assert widget.focusPolicy() is not Qt.FocusPolicy.NoFocus, name
            assert widget.toolTip(), name


def test_tab_goes_from_the_toolbar_to_the_picture_to_the_panels(desk: Desk, qtbot: QtBot) -> None:
    app = play_clip(desk, qtbot)
    window, player = app.window, app.window.player
    stations = [window.toolbar, player.view, player.transport, player.chart]
    visited: list[QWidget] = []
    window.toolbar.source.setFocus()
    for _ in range(40):
        focused = QApplication.focusWidget()
        for station in stations:
            inside = focused is station or station.isAncestorOf(focused)
            if inside and station not in visited:
                visited.append(station)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert visited == stations


@pytest.mark.parametrize("size", [(1024, 640), (1920, 1080)])
def test_nothing_is_cut_off(desk: Desk, qtbot: QtBot, size: tuple[int, int]) -> None:
    app = play_clip(desk, qtbot)
    app.window.resize(*size)
    qtbot.waitUntil(lambda: (app.window.width(), app.window.height()) == size)
    assert app.window.minimumSizeHint().width() <= 1024
    assert app.window.minimumSizeHint().height() <= 640
    for button in app.window.toolbar.findChildren(QToolButton):
        if button.defaultAction() is not None:
            assert button.isVisible()
            assert button.width() >= button.sizeHint().width()
            corner = button.mapTo(app.window, QPoint(button.width(), 0))
            assert corner.x() <= size[0]


def test_a_screen_of_twice_the_size_has_room_for_all(desk: Desk, qtbot: QtBot) -> None:
    """Of 1600 x 1000 at 200 % remain 800 x 500, a message and the summary included."""
    app = play_clip(desk, qtbot)
    app.window.acts.summary.trigger()
    qtbot.waitUntil(lambda: app.window.summary.view.table.rowCount() > 0)
    app.window.parts.announcer.say_nothing_analysed()
    app.window.resize(800, 500)
    qtbot.waitUntil(lambda: app.window.toolbar.findChild(QToolButton, MORE).isVisible())
    assert (app.window.width(), app.window.height()) == (800, 500)


@pytest.mark.parametrize("wanted", ["light", "dark"])
def test_what_the_toolbar_has_no_room_for_is_behind_a_sign_that_is_seen(
    desk: Desk, qtbot: QtBot, wanted: Theme
) -> None:
    app = desk.start(Settings(welcome_accepted=True, model=MODEL, theme=wanted))
    app.window.resize(800, 500)
    more = app.window.toolbar.findChild(QToolButton, MORE)
    qtbot.waitUntil(more.isVisible)
    place = QRect(more.mapTo(app.window, QPoint(0, 0)), more.size())
    picture = app.window.grab(place).toImage()
    lightness = [
        picture.pixelColor(x, y).lightness()
        for x in range(picture.width())
        for y in range(picture.height())
    ]
    assert max(lightness) - min(lightness) > 100


def test_closing_leaves_no_thread_behind(desk: Desk, qtbot: QtBot) -> None:
    before = set(threading.enumerate())
    desk.sources[CAMERA] = ScriptedCamera()
    app = desk.start(wanted=CAMERA)
    qtbot.waitUntil(lambda: app.controller.state is State.RUNNING)
    app.window.close()
    app.shut_down()
    assert set(threading.enumerate()) <= before
    (session,) = list_sessions(paths.sessions_dir())
    assert session.is_complete


def test_a_maximized_window_is_maximized_again_after_full_screen(desk: Desk, qtbot: QtBot) -> None:
    window = desk.start().window
    window.showMaximized()
    qtbot.waitUntil(window.isMaximized)
    window.acts.full_screen.trigger()
    qtbot.waitUntil(window.isFullScreen)
    assert window.menuBar().isHidden()
    window.acts.full_screen.trigger()
    qtbot.waitUntil(lambda: not window.isFullScreen())
    assert window.isMaximized()
    assert not window.menuBar().isHidden()
