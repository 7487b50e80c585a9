"""Closing the window while a network camera keeps it waiting: a real process, real servers."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from fer_desktop.paths import PROFILE_VARIABLE
from fer_desktop.settings import Settings, save_settings
from tests.helpers.cameras import Behaviour, NetworkCamera
from tests.sources.network.test_stream_source import (
    answer_rtsp_once,
    begin_a_header,
    black_hole,
    refuse,
    send_no_picture,
    stall,
    stay_silent,
)

pytestmark = [pytest.mark.gui, pytest.mark.slow]

CLOSED_LIMIT_S = 2.0  # a second, and another one for a busy machine
# Networks that load at once: what is tried here is the camera, with all that belongs to it.
APPLICATION = """
import sys
from fer_desktop import __main__, app
from tests.helpers.fakes import FakeClassifier, FakeDetector
app._make_detector = lambda score: FakeDetector()
app._load_classifier = lambda folder: FakeClassifier()
app._camera_names = list
sys.exit(__main__.main())
"""


def close_when(is_time: Callable[[psutil.Process], bool], url: str, profile: Path) -> str:
    """Start the application on a camera, close it at some time, and return what it logged."""
    save_settings(Settings(welcome_accepted=True), profile / "settings.json")
    application = subprocess.Popen(
        [sys.executable, "-c", APPLICATION, "--camera", url],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", PROFILE_VARIABLE: str(profile)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        deadline = time.monotonic() + 60
        while not is_time(psutil.Process(application.pid)):
            assert application.poll() is None, application.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        readers = psutil.Process(application.pid).children()
        began = time.monotonic()
        application.send_signal(signal.SIGTERM)
        said, _ = application.communicate(timeout=30)
        took_s = time.monotonic() - began
    finally:
        application.kill()
        application.wait()
    assert (application.returncode, said) == (0, b"")
    assert took_s < CLOSED_LIMIT_S
    psutil.wait_procs(readers, timeout=1)
    assert not any(reader.is_running() for reader in readers)
    return (profile / "fer-desktop.log").read_text()


def is_reading(application: psutil.Process) -> bool:
    return bool(application.children())


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
@pytest.mark.parametrize(
    ("scheme", "behave"),
    [
        ("http", stay_silent),
        ("http", begin_a_header),
        ("http", send_no_picture),
        ("http", stall),
        ("http", refuse),
        ("https", stay_silent),
        ("rtsp", stay_silent),
        ("rtsp", answer_rtsp_once),
    ],
)
def test_connected_and_waiting(scheme: str, behave: Behaviour, tmp_path: Path) -> None:
    with NetworkCamera(behave) as camera:
        url = camera.url(scheme=scheme, login="me:s3cret@")
        log = close_when(lambda _: camera.was_visited.is_set(), url, tmp_path)
    assert "s3cret" not in log


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
@pytest.mark.parametrize("place", ["black hole", "nobody sends", "nobody listens"])
def test_connecting(place: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        url = "udp://127.0.0.1:5004" if place == "nobody sends" else "rtsp://127.0.0.1:9/live"
        if place == "black hole":
            url = f"rtsp://127.0.0.1:{stack.enter_context(black_hole())}/live"
        close_when(is_reading, url, tmp_path)
