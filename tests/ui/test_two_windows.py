"""Two windows at once: a camera and a session each, one clock, and each other's marks."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from fer_desktop import paths
from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.domain.measures import LIGHT
from fer_desktop.kept_settings import KeptSettings, for_further_window
from fer_desktop.recording.session_format import Mark
from fer_desktop.recording.session_reader import SessionReader
from fer_desktop.recording.session_store import list_sessions
from fer_desktop.recording.shared_clock import LiveSpan, live_span, shared_clock
from fer_desktop.settings import MarkKey, Settings, load_settings, save_settings
from fer_desktop.sources.live_clock import LiveClock
from fer_desktop.ui.assembly import Application
from fer_desktop.ui.commands import new_window
from fer_desktop.ui.runtime.other_windows import OtherWindows, SharedMark
from fer_desktop.ui.runtime.source_request import SourceRequest
from fer_desktop.ui.window_layout import move_aside
from tests.helpers.clips import numbered
from tests.helpers.mjpeg import MjpegServer
from tests.streaming.test_websocket import free_port
from tests.ui.conftest import MODEL, Desk
from tests.ui.test_closing import APPLICATION
from tests.ui.test_streams import status

pytestmark = pytest.mark.gui

ONE, TWO = SourceRequest("camera", "0"), SourceRequest("camera", "1")
_SWEEP_MS = 2_000
Join = Callable[[], OtherWindows]


@pytest.fixture
def join(tmp_path: Path, qapp: object) -> Join:
    place = f"/tmp/{tmp_path.name}.{os.getpid()}" if os.name != "nt" else tmp_path.name

    def make() -> OtherWindows:
        windows = OtherWindows(place)
        windows.join()
        return windows

    return make


class Camera:
    """A source that gives fifty pictures a second, each at the moment of its capture."""

    def __init__(self) -> None:
        self._clock = LiveClock()
        self._number = 0

    def open(self) -> SourceInfo:
        return SourceInfo(kind="camera", name="fifty", uri="0", width_px=192, height_px=96)

    def read(self) -> Frame | None:
        time.sleep(0.02)
        self._number += 1
        return self._clock.frame(numbered(self._number % 50), time.monotonic_ns())

    def close(self) -> None:
        pass


def two(desk: Desk, join: Join, **choices: object) -> tuple[Application, Application]:
    apps = []
    for request in (ONE, TWO):
        desk.sources[request] = Camera()
        desk.other_windows = join()
        settings = Settings(welcome_accepted=True, model=MODEL, **choices)  # type: ignore[arg-type]
        apps.append(desk.start(settings, request))
    return apps[0], apps[1]


def moments_ns(app: Application) -> list[tuple[int, int | None, str]]:
    """Return the marks on the clock that both sessions share."""
    path = app.controller.session_log.path
    assert path is not None
    with SessionReader(path) as reader:
        zero_ns = reader.summary().info.zero_ns
    assert zero_ns is not None
    return [
        (
            zero_ns + mark.timestamp_us * 1000,
            None if mark.end_us is None else zero_ns + mark.end_us * 1000,
            mark.text,
        )
        for mark in app.controller.marks.all()
    ]


def test_a_mark_appears_in_both_sessions_at_the_same_moment(
    desk: Desk, qtbot: QtBot, join: Join
) -> None:
    one, other = two(desk, join, mark_keys=(MarkKey(text="smile", is_stretch=True),))
    for app in (one, other):
        qtbot.waitUntil(lambda app=app: app.window.player.view.frame is not None)
        qtbot.waitUntil(lambda app=app: app.controller.session_log.path is not None)
        # Long enough for a moment that is on screen in one to lie after the other's beginning.
        qtbot.waitUntil(lambda app=app: app.controller.playback.position_us > 1_000_000)
        qtbot.waitUntil(lambda app=app: "Shares marks with 1 other window" in status(app))
    one.window.acts.mark.trigger()
    qtbot.waitUntil(lambda: len(other.controller.marks.all()) == 1)
    other.window.acts.mark_keys[0].trigger()
    qtbot.waitUntil(lambda: len(one.controller.marks.all()) == 2)
    qtbot.wait(100)
    other.window.acts.mark_keys[0].trigger()
    qtbot.waitUntil(lambda: any(mark.end_us is not None for mark in one.controller.marks.all()))
    # Written a quarter of a second later at most.
    qtbot.wait(400)
    mine, theirs = moments_ns(one), moments_ns(other)
    assert [mark[2] for mark in mine] == [mark[2] for mark in theirs] == ["Mark", "smile"]
    for here, there in zip(mine, theirs, strict=True):
        assert abs(here[0] - there[0]) < 5_000
        assert (here[1] is None) == (there[1] is None)
        assert here[1] is None or abs(here[1] - (there[1] or 0)) < 5_000
    other.window.close_unasked()
    other.shut_down()
    qtbot.waitUntil(lambda: "Shares marks" not in status(one))
    one.window.acts.mark.trigger()
    assert len(one.controller.marks.all()) == 3


def test_what_is_marked_in_a_file_stays_there(desk: Desk, qtbot: QtBot, join: Join) -> None:
    desk.sources[ONE] = Camera()
    desk.other_windows = join()
    one = desk.start(wanted=ONE)
    desk.other_windows = join()
    film = desk.start(wanted=SourceRequest("file", "/clips/one.mp4"))
    qtbot.waitUntil(lambda: one.window.player.view.frame is not None)
    qtbot.waitUntil(lambda: one.controller.session_log.path is not None)
    qtbot.waitUntil(lambda: film.window.player.view.frame is not None)
    film.controller.marks.add(Mark(0, "in a film"))
    one.controller.marks.add(Mark(0, "in life"))
    desk.other_windows.share(SharedMark(time.monotonic_ns(), "the last one"))
    qtbot.waitUntil(lambda: "the last one" in [mark.text for mark in one.controller.marks.all()])
    assert [mark.text for mark in film.controller.marks.all()] == ["in a film"]
    assert "in a film" not in [mark.text for mark in one.controller.marks.all()]


def test_when_the_first_one_closes_the_others_meet_again(qtbot: QtBot, join: Join) -> None:
    first, second, third = join(), join(), join()
    assert [windows.is_further for windows in (first, second, third)] == [False, True, True]
    qtbot.waitUntil(lambda: first.count == second.count == third.count == 2)
    first.shutdown()
    qtbot.waitUntil(lambda: second.count == third.count == 1)
    heard: list[SharedMark] = []
    third.heard.connect(heard.append)
    second.share(SharedMark(5, "after\nall", 6, "#00ff00"))
    qtbot.waitUntil(lambda: heard == [SharedMark(5, "after\nall", 6, "#00ff00")])
    fourth = join()
    assert fourth.is_further
    for windows in (second, third, fourth):
        windows.shutdown()


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe leaves nothing behind")
def test_what_a_killed_window_has_left_is_in_nobodys_way(
    qtbot: QtBot, join: Join, tmp_path: Path
) -> None:
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(f"/tmp/{tmp_path.name}.{os.getpid()}")
    first = join()
    second = join()
    assert (first.is_further, second.is_further) == (False, True)
    qtbot.waitUntil(lambda: first.count == second.count == 1)
    second.shutdown()
    first.shutdown()


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe has another way in")
@pytest.mark.parametrize("said", [b"x" * 100_000, b"{}\n[]\n", b'{"mark": {"moment_ns": -1}}\n'])
def test_nonsense_ends_the_conversation(
    said: bytes, qtbot: QtBot, join: Join, tmp_path: Path
) -> None:
    windows = join()
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.connect(f"/tmp/{tmp_path.name}.{os.getpid()}")
        stranger.setblocking(False)
        qtbot.waitUntil(lambda: windows.count == 1)
        stranger.send(said)
        qtbot.waitUntil(lambda: windows.count == 0)
    windows.shutdown()


def test_without_a_place_a_window_is_alone(qapp: object) -> None:
    windows = OtherWindows("")
    windows.join()
    windows.share(SharedMark(1, "nobody hears"))
    assert (windows.is_further, windows.count) == (False, 0)
    windows.shutdown()


def test_no_window_undoes_what_another_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    began = Settings(outputs=("ws:8765",), control="tcp:9010", source_kind="camera")
    save_settings(began, path)
    further = for_further_window(began)
    assert (further.outputs, further.control, further.source_kind) == ((), "", "")
    first, second = KeptSettings(path, began), KeptSettings(path, further, is_further=True)
    first.save(replace(began, theme="dark"))
    second.save(replace(further, smoothing_ms=0, outputs=("ws:8766",), window_state="x"))
    assert load_settings(path) == (replace(began, theme="dark", smoothing_ms=0), None)


def test_windows_add_to_one_list_of_recent_files(tmp_path: Path) -> None:
    began = Settings(recent_files=("a", "b"))
    path = tmp_path / "settings.json"
    save_settings(began, path)
    first, second = KeptSettings(path, began), KeptSettings(path, began, is_further=True)
    first.save(began.with_recent_file("c"))
    second.save(began.with_recent_file("b"))
    assert load_settings(path)[0].recent_files == ("b", "c", "a")
    first.save(began.with_recent_file("c").with_recent_file("d"))
    assert load_settings(path)[0].recent_files == ("d", "b", "c", "a")


def test_another_window_is_a_program_of_its_own(
    desk: Desk, qtbot: QtBot, join: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.other_windows = join()
    app = desk.start()
    started: list[list[str]] = []

    def start(command: list[str], **_: object) -> object:
        started.append(command)
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(new_window.subprocess, "Popen", start)
    app.window.acts.new_window.trigger()
    assert started == [[sys.executable, "-m", "fer_desktop"]]
    said = " ".join(message.text for message in app.window.messages.messages)
    assert "A new window cannot be opened: Cannot allocate memory." in said


def test_a_further_window_opens_nothing_by_itself(desk: Desk, qtbot: QtBot, join: Join) -> None:
    first = join()
    desk.other_windows = join()
    app = desk.start()
    title = app.window.pages.empty.title
    qtbot.waitUntil(lambda: title.text() == "A window for another camera")
    assert not desk.requests
    first.shutdown()


def sweep(_: int) -> np.ndarray:
    """Return a picture whose light says when it was made, in hundredths of a second."""
    light = 30 + time.monotonic_ns() // 1_000_000 % _SWEEP_MS // 10
    return np.full((240, 320, 3), light, np.uint8)


def lags_ms(path: Path, start_us: int) -> np.ndarray:
    """Return how much later than it was made each frame of a session says that it was."""
    with SessionReader(path) as reader:
        rows = reader.connection.execute(
            "SELECT timestamp_us, numbers FROM measured JOIN frames USING (frame_index)"
            " JOIN measures ON measures.id = measure_id WHERE key = ?",
            (LIGHT,),
        )
        shown = [(start_us + time_us, np.frombuffer(light, "<f4")[0]) for time_us, light in rows]
    times_us, lights = np.array(shown).T
    made_ms = (lights - 30) * 10
    return (times_us / 1000 - made_ms) % _SWEEP_MS


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_two_programs_record_two_cameras_on_one_clock(profile: Path) -> None:
    port = free_port()
    kept = Settings(welcome_accepted=True, control=f"tcp:{port}")
    save_settings(kept, paths.settings_file())
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    with MjpegServer(sweep) as one, MjpegServer(sweep) as other:
        programs = []
        for server in (one, other):
            command = [sys.executable, "-c", APPLICATION, "--camera", server.url]
            programs.append(subprocess.Popen(command, env=environment, stderr=subprocess.PIPE))
            deadline = time.monotonic() + 60
            while len(list_sessions(paths.sessions_dir())) < len(programs):
                assert time.monotonic() < deadline
                time.sleep(0.2)
        time.sleep(2)
        with socket.create_connection(("127.0.0.1", port)) as control, control.makefile() as lines:
            control.sendall(b"MARK stimulus\n")
            assert lines.readline().startswith("OK ")
        time.sleep(1)
        for program in programs:
            program.send_signal(signal.SIGTERM)
        for program in programs:
            _, error = program.communicate(timeout=60)
            assert (program.returncode, error) == (0, b"")
    summaries = list_sessions(paths.sessions_dir())
    assert len(summaries) == 2
    spans: dict[str, LiveSpan] = {}
    marks: dict[str, list[Mark]] = {}
    for summary in summaries:
        with SessionReader(summary.path) as reader:
            span = live_span(reader)
            assert span is not None
            spans[str(summary.path)] = span
            marks[str(summary.path)] = reader.marks()
    clock = shared_clock(spans)
    assert clock is not None
    assert all([mark.text for mark in found] == ["stimulus"] for found in marks.values())
    first, second = (clock.starts_us[name] + found[0].timestamp_us for name, found in marks.items())
    assert abs(first - second) < 1_000
    lags = [lags_ms(summary.path, clock.starts_us[str(summary.path)]) for summary in summaries]
    apart_ms = (np.median(lags[0]) - np.median(lags[1]) + _SWEEP_MS / 2) % _SWEEP_MS - _SWEEP_MS / 2
    assert abs(apart_ms) < 20
    # The further window keeps nothing that belongs to a window.
    settings, _ = load_settings(paths.settings_file())
    assert settings.control == f"tcp:{port}"
    assert settings.source_uri == one.url
    print(f"two cameras on one clock: {apart_ms:.1f} ms apart")


def test_a_further_window_does_not_cover_the_first_one(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setGeometry(0, 0, 300, 200)
    window.show()
    qtbot.waitExposed(window)
    former = window.pos()
    move_aside(window)
    assert window.pos() == former + QPoint(48, 48)
    room = window.screen().availableGeometry()
    window.setGeometry(room)  # which leaves none beside it
    former = window.pos()
    move_aside(window)
    assert window.pos() == former
