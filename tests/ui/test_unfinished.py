"""What is being written when the window closes: waited for, given up, and told of."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from fer_desktop import paths
from fer_desktop.domain.session_end import SessionEnd
from fer_desktop.errors import StorageError
from fer_desktop.recording.counts import Counts
from fer_desktop.recording.session_writer import SessionWriter
from fer_desktop.ui.assembly import Application
from fer_desktop.ui.dialogs.prompts import SaveCsv
from fer_desktop.ui.runtime.unfinished import Making, UnfinishedNote, left_unfinished
from fer_desktop.ui.sessions import exporter
from tests.recording import samples
from tests.ui.conftest import Desk
from tests.ui.steps import messages

pytestmark = pytest.mark.gui

_KILLED = """
import sys
from pathlib import Path
from fer_desktop.ui.runtime.unfinished import Making, UnfinishedNote
note = UnfinishedNote(Making.of(sys.argv[1], Path(sys.argv[2]), [("one", Path(sys.argv[3]))]))
print("noted", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def session(tmp_path: Path) -> Path:
    path = tmp_path / "one.fersession"
    writer = SessionWriter(path, samples.VIDEO, settings={})
    writer.model_changed(samples.PRESET, 0)
    writer.write(samples.frame(0, samples.face(raw=samples.scores(0.5, 0.25, 0.25))))
    writer.close(SessionEnd())
    return path


@pytest.fixture
def held_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[threading.Event]:
    """Let exports to ``tmp_path`` wait until this is set."""
    may_end = threading.Event()

    def export(*_: object, **__: object) -> Counts:
        may_end.wait()
        return Counts(1, 1)

    monkeypatch.setattr(exporter, "export_session", export)
    monkeypatch.setattr(SaveCsv, "ask", lambda *_: tmp_path / "one.csv")
    yield may_end
    may_end.set()


def killed_while_making(kind: str, path: Path, session: Path) -> None:
    """Let a process be killed that makes something."""
    with subprocess.Popen(
        [sys.executable, "-c", _KILLED, kind, str(path), str(session)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert not left_unfinished()  # it is still at work
        process.kill()


def close_and(app: Application, press: str = "") -> tuple[bool, str]:
    """Close the window and press a button of what it asks; tell whether it closed, and the text."""
    asked: list[str] = []

    def answer() -> None:
        box = QApplication.activeModalWidget()
        if not isinstance(box, QMessageBox):
            return
        look.stop()
        asked.append(f"{box.text()} {box.informativeText()}")
        for button in box.findChildren(QPushButton):
            if press and button.text() == press:
                button.click()

    look = QTimer(app.window)
    look.timeout.connect(answer)
    look.start(50)
    return app.window.close(), "".join(asked)


def test_the_window_stays_open_if_that_is_wanted(
    desk: Desk, session: Path, held_up: threading.Event
) -> None:
    app = desk.start()
    app.window.commands.exporter.ask_and_export(session, app.controller.settings)
    closed, text = close_and(app, "Keep open")
    assert not closed
    assert "one.csv" in text
    assert "closes by itself" in text
    assert app.window.isVisible()


def test_it_closes_by_itself_when_all_is_written(
    desk: Desk, session: Path, held_up: threading.Event
) -> None:
    app = desk.start()
    app.window.commands.exporter.ask_and_export(session, app.controller.settings)
    QTimer.singleShot(800, held_up.set)
    closed, text = close_and(app)
    assert closed
    assert text
    app.shut_down()
    assert not left_unfinished()


def test_what_is_given_up_is_told_at_the_next_start(
    desk: Desk, session: Path, held_up: threading.Event, qtbot: QtBot
) -> None:
    app = desk.start()
    app.window.commands.exporter.ask_and_export(session, app.controller.settings)
    qtbot.waitUntil(lambda: len(list(paths.unfinished_dir().glob("*"))) == 1)
    closed, _ = close_and(app, "Close now")
    assert closed
    app.shut_down()
    assert list(paths.unfinished_dir().glob("*"))


def test_a_failure_that_nobody_hears_of_is_told_at_the_next_start(
    desk: Desk, tmp_path: Path, qtbot: QtBot
) -> None:
    app = desk.start()
    may_fail = threading.Event()

    def fail() -> None:
        may_fail.wait()
        raise StorageError("The disk is full.")

    heard: list[object] = []
    app.background.run(
        "export", fail, heard.append, heard.append, makes=Making.of("table", tmp_path / "a.csv")
    )
    app.window.close_unasked()
    app.background.close()
    may_fail.set()
    app.background.shutdown(10.0)
    assert not heard
    assert len(list(paths.unfinished_dir().glob("*"))) == 1


@pytest.mark.parametrize(
    ("kind", "button"),
    [
        ("table", "Export again…"),
        ("report", "Export again…"),
        ("bundle", "Export again…"),
        ("import", ""),
        ("video", "Open folder"),
        ("file", ""),
    ],
)
def test_the_next_start_offers_to_make_it_again(
    desk: Desk, tmp_path: Path, session: Path, qtbot: QtBot, kind: str, button: str
) -> None:
    killed_while_making(kind, tmp_path / "a result", session)
    app = desk.start()
    qtbot.waitUntil(lambda: "a result" in messages(app))
    assert "Not finished when FER Desktop closed" in messages(app)
    row = app.window.messages.row
    assert row is not None
    assert (row.button.text() if row.button is not None else "") == button
    assert not left_unfinished()  # it is told once


def test_a_table_is_exported_again(
    desk: Desk, tmp_path: Path, session: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_while_making("table", tmp_path / "a.csv", session)
    monkeypatch.setattr(SaveCsv, "ask", lambda *_: tmp_path / "a.csv")
    app = desk.start()
    qtbot.waitUntil(lambda: "a.csv" in messages(app))
    app.window.messages.row.button.click()
    qtbot.waitUntil(lambda: "Exported 1 row" in messages(app))
    assert (tmp_path / "a.csv").is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such pipes")
def test_a_note_that_means_nothing_does_no_harm(profile: Path) -> None:
    note = UnfinishedNote(Making("table", "a.csv"))
    (paths.unfinished_dir() / "bad.json").write_text('{"kind": "spoon", "path": 1e999}')
    (paths.unfinished_dir() / "empty.json").touch()
    os.mkfifo(paths.unfinished_dir() / "pipe.json")
    assert not left_unfinished()
    assert len(list(paths.unfinished_dir().glob("*"))) == 1
    note.withdraw()
    assert not list(paths.unfinished_dir().glob("*"))


def test_where_nothing_can_be_noted_it_is_made_all_the_same(profile: Path) -> None:
    profile.mkdir(parents=True, exist_ok=True)
    paths.unfinished_dir().write_text("in the way")
    UnfinishedNote(Making("table", "a.csv")).withdraw()
    assert not left_unfinished()
