"""Many files, one after the other, in the real window."""

import csv
import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from fer_desktop import paths
from fer_desktop.errors import SourceError
from fer_desktop.pipeline.events import State
from fer_desktop.recording.session_store import list_sessions
from fer_desktop.ui.assembly import Application
from fer_desktop.ui.dialogs.prompts import OneTableOrEach, OpenFolder, OpenSeveralMedia, SaveCsv
from fer_desktop.ui.runtime.source_request import SourceRequest
from tests.helpers.sources import ScriptedCamera, ScriptedSource
from tests.ui.conftest import Desk
from tests.ui.steps import CAMERA, CLIP, messages, play_clip

pytestmark = pytest.mark.gui


def files_of(desk: Desk, folder: Path, count: int, frames: int = 3) -> list[Path]:
    found = [folder / f"{number:02}.mp4" for number in range(count)]
    for path in found:
        desk.sources[SourceRequest("file", str(path))] = ScriptedSource(frames)
    return found


def kept_files() -> list[str]:
    files: list[str] = json.loads(paths.queue_file().read_text())["files"]
    return files


def states(app: Application) -> list[str]:
    return [entry.state for entry in app.window.queue.queue.entries]


def test_forty_files_are_analysed_and_exported_as_one_table(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = play_clip(desk, qtbot)
    files = files_of(desk, tmp_path, 40)
    broken = SourceError("07.mp4 is empty.", hint="Copy it again.")
    desk.refusals[SourceRequest("file", str(files[7]))] = broken
    unreadable = SourceError("09.mp4 is not a video.")
    desk.sources[SourceRequest("file", str(files[9]))] = ScriptedSource(open_error=unreadable)
    damaged = SourceError("11.mp4 is damaged.")
    desk.sources[SourceRequest("file", str(files[11]))] = ScriptedSource(3, error=damaged)
    app.window.acts.analyze_files.trigger()
    monkeypatch.setattr(OpenSeveralMedia, "ask", lambda *_: files)
    dialog = app.window.queue.dialog
    assert dialog is not None
    dialog.add_button.click()
    qtbot.waitUntil(lambda: len(states(app)) == 40)
    qtbot.waitUntil(lambda: not app.window.queue.queue.is_busy)
    assert [states(app)[at] for at in (0, 7, 9, 11, 39)] == [
        "done", "failed", "failed", "stopped", "done",
    ]  # fmt: skip
    assert states(app).count("done") == 37
    assert "40 of 40 files done, 2 failed" in dialog.note.text()
    assert dialog.table.item(9, 4).text() == "is not a video."  # its row names it
    assert dialog.table.item(11, 1).text() == "in part"
    assert "The analysis of 40 files is done. 2 files could not be read." in messages(app)
    monkeypatch.setattr(OneTableOrEach, "ask", lambda *_: "one")
    monkeypatch.setattr(SaveCsv, "ask", lambda *_: tmp_path / "all.csv")
    dialog.export_button.click()
    qtbot.waitUntil(lambda: "Exported 38 sessions with 114 rows" in dialog.note.text())
    with (tmp_path / "all.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0])[-1] == "session"
    assert [row["session"] for row in rows[:4]] == ["00", "00", "00", "01"]
    meta = json.loads((tmp_path / "all.meta.json").read_text())
    assert [entry["session"] for entry in meta["sessions"]][-1] == "39"
    assert [entry["is_complete"] for entry in meta["sessions"]].count(False) == 1


def test_each_file_of_the_list_gets_a_table(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = play_clip(desk, qtbot)
    app.window.queue.add(files_of(desk, tmp_path, 3))
    qtbot.waitUntil(lambda: not app.window.queue.queue.is_busy)
    out = tmp_path / "out"
    out.mkdir()
    (out / "01.csv").write_text("precious")
    monkeypatch.setattr(OneTableOrEach, "ask", lambda *_: "each")
    monkeypatch.setattr(OpenFolder, "ask", lambda *_: out)
    app.window.queue.dialog.export_button.click()
    qtbot.waitUntil(lambda: "Exported 3 sessions" in messages(app))
    names = sorted(path.name for path in out.glob("*.csv"))
    assert names == ["00.csv", "01-2.csv", "01.csv", "02.csv"]
    assert (out / "01.csv").read_text() == "precious"


def test_the_list_waits_while_a_camera_is_open(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    desk.sources[CAMERA] = ScriptedCamera(fps=60)
    app = desk.start(wanted=CAMERA)
    qtbot.waitUntil(lambda: app.controller.state is State.RUNNING)
    app.window.queue.add(files_of(desk, tmp_path, 2))
    qtbot.waitUntil(lambda: states(app) == ["running", "waiting"])
    qtbot.wait(100)
    assert app.window.queue.queue.entries[0].frames == 0
    assert "queue: 0 of 2" in app.window.status.text()
    app.controller.stop()
    qtbot.waitUntil(lambda: states(app) == ["done", "done"])


def test_the_list_can_be_paused_whatever_is_shown(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    app = play_clip(desk, qtbot)  # which is analysed to its end
    pause = app.window.acts.pause_analysis
    qtbot.waitUntil(lambda: not pause.isEnabled())
    app.window.queue.add(files_of(desk, tmp_path, 2, frames=2_000))
    qtbot.waitUntil(pause.isEnabled)
    pause.trigger()
    qtbot.waitUntil(lambda: pause.text() == "Resume analysis")
    app.window.queue.queue.remove([0, 1])


def test_what_waits_is_offered_at_the_next_start(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    app = play_clip(desk, qtbot)
    app.window.acts.pause_analysis.setEnabled(True)
    app.window.acts.pause_analysis.trigger()
    files = files_of(desk, tmp_path, 3)
    for path in files[:2]:
        path.touch()
    app.window.queue.add(files)
    qtbot.waitUntil(lambda: paths.queue_file().is_file())
    qtbot.waitUntil(lambda: "02.mp4" in paths.queue_file().read_text())
    app.window.close_unasked()
    app.shut_down()
    again = desk.start(wanted=CLIP)
    qtbot.waitUntil(lambda: "2 files waited to be analysed." in messages(again))
    # What is analysed meanwhile does not put them out of mind.
    (other,) = files_of(desk, tmp_path / "other", 1)
    again.window.queue.add([other])
    qtbot.waitUntil(lambda: states(again) == ["done"])
    qtbot.waitUntil(lambda: "The analysis of 1 file is done." in messages(again))
    qtbot.waitUntil(lambda: kept_files() == [str(path) for path in files[:2]])
    (offer,) = [one for one in again.window.messages.messages if "waited" in one.text]
    assert offer.stands
    assert offer.run is not None
    offer.run()
    qtbot.waitUntil(lambda: len(states(again)) == 3)
    qtbot.waitUntil(lambda: not again.window.queue.queue.is_busy)
    qtbot.waitUntil(lambda: not paths.queue_file().exists())


def test_a_damaged_list_is_told_and_does_no_harm(desk: Desk, qtbot: QtBot) -> None:
    paths.queue_file().write_text('{"files": [1, 2]}')
    app = play_clip(desk, qtbot)
    qtbot.waitUntil(lambda: "waited to be analysed cannot be read" in messages(app))


def test_a_file_that_is_on_the_list_twice_is_taken_off_twice(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    app = play_clip(desk, qtbot)
    queue = app.window.queue.queue
    (path,) = files_of(desk, tmp_path, 1)
    for _ in range(2):
        queue.add([path])
        qtbot.waitUntil(lambda: not queue.is_busy)
    assert states(app) == ["done", "done"]
    queue.remove([0, 1])
    assert states(app) == []


def test_files_are_taken_off_the_list_and_shown(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    app = play_clip(desk, qtbot)
    app.window.acts.pause_analysis.setEnabled(True)
    app.window.acts.pause_analysis.trigger()
    app.window.queue.add(files_of(desk, tmp_path, 4))
    dialog = app.window.queue.dialog
    qtbot.waitUntil(lambda: states(app)[0] == "running")
    dialog.table.selectRow(0)
    dialog.remove_button.click()
    qtbot.waitUntil(lambda: states(app) == ["running", "waiting", "waiting"])
    dialog.table.selectRow(2)
    qtbot.keyClick(dialog.table, Qt.Key.Key_Tab)
    dialog.show_button.click()
    qtbot.waitUntil(lambda: desk.requests[-1].uri.endswith("03.mp4"))
    assert len(states(app)) == 2
    app.window.acts.pause_analysis.trigger()
    qtbot.waitUntil(lambda: states(app) == ["done", "done"])
    qtbot.waitUntil(lambda: app.controller.analysis.is_whole)
    assert len(list_sessions(paths.sessions_dir())) == 4
