"""What a person sees and does, on the real window."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QToolButton
from pytestqt.qtbot import QtBot

from fer_desktop.errors import SourceError
from fer_desktop.pipeline.events import State
from fer_desktop.settings import Settings
from fer_desktop.ui.runtime.source_request import SourceRequest
from fer_desktop.ui.viewer.welcome_page import WelcomeDialog
from tests.helpers.sources import ScriptedCamera, ScriptedSource
from tests.ui.conftest import MODEL, Desk
from tests.ui.steps import (
    CAMERA,
    CLIP,
    DEMO,
    PHOTO,
    at_end,
    messages,
    play_clip,
    press_message_button,
)

pytestmark = pytest.mark.gui


def test_the_first_page_asks_before_anything_is_opened(desk: Desk, qtbot: QtBot) -> None:
    desk.cameras = ["HD Webcam"]
    desk.sources[CAMERA] = ScriptedCamera()
    app = desk.start(Settings(model=MODEL))
    page = app.window.pages.welcome
    assert page is not None
    assert not page.button.isEnabled()
    assert all(dock.isHidden() for dock in app.window.docks)  # room for the text
    qtbot.waitUntil(lambda: app.controller.model.preset is not None)
    assert desk.requests == []
    page.checkbox.click()
    page.button.click()
    qtbot.waitUntil(lambda: app.window.player.view.frame is not None)
    assert desk.requests == [CAMERA]
    assert app.controller.settings.welcome_accepted
    assert not any(dock.isHidden() for dock in app.window.docks)
    assert app.window.pages.currentWidget() is app.window.player.page


def test_nothing_is_opened_before_the_first_page_is_agreed_to(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    app = desk.start(Settings(model=MODEL))
    app.window.dropped.open([tmp_path / "clip.mp4"])
    app.window.acts.open_demo.trigger()
    assert "tick the box" in messages(app)
    assert desk.requests == []
    assert app.window.pages.currentWidget() is app.window.pages.welcome


def test_the_first_page_is_read_again_in_a_dialog(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = play_clip(desk, qtbot)
    shown: list[str] = []

    def look(dialog: WelcomeDialog) -> None:
        dialog.show()
        shown.extend(label.text() for label in dialog.findChildren(QLabel))
        assert app.window.pages.currentWidget() is app.window.player.page
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
        assert not dialog.isVisible()

    monkeypatch.setattr(WelcomeDialog, "exec", look)
    app.window.acts.welcome.trigger()
    assert any("It reads expressions, not feelings." in text for text in shown)
    assert desk.requests == [CLIP]  # the source goes on
    assert not any(dock.isHidden() for dock in app.window.docks)


def test_without_a_camera_the_demo_clip_plays_and_says_so(desk: Desk, qtbot: QtBot) -> None:
    app = desk.start()
    qtbot.waitUntil(lambda: app.window.player.view.frame is not None)
    assert desk.requests == [DEMO]
    assert "demo clip" in messages(app)
    assert app.controller.settings.source_kind == ""  # a camera comes first at the next start


def test_a_camera_found_later_takes_over_from_the_demo(desk: Desk, qtbot: QtBot) -> None:
    app = desk.start()
    qtbot.waitUntil(lambda: app.window.messages.row is not None)
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


def test_a_video_waits_for_the_model_so_that_no_frame_is_missed(desk: Desk, qtbot: QtBot) -> None:
    desk.model_may_load.clear()
    app = desk.start(wanted=CLIP)
    view = app.window.player.view
    qtbot.waitUntil(lambda: app.controller.playback.is_waiting and view.frame is not None)
    qtbot.wait(50)
    assert view.frame.index == 0
    assert view.analysis is None
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


def test_cards_and_picture_show_the_same_frame(desk: Desk, qtbot: QtBot) -> None:
    desk.sources[CAMERA] = ScriptedCamera(fps=100)
    app = desk.start(wanted=CAMERA)
    view, cards = app.window.player.view, app.window.player.cards
    qtbot.waitUntil(lambda: bool(cards.cards) and cards.cards[0].face.smoothed is not None)
    seen: list[bool] = []
    app.controller.batch.connect(
        lambda _: seen.append(cards.cards[0].face == view.analysis.faces[0])
    )
    qtbot.waitUntil(lambda: len(seen) > 20)
    assert all(seen)


def test_a_stopped_source_leaves_no_cards_behind(desk: Desk, qtbot: QtBot) -> None:
    app = play_clip(desk, qtbot)
    assert app.window.player.cards.cards
    app.controller.stop()
    qtbot.waitUntil(lambda: app.controller.state is State.IDLE)
    assert not app.window.player.cards.cards


def test_the_clock_stands_still_while_a_video_is_paused(desk: Desk, qtbot: QtBot) -> None:
    app = play_clip(desk, qtbot)
    paused_at = app.controller.playback.elapsed_s
    assert paused_at > 0
    qtbot.wait(20)
    assert app.controller.playback.elapsed_s == paused_at


def test_the_title_names_what_is_open(desk: Desk, qtbot: QtBot) -> None:
    app = play_clip(desk, qtbot)
    assert app.window.windowTitle() == "one.mp4 – FER Desktop"  # noqa: RUF001
    app.controller.stop()
    qtbot.waitUntil(lambda: app.controller.state is State.IDLE)
    assert app.window.windowTitle() == "FER Desktop"
    desk.refusals[PHOTO] = SourceError("one.png is empty.")
    app.controller.open(PHOTO)
    assert app.window.toolbar.source.currentText() == "one.png"  # not the file before
    assert app.window.windowTitle() == "FER Desktop"
    assert "one.png" in app.window.pages.empty.title.text()


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


def test_pages_can_be_turned(desk: Desk, qtbot: QtBot) -> None:
    desk.sources[PHOTO] = ScriptedSource(frames=3, kind="image", fps=100)
    app = desk.start(wanted=PHOTO)
    player = app.window.player
    qtbot.waitUntil(lambda: at_end(app, 3))
    assert player.bottom.currentWidget() is player.bars
    assert player.transport.isVisible()
    qtbot.keyClick(player.view, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: player.view.frame.index == 1)
    assert app.window.acts.zoom_in.isEnabled()


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
    app.controller.playback.set_speed(2.0)
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


def test_the_arrows_move_between_menus_though_a_video_is_open(desk: Desk, qtbot: QtBot) -> None:
    app = play_clip(desk, qtbot)
    bar = app.window.menuBar()
    file, source, session = (action.menu() for action in bar.actions()[:3])
    qtbot.keyClick(app.window.player.view, Qt.Key.Key_F, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(file.isVisible)
    qtbot.keyClick(file, Qt.Key.Key_Right)
    qtbot.waitUntil(source.isVisible)
    qtbot.keyClick(source, Qt.Key.Key_Right)
    qtbot.waitUntil(session.isVisible)
    qtbot.keyClick(session, Qt.Key.Key_Left)
    qtbot.waitUntil(source.isVisible)
    qtbot.keyClick(source, Qt.Key.Key_Escape)
    assert app.window.player.view.frame.index == 4  # nothing was stepped


def test_menus_show_the_keys_that_are_no_shortcuts(desk: Desk) -> None:
    acts = desk.start().window.acts
    assert acts.step_back.text() == "Previous frame\tLeft"
    assert acts.step_back.shortcut().isEmpty()
    assert "(Left)" in acts.step_back.toolTip()
