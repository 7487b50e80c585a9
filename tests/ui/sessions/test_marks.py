"""The list of marks beside the real window."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from fer_desktop.recording.mark_files import read_marks, write_marks
from fer_desktop.recording.session_format import Mark
from fer_desktop.recording.session_reader import SessionReader
from fer_desktop.ui.dialogs.prompts import MarkFile
from fer_desktop.ui.sessions.marks_dialog import MarkDialog
from tests.helpers.sources import ScriptedSource
from tests.ui.conftest import Desk
from tests.ui.steps import CLIP, play_clip

pytestmark = pytest.mark.gui


def test_marks_are_listed_edited_jumped_to_and_deleted(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = play_clip(desk, qtbot, frames=60)
    qtbot.waitUntil(lambda: app.controller.analysis.is_over)
    app.window.acts.marks.trigger()
    dialog = app.window.commands.marks.dialog
    assert "Press M" in dialog.note.text()
    app.controller.playback.seek(200_000)
    app.window.acts.mark.trigger()
    assert dialog.table.rowCount() == 1
    edited = Mark(200_000, "laughs", 400_000)
    monkeypatch.setattr(MarkDialog, "ask", lambda *_: edited)
    dialog.table.selectRow(0)
    dialog.edit_button.click()
    assert [dialog.table.item(0, column).text() for column in range(3)] == [
        "0:00.2", "0:00.4", "laughs",
    ]  # fmt: skip
    content = app.window.player.chart.canvas.content
    assert content.marks == [edited]
    with SessionReader(app.controller.session_log.path) as reader:
        assert reader.marks() == [edited]
    app.controller.playback.seek(0)
    qtbot.waitUntil(lambda: app.window.player.view.frame.index == 0)
    dialog.table.cellDoubleClicked.emit(0, 0)
    qtbot.waitUntil(lambda: app.window.player.view.frame.index == 20)
    app.controller.playback.seek(500_000)
    monkeypatch.setattr(MarkDialog, "ask", lambda _, mark, position_us: mark)
    dialog.add_button.click()
    assert app.controller.marks.all() == [edited, Mark(500_000, "")]
    dialog.table.selectAll()
    dialog.delete_button.click()
    assert dialog.table.rowCount() == 0
    assert content.marks == []


def test_marks_come_from_elan_and_go_there(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    desk.sources[CLIP] = ScriptedSource(60, fps=30)
    app = play_clip(desk, qtbot, frames=60)
    app.window.acts.marks.trigger()
    dialog = app.window.commands.marks.dialog
    given = [Mark(500_000, "nods", 900_000), Mark(90_000_000, "later")]
    write_marks(given, tmp_path / "in.eaf", "")
    monkeypatch.setattr(MarkFile, "ask_to_read", lambda *_: tmp_path / "in.eaf")
    for said in ("Imported 1 mark.", "Imported 0 marks. Left out 1 mark that the session has."):
        dialog.import_button.click()
        qtbot.waitUntil(lambda: "Left out 1 mark beyond the end." in dialog.note.text())
        assert dialog.note.text().startswith(said)
        assert dialog.table.rowCount() == 1
        dialog.note.clear()
    monkeypatch.setattr(MarkFile, "ask_to_write", lambda *_: tmp_path / "out.csv")
    dialog.export_button.click()
    qtbot.waitUntil(lambda: "Exported to" in dialog.note.text())
    assert read_marks(tmp_path / "out.csv").marks == given[:1]
    write_marks([Mark(500_000, "nods", 900_000)], tmp_path / "in.eaf", "", overwrite=True)
    app.controller.marks.replace([Mark(500_100, "nods", 899_967)])  # ELAN knows milliseconds
    dialog.refresh()
    dialog.note.clear()
    dialog.import_button.click()
    qtbot.waitUntil(lambda: "Imported 0 marks." in dialog.note.text())
    assert dialog.table.rowCount() == 1
    elan = (tmp_path / "in.eaf").read_text()
    belonging = '<ANNOTATION><REF_ANNOTATION ANNOTATION_ID="a9" ANNOTATION_REF="a1"/></ANNOTATION>'
    (tmp_path / "in.eaf").write_text(elan.replace("</TIER>", f"{belonging}</TIER>"))
    dialog.import_button.click()
    left_out = "Left out 1 annotation without own times."
    qtbot.waitUntil(lambda: left_out in dialog.note.text())
    (tmp_path / "bad.eaf").write_text("no marks")
    monkeypatch.setattr(MarkFile, "ask_to_read", lambda *_: tmp_path / "bad.eaf")
    dialog.import_button.click()
    qtbot.waitUntil(lambda: "cannot be read as marks" in dialog.note.text())


def test_a_mark_is_a_moment_or_a_stretch(qtbot: QtBot) -> None:
    dialog = MarkDialog(Mark(1_500_000, "nods"), 4_000_000)
    qtbot.addWidget(dialog)
    assert dialog.answer() == Mark(1_500_000, "nods")
    assert not dialog.has_changes()
    dialog.is_stretch.setChecked(True)
    dialog.end.setValue(0.5)  # the wrong way round
    assert dialog.answer() == Mark(500_000, "nods", 1_500_000)
    dialog.is_stretch.setChecked(False)
