"""Who is who, said in the real window: named, merged, split, hidden, and taken back."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from fer_desktop.domain.people import People
from fer_desktop.recording.session_reader import SessionReader
from fer_desktop.settings import Settings
from fer_desktop.ui.assembly import Application
from fer_desktop.ui.dialogs.name_dialog import NameDialog
from fer_desktop.ui.dialogs.prompts import Confirm, SaveCsv
from tests.helpers.clips import numbered
from tests.helpers.sources import SIZE_PX, ScriptedCamera, ScriptedSource
from tests.ui.conftest import MODEL, Desk
from tests.ui.steps import CAMERA, CLIP, messages, play_clip

pytestmark = pytest.mark.gui

LEFT, RIGHT = (10, 30, 50, 70), (130, 30, 170, 70)


@pytest.fixture
def app(desk: Desk, qtbot: QtBot) -> Application:
    """A clip whose first face leaves after a second, and comes back as another track."""
    times = [*(at * 40_000 for at in range(30)), *(12_000_000 + at * 40_000 for at in range(30))]
    desk.sources[CLIP] = ScriptedSource(times_us=times, frames=60)
    desk.faces = [(LEFT, RIGHT)] * 30 + [(LEFT,)] * 30
    app = desk.start(wanted=CLIP)
    qtbot.waitUntil(lambda: app.controller.analysis is not None and app.controller.analysis.is_over)
    app.controller.playback.step(0)
    show(app, qtbot, 0)
    assert app.window.player.chart.timeline.faces == (1, 2, 3)
    return app


def show(app: Application, qtbot: QtBot, index: int) -> None:
    player = app.window.player
    time_us = player.chart.timeline.spans()[3 if index > 29 else 1][0]
    app.controller.playback.seek(time_us)
    # This very frame: one that was shown while the clip still played may come before it.
    qtbot.waitUntil(
        lambda: player.view.frame is not None and player.view.frame.timestamp_us == time_us
    )
    qtbot.waitUntil(lambda: app.controller.playback.position_us == time_us)
    qtbot.waitUntil(lambda: player.view.analysis is not None)


def entry(menu: QMenu, text: str) -> QAction:
    return next(action for action in menu.actions() if text in action.text())


def signs(app: Application) -> list[str]:
    analysis = app.window.player.view.analysis
    assert analysis is not None
    return [face.sign for face in analysis.faces]


def stored(app: Application) -> People:
    assert app.controller.session_log.path is not None
    with SessionReader(app.controller.session_log.path) as reader:
        return reader.people


def test_a_name_stands_on_picture_card_and_timeline_and_in_the_session(
    app: Application, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    player = app.window.player
    asked = []

    def ask(parent, title, text, suggestion, check) -> str:
        asked.append((title, suggestion))
        check("P01")
        return "P01"

    monkeypatch.setattr(NameDialog, "ask", ask)
    menu = app.window.people.menu_of(2, 0)
    entry(menu, "Name Face 2").trigger()
    assert asked == [("Name of Face 2", "P01")]
    assert signs(app) == ["1", "P01"]
    assert player.cards.cards[1].accessibleName().startswith("P01: ")
    qtbot.waitUntil(lambda: player.chart.faces.itemText(1) == "P01")
    assert stored(app).label(2) == "P01"
    app.controller.people.undo()
    assert signs(app) == ["1", "2"]
    assert stored(app) == People()


def test_merged_tracks_are_one_curve_and_one_selection(app: Application, qtbot: QtBot) -> None:
    player, desk = app.window.player, app.window.people
    player.cards.face_chosen.emit(1)
    merging = entry(desk.menu_of(3, 0), "Merge with").menu()
    assert [action.text() for action in merging.actions()] == ["Face 1", "Face 2"]
    merging.actions()[0].trigger()
    qtbot.waitUntil(lambda: player.chart.faces.count() == 2)
    show(app, qtbot, 40)
    assert signs(app) == ["1"]
    assert player.selection.face_id == 3  # the track of the same person that is there now
    assert [card.is_selected for card in player.cards.cards if not card.is_gone] == [True]
    content = player.chart.canvas.content
    qtbot.waitUntil(lambda: content.person == 1)
    window = content.series.window(0, 14_000_000, 1000)
    known = window.times_us[np.isfinite(window.values).any(axis=1)]
    assert len(known) == 60
    assert (np.diff(window.times_us) > 0).all()
    assert np.isnan(window.values).any(axis=1).sum() == 1  # they do not meet
    assert content.series.nearest(12_000_010, 1000)[0] == 12_000_000
    desk.separate(1)
    assert signs(app) == ["3"]
    assert stored(app) == People()


def test_two_that_are_in_view_together_are_merged_only_if_that_is_meant(
    app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = []

    def ask(parent, title: str, text: str, yes: str) -> bool:
        questions.append(text)
        return len(questions) > 1

    monkeypatch.setattr(Confirm, "ask", ask)
    app.window.people.merge(1, 2)
    assert "30 frames" in questions[0]
    assert signs(app) == ["1", "2"]
    app.window.people.merge(1, 2)
    assert signs(app) == ["1", "1"]


def test_from_a_moment_on_it_is_another_one(app: Application, qtbot: QtBot) -> None:
    player, desk = app.window.player, app.window.people
    assert not entry(desk.menu_of(1, 0), "Another person from 0:00.0 on").isEnabled()
    entry(desk.menu_of(1, 500_000), "Another person from 0:00.5 on").trigger()
    qtbot.waitUntil(lambda: player.chart.faces.count() == 4)
    texts = [player.chart.faces.itemText(row) for row in range(4)]
    assert texts == ["Face 1", "Face 1b", "Face 2", "Face 3"]
    player.chart.faces.activated.emit(1)
    series = player.chart.canvas.content.timeline.of_person(
        app.controller.people.present, player.selection.person
    )
    assert series.window(0, 2_000_000, 500).times_us[0] >= 500_000
    assert series.nearest(400_000, 50_000) is None
    assert len(stored(app).parts) == 2


def test_a_hidden_face_is_gone_everywhere_and_can_be_shown_again(
    app: Application, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    player, desk = app.window.player, app.window.people
    player.cards.face_chosen.emit(1)
    desk.hide(1)
    assert signs(app) == ["2"]
    assert player.selection.face_id == 2
    qtbot.waitUntil(lambda: player.chart.faces.count() == 2)
    qtbot.waitUntil(lambda: [card.face.face_id for card in player.cards.cards] == [2])
    monkeypatch.setattr(SaveCsv, "ask", lambda *_: tmp_path / "a.csv")
    app.window.acts.export.trigger()
    qtbot.waitUntil(lambda: "30 rows of hidden faces were left out" in messages(app))
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["person"] for row in rows} == {"face 2", "face 3"}
    desk.hide(1, False)
    assert signs(app) == ["1", "2"]


def test_the_list_does_it_all(
    app: Application, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.window.acts.people.trigger()
    dialog = app.window.people.dialog
    assert dialog is not None

    def column(at: int) -> list[str]:
        return [dialog.table.item(row, at).text() for row in range(dialog.table.rowCount())]

    assert column(0) == ["Face 1", "Face 2", "Face 3"]
    assert column(2) == ["0:00.0", "0:00.0", "0:12.0"]
    dialog.table.cellDoubleClicked.emit(2, 0)
    qtbot.waitUntil(lambda: app.window.player.view.frame.index == 30)
    assert app.window.player.selection.face_id == 3
    app.controller.playback.seek(520_000)
    qtbot.waitUntil(lambda: app.window.player.view.frame.index == 13)
    dialog.table.selectRow(0)
    dialog.refresh()
    assert dialog.split_button.isEnabled()
    dialog.split_button.click()
    assert column(1) == ["1 (before 0:00.5)", "1 (from 0:00.5)", "2", "3"]
    dialog.table.clearSelection()
    for row in (1, 3):
        for at in range(5):
            dialog.table.item(row, at).setSelected(True)
    dialog.merge_button.click()
    assert column(0) == ["Face 1", "Face 2", "Face 3"]
    assert column(1)[2] == "3, 1 (from 0:00.5)"
    monkeypatch.setattr(NameDialog, "ask", lambda *_: "P07")
    dialog.table.selectRow(2)
    dialog.name_button.click()
    assert column(0) == ["Face 1", "Face 2", "P07"]
    dialog.hide_button.click()
    assert column(4) == ["yes", "yes", "hidden"]
    assert dialog.hide_button.text() == "Show"
    for _ in range(4):
        assert dialog.undo_button.isEnabled()
        dialog.undo_button.click()
    assert column(0) == ["Face 1", "Face 2", "Face 3"]
    assert not dialog.undo_button.isEnabled()


def test_what_was_said_is_there_when_the_session_opens_again(
    app: Application, desk: Desk, qtbot: QtBot
) -> None:
    app.controller.people.change(People().named(1, "P01").merged(3, 1).hidden(2))
    path = app.controller.session_log.path
    app.controller.stop()
    app.window.commands.opener.open(path)
    qtbot.waitUntil(lambda: app.controller.past is not None)
    qtbot.waitUntil(lambda: app.window.player.view.analysis is not None)
    assert signs(app) == ["P01"]
    qtbot.waitUntil(lambda: app.window.player.chart.title == "P01")
    app.controller.people.change(app.controller.people.present.named(1, "P02"))
    assert signs(app) == ["P02"]
    assert stored(app).label(1) == "P02"


def test_names_stay_with_another_model_and_go_with_another_search(
    app: Application, qtbot: QtBot
) -> None:
    app.controller.people.change(People().named(1, "P01"))
    first = app.controller.session_log.path

    def is_anew() -> bool:
        analysis = app.controller.analysis
        is_over = analysis is not None and analysis.is_over and analysis.frames == 60
        return is_over and app.controller.session_log.path != first

    app.controller.update_settings(Settings(welcome_accepted=True, model=MODEL, smoothing_ms=0))
    qtbot.waitUntil(is_anew)
    assert stored(app).label(1) == "P01"
    first = app.controller.session_log.path
    app.controller.update_settings(
        Settings(welcome_accepted=True, model=MODEL, smoothing_ms=0, face_search="small")
    )
    assert not app.controller.people.present
    qtbot.waitUntil(is_anew)
    assert stored(app) == People()


def test_a_camera_goes_on_with_what_was_said(desk: Desk, qtbot: QtBot) -> None:
    # Where frames are dropped, numbered pictures would be cut from one to the next.
    desk.sources[CAMERA] = ScriptedCamera(picture=lambda _: numbered(0, SIZE_PX))
    desk.faces = [(LEFT, RIGHT)]
    app = desk.start(wanted=CAMERA)
    player = app.window.player
    qtbot.waitUntil(lambda: len(player.cards.cards) == 2)
    qtbot.waitUntil(
        lambda: bool(app.window.people.can_split(1, app.controller.playback.position_us))
    )
    now_us = app.controller.playback.position_us
    app.window.people.split(1, now_us)
    app.controller.people.change(app.controller.people.present.hidden(2))
    qtbot.waitUntil(lambda: player.view.frame.timestamp_us > now_us)
    qtbot.waitUntil(lambda: signs(app) == ["1b"])
    app.controller.stop()
    qtbot.waitUntil(lambda: not app.controller.session_log.in_use())
    assert stored(app) == app.controller.people.present


def test_menus_come_from_cards_picture_and_timeline(app: Application) -> None:
    opened: list[tuple[int, int]] = []
    desk = app.window.people
    made = desk.menu_of

    def menu_of(number: int, time_us: int) -> QMenu:
        opened.append((number, time_us))
        return made(number, time_us)

    desk.menu_of = menu_of
    player = app.window.player
    player.cards.cards[1].menu_requested.emit(2, QPoint(5, 5))
    player.view.menu_requested.emit(1, QPoint(5, 5))
    player.cards.face_chosen.emit(2)
    player.chart.canvas.menu_requested.emit(700_000, QPoint(5, 5))
    assert opened == [(2, 0), (1, 0), (2, 700_000)]
    for menu in app.window.findChildren(QMenu):
        menu.close()


def test_nothing_can_be_said_before_anything_is_analysed(desk: Desk, qtbot: QtBot) -> None:
    desk.faces = [()]
    desk.sources[CLIP] = ScriptedSource(may_come=lambda index: desk.may_read.is_set())
    app = desk.start(wanted=CLIP)
    app.window.people.hide(1)
    assert "Nothing is analysed yet" in messages(app)
    app.window.acts.people.trigger()
    assert "No face has been seen yet" in app.window.people.dialog.note.text()


def test_a_played_clip_keeps_its_names(desk: Desk, qtbot: QtBot) -> None:
    app = play_clip(desk, qtbot)
    app.controller.people.change(People().named(1, "=cmd|' /C calc'!A0"))
    assert signs(app) == ["=cmd|' /C calc'!A0"]
