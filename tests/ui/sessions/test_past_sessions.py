"""A past session in the real window: timeline, cards, marks, and the picture where it is found."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from fer_desktop import paths
from fer_desktop.errors import StorageError
from fer_desktop.pipeline.events import State
from fer_desktop.recording.session_facts import SessionFacts, write_facts
from fer_desktop.recording.session_format import Mark
from fer_desktop.recording.session_lock import ShownSession
from fer_desktop.recording.session_reader import SessionReader
from fer_desktop.recording.session_store import list_sessions
from fer_desktop.recording.session_writer import SessionWriter
from fer_desktop.settings import Settings
from fer_desktop.sources.base import FileSource
from fer_desktop.sources.early_file import EarlyFile
from fer_desktop.sources.media_file import VideoSource
from fer_desktop.ui.assembly import Application
from fer_desktop.ui.dialogs.prompts import OpenMedia, SaveCsv
from fer_desktop.ui.runtime.source_request import SourceRequest, last_request
from fer_desktop.ui.sessions import session_opener
from fer_desktop.ui.sessions.sessions_dialog import SessionsDialog
from fer_desktop.ui.why.why_desk import WhyDesk
from tests.helpers.clips import number_of, numbered, write_clip
from tests.helpers.sources import ScriptedCamera
from tests.ui.conftest import MODEL, Desk
from tests.ui.steps import CAMERA, CLIP, at_end, messages, play_clip

pytestmark = pytest.mark.gui


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    folder = tmp_path / "films"
    folder.mkdir()
    return write_clip(folder / "clip.mp4", (numbered(at) for at in range(30)))


@pytest.fixture
def past(desk: Desk, qtbot: QtBot, clip: Path) -> Path:
    """Analyse a clip, mark a moment, and open something else; return the session."""
    request = SourceRequest("file", str(clip))
    desk.sources[request] = VideoSource(clip)
    app = desk.start(wanted=request)
    qtbot.waitUntil(lambda: app.controller.analysis is not None and app.controller.analysis.is_over)
    qtbot.waitUntil(lambda: app.window.player.view.frame is not None)
    app.controller.playback.seek(500_000)
    app.window.acts.mark.trigger()
    path = app.controller.session_log.path
    app.window.close_unasked()
    app.shut_down()
    assert path is not None
    return path


def reopened(desk: Desk, qtbot: QtBot, past: Path, settings: Settings | None = None) -> Application:
    app = desk.start(settings, wanted=CLIP)
    qtbot.waitUntil(lambda: at_end(app, 5))
    app.window.commands.opener.open(past)
    qtbot.waitUntil(lambda: app.controller.past is not None)
    qtbot.waitUntil(lambda: app.window.player.view.analysis is not None)
    return app


def test_a_session_opens_again_with_its_picture(
    desk: Desk, qtbot: QtBot, past: Path, clip: Path
) -> None:
    app = reopened(desk, qtbot, past)
    player, controller = app.window.player, app.controller
    assert app.window.windowTitle().startswith("clip.mp4")
    assert controller.state is State.PAUSED
    qtbot.waitUntil(lambda: "Past session" in app.window.status.text())
    assert "analysed" in app.window.status.text()
    assert len(player.chart.canvas.content.timeline.series(1)) == 30
    assert [mark.text for mark in player.chart.canvas.content.marks] == ["Mark"]
    controller.playback.seek(700_000)
    qtbot.waitUntil(lambda: player.view.frame.index == 21)
    assert number_of(player.view.frame.pixels) == 21
    assert player.view.analysis.frame_index == 21
    assert player.cards.cards[0].face.smoothed is not None
    app.window.acts.summary.trigger()
    summary = app.window.summary.view
    qtbot.waitUntil(lambda: summary.table.rowCount() == 1)
    assert "30 frames" in summary.facts.text()
    before = len(list_sessions(paths.sessions_dir()))
    controller.toggle()
    qtbot.waitUntil(lambda: at_end(app, 30))
    assert len(list_sessions(paths.sessions_dir())) == before  # nothing is analysed again
    assert not app.window.acts.calibrate.isEnabled()


class Watched(EarlyFile):
    """A film that notes that it was let go."""

    made: ClassVar[list["Watched"]] = []

    def __init__(self, make: Callable[[Callable[[], object]], FileSource]) -> None:
        super().__init__(make)
        self.was_closed = False
        self.made.append(self)

    def close(self) -> None:
        super().close()
        self.was_closed = True


@pytest.fixture
def films(monkeypatch: pytest.MonkeyPatch) -> list[Watched]:
    Watched.made.clear()
    monkeypatch.setattr(session_opener, "EarlyFile", Watched)
    return Watched.made


def test_of_two_sessions_asked_for_at_once_the_first_is_let_go(
    desk: Desk, qtbot: QtBot, past: Path, films: list[Watched]
) -> None:
    other = shutil.copyfile(past, past.with_stem("other"))
    app = desk.start(wanted=CLIP)
    app.window.commands.opener.open(past)
    app.window.commands.opener.open(other)
    qtbot.waitUntil(lambda: app.controller.past is not None)
    qtbot.waitUntil(lambda: len(films) == 2 and any(film.was_closed for film in films))
    assert app.controller.past is not None
    assert app.controller.past.summary.path == other
    assert sum(film.was_closed for film in films) == 1
    qtbot.waitUntil(lambda: app.window.player.view.analysis is not None)


def test_the_film_of_a_damaged_session_is_let_go(
    desk: Desk, qtbot: QtBot, past: Path, films: list[Watched]
) -> None:
    with closing(sqlite3.connect(past)) as db, db:
        db.execute("UPDATE faces SET score = 7")
    app = desk.start(wanted=CLIP)
    app.window.commands.opener.open(past)
    qtbot.waitUntil(lambda: "cannot be read" in messages(app))
    assert [film.was_closed for film in films] == [True]
    assert app.controller.past is None


def test_a_file_that_was_moved_is_found_by_its_content(
    desk: Desk, qtbot: QtBot, past: Path, clip: Path
) -> None:
    clip.rename(clip.with_name("another name.mp4"))
    app = reopened(desk, qtbot, past)
    app.controller.playback.seek(700_000)
    qtbot.waitUntil(lambda: app.window.player.view.frame.index == 21)
    assert number_of(app.window.player.view.frame.pixels) == 21
    assert messages(app) == ""


def test_without_its_file_a_session_is_played_without_pictures(
    desk: Desk,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    past: Path,
    clip: Path,
    tmp_path: Path,
) -> None:
    elsewhere = tmp_path / "elsewhere.mp4"
    clip.rename(elsewhere)
    app = reopened(desk, qtbot, past)
    view = app.window.player.view
    assert "clip.mp4 was not found, so its pictures are not shown." in messages(app)
    assert len(set(view.frame.pixels.ravel().tolist())) == 1
    app.controller.playback.seek(700_000)
    qtbot.waitUntil(lambda: view.frame.index == 21)
    assert view.analysis.frame_index == 21
    assert not app.window.acts.analyze_again.isEnabled()
    other = tmp_path / "other.mp4"
    other.write_bytes(os.urandom(500))
    monkeypatch.setattr(OpenMedia, "ask", lambda *_: other)
    app.window.messages.row.button.click()
    qtbot.waitUntil(lambda: "another file than the one that was analysed" in messages(app))
    monkeypatch.setattr(OpenMedia, "ask", lambda *_: elsewhere)
    app.window.commands.opener.open(past, elsewhere)
    qtbot.waitUntil(app.window.acts.analyze_again.isEnabled)
    qtbot.waitUntil(lambda: app.controller.playback.is_seekable)
    app.controller.playback.seek(700_000)
    qtbot.waitUntil(lambda: view.frame is not None and number_of(view.frame.pixels) == 21)


def test_a_file_that_changed_is_not_shown(desk: Desk, qtbot: QtBot, past: Path, clip: Path) -> None:
    write_clip(clip, (numbered(at) for at in range(12)))
    app = reopened(desk, qtbot, past)
    assert "clip.mp4 has changed since it was analysed" in messages(app)


def test_a_session_that_does_not_know_its_file_says_so(
    desk: Desk, qtbot: QtBot, past: Path, clip: Path
) -> None:
    with closing(sqlite3.connect(past)) as db, db:
        db.execute("UPDATE session SET file_length = NULL, file_digest = ''")
    app = reopened(desk, qtbot, past)
    assert "The session does not know the content of clip.mp4" in messages(app)
    app.controller.playback.seek(700_000)
    view = app.window.player.view
    qtbot.waitUntil(lambda: view.frame.index == 21 and number_of(view.frame.pixels) == 21)
    app.window.close_unasked()
    app.shut_down()
    write_clip(clip, (numbered(at) for at in range(12)))
    app = reopened(desk, qtbot, past)
    assert "clip.mp4 has changed since it was analysed" in messages(app)
    assert not app.window.acts.analyze_again.isEnabled()


def test_a_past_session_is_marked_exported_and_analysed_again(
    desk: Desk,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    past: Path,
    clip: Path,
    tmp_path: Path,
) -> None:
    facts = SessionFacts("Pilot", "P01", "control", "Late.")
    write_facts(past, facts)
    app = reopened(desk, qtbot, past)
    app.window.acts.mark.trigger()
    assert "Marked at" in messages(app)
    with SessionReader(past) as reader:
        assert len(reader.marks()) == 2
    monkeypatch.setattr(SaveCsv, "ask", lambda *_: tmp_path / "past.csv")
    app.window.acts.export.trigger()
    qtbot.waitUntil(lambda: "Exported 30 rows" in messages(app))
    count = len(list_sessions(paths.sessions_dir()))
    app.window.acts.analyze_again.trigger()
    qtbot.waitUntil(lambda: app.controller.past is None and app.controller.info is not None)
    qtbot.waitUntil(lambda: app.controller.analysis.is_whole)
    assert past.is_file()
    assert len(list_sessions(paths.sessions_dir())) == count + 1
    with SessionReader(past) as former, SessionReader(app.controller.session_log.path) as again:
        assert len(again.marks()) == 2
        assert again.marks() == former.marks()
        assert again.summary().facts == former.summary().facts == facts
        assert app.window.player.chart.canvas.content.marks == former.marks()
    assert "was analysed before" not in messages(app)  # that is known: it was asked for


def test_a_film_that_was_analysed_before_offers_its_session(
    desk: Desk, qtbot: QtBot, past: Path, clip: Path
) -> None:
    """By what is in it, and while it is analysed anew as before."""
    copy, other = clip.with_name("copy.mp4"), clip.with_name("other.mp4")
    shutil.copy(clip, copy)
    write_clip(other, (numbered(at) for at in range(12)))
    app = desk.start(wanted=CLIP)

    def play(path: Path) -> None:
        request = SourceRequest("file", str(path))
        desk.sources[request] = VideoSource(path)
        app.controller.open(request)
        qtbot.waitUntil(lambda: app.controller.analysis is not None)
        qtbot.waitUntil(lambda: app.controller.analysis.is_whole)
        qtbot.waitUntil(lambda: not app.window.parts.background.is_busy)

    play(other)
    assert "was analysed before" not in messages(app)
    play(copy)
    qtbot.waitUntil(lambda: "copy.mp4 was analysed before, on 20" in messages(app))
    anew = app.controller.session_log.path
    play(other)
    play(copy)  # of two sessions, the one that has a mark is offered, not the latest
    qtbot.waitUntil(lambda: "copy.mp4 was analysed before, on 20" in messages(app))
    row = app.window.messages.row
    assert row.button.text() == "Open that session"
    row.button.click()
    qtbot.waitUntil(lambda: app.controller.past is not None)
    assert app.controller.past.summary.path == past
    assert anew != past
    assert anew.is_file()
    assert "was analysed before" not in messages(app)


def test_a_camera_session_opens_without_pictures(desk: Desk, qtbot: QtBot) -> None:
    desk.sources[CAMERA] = ScriptedCamera(fps=100)
    app = desk.start(wanted=CAMERA)
    qtbot.waitUntil(lambda: app.controller.playback.position_us > 300_000)
    app.controller.stop()
    qtbot.waitUntil(lambda: app.controller.state is State.IDLE)
    qtbot.waitUntil(lambda: list_sessions(paths.sessions_dir())[0].end is not None)
    (summary,) = list_sessions(paths.sessions_dir())
    app.window.commands.opener.open(summary.path)
    qtbot.waitUntil(lambda: app.window.player.view.analysis is not None)
    assert messages(app) == ""
    qtbot.waitUntil(lambda: app.controller.playback.is_seekable)
    view = app.window.player.view
    qtbot.waitUntil(lambda: view.frame.index == 0)
    with SessionReader(summary.path) as reader:
        times_us = reader.times_us()
    for at in (1, 2):  # frames that were dropped are passed over
        app.controller.playback.step(1)
        qtbot.waitUntil(lambda at=at: view.frame.timestamp_us == times_us[at])
    app.controller.playback.step(-1)
    qtbot.waitUntil(lambda: view.frame.timestamp_us == times_us[1])
    assert view.analysis.timestamp_us == times_us[1]


def test_the_list_opens_a_session(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, past: Path
) -> None:
    app = play_clip(desk, qtbot)
    monkeypatch.setattr(SessionsDialog, "ask", lambda *_: past)
    app.window.acts.sessions.trigger()
    qtbot.waitUntil(lambda: app.controller.past is not None)
    app.controller.open(CLIP)
    qtbot.waitUntil(lambda: app.controller.past is None)


def test_enter_opens_the_session_that_is_chosen(desk: Desk, qtbot: QtBot, past: Path) -> None:
    app = play_clip(desk, qtbot)
    window = app.window
    dialog = SessionsDialog(
        past.parent, window.parts.background, print, print, in_use=(), parent=window
    )
    dialog.show()
    qtbot.waitUntil(lambda: dialog.table.rowCount() > 0)
    assert dialog.table.item(0, 1).toolTip() == "script\nRead by fake7"
    dialog.search.setText("fake7")
    assert dialog.table.rowCount() == 2
    dialog.search.setText("clip.mp4")
    dialog.table.selectRow(0)
    with qtbot.waitSignal(dialog.opened) as opened:
        qtbot.keyClick(dialog.search, Qt.Key.Key_Return)
    assert opened.args == [past]


def test_a_damaged_session_is_told_and_changes_nothing(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    damaged = tmp_path / "a.fersession"
    damaged.write_bytes(b"this is no session" * 100)
    app = play_clip(desk, qtbot)
    app.window.commands.opener.open(damaged)
    qtbot.waitUntil(lambda: "a.fersession" in messages(app))
    assert app.controller.past is None
    assert app.window.windowTitle().startswith("one.mp4")
    assert app.controller.settings.model == MODEL


def test_a_face_of_a_past_session_is_explained(desk: Desk, qtbot: QtBot, past: Path) -> None:
    app = reopened(desk, qtbot, past)
    app.window.acts.why.trigger()
    desk_of_why = app.window.findChild(WhyDesk)
    assert desk_of_why is not None
    dialog = desk_of_why.dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.save.isEnabled)
    assert "Face 1, read by fake7" in dialog.about.text()
    assert "No single part decides it." in dialog.strength.text()
    dialog.close()


def test_without_its_pictures_no_face_is_explained(
    desk: Desk, qtbot: QtBot, past: Path, clip: Path
) -> None:
    clip.unlink()
    app = reopened(desk, qtbot, past)
    app.window.acts.why.trigger()
    assert "The pictures of this session are not there." in messages(app)


def test_what_cannot_be_read_is_named_without_the_words_of_a_library(
    desk: Desk, qtbot: QtBot, past: Path, tmp_path: Path
) -> None:
    folder = past.parent
    for name in ("b", "c", "d", "e <b>bold"):
        (folder / f"{name}.fersession").write_text("nothing of the kind")
    (folder / "a.fersession").write_bytes(past.read_bytes()[: past.stat().st_size // 2])
    app = desk.start(wanted=CLIP)
    dialog = SessionsDialog(
        folder, app.window.parts.background, lambda _: None, lambda _: None, parent=app.window
    )
    qtbot.waitUntil(lambda: "2 more cannot be read." in dialog.note.text())
    wanted = "a.fersession cannot be read as a session: it is damaged, or none."
    assert dialog.note.text().splitlines()[0] == wanted
    assert str(folder) not in dialog.note.text()
    assert "e &lt;b&gt;bold.fersession" in dialog.note.toolTip()


def test_a_film_comes_back_with_what_was_said_of_it(
    desk: Desk, qtbot: QtBot, past: Path, clip: Path
) -> None:
    settings = Settings(
        welcome_accepted=True,
        model=MODEL,
        source_kind="file",
        source_uri=str(clip),
        source_session=str(past),
    )
    app = desk.start(settings)
    qtbot.waitUntil(lambda: app.controller.past is not None)
    assert [mark.text for mark in app.controller.marks.all()] == ["Mark"]
    assert list_sessions(paths.sessions_dir())[0].path == past  # not analysed again
    # Another source takes its place, a session that is gone does not.
    app.controller.open(CAMERA)
    qtbot.waitUntil(lambda: app.controller.settings.source_kind == "camera")
    assert app.controller.settings.source_session == ""
    assert last_request(replace(settings, source_session=str(past) + "x")) == SourceRequest(
        "file", str(clip)
    )


def test_the_session_of_a_film_is_remembered_once_it_is_whole(
    desk: Desk, qtbot: QtBot, past: Path
) -> None:
    app = play_clip(desk, qtbot)
    qtbot.waitUntil(lambda: app.controller.analysis.is_over)
    path = app.controller.session_log.path
    qtbot.waitUntil(lambda: app.controller.settings.source_session == str(path))
    app.window.commands.opener.open(past)
    qtbot.waitUntil(lambda: app.controller.settings.source_session == str(past))


def test_a_session_that_lacks_frames_does_not_come_back(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(SessionWriter, "_store", full)
    app = play_clip(desk, qtbot)
    qtbot.waitUntil(lambda: "cannot be written" in messages(app))
    qtbot.waitUntil(lambda: app.controller.analysis.is_over)
    qtbot.wait(50)
    assert app.controller.settings.source_session == ""


def test_a_session_that_another_window_shows_is_left_to_it(
    desk: Desk, qtbot: QtBot, past: Path
) -> None:
    one, other = reopened(desk, qtbot, past), desk.start(wanted=CLIP)
    other.window.commands.opener.open(past)
    qtbot.waitUntil(lambda: "is open in another window" in messages(other))
    assert other.controller.past is None
    dialog = SessionsDialog(
        past.parent, other.window.parts.background, lambda _: None, lambda _: None
    )
    qtbot.addWidget(dialog)
    qtbot.waitUntil(lambda: dialog.table.rowCount() > 0)
    rows = {dialog.table.item(row, 1).text(): row for row in range(dialog.table.rowCount())}
    dialog.table.selectRow(rows["clip.mp4"])
    assert dialog.table.item(rows["clip.mp4"], 7).text() == "in use"
    assert not dialog.open_button.isEnabled()
    assert not dialog.delete_button.isEnabled()
    assert dialog.export_button.isEnabled()
    # It is free once something else is shown.
    one.controller.open(CLIP)
    qtbot.waitUntil(lambda: one.controller.past is None)
    other.window.commands.opener.open(past)
    qtbot.waitUntil(lambda: other.controller.past is not None)
    other.controller.marks.add(Mark(1, "mine"))
    assert [mark.text for mark in other.controller.marks.all()] == ["mine", "Mark"]


def test_a_film_that_was_analysed_is_kept_from_other_windows_while_it_is_shown(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = play_clip(desk, qtbot)
    qtbot.waitUntil(lambda: app.controller.analysis.is_over)
    path = app.controller.session_log.path
    other = ShownSession()
    with pytest.raises(StorageError, match="open in another window"):
        other.hold(path)
    app.controller.stop()
    qtbot.waitUntil(lambda: not app.controller.is_open)
    monkeypatch.setattr(SessionsDialog, "exec", lambda _: None)
    app.window.acts.sessions.trigger()  # where it may be deleted now
    other.hold(path)
    other.let_go()
    assert not list(path.parent.glob(".*.lock"))
