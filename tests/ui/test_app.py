"""The application as its entry point runs it: displays, signals, profiles."""

import argparse
import gc
import os
import signal
import subprocess
import sys
import threading
import time
import weakref
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fer_desktop import app, paths
from fer_desktop.ui.runtime.garbage import Collector
from fer_desktop.ui.runtime.source_request import SourceRequest
from tests.ui.conftest import Desk

NOTHING_SAID = {
    "camera": None,
    "open": None,
    "model": None,
    "engine": None,
    "to": [],
    "temp_profile": False,
    "smoke_test": False,
    "verbose": False,
}
RUN = f"""
import argparse, sys
from fer_desktop.__main__ import _end_process  # as the entry point does
from fer_desktop.app import run_app
_end_process(run_app(argparse.Namespace(**{{**{NOTHING_SAID!r}, **eval(sys.argv[1])}})))
"""


def start(**options: object) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", RUN, repr(options)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only there displays are optional")
@pytest.mark.parametrize(
    ("platform", "display", "wayland", "expected"),
    [
        ("offscreen", "", "", True),
        ("", ":0", "", True),
        ("", "", "wayland-0", True),
        ("", "", "", False),
        ("xcb", "", "", False),
    ],
)
def test_a_missing_display_is_noticed(
    platform: str, display: str, wayland: str, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", platform)
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.setenv("WAYLAND_DISPLAY", wayland)
    assert app.has_display() is expected


def test_without_a_display_the_demo_clip_is_analysed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commands: list[list[str]] = []

    def run(command: list[str], *, check: bool) -> "subprocess.CompletedProcess[bytes]":
        commands.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(app, "has_display", lambda: False)
    monkeypatch.chdir(tmp_path)
    assert app.run_app(argparse.Namespace(**NOTHING_SAID)) == 0
    (command,) = commands
    assert command[-6:-2] == ["analyze", str(paths.demo_clip()), "--out", command[-3]]
    assert str(tmp_path) in capsys.readouterr().err


def test_a_temporary_profile_is_deleted(monkeypatch: pytest.MonkeyPatch, profile: Path) -> None:
    folders: list[Path] = []

    def run(_: argparse.Namespace) -> int:
        folders.append(paths.settings_file().parent)
        paths.settings_file().write_text("{}")
        return 0

    monkeypatch.setattr(app, "_run_with_window", run)
    monkeypatch.setattr(app, "has_display", lambda: True)
    app.run_app(argparse.Namespace(**{**NOTHING_SAID, "temp_profile": True}))
    assert folders[0] != profile
    assert not folders[0].exists()
    assert paths.settings_file().parent == profile


def test_the_command_line_says_what_to_open_first() -> None:
    def wanted(**options: object) -> SourceRequest | None:
        return app._wanted(argparse.Namespace(**{**NOTHING_SAID, **options}))

    assert wanted() is None
    assert wanted(camera="0") == SourceRequest("camera", "0")
    assert wanted(open="clip.mp4") == SourceRequest("file", str(Path.cwd() / "clip.mp4"))
    assert wanted(smoke_test=True) == SourceRequest("demo")


def test_a_bad_settings_file_stops_nothing(profile: Path, caplog: pytest.LogCaptureFixture) -> None:
    paths.settings_file().write_text('{"smoothing_ms": 1e999, "theme": "dark"}')
    settings, error = app._settings(argparse.Namespace(**{**NOTHING_SAID, "model": "fer4"}))
    assert (settings.theme, settings.smoothing_ms, settings.model) == ("dark", 300, "fer4")
    assert error is not None
    assert "smoothing_ms" in str(error)
    assert "smoothing_ms" in caplog.text
    caplog.clear()


def test_paths_that_opencv_sets_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM_PLUGIN_PATH", "/lib/cv2/qt/plugins".replace("/", os.sep))
    monkeypatch.setenv("QT_QPA_FONTDIR", "/usr/share/fonts")
    app._forget_opencv_paths()
    assert "QT_QPA_PLATFORM_PLUGIN_PATH" not in os.environ
    assert os.environ["QT_QPA_FONTDIR"] == "/usr/share/fonts"


@pytest.mark.slow
def test_the_smoke_test_sees_a_label() -> None:
    process = start(smoke_test=True)
    out, error = process.communicate(timeout=150)
    assert process.returncode == 0, error
    assert out.startswith("smoke test: ok")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("number", ["SIGTERM", "SIGHUP"])
def test_a_polite_signal_closes_the_window(profile: Path, number: str) -> None:
    settings = '{"welcome_accepted": false, "theme": "dark"}'
    paths.settings_file().write_text(settings)
    process = start()
    deadline = time.monotonic() + 30
    while not paths.log_file().exists() and time.monotonic() < deadline:
        time.sleep(0.05)  # its first line is that the window is there
    process.send_signal(getattr(signal, number))
    try:
        _, error = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0, error
    assert "Traceback" not in error
    assert "window_geometry" in paths.settings_file().read_text()


def test_a_bug_is_logged_and_told_without_a_traceback(
    desk: Desk, qtbot: QtBot, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    window = desk.start(wanted=SourceRequest("demo")).window
    former = sys.excepthook
    with app._handlers(window):
        sys.excepthook(ZeroDivisionError, ZeroDivisionError("bad sum"), None)
        worker = threading.Thread(target=lambda: 1 / 0)
        worker.start()
        worker.join()
    assert sys.excepthook is former
    assert "went wrong" in window.messages.row.label.text()
    assert caplog.text.count("ZeroDivisionError") == 2
    assert capsys.readouterr().err == ""
    caplog.clear()


def test_garbage_is_collected_on_the_gui_thread_alone(desk: Desk, qtbot: QtBot) -> None:
    application = desk.start(wanted=SourceRequest("demo"))
    assert not gc.isenabled()
    qtbot.waitUntil(lambda: application.controller.model.preset is not None)
    assert gc.get_freeze_count() > 0
    application.window.close()
    application.shut_down()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_a_cycle_of_garbage_does_not_stay(qapp: QApplication) -> None:
    collector = Collector()
    try:
        gc.set_threshold(1, 1, 1)
        cycle: list[object] = []
        cycle.append(cycle)
        remains = weakref.ref(Sentinel(cycle))
        cycle.append(remains())
        del cycle
        for _ in range(4):
            collector._collect()
        assert remains() is None
    finally:
        gc.set_threshold(700, 10, 10)
        collector.stop()


class Sentinel:
    """Something in a cycle that can be watched."""

    def __init__(self, cycle: list[object]) -> None:
        self.cycle = cycle
