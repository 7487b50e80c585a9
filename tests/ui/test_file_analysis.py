"""A file in the window: analysed whole and in order, however it is looked at."""

import csv
import json
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from fer_desktop import paths
from fer_desktop.domain.frame_selection import FrameSelection
from fer_desktop.errors import SourceError
from fer_desktop.pipeline.events import State
from fer_desktop.recording.session_facts import SessionFacts, write_facts
from fer_desktop.recording.session_reader import SessionReader
from fer_desktop.recording.session_store import list_sessions
from fer_desktop.ui.assembly import Application
from fer_desktop.ui.dialogs.analysis_dialog import AnalysisDialog, AnalysisOptions
from fer_desktop.ui.dialogs.prompts import SaveCsv
from tests.helpers.sources import ScriptedSource
from tests.ui.conftest import Desk
from tests.ui.steps import CLIP, messages, play_clip

pytestmark = pytest.mark.gui


def is_analysed(app: Application) -> bool:
    analysis = app.controller.analysis
    return analysis is not None and analysis.is_over


def frames_of(path: Path) -> list[int]:
    with SessionReader(path) as reader:
        return [row.analysis.frame_index for row in reader.rows()]


def test_the_timeline_fills_ahead_of_the_playhead(desk: Desk, qtbot: QtBot) -> None:
    # Played, it would take five minutes.
    desk.sources[CLIP] = ScriptedSource(300, fps=1)
    app = desk.start(wanted=CLIP)
    player = app.window.player
    qtbot.waitUntil(lambda: player.view.frame is not None)
    qtbot.waitUntil(lambda: is_analysed(app))
    qtbot.waitUntil(lambda: app.controller.state is State.RUNNING)
    app.window.acts.play.trigger()
    qtbot.waitUntil(lambda: app.controller.state is State.PAUSED)
    qtbot.waitUntil(lambda: "analysed" in app.window.status.text())
    assert player.view.frame.index < 200
    series = player.chart.canvas.content.timeline.series(1)
    qtbot.waitUntil(lambda: len(series) == 300)
    app.controller.playback.seek(270_000_000)
    qtbot.waitUntil(lambda: player.view.frame.index == 270)
    assert player.view.analysis.frame_index == 270
    assert len(series) == 300
    assert frames_of(app.controller.session_log.path) == list(range(300))


def test_seeking_about_leaves_the_session_as_it_is(desk: Desk, qtbot: QtBot) -> None:
    app = play_clip(desk, qtbot, frames=60)
    qtbot.waitUntil(lambda: is_analysed(app))
    path = app.controller.session_log.path
    with SessionReader(path) as reader:
        before = list(reader.rows())
    view = app.window.player.view
    for time_us, index in ((0, 0), (300_000, 30), (100_000, 10)):
        app.controller.playback.seek(time_us)
        qtbot.waitUntil(lambda index=index: view.frame.index == index)
    app.controller.playback.step(-1)
    qtbot.waitUntil(lambda: view.frame.index == 9)
    app.controller.playback.set_speed(4)
    app.window.acts.play.trigger()
    qtbot.waitUntil(lambda: view.frame.index == 59)
    with SessionReader(path) as reader:
        assert list(reader.rows()) == before


def test_the_analysis_is_paused_and_resumed(desk: Desk, qtbot: QtBot) -> None:
    desk.sources[CLIP] = ScriptedSource(300, fps=1000, may_come=lambda _: desk.may_read.is_set())
    app = desk.start(wanted=CLIP)
    acts, note = app.window.acts, app.window.player.note
    qtbot.waitUntil(acts.pause_analysis.isEnabled)
    acts.pause_analysis.trigger()
    desk.may_read.set()
    qtbot.waitUntil(lambda: "analysis paused" in app.window.status.text())
    qtbot.waitUntil(lambda: acts.pause_analysis.text() == "Resume analysis")
    qtbot.waitUntil(lambda: note.isVisible() and "paused" in note.text())
    acts.pause_analysis.trigger()
    qtbot.waitUntil(lambda: is_analysed(app))
    qtbot.waitUntil(lambda: note.isHidden() and app.window.player.view.analysis is not None)
    qtbot.waitUntil(lambda: acts.pause_analysis.text() == "Pause analysis")


