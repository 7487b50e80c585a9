"""What a person sees and does, on the real window."""

import csv
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QComboBox, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from fer_desktop import paths
from fer_desktop.errors import ModelError, SourceError
from fer_desktop.pipeline.events import State
from fer_desktop.recording.session_store import SessionReader, list_sessions
from fer_desktop.settings import Settings
from fer_desktop.sources.base import Pacing
from fer_desktop.ui.assembly import Application
from fer_desktop.ui.network_dialog import NetworkDialog
from fer_desktop.ui.prompts import Confirm, OpenFolder, OpenMedia, SaveCsv
from fer_desktop.ui.settings_dialog import SettingsDialog
from fer_desktop.ui.source_request import SourceRequest
from tests.helpers.sources import ScriptedCamera, ScriptedSource
from tests.ui.conftest import MODEL, Desk

pytestmark = pytest.mark.gui

CLIP = SourceRequest("file", "/clips/one.mp4")
PHOTO = SourceRequest("file", "/clips/one.png")
CAMERA = SourceRequest("camera", "HD Webcam")
DEMO = SourceRequest("demo")


def messages(app: Application) -> str:
    return "\n".join(row.label.text() for row in app.window.messages.rows)


def press_message_button(app: Application, topic: str) -> None:
    (row,) = [row for row in app.window.messages.rows if row.message.topic == topic]
    row.button.click()


def at_end(app: Application, frames: int) -> bool:
    frame = app.window.player.view.frame
    is_last = frame is not None and frame.index == frames - 1
    return is_last and app.controller.state is State.PAUSED and not app.controller.is_waiting


def play_clip(desk: Desk, qtbot: QtBot, frames: int = 5) -> Application:
    """Start the application on a clip and wait until it has played."""
    desk.sources[CLIP] = ScriptedSource(frames=frames, fps=100)
    app = desk.start(wanted=CLIP)
    qtbot.waitUntil(lambda: at_end(app, frames))
    return app


# --- first start


def test_the_first_page_asks_before_anything_is_opened(desk: Desk, qtbot: QtBot) -> None:
    desk.cameras = ["HD Webcam"]
    desk.sources[CAMERA] = ScriptedCamera()
    app = desk.start(Settings(model=MODEL))
    page = app.window.pages.welcome
    assert page is not None
    assert not page.button.isEnabled()
    assert all(dock.isHidden() for dock in app.window.docks)  # room for the text
    qtbot.waitUntil(lambda: app.controller.preset is not None)
    assert desk.requests == []
    page.checkbox.click()
    page.button.click()
    qtbot.waitUntil(lambda: app.window.player.view.frame is not None)
    assert desk.requests == [CAMERA]
    assert app.controller.settings.welcome_accepted
    assert not any(dock.isHidden() for dock in app.window.docks)
    assert app.window.pages.currentWidget() is app.window.player.page


def test_without_a_camera_the_demo_clip_plays_and_says_so(desk: Desk, qtbot: QtBot) -> None:
    app = desk.start()
    qtbot.waitUntil(lambda: app.window.player.view.frame is not None)
    assert desk.requests == [DEMO]
    assert "demo clip" in messages(app)
    assert app.controller.settings.source_kind == ""  # a camera comes first at the next start


def test_a_camera_found_later_takes_over_from_the_demo(desk: Desk, qtbot: QtBot) -> None:
    app = desk.start()
    qtbot.waitUntil(lambda: bool(app.window.messages.rows))
    desk.cameras = ["HD Webcam"]
    desk.sources[CAMERA] = ScriptedCamera()
    press_message_button(app, "demo")
    qtbot.waitUntil(lambda: desk.requests == [DEMO, CAMERA])
    qtbot.waitUntil(lambda: "Live" in app.window.status.text())
    assert messages(app) == ""


def test_the_last_source_comes_back(desk: Desk, qtbot: QtBot) -> None:
    stream = SourceRequest("stream", "http://host/x")
    desk.sources[stream] = ScriptedCamera()
    desk.start(Settings(welcome_accepted=True, source_kind="stream", source_uri=stream.uri))
    qtbot.waitUntil(lambda: desk.requests == [stream])


# --- pictures, faces, timeline


