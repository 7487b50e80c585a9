"""Sessions saved as a bundle, and brought in from one, in the real window."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from fer_desktop import cli, paths
from fer_desktop.recording.bundle_writing import write_bundle
from fer_desktop.recording.session_format import Mark
from fer_desktop.recording.session_store import list_sessions, new_session_file
from fer_desktop.recording.session_writer import SessionWriter
from fer_desktop.ui.dialogs.prompts import BundleFile, BundleVideos
from fer_desktop.ui.runtime.source_request import SourceRequest
from fer_desktop.ui.sessions.sessions_dialog import SessionsDialog
from tests.recording.samples import PRESET, VIDEO, face, frame, scores
from tests.ui.conftest import Desk
from tests.ui.steps import CLIP, at_end, messages

pytestmark = pytest.mark.gui


def _session(folder: Path, name: str) -> Path:
    path = new_session_file(folder, VIDEO)
    writer = SessionWriter(path, VIDEO, settings={})
    writer.model_changed(PRESET, 0, engine="litert", device="CPU")
    for index in range(6):
        writer.write(frame(index, face(1, raw=scores(0.5, 0.25, 0.25))))
    writer.add_mark(Mark(40_000, name))
    writer.close()
    return path


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """From another computer."""
    session = _session(tmp_path / "elsewhere", "smiles")
    return write_bundle([("Ann", session)], tmp_path / "ann.ferbundle").path


def test_a_dropped_bundle_is_imported_and_shown(desk: Desk, qtbot: QtBot, bundle: Path) -> None:
    app = desk.start(wanted=CLIP)
    qtbot.waitUntil(lambda: at_end(app, 5))
    app.window.dropped.open([bundle])
    qtbot.waitUntil(lambda: app.controller.past is not None)
    chart = app.window.player.chart
    qtbot.waitUntil(lambda: [mark.text for mark in chart.canvas.content.marks] == ["smiles"])
    assert app.controller.past.summary.path.parent == paths.sessions_dir()
    qtbot.waitUntil(lambda: app.window.player.view.analysis is not None)


def test_a_bundle_is_opened_by_a_double_click(
    desk: Desk, qtbot: QtBot, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    assert cli.main([str(bundle)], lambda args: opened.append(args.open) or 0) == 0
    app = desk.start(wanted=SourceRequest("file", opened[0]))
    qtbot.waitUntil(lambda: app.controller.past is not None)
    assert len(list_sessions(paths.sessions_dir())) == 1
    monkeypatch.setattr(BundleFile, "ask_to_read", lambda *_: bundle)
    app.window.acts.import_bundle.trigger()
    qtbot.waitUntil(lambda: not app.background.is_busy)
    assert len(list_sessions(paths.sessions_dir())) == 1  # it is there already


def test_a_start_with_several_sessions_says_where_they_are(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    sessions = [(name, _session(tmp_path / name, name)) for name in ("Ann", "Ben")]
    several = write_bundle(sessions, tmp_path / "study.ferbundle").path
    app = desk.start(wanted=SourceRequest("file", str(several)))
    qtbot.waitUntil(lambda: "Imported 2 sessions." in messages(app))
    assert app.window.pages.currentWidget() is app.window.pages.empty
    assert app.window.pages.empty.title.text() == "study.ferbundle"
    assert "Past sessions" in app.window.pages.empty.text.text()


def test_a_bundle_that_is_none_is_refused_in_a_sentence(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    app = desk.start(wanted=CLIP)
    qtbot.waitUntil(lambda: at_end(app, 5))
    (tmp_path / "x.ferbundle").write_bytes(b"nothing")
    app.window.dropped.open([tmp_path / "x.ferbundle"])
    qtbot.waitUntil(lambda: "x.ferbundle is damaged" in messages(app))
    assert app.controller.past is None


def test_chosen_sessions_are_saved_and_brought_in_from_their_list(
    desk: Desk, qtbot: QtBot, tmp_path: Path, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions = paths.sessions_dir()
    for name in ("one", "two"):
        _session(sessions, name)
    app = desk.start(wanted=CLIP)
    qtbot.waitUntil(lambda: at_end(app, 5))
    qtbot.waitUntil(lambda: len(list_sessions(sessions)) == 3)
    target = tmp_path / "both.ferbundle"
    monkeypatch.setattr(BundleVideos, "ask", lambda *_: True)
    monkeypatch.setattr(BundleFile, "ask_to_write", lambda *_: target)
    monkeypatch.setattr(BundleFile, "ask_to_read", lambda *_: bundle)

    def exec_(dialog: SessionsDialog) -> int:
        qtbot.waitUntil(lambda: dialog.table.rowCount() == 3)
        dialog.table.selectAll()
        dialog.more.bundle.trigger()
        qtbot.waitUntil(lambda: "Saved 3 sessions to" in dialog.note.text())
        assert "was not found, so it is not included" in dialog.note.text()
        dialog.import_wanted.emit()
        qtbot.waitUntil(lambda: "Imported" in dialog.note.text())
        qtbot.waitUntil(lambda: dialog.table.rowCount() == 4)
        assert "Imported 1 session." in dialog.note.text()
        return 0

    monkeypatch.setattr(SessionsDialog, "exec", exec_)
    app.window.acts.sessions.trigger()
    assert target.is_file()
    assert app.controller.past is None