def test_another_model_begins_anew_and_keeps_what_was_whole(
    desk: Desk, qtbot: QtBot, model_folder: Path
) -> None:
    app = play_clip(desk, qtbot, frames=20)
    qtbot.waitUntil(lambda: is_analysed(app))
    app.window.acts.mark.trigger()
    first = app.controller.session_log.path
    facts = SessionFacts("Pilot", "P01")
    write_facts(first, facts)
    app.controller.model.load(str(model_folder))
    qtbot.waitUntil(lambda: app.controller.session_log.path != first)
    qtbot.waitUntil(lambda: is_analysed(app))
    second = app.controller.session_log.path
    assert first.is_file()
    assert frames_of(first) == frames_of(second) == list(range(20))
    with SessionReader(second) as reader:
        assert [mark.text for mark in reader.marks()] == ["Mark"]
        assert reader.summary().facts == facts


def test_a_part_of_a_file_is_analysed(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    desk.faces = [((20, 10, 60, 60),)] * 103 + [()]  # 100 of the whole file, then three of seven
    app = play_clip(desk, qtbot, frames=100)
    selection = FrameSelection(every=5, from_us=200_000, to_us=500_000)
    wanted = AnalysisOptions(selection, empty_rows=True)
    asked: list[object] = []
    monkeypatch.setattr(AnalysisDialog, "ask", lambda *args: asked.append(args) or wanted)
    app.window.acts.analysis_options.trigger()
    assert asked[0][2] == app.controller.info.duration_us if app.controller.info else True
    qtbot.waitUntil(lambda: app.controller.selection == selection)
    qtbot.waitUntil(lambda: is_analysed(app))
    assert frames_of(app.controller.session_log.path) == list(range(20, 51, 5))
    assert app.controller.settings.analysis_every == 5
    assert app.controller.settings.empty_rows
    table = tmp_path / "part.csv"
    monkeypatch.setattr(SaveCsv, "ask", lambda *_: table)
    app.window.acts.export.trigger()
    qtbot.waitUntil(lambda: "Exported 7 rows from 7 frames" in messages(app))
    with table.open(newline="", encoding="utf-8") as lines:
        ids = [row["face_id"] for row in csv.DictReader(lines)]
    assert [bool(one) for one in ids] == [True] * 3 + [False] * 4
    meta = json.loads(table.with_suffix(".meta.json").read_text(encoding="utf-8"))
    assert (meta["rows"], meta["empty_rows"]) == (3, 4)


def test_what_is_damaged_is_told_though_nobody_looks(desk: Desk, qtbot: QtBot) -> None:
    damage = SourceError("one.mp4 is damaged from 0:03 on.", hint="Copy it again.")
    desk.sources[CLIP] = ScriptedSource(90, fps=30, error=damage)
    app = desk.start(wanted=CLIP)
    qtbot.waitUntil(lambda: app.window.player.view.frame is not None)
    app.controller.playback.step(0)
    app.window.acts.play.trigger()
    qtbot.waitUntil(lambda: "damaged from 0:03" in messages(app))
    app.controller.stop()
    qtbot.waitUntil(lambda: app.controller.state is State.IDLE)
    (session,) = list_sessions(paths.sessions_dir())
    assert not session.is_complete
    assert session.end.problem == str(damage)
    assert session.frames == 90


def test_the_options_are_what_is_shown(qtbot: QtBot) -> None:
    options = AnalysisOptions(FrameSelection(3, 1_500_000, None), empty_rows=False)
    dialog = AnalysisDialog(options, 60_000_000)
    qtbot.addWidget(dialog)
    assert dialog.answer() == options
    assert not dialog.has_changes()
    dialog.end.setValue(30)
    dialog.begin.setValue(40)
    assert dialog.answer().selection == FrameSelection(3, 40_000_000, 40_000_000)
    assert dialog.has_changes()
    dialog.part.setChecked(False)
    assert dialog.answer().selection == FrameSelection(3)


def test_a_face_that_has_left_can_be_seen_in_the_timeline(desk: Desk, qtbot: QtBot) -> None:
    first, second = (10, 10, 50, 50), (120, 10, 160, 50)
    desk.faces = [(first,)] * 40 + [()] * 60 + [(second,)] * 200
    app = play_clip(desk, qtbot, frames=300)
    qtbot.waitUntil(lambda: is_analysed(app))
    player = app.window.player
    qtbot.waitUntil(lambda: player.chart.faces.count() == 2)
    assert player.chart.faces.isVisible()
    player.chart.faces.setCurrentIndex(0)
    player.chart.faces.activated.emit(0)
    assert player.selection.face_id == 1
    app.controller.playback.seek(2_900_000)
    qtbot.waitUntil(lambda: player.view.frame.index == 290)
    assert player.selection.face_id == 1  # though only the other one is there
    qtbot.waitUntil(lambda: player.chart.title == "Face 1")
    player.cards.face_chosen.emit(2)
    assert player.selection.face_id == 2
