"""The keys 1 to 9: named once, pressed while something plays."""

import json
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from fer_desktop import paths
from fer_desktop.recording.session_format import Mark
from fer_desktop.recording.session_reader import SessionReader
from fer_desktop.settings import MarkKey, Settings, load_settings, save_settings
from fer_desktop.ui.assembly import Application
from fer_desktop.ui.dialogs.mark_keys_dialog import MarkKeysDialog
from fer_desktop.ui.sessions.marks_dialog import MarkDialog
from tests.helpers.sources import ScriptedSource
from tests.ui.conftest import MODEL, Desk
from tests.ui.steps import CLIP, at_end, messages, play_clip

pytestmark = pytest.mark.gui

KEYS = (
    MarkKey(text="laughs", color="#e69f00", is_stretch=True),
    MarkKey(text="a question"),
)


def go_to(app: Application, qtbot: QtBot, index: int) -> None:
    app.controller.playback.seek(index * 10_000)
    qtbot.waitUntil(lambda: app.window.player.view.frame.index == index)


def test_keys_mark_moments_and_stretches(desk: Desk, qtbot: QtBot) -> None:
    desk.sources[CLIP] = ScriptedSource(60, fps=100)
    app = desk.start(Settings(welcome_accepted=True, model=MODEL, mark_keys=KEYS), CLIP)
    qtbot.waitUntil(lambda: at_end(app, 60) and app.controller.analysis.is_over)
    log = app.controller.session_log

    def press(key: Qt.Key) -> None:
        qtbot.keyClick(app.window.player.view, key)

    go_to(app, qtbot, 40)
    press(Qt.Key.Key_1)
    # It is there from the first press on, whatever comes.
    assert log.marks() == [Mark(400_000, "laughs", color="#e69f00")]
    assert "Press 1 again" in messages(app)
    go_to(app, qtbot, 30)
    press(Qt.Key.Key_2)
    go_to(app, qtbot, 20)
    press(Qt.Key.Key_1)
    given = [Mark(200_000, "laughs", 400_000, "#e69f00"), Mark(300_000, "a question")]
    assert log.marks() == given
    assert app.window.player.chart.canvas.content.marks == given
    press(Qt.Key.Key_9)
    assert "The key 9 marks nothing yet." in messages(app)
    assert log.marks() == given
    with SessionReader(log.path) as reader:
        assert reader.marks() == given
    # One that was deleted meanwhile is not ended, but begun anew.
    press(Qt.Key.Key_1)
    app.controller.marks.replace(given)
    go_to(app, qtbot, 50)
    press(Qt.Key.Key_1)
    assert log.marks() == [*given, Mark(500_000, "laughs", color="#e69f00")]


def test_keys_are_named_in_a_dialog(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = play_clip(desk, qtbot)
    shown: list[MarkKeysDialog] = []

    def answer(dialog: MarkKeysDialog) -> int:
        shown.append(dialog)
        dialog.texts[2].setText("  looks away ")
        dialog.colors[2].setCurrentIndex(dialog.colors[2].findData("#009e73"))
        dialog.stretches[2].setChecked(True)
        assert dialog.has_changes()
        return 1

    monkeypatch.setattr(MarkKeysDialog, "exec", answer)
    app.window.acts.mark_keys_options.trigger()
    wanted = MarkKey(text="looks away", color="#009e73", is_stretch=True)
    assert app.controller.settings.mark_keys[2] == wanted
    assert app.window.acts.mark_keys[2].text().startswith("looks away")
    app.window.acts.mark_keys[2].trigger()
    assert [mark.text for mark in app.controller.session_log.marks()] == ["looks away"]


def test_keys_come_back_at_the_next_start() -> None:
    path = paths.settings_file()
    save_settings(replace(Settings(), mark_keys=KEYS), path)
    assert load_settings(path) == (Settings(mark_keys=KEYS), None)
    raw = json.loads(path.read_text())
    raw["mark_keys"][0]["color"] = "javascript:"
    raw["mark_keys"][1]["text"] = "x" * 5_000
    path.write_text(json.dumps(raw))
    found, problem = load_settings(path)
    assert problem is None
    assert found.mark_keys == (replace(KEYS[0], color=""), MarkKey(text="x" * 1_000))
    raw["mark_keys"] = [{"text": 5}]
    path.write_text(json.dumps(raw))
    found, problem = load_settings(path)
    assert found.mark_keys == ()
    assert "mark_keys" in str(problem)


def test_the_colour_of_a_mark_is_kept_by_its_dialog(qtbot: QtBot) -> None:
    dialog = MarkDialog(Mark(1_500_000, "nods", color="#123456"), 4_000_000)
    qtbot.addWidget(dialog)
    assert dialog.answer() == Mark(1_500_000, "nods", color="#123456")
    dialog.color.setCurrentIndex(0)
    assert dialog.answer() == Mark(1_500_000, "nods")