def test_a_video_waits_for_the_model_so_that_no_frame_is_missed(desk: Desk, qtbot: QtBot) -> None:
    desk.model_may_load.clear()
    app = desk.start(wanted=CLIP)
    view = app.window.player.view
    qtbot.waitUntil(lambda: app.controller.is_waiting and view.analysis is not None)
    qtbot.wait(50)
    assert view.frame.index == 0
    assert view.analysis.faces[0].smoothed is None
    qtbot.waitUntil(lambda: "Waiting for the model" in app.window.status.text())
    desk.model_may_load.set()
    qtbot.waitUntil(lambda: at_end(app, 5))
    assert view.analysis.faces[0].smoothed is not None


def test_faces_have_cards_and_the_first_one_is_selected(desk: Desk, qtbot: QtBot) -> None:
    desk.faces = (((10, 10, 50, 50), (100, 10, 140, 50)),)
    app = play_clip(desk, qtbot)
    qtbot.waitUntil(lambda: len(app.window.player.cards.cards) == 2)
    first, second = app.window.player.cards.cards
    assert first.is_selected
    qtbot.mouseClick(second, Qt.MouseButton.LeftButton)
    assert (first.is_selected, second.is_selected) == (False, True)
    assert app.window.player.selection.face_id == 2


def test_a_click_in_the_picture_selects_too(desk: Desk, qtbot: QtBot) -> None:
    desk.faces = (((10, 10, 50, 50), (100, 10, 140, 50)),)
    app = play_clip(desk, qtbot)
    view = app.window.player.view
    box = view.placement().to_widget(view.analysis.faces[1].detection.box)
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=box.center().toPoint())
    assert app.window.player.selection.face_id == 2


def test_an_image_shows_bars_instead_of_the_timeline(desk: Desk, qtbot: QtBot) -> None:
    desk.sources[PHOTO] = ScriptedSource(frames=1, kind="image")
    app = desk.start(wanted=PHOTO)
    player = app.window.player
    qtbot.waitUntil(lambda: player.bottom.currentWidget() is player.bars)
    qtbot.waitUntil(lambda: "Face 1" in player.bars.accessibleDescription())
    assert player.transport.isHidden()
    assert app.window.acts.zoom_in.isEnabled()
    assert not app.window.acts.record.isEnabled()


def test_the_keyboard_plays_steps_and_seeks(desk: Desk, qtbot: QtBot) -> None:
    app = play_clip(desk, qtbot, frames=30)
    view = app.window.player.view
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: view.frame.index == 28)
    qtbot.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: view.frame.index == 0)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: view.frame.index == 1)
    qtbot.keyClick(view, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: at_end(app, 30))


def test_space_starts_again_what_was_stopped(desk: Desk, qtbot: QtBot) -> None:
    app = play_clip(desk, qtbot)
    app.window.player.view.setFocus()
    app.window.acts.start.trigger()
    qtbot.waitUntil(lambda: app.window.pages.currentWidget() is app.window.pages.empty)
    assert "Space" in app.window.pages.empty.text.text()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: desk.requests == [CLIP, CLIP])


def test_the_speed_is_the_same_in_menu_and_transport_bar(desk: Desk, qtbot: QtBot) -> None:
    app = play_clip(desk, qtbot)
    app.controller.set_speed(2.0)
    (speed,) = app.window.player.transport.findChildren(QComboBox)
    assert speed.currentData() == 2.0
    app.controller.reopen()
    qtbot.waitUntil(lambda: speed.currentData() == 1.0)


def test_space_belongs_to_the_control_that_has_the_focus(desk: Desk, qtbot: QtBot) -> None:
    app = play_clip(desk, qtbot)
    (step_back,) = [
        button
        for button in app.window.player.transport.findChildren(QToolButton)
        if button.defaultAction() is app.window.acts.step_back
    ]
    step_back.setFocus()
    qtbot.keyClick(step_back, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: app.window.player.view.frame.index == 3)
    assert app.controller.state is State.PAUSED


def test_a_click_in_the_timeline_seeks(desk: Desk, qtbot: QtBot) -> None:
    app = play_clip(desk, qtbot, frames=30)
    app.window.player.chart.seek_requested.emit(100_000)
    qtbot.waitUntil(lambda: app.window.player.view.frame.index == 10)


