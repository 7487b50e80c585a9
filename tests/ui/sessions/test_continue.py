"""Interrupted analyses go on from the list of past sessions, and from the list of files."""

import json
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pytestqt.qtbot import QtBot

from fer_desktop import paths
from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.face import Detection
from fer_desktop.errors import StorageError
from fer_desktop.recording.csv_export import export_session
from fer_desktop.recording.session_format import Mark
from fer_desktop.recording.session_reader import SessionReader
from fer_desktop.recording.session_store import delete_session, list_sessions
from fer_desktop.recording.session_writer import SessionWriter
from fer_desktop.settings import Settings
from fer_desktop.sources.media_file import VideoSource
from fer_desktop.ui.assembly import Application
from fer_desktop.ui.runtime.analysis_queue import AnalysisQueue
from fer_desktop.ui.runtime.source_request import SourceRequest
from fer_desktop.ui.sessions.sessions_dialog import SessionsDialog
from tests.helpers.clips import number_of, numbered, write_clip
from tests.helpers.fakes import FakeClassifier
from tests.ui.conftest import MODEL, Desk
from tests.ui.steps import CLIP, messages, play_clip

pytestmark = pytest.mark.gui
FRAMES = 100


class _Classifier(FakeClassifier):
    """Reads what the number on the picture says, whenever it sees it.

    Attributes:
        takes_s: how long that takes.
    """

    takes_s = 0.0

    def classify(
        self, pixels: NDArray[np.uint8], detections: Sequence[Detection]
    ) -> NDArray[np.float32]:
        time.sleep(self.takes_s)
        rows = np.random.default_rng(number_of(pixels)).random((len(detections), 7))
        found: NDArray[np.float32] = (rows / rows.sum(axis=1, keepdims=True)).astype(np.float32)
        return found


@pytest.fixture
def clip(tmp_path: Path, desk: Desk) -> Path:
    path = write_clip(tmp_path / "clip.mp4", (numbered(at) for at in range(FRAMES)))
    desk._load_classifier = lambda folder, engine: _Classifier()  # type: ignore[method-assign]
    desk.sources[SourceRequest("file", str(path))] = VideoSource(path)
    return path


def _sessions_of(clip: Path) -> list[Path]:
    found = list_sessions(paths.sessions_dir())
    return [one.path for one in found if one.info.source.uri == str(clip)]


def _table(session: Path, folder: Path) -> bytes:
    export_session(session, folder / "table.csv", overwrite=True)
    return (folder / "table.csv").read_bytes()


def _without_marks(table: bytes) -> bytes:
    return b"".join(line.rsplit(b",", 1)[0] + b"\r\n" for line in table.splitlines())


@pytest.fixture
def interrupted(desk: Desk, qtbot: QtBot, clip: Path) -> tuple[Path, bytes]:
    """Analyse a clip, and leave of its session what a killed process would have left."""
    app = desk.start(wanted=SourceRequest("file", str(clip)))
    qtbot.waitUntil(
        lambda: app.controller.analysis is not None and app.controller.analysis.is_whole
    )
    path = app.controller.session_log.path
    assert path is not None
    app.controller.marks.add(Mark(500_000, "a mark"))
    app.window.close_unasked()
    app.shut_down()
    whole = _table(path, clip.parent)
    with closing(sqlite3.connect(path)) as db, db:
        for table in ("frames", "faces", "measured"):
            db.execute(f"DELETE FROM {table} WHERE frame_index > 70")
        db.execute("UPDATE session SET state = 'recording', is_whole = NULL")
    return path, whole


