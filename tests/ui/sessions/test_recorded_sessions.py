"""What is recorded of a camera belongs to its session: shown again, corrected, bundled."""

import threading
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pytestqt.qtbot import QtBot

from fer_desktop import paths
from fer_desktop.errors import SourceError
from fer_desktop.pipeline.events import State
from fer_desktop.recording.session_reader import SessionReader, SessionSummary
from fer_desktop.recording.session_recordings import SessionRecording
from fer_desktop.recording.session_store import list_sessions
from fer_desktop.sources.media_file import VideoSource
from fer_desktop.ui.assembly import Application
from fer_desktop.ui.dialogs.prompts import Confirm, OpenMedia
from fer_desktop.ui.runtime.source_request import SourceRequest
from fer_desktop.ui.sessions.compare_dialog import CompareDialog
from fer_desktop.ui.sessions.sessions_dialog import SessionsDialog
from tests.helpers.clips import number_of, numbered
from tests.helpers.sources import SIZE_PX, ScriptedCamera, ScriptedSource
from tests.ui.conftest import Desk
from tests.ui.steps import CAMERA, CLIP, messages

pytestmark = pytest.mark.gui
KINDS = ["labels", "clean", "blurred"]


def record(app: Application, qtbot: QtBot, kind: str, stops: bool = True) -> None:
    """Record for a moment, or until the camera is closed."""
    app.window.acts.record_kinds.actions()[KINDS.index(kind)].trigger()
    begin_us = app.controller.playback.position_us
    app.window.acts.record.trigger()
    qtbot.waitUntil(lambda: app.controller.playback.position_us > begin_us + 400_000)
    qtbot.waitUntil(lambda: all(video.stat().st_size for video in paths.videos_dir().iterdir()))
    if stops:
        app.window.acts.record.trigger()
        qtbot.waitUntil(lambda: not app.window.acts.record.isChecked())
        qtbot.waitUntil(lambda: "Recorded" in messages(app))


def closed_session(app: Application, qtbot: QtBot, recordings: int) -> SessionSummary:
    app.controller.stop()
    qtbot.waitUntil(lambda: app.controller.state is State.IDLE)
    qtbot.waitUntil(lambda: list_sessions(paths.sessions_dir())[0].end is not None)

    def is_known() -> bool:
        (summary,) = list_sessions(paths.sessions_dir())
        return [one.fingerprint is not None for one in summary.recordings] == [True] * recordings

    qtbot.waitUntil(is_known)
    return list_sessions(paths.sessions_dir())[0]


def reopened(app: Application, qtbot: QtBot, path: Path) -> None:
    former = app.controller.past
    app.window.commands.opener.open(path)
    qtbot.waitUntil(lambda: app.controller.past not in (None, former))
    await_picture(app, qtbot)


def await_picture(app: Application, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: app.window.player.view.frame is not None)
    qtbot.waitUntil(lambda: app.controller.playback.is_seekable)
    qtbot.waitUntil(lambda: app.controller.state is State.PAUSED)


def number_at(app: Application, qtbot: QtBot, time_us: int) -> int | None:
    """Return the number on the picture of a moment; None where it is gray."""
    view = app.window.player.view
    app.controller.playback.seek(time_us)
    qtbot.waitUntil(lambda: view.frame.timestamp_us == time_us)
    assert view.analysis.timestamp_us == time_us
    is_gray = len(np.unique(view.frame.pixels)) == 1
    return None if is_gray else number_of(view.frame.pixels)


def recorded_times(recording: SessionRecording) -> list[int]:
    """Return when the pictures of a recording were taken: a busy recorder leaves some out."""
    with closing(VideoSource(recording.path)) as source:
        info = source.open()
        return [recording.from_us + source.time_of(at) for at in range(info.frame_count or 0)]