def test_a_short_video_fills_the_timeline(desk: Desk, qtbot: QtBot) -> None:
    app = play_clip(desk, qtbot, frames=300)
    canvas = app.window.player.chart.canvas
    qtbot.waitUntil(lambda: canvas.plot is not None)
    end_us = app.controller.info.duration_us

    def is_filled() -> bool:
        return abs(canvas.plot.time_us(canvas.plot.area.right()) - end_us) < end_us / 20

    qtbot.waitUntil(is_filled)


def test_a_camera_is_live_and_mirrored(desk: Desk, qtbot: QtBot) -> None:
    desk.sources[CAMERA] = ScriptedCamera()
    app = desk.start(wanted=CAMERA)
    qtbot.waitUntil(lambda: app.window.player.view.frame is not None)
    qtbot.waitUntil(lambda: "camera" in app.window.status.text())
    assert app.window.status.text().startswith("Live | 192×96 | camera")  # noqa: RUF001
    assert app.window.player.view.placement().mirrored
    app.window.acts.mirror.trigger()
    assert not app.window.player.view.placement().mirrored
    app.window.acts.start.trigger()
    qtbot.waitUntil(lambda: app.controller.state is State.IDLE)
    assert app.window.pages.currentWidget() is app.window.pages.empty


# --- what goes wrong


def test_a_file_that_cannot_be_opened_is_explained(desk: Desk, qtbot: QtBot) -> None:
    desk.refusals[CLIP] = SourceError("There is no file one.mp4.", hint="Check its name.")
    app = desk.start(wanted=CLIP)
    qtbot.waitUntil(lambda: bool(app.window.messages.rows))
    assert messages(app) == "There is no file one.mp4. Check its name."
    assert "one.mp4" in app.window.pages.empty.title.text()
    assert len(app.window.pages.empty.buttons) == 3


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
    assert app.window.pages.currentWidget() is app.window.player.page
    qtbot.waitUntil(lambda: not app.window.player.view.overlay_is_shown)
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
    assert app.controller.preset.name == MODEL  # the one in use goes on
    assert app.controller.settings.model == MODEL
    app.controller.load_model("nowhere")
    qtbot.waitUntil(lambda: "nowhere" in messages(app))


def test_another_model_stands_in_for_one_that_is_gone(desk: Desk, qtbot: QtBot) -> None:
    app = desk.start(Settings(welcome_accepted=True, model="gone"))
    qtbot.waitUntil(lambda: app.controller.preset is not None)
    assert "gone" in messages(app)  # and it stays there until it is read
    assert app.controller.settings.model == "gone"  # it may be back at the next start
    app.controller.load_model(MODEL)
    qtbot.waitUntil(lambda: app.controller.settings.model == MODEL)
    assert "gone" not in messages(app)


def test_a_full_disk_is_told_and_the_picture_goes_on(
    desk: Desk, qtbot: QtBot, profile: Path
) -> None:
    paths.sessions_dir().write_text("a file in the folder's place")
    app = play_clip(desk, qtbot)
    assert "cannot be" in messages(app)
    assert app.window.player.view.analysis is not None