def test_a_past_session_is_continued(
    desk: Desk,
    qtbot: QtBot,
    interrupted: tuple[Path, bytes],
    clip: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session, whole = interrupted
    app = play_clip(desk, qtbot)
    qtbot.waitUntil(lambda: list_sessions(paths.sessions_dir())[0].is_complete)

    def exec_(dialog: SessionsDialog) -> int:
        qtbot.waitUntil(lambda: dialog.table.rowCount() == 2)
        dialog.table.selectRow(0)
        assert not dialog.continue_button.isEnabled()
        dialog.table.selectRow(1)
        with qtbot.waitSignal(dialog.accepted):
            dialog.continue_button.click()
        return 1

    monkeypatch.setattr(SessionsDialog, "exec", exec_)
    app.window.acts.sessions.trigger()
    queue = app.window.queue.queue
    qtbot.waitUntil(lambda: [entry.state for entry in queue.entries] == ["done"])
    entry = queue.entries[0]
    assert (entry.frames, entry.session_file) == (FRAMES, session)
    assert _table(session, clip.parent) == whole
    with SessionReader(session) as reader:
        assert [mark.text for mark in reader.marks()] == ["a mark"]
    assert len(list_sessions(paths.sessions_dir())) == 2


def test_why_a_session_cannot_be_continued_is_said(
    desk: Desk,
    qtbot: QtBot,
    interrupted: tuple[Path, bytes],
    clip: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = Settings(welcome_accepted=True, model=MODEL, smoothing_ms=700)
    app = desk.start(settings, CLIP)
    qtbot.waitUntil(lambda: app.controller.model.preset is not None)

    def exec_(dialog: SessionsDialog) -> int:
        qtbot.waitUntil(lambda: dialog.table.rowCount() >= 1)
        dialog.table.selectRow(dialog.table.rowCount() - 1)
        dialog.continue_button.click()
        qtbot.waitUntil(lambda: "other settings: smoothing ms" in dialog.note.text())
        app.controller.update_settings(replace(app.controller.settings, smoothing_ms=300))
        clip.rename(clip.with_name("gone"))
        dialog.continue_button.click()
        qtbot.waitUntil(lambda: "clip.mp4 was not found" in dialog.note.text())
        return 0

    monkeypatch.setattr(SessionsDialog, "exec", exec_)
    app.window.acts.sessions.trigger()
    assert app.window.queue.queue.entries == ()


def _finished_queue(app: Application, qtbot: QtBot) -> AnalysisQueue:
    """Accept that a file goes on that waited; return the list once it was analysed."""
    qtbot.waitUntil(lambda: "1 file waited to be analysed." in messages(app))
    row = app.window.messages.row
    assert row is not None
    row.button.click()
    queue = app.window.queue.queue
    qtbot.waitUntil(lambda: [entry.state for entry in queue.entries] == ["done"])
    return queue


def test_a_file_that_was_under_way_goes_on_at_the_next_start(
    desk: Desk, qtbot: QtBot, interrupted: tuple[Path, bytes], clip: Path
) -> None:
    session, whole = interrupted
    kept = {"files": [str(clip)], "begun": {str(clip): str(session)}}
    paths.queue_file().write_text(json.dumps(kept))
    app = play_clip(desk, qtbot)
    queue = _finished_queue(app, qtbot)
    assert queue.entries[0].session_file == session
    assert _table(session, clip.parent) == whole


def test_a_file_that_had_just_begun_goes_on_at_the_next_start(
    desk: Desk,
    qtbot: QtBot,
    interrupted: tuple[Path, bytes],
    clip: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    former, whole = interrupted
    delete_session(former)
    monkeypatch.setattr(_Classifier, "takes_s", 0.03)
    app = play_clip(desk, qtbot)
    app.window.queue.add([clip])
    qtbot.waitUntil(lambda: app.window.queue.queue.entries[0].session > 0)
    folder, number = app.controller.session_log, app.window.queue.queue.entries[0].session
    while folder.path_of(number) is None:  # the window hears of nothing meanwhile
        time.sleep(0.001)
    app.window.close_unasked()
    app.shut_down()
    session = folder.path_of(number)
    assert session is not None
    with SessionReader(session) as reader:
        assert 1 <= reader.summary().frames < FRAMES
        assert not reader.summary().is_complete
    again = play_clip(desk, qtbot)
    queue = _finished_queue(again, qtbot)
    assert queue.entries[0].session_file == session
    assert _table(session, clip.parent) == _without_marks(whole)
    assert _sessions_of(clip) == [session]


def test_a_session_in_which_nothing_was_written_yet_makes_room(
    desk: Desk, qtbot: QtBot, interrupted: tuple[Path, bytes], clip: Path
) -> None:
    session, whole = interrupted
    with closing(sqlite3.connect(session)) as db, db:  # killed before the first commit
        for table in ("frames", "faces", "measured", "marks", "models"):
            db.execute(f"DELETE FROM {table}")
    kept = {"files": [str(clip)], "begun": {str(clip): str(session)}}
    paths.queue_file().write_text(json.dumps(kept))
    app = play_clip(desk, qtbot)
    _finished_queue(app, qtbot)
    (found,) = _sessions_of(clip)
    assert _table(found, clip.parent) == _without_marks(whole)


def test_a_full_disk_ends_a_file_and_keeps_what_was_written(
    desk: Desk, qtbot: QtBot, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = play_clip(desk, qtbot)
    write = SessionWriter.write

    def full(self: SessionWriter, analysis: FrameAnalysis) -> None:
        if analysis.frame_index == 30:
            raise StorageError(f"{self.path} cannot be written: the disk is full.")
        write(self, analysis)

    monkeypatch.setattr(SessionWriter, "write", full)
    app.window.queue.add([clip])
    queue = app.window.queue.queue
    qtbot.waitUntil(lambda: [entry.state for entry in queue.entries] == ["stopped"])
    assert "the disk is full" in queue.entries[0].problem
    session = queue.entries[0].session_file
    assert session is not None
    with SessionReader(session) as reader:
        assert reader.summary().frames == 30
        assert not reader.summary().is_complete