def test_a_reopened_camera_session_shows_what_was_recorded(desk: Desk, qtbot: QtBot) -> None:
    unplugged = threading.Event()

    def picture(index: int) -> NDArray[np.uint8]:
        if unplugged.is_set():
            unplugged.clear()
            raise SourceError("The camera is gone.")
        return numbered(index, SIZE_PX)

    camera = ScriptedCamera(fps=60, picture=picture)
    desk.sources[CAMERA] = camera
    app = desk.start(wanted=CAMERA)
    qtbot.waitUntil(lambda: app.window.player.view.analysis is not None)
    begin_us = app.controller.playback.position_us
    qtbot.waitUntil(lambda: app.controller.playback.position_us > begin_us + 500_000)
    record(app, qtbot, "clean")
    app.window.messages.dismiss("record")
    unplugged.set()  # for half a second
    qtbot.waitUntil(lambda: camera.opened == 2)
    qtbot.waitUntil(lambda: app.controller.state is State.RUNNING)
    record(app, qtbot, "clean", stops=False)  # ends with the camera
    summary = closed_session(app, qtbot, 2)
    first, second = summary.recordings
    assert (first.kind, second.kind) == ("clean", "clean")
    with SessionReader(summary.path) as reader:
        rows = [(row.analysis.frame_index, row.analysis.timestamp_us) for row in reader.rows()]
    reopened(app, qtbot, summary.path)
    assert messages(app) == ""
    places = {time_us: at for at, (_, time_us) in enumerate(rows)}
    assert number_at(app, qtbot, rows[0][1]) is None
    offsets = []
    for recording in (first, second):
        taken = recorded_times(recording)
        found = set()
        for time_us in (taken[0], taken[-1], *taken[1:2], taken[len(taken) // 2]):
            number = number_at(app, qtbot, time_us)  # forwards and backwards
            assert number is not None
            found.add(rows[places[time_us]][0] - number)
        (offset,) = found
        offsets.append(offset)
    assert offsets[0] == 0 < offsets[1]  # the camera counts anew, the session goes on


def test_a_clean_recording_is_analysed_again_and_compared_with_its_session(
    desk: Desk, qtbot: QtBot
) -> None:
    desk.sources[CAMERA] = ScriptedCamera(fps=60)
    app = desk.start(wanted=CAMERA)
    qtbot.waitUntil(lambda: app.window.player.view.analysis is not None)
    begin_us = app.controller.playback.position_us
    qtbot.waitUntil(lambda: app.controller.playback.position_us > begin_us + 300_000)
    record(app, qtbot, "clean")
    summary = closed_session(app, qtbot, 1)
    (recording,) = summary.recordings
    desk.sources[SourceRequest("file", str(recording.path))] = VideoSource(recording.path)
    reopened(app, qtbot, summary.path)
    app.window.acts.analyze_again.trigger()
    qtbot.waitUntil(lambda: "analysed again" in messages(app))
    (again,) = [one.path for one in list_sessions(paths.sessions_dir()) if one.path != summary.path]
    dialog = CompareDialog((summary.path, again), app.background)
    qtbot.addWidget(dialog)
    qtbot.waitUntil(lambda: "common moments" in dialog.summary.text())
    align, other = dialog.align_boxes
    assert align.currentText() == "start of the recording"
    assert align.currentData() == recording.from_us > 300_000
    assert (other.currentText(), other.currentData()) == ("start", 0)


@pytest.mark.parametrize("kinds", [["labels"], ["clean", "clean"]])
def test_what_shows_labels_or_a_part_is_not_analysed_again(
    desk: Desk, qtbot: QtBot, kinds: list[str]
) -> None:
    desk.sources[CAMERA] = ScriptedCamera(fps=60)
    app = desk.start(wanted=CAMERA)
    qtbot.waitUntil(lambda: app.window.player.view.analysis is not None)
    for kind in kinds:
        record(app, qtbot, kind)
        app.window.messages.dismiss("record")
    summary = closed_session(app, qtbot, len(kinds))
    reopened(app, qtbot, summary.path)
    assert not app.window.acts.analyze_again.isEnabled()


def test_a_lost_recording_is_told_and_found_again(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    desk.sources[CAMERA] = ScriptedCamera(fps=60)
    app = desk.start(wanted=CAMERA)
    qtbot.waitUntil(lambda: app.window.player.view.analysis is not None)
    record(app, qtbot, "clean")
    summary = closed_session(app, qtbot, 1)
    (recording,) = summary.recordings
    moved = recording.path.with_name("moved.mp4")  # still among the videos: found by itself
    recording.path.rename(moved)
    reopened(app, qtbot, summary.path)
    assert number_at(app, qtbot, recording.from_us) is not None
    app.controller.stop()
    elsewhere = tmp_path / "elsewhere.mp4"
    moved.rename(elsewhere)
    reopened(app, qtbot, summary.path)
    qtbot.waitUntil(
        lambda: (
            f"{recording.path.name} was not found, so this session is shown without it."
            in messages(app)
        )
    )
    assert number_at(app, qtbot, recording.from_us) is None
    monkeypatch.setattr(OpenMedia, "ask", lambda *_: elsewhere)
    row = next(one for one in app.window.messages.messages if "was not found" in one.text)
    assert row.run is not None
    former = app.controller.past
    row.run()
    qtbot.waitUntil(lambda: app.controller.past is not former)
    await_picture(app, qtbot)
    assert number_at(app, qtbot, recording.from_us) is not None


def test_what_is_recorded_before_the_first_analysis_belongs_to_the_session(
    desk: Desk, qtbot: QtBot
) -> None:
    desk.sources[CAMERA] = ScriptedCamera(fps=60)
    desk.model_may_load.clear()
    app = desk.start(wanted=CAMERA)
    qtbot.waitUntil(lambda: app.window.player.view.frame is not None)
    app.window.acts.record.trigger()
    qtbot.wait(300)
    desk.model_may_load.set()
    qtbot.waitUntil(lambda: app.window.player.view.analysis is not None)
    qtbot.wait(200)
    app.window.acts.record.trigger()
    qtbot.waitUntil(lambda: "Recorded" in messages(app))
    summary = closed_session(app, qtbot, 1)
    assert summary.recordings[0].path.is_file()


def test_closing_the_window_while_it_records_keeps_both_together(desk: Desk, qtbot: QtBot) -> None:
    desk.sources[CAMERA] = ScriptedCamera(fps=60)
    app = desk.start(wanted=CAMERA)
    qtbot.waitUntil(lambda: app.window.player.view.analysis is not None)
    app.window.acts.record.trigger()
    qtbot.wait(500)
    app.window.close_unasked()
    app.shut_down()
    (summary,) = list_sessions(paths.sessions_dir())
    (recording,) = summary.recordings
    assert recording.fingerprint is not None
    assert len(recorded_times(recording)) > 3


def test_a_recording_of_a_file_belongs_to_no_session(desk: Desk, qtbot: QtBot) -> None:
    desk.sources[CLIP] = ScriptedSource(200, fps=60)
    app = desk.start(wanted=CLIP)
    qtbot.waitUntil(lambda: app.window.player.view.analysis is not None)
    record(app, qtbot, "labels")
    (summary,) = list_sessions(paths.sessions_dir())
    assert summary.recordings == ()


def test_recorded_videos_outlive_their_session(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.sources[CAMERA] = ScriptedCamera(fps=60)
    app = desk.start(wanted=CAMERA)
    qtbot.waitUntil(lambda: app.window.player.view.analysis is not None)
    record(app, qtbot, "clean")
    summary = closed_session(app, qtbot, 1)
    said: list[str] = []
    monkeypatch.setattr(Confirm, "ask", lambda *texts: said.append(texts[2]) or True)
    dialog = SessionsDialog(
        paths.sessions_dir(), app.background, lambda _: None, lambda _: None, parent=app.window
    )
    qtbot.waitUntil(lambda: dialog.table.rowCount() == 1)
    assert dialog.table.item(0, 4).toolTip() == "Recorded as a video: clean"
    dialog.table.selectRow(0)
    dialog.delete_button.click()
    assert said[0].endswith("This cannot be undone. Videos that you recorded are kept.")
    assert not summary.path.exists()
    assert summary.recordings[0].path.is_file()
    dialog.close()