# --- taking results home


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_from_source_to_table_no_frame_is_lost(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    desk.pacing = Pacing.EVERY_FRAME
    app = play_clip(desk, qtbot, frames=40)
    app.controller.stop()
    qtbot.waitUntil(lambda: app.controller.state is State.IDLE)
    table = tmp_path / "out.csv"
    monkeypatch.setattr(SaveCsv, "ask", lambda *_: table)
    qtbot.waitUntil(lambda: list_sessions(paths.sessions_dir())[0].is_complete)
    app.window.acts.export.trigger()
    qtbot.waitUntil(lambda: "40 rows from 40 frames" in messages(app))
    assert [int(row["frame_index"]) for row in rows_of(table)] == list(range(40))


def test_a_running_session_is_exported_and_goes_on(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    desk.sources[CAMERA] = ScriptedCamera(fps=100)
    app = desk.start(wanted=CAMERA)
    qtbot.waitUntil(lambda: app.controller.position_us > 500_000)
    monkeypatch.setattr(SaveCsv, "ask", lambda *_: tmp_path / "live.csv")
    app.window.acts.export.trigger()
    qtbot.waitUntil(lambda: "exported" in messages(app))
    assert len(rows_of(tmp_path / "live.csv")) > 10
    assert app.controller.state is State.RUNNING


def test_a_table_is_replaced_only_after_asking(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = play_clip(desk, qtbot)
    table = tmp_path / "out.csv"
    table.write_text("precious")
    questions: list[Sequence[object]] = []
    monkeypatch.setattr(SaveCsv, "ask", lambda *_: table)
    monkeypatch.setattr(Confirm, "ask", lambda *args: bool(questions.append(args)))
    app.window.acts.export.trigger()
    assert "out.csv" in str(questions)
    assert table.read_text() == "precious"
    monkeypatch.setattr(Confirm, "ask", lambda *_: True)
    app.window.acts.export.trigger()
    qtbot.waitUntil(lambda: "exported" in messages(app))
    assert table.read_text() != "precious"


def test_there_is_nothing_to_export_before_the_first_frame(desk: Desk, qtbot: QtBot) -> None:
    desk.refusals[CLIP] = SourceError("Missing.")
    app = desk.start(wanted=CLIP)
    app.window.acts.export.trigger()
    assert "nothing to export" in messages(app)


def test_a_moment_is_marked(desk: Desk, qtbot: QtBot) -> None:
    app = play_clip(desk, qtbot)
    qtbot.keyClick(app.window, Qt.Key.Key_M)
    assert "Marked at" in messages(app)
    app.window.close()
    app.shut_down()
    (session,) = list_sessions(paths.sessions_dir())
    with SessionReader(session.path) as reader:
        assert [mark.text for mark in reader.marks()] == ["Mark"]


def test_a_snapshot_is_saved(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    app = play_clip(desk, qtbot)
    qtbot.keyClick(app.window, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: "snapshot was saved" in messages(app))
    (picture,) = paths.pictures_dir().glob("*.png")
    assert picture.stat().st_size > 0


def test_a_camera_is_recorded(desk: Desk, qtbot: QtBot) -> None:
    desk.sources[CAMERA] = ScriptedCamera(fps=60)
    app = desk.start(wanted=CAMERA)
    qtbot.waitUntil(lambda: app.window.acts.record.isEnabled())
    qtbot.keyClick(app.window, Qt.Key.Key_R)
    assert app.window.acts.record.isChecked()
    qtbot.waitUntil(lambda: "recording" in app.window.status.text())
    qtbot.wait(300)
    app.window.acts.record.trigger()
    qtbot.waitUntil(lambda: "were recorded" in messages(app))
    (video,) = paths.videos_dir().glob("*.mp4")
    assert video.stat().st_size > 0
    assert not app.window.acts.record.isChecked()


# --- choices


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
    app.window.open_target(model_folder)
    qtbot.waitUntil(lambda: app.controller.settings.model == str(model_folder))
    assert app.window.toolbar.model.currentText() == MODEL
    assert desk.requests == [CLIP]


def test_opened_files_and_addresses_are_offered_again(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = play_clip(desk, qtbot)
    stream = SourceRequest("stream", "http://me:secret@host/x")
    desk.sources[stream] = ScriptedCamera()
    monkeypatch.setattr(NetworkDialog, "ask", lambda *_: stream.uri)
    app.window.acts.open_network.trigger()
    qtbot.waitUntil(lambda: bool(app.controller.settings.recent_urls))
    assert app.controller.settings.recent_files == (CLIP.uri,)
    assert app.controller.settings.source_kind == "stream"
    menus = app.window.menuBar().findChildren(QWidget)
    assert "secret" not in " ".join(widget.windowTitle() for widget in (app.window, *menus))
    sources = app.window.toolbar.source
    assert "http://me:…@host/x" in [sources.itemText(i) for i in range(sources.count())]


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
    assert not app.window.player.view.parts.labels
    assert app.window.palette().window().color().lightness() < 128
    app.window.acts.themes.actions()[1].trigger()
    assert app.window.palette().window().color().lightness() > 128


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
