"""Taking results home, from the real window."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fer_desktop import paths
from fer_desktop.errors import SourceError
from fer_desktop.pipeline.events import State
from fer_desktop.recording.session_reader import SessionReader
from fer_desktop.recording.session_store import list_sessions
from fer_desktop.ui.dialogs.prompts import Confirm, SaveCsv
from fer_desktop.ui.viewer.recording_sign import RecordingSign
from tests.helpers.sources import ScriptedCamera, ScriptedSource
from tests.ui.conftest import Desk
from tests.ui.steps import (
    CAMERA,
    CLIP,
    messages,
    play_clip,
)

pytestmark = pytest.mark.gui


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_from_source_to_table_no_frame_is_lost(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    desk.sources[CLIP] = ScriptedSource(40, may_come=lambda index: desk.has_read(index - 1))
    app = play_clip(desk, qtbot, frames=40)
    app.controller.stop()
    qtbot.waitUntil(lambda: app.controller.state is State.IDLE)
    table = tmp_path / "out.csv"
    monkeypatch.setattr(SaveCsv, "ask", lambda *_: table)
    qtbot.waitUntil(lambda: list_sessions(paths.sessions_dir())[0].is_complete)
    app.window.acts.export.trigger()
    qtbot.waitUntil(lambda: "Exported 40 rows from 40 frames" in messages(app))
    assert str(tmp_path) in messages(app).replace("\u200b", "")
    assert app.window.messages.row.button.text() == "Open folder"
    assert [int(row["frame_index"]) for row in rows_of(table)] == list(range(40))


def test_a_running_session_is_exported_and_goes_on(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    desk.sources[CAMERA] = ScriptedCamera(fps=100)
    app = desk.start(wanted=CAMERA)
    qtbot.waitUntil(lambda: any(one.frames > 10 for one in list_sessions(paths.sessions_dir())))
    monkeypatch.setattr(SaveCsv, "ask", lambda *_: tmp_path / "live.csv")
    app.window.acts.export.trigger()
    qtbot.waitUntil(lambda: "Exported" in messages(app))
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
    qtbot.waitUntil(lambda: "Exported" in messages(app))
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


def test_a_key_that_is_held_down_marks_once_and_steps_on(desk: Desk, qtbot: QtBot) -> None:
    window = play_clip(desk, qtbot).window
    acts = window.acts
    obeyed: list[QAction] = []
    for action in (acts.mark_keys[0], acts.step_forward):
        action.setEnabled(True)
        action.triggered.connect(lambda _=False, action=action: obeyed.append(action))
    for key in (Qt.Key.Key_1, Qt.Key.Key_Right):
        for is_repeated in (False, True, True):
            event = QKeyEvent(
                QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, "", is_repeated
            )
            QApplication.sendEvent(window, event)
    assert obeyed == [acts.mark_keys[0], *[acts.step_forward] * 3]
    once = (acts.new_window, acts.why, acts.mark, acts.record, acts.snapshot)
    assert not any(action.autoRepeat() for action in once)
    assert acts.zoom_in.autoRepeat()


def test_a_snapshot_is_saved(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    app = play_clip(desk, qtbot)
    qtbot.keyClick(app.window, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: "Saved the snapshot" in messages(app))
    (picture,) = paths.pictures_dir().glob("*.png")
    assert picture.stat().st_size > 0


def test_a_camera_is_recorded(desk: Desk, qtbot: QtBot) -> None:
    desk.sources[CAMERA] = ScriptedCamera(fps=60)
    app = desk.start(wanted=CAMERA)
    qtbot.waitUntil(lambda: app.window.acts.record.isEnabled())
    qtbot.keyClick(app.window, Qt.Key.Key_R)
    assert app.window.acts.record.isChecked()
    qtbot.waitUntil(lambda: "recording" in app.window.status.text())
    (sign,) = app.window.player.view.findChildren(RecordingSign)
    qtbot.waitUntil(sign.isVisible)  # with the first picture
    assert sign.text().startswith("● REC with labels  00:00:0")
    assert app.window.windowTitle().startswith("● Recording")
    assert app.window.acts.record.text() == "Stop recording"
    qtbot.wait(300)
    app.window.acts.record.trigger()
    qtbot.waitUntil(lambda: "Recorded" in messages(app))
    (video,) = paths.videos_dir().glob("*.mp4")
    assert video.stat().st_size > 0
    assert not app.window.acts.record.isChecked()
    assert app.window.acts.record.text() == "Record"
    assert not app.window.windowTitle().startswith("●")
    qtbot.waitUntil(sign.isHidden)


def test_what_is_recorded_is_chosen_and_shown(desk: Desk, qtbot: QtBot) -> None:
    desk.sources[CAMERA] = ScriptedCamera(fps=60)
    app = desk.start(wanted=CAMERA)
    acts = app.window.acts
    qtbot.waitUntil(lambda: acts.record.isEnabled())
    _, clean, blurred = acts.record_kinds.actions()
    clean.trigger()
    blurred.trigger()
    assert app.controller.settings.recording_kind == "blurred"
    assert [action.isChecked() for action in acts.record_kinds.actions()] == [False, False, True]
    acts.record.trigger()
    (sign,) = app.window.player.view.findChildren(RecordingSign)
    assert sign.text().startswith("● REC faces blurred  00:00:0")
    assert not blurred.isEnabled()
    qtbot.wait(300)
    acts.record.trigger()
    qtbot.waitUntil(lambda: "(faces blurred) to" in messages(app))
    assert blurred.isEnabled()


def test_a_missing_folder_is_not_the_one_visited_last(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = play_clip(desk, qtbot)
    gone = str(tmp_path / "unplugged")
    folders = {name: gone for name in ("export_dir", "snapshot_dir", "recording_dir")}
    app.controller.update_settings(replace(app.controller.settings, **folders))
    suggested: list[Path] = []
    monkeypatch.setattr(SaveCsv, "ask", lambda _, suggestion: suggested.append(suggestion))
    app.window.acts.export.trigger()
    assert suggested[0].parent == paths.documents_dir()
    assert suggested[0].parent.is_dir()
    app.window.acts.snapshot.trigger()
    qtbot.waitUntil(lambda: "Saved the snapshot" in messages(app))
    (picture,) = paths.pictures_dir().glob("*.png")
    said = messages(app).replace("\u200b", "")
    assert str(picture) in said
    assert f"The folder {gone} from the settings was not found." in said
    assert not Path(gone).exists()
