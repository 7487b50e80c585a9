"""Labels given by key while something plays or rests, by two raters who do not see each other."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from fer_desktop.domain.corrections import Correction
from fer_desktop.recording.correction_files import read_corrections
from fer_desktop.recording.session_reader import SessionReader
from fer_desktop.settings import Settings
from fer_desktop.ui.assembly import Application
from fer_desktop.ui.dialogs.name_dialog import NameDialog
from fer_desktop.ui.dialogs.prompts import OpenTable, SaveTable
from fer_desktop.ui.look.wording import label_text
from fer_desktop.ui.sessions.agreement_dialog import AgreementDialog
from fer_desktop.ui.sessions.corrections_dialog import CorrectionDialog, CorrectionsDialog
from tests.helpers.sources import ScriptedSource
from tests.ui.conftest import MODEL, Desk
from tests.ui.steps import CLIP, at_end, messages

pytestmark = pytest.mark.gui

KEYS = (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3)


def opened(desk: Desk, qtbot: QtBot, rater: str = "Ada", frames: int = 60) -> Application:
    desk.sources[CLIP] = ScriptedSource(frames, fps=100)
    settings = Settings(welcome_accepted=True, model=MODEL, rater=rater)
    app = desk.start(settings, CLIP)
    qtbot.waitUntil(lambda: at_end(app, frames) and app.controller.analysis.is_over)
    return app


def go_to(app: Application, qtbot: QtBot, index: int) -> None:
    app.controller.playback.seek(index * 10_000)
    qtbot.waitUntil(lambda: app.window.player.view.frame.index == index)


def press(app: Application, qtbot: QtBot, number: int) -> None:
    app.window.acts.correction_keys[number - 1].trigger()


def labels(app: Application) -> tuple[str, ...]:
    return app.window.corrections.labels()


def dialog_of(app: Application) -> CorrectionsDialog:
    app.window.acts.corrections.trigger()
    dialog = app.window.corrections.dialog
    assert dialog is not None
    return dialog


def test_moments_are_corrected_listed_edited_and_deleted(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(desk, qtbot)
    dialog = dialog_of(app)
    assert "Select a face and press a label's key" in dialog.note.text()
    go_to(app, qtbot, 20)
    before = app.window.player.chart.canvas.content
    qtbot.keyClick(app.window.player.view, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(app.window.player.view, Qt.Key.Key_Control)  # let go of it
    moment = Correction("Ada", 1, labels(app)[1], 200_000)
    log = app.controller.session_log
    assert log.corrections() == [moment]
    assert before.corrections == [moment]
    assert "Face 1: " in messages(app)
    assert [dialog.table.item(0, at).text() for at in range(5)] == [
        "0:00.2", "", "Face 1", label_text(labels(app)[1]), "Ada",
    ]  # fmt: skip
    edited = Correction("Ada", 1, labels(app)[2], 100_000, 300_000)
    monkeypatch.setattr(CorrectionDialog, "ask", lambda *_: edited)
    dialog.table.selectRow(0)
    dialog.edit_button.click()
    assert log.corrections() == [edited]
    with SessionReader(log.path) as reader:
        assert reader.corrections() == [edited]
        assert all(
            face.smoothed is not None for row in reader.rows() for face in row.analysis.faces
        )
    go_to(app, qtbot, 50)
    dialog.table.cellDoubleClicked.emit(0, 0)
    qtbot.waitUntil(lambda: app.window.player.view.frame.index == 10)
    dialog.table.selectRow(0)
    dialog.delete_button.click()
    assert log.corrections() == []


def test_while_playing_a_key_begins_a_stretch_and_ends_it(desk: Desk, qtbot: QtBot) -> None:
    app = opened(desk, qtbot, frames=150)
    player, log = app.window.player, app.controller.session_log
    go_to(app, qtbot, 0)
    app.controller.toggle()
    qtbot.waitUntil(lambda: player.view.frame.index >= 10 and app.controller.playback.is_playing)
    press(app, qtbot, 1)
    assert "again to end it" in messages(app)
    (begun,) = log.corrections()
    assert begun.end_us is None  # it is there from now on, whatever comes
    qtbot.waitUntil(lambda: app.controller.playback.position_us > begun.begin_us)
    press(app, qtbot, 2)  # the next one begins where the first one ends
    first, second = log.corrections()
    assert (first.label, first.begin_us) == (labels(app)[0], begun.begin_us)
    assert first.end_us == second.begin_us - 1 or first.end_us == second.begin_us
    qtbot.waitUntil(lambda: app.controller.playback.position_us > second.begin_us)
    press(app, qtbot, 2)
    ended = log.corrections()[-1]
    assert ended.label == labels(app)[1]
    assert ended.begin_us == second.begin_us < ended.end_us
    assert len(log.corrections()) == 2
    plot = player.chart.canvas.plot
    qtbot.waitUntil(lambda: plot.strip.raters == ("Ada",))
    assert plot.strip.box.isVisible()


def test_the_name_of_the_rater_is_asked_once(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(desk, qtbot, rater="")
    answers = iter([None, "Grace"])
    monkeypatch.setattr(NameDialog, "ask", lambda *_: next(answers))
    press(app, qtbot, 1)
    assert app.controller.session_log.corrections() == []
    press(app, qtbot, 1)
    press(app, qtbot, 2)
    assert [one.rater for one in app.controller.session_log.corrections()] == ["Grace"]
    assert app.controller.settings.rater == "Grace"


def test_a_film_that_goes_on_while_the_name_is_asked_moves_no_label(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(desk, qtbot, rater="", frames=60)
    playback = app.controller.playback
    pressed_us: list[int] = []

    def ask(*_: object) -> str:
        pressed_us.append(playback.position_us)
        qtbot.waitUntil(lambda: not playback.is_playing)  # it has come to its end
        return "Grace"

    monkeypatch.setattr(NameDialog, "ask", ask)
    go_to(app, qtbot, 10)
    app.controller.toggle()
    qtbot.waitUntil(lambda: playback.is_playing and app.window.player.view.frame.index > 10)
    press(app, qtbot, 1)
    (begun,) = app.controller.session_log.corrections()
    assert begun.begin_us == pressed_us[0] < playback.position_us
    press(app, qtbot, 1)
    (ended,) = app.controller.session_log.corrections()
    assert (ended.begin_us, ended.end_us) == (begun.begin_us, playback.position_us)


def test_a_second_rater_does_not_see_the_first(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = opened(desk, qtbot)
    log, content = app.controller.session_log, app.window.player.chart.canvas.content
    dialog = dialog_of(app)
    for index in (10, 20, 30):
        go_to(app, qtbot, index)
        press(app, qtbot, 1)
    monkeypatch.setattr(NameDialog, "ask", lambda *_: "Grace")
    dialog.rater_button.click()
    assert dialog.rater.text() == "Rater: Grace"
    assert dialog.table.rowCount() == 0
    assert dialog.others.text() == "Show other raters (1)"
    assert content.corrections == []
    for index, key in ((10, 1), (20, 2)):
        go_to(app, qtbot, index)
        press(app, qtbot, key)
    assert [one.rater for one in content.corrections] == ["Grace"] * 2
    assert len(log.corrections()) == 5
    dialog.others.setChecked(True)
    assert dialog.table.rowCount() == 5
    assert len(content.corrections) == 5
    dialog.table.selectRow(0)  # Ada's
    assert not dialog.delete_button.isEnabled()
    shown: list[AgreementDialog] = []
    monkeypatch.setattr(AgreementDialog, "exec", lambda dialog: shown.append(dialog))
    monkeypatch.setattr(AgreementDialog, "deleteLater", lambda _: None)
    dialog.agreement_button.click()
    qtbot.waitUntil(lambda: shown[0].found is not None)
    table = shown[0].table
    rows = [[table.item(row, at).text() for at in range(5)] for row in range(3)]
    assert rows[0] == ["Ada / Grace", "2", "50.0 %", "0.00", "0.00"]
    assert [row[0] for row in rows[1:]] == [f"{who} / fake7" for who in ("Ada", "Grace")]
    table.put(0, 0, "Rater 1 / seven-expressions")  # the names that are proposed and shipped
    shown[0].show()
    assert table.columnWidth(0) >= table.sizeHintForColumn(0)
    monkeypatch.setattr(SaveTable, "ask", lambda *_: tmp_path / "agreement.csv")
    shown[0].export_button.click()
    qtbot.waitUntil(lambda: "Exported" in shown[0].note.text())
    assert (tmp_path / "agreement.csv").read_text().startswith("sides,step_s,n,agreement")
    shown[0].close()


def test_corrections_are_exported_and_imported(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = opened(desk, qtbot)
    dialog = dialog_of(app)
    go_to(app, qtbot, 10)
    press(app, qtbot, 1)
    given = app.controller.session_log.corrections()
    path = tmp_path / "a.corrections.csv"
    monkeypatch.setattr(SaveTable, "ask", lambda *_: path)
    dialog.export_button.click()
    qtbot.waitUntil(lambda: "Exported to" in dialog.note.text())
    assert read_corrections(path) == given
    with path.open("a") as file:
        file.write("Grace,1,sad,0.2,\nGrace,1,sad,99,\n")
    monkeypatch.setattr(OpenTable, "ask", lambda *_: path)
    dialog.import_button.click()
    qtbot.waitUntil(lambda: "Left out 1 correction beyond the end." in dialog.note.text())
    said = "Imported 1 correction. Left out 1 correction that the session has."
    assert dialog.note.text().startswith(said)
    assert "hidden" in dialog.note.text()
    assert len(app.controller.session_log.corrections()) == 2
    path.write_text("none")
    dialog.import_button.click()
    qtbot.waitUntil(lambda: "cannot be read as corrections" in dialog.note.text())
    app.window.people.hide(1)
    without = tmp_path / "without.csv"
    monkeypatch.setattr(SaveTable, "ask", lambda *_: without)
    dialog.export_button.click()
    qtbot.waitUntil(without.is_file)
    assert read_corrections(without) == []


def test_without_a_face_there_is_nothing_to_correct(desk: Desk, qtbot: QtBot) -> None:
    desk.faces = ((),)
    app = opened(desk, qtbot)
    press(app, qtbot, 1)
    assert "There is no face to correct in this picture." in messages(app)
    assert app.controller.session_log.corrections() == []
