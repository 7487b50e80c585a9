"""Closing the window while something keeps it waiting: a real process, real servers."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from fer_desktop.paths import PROFILE_VARIABLE, demo_clip
from fer_desktop.recording.session_store import list_sessions
from fer_desktop.settings import Settings, save_settings
from fer_desktop.sources.media_file import VideoSource
from tests.helpers.cameras import Behaviour, NetworkCamera
from tests.helpers.closing import ROWS, close_in
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

# Alone on a machine it takes less than one: make bench ARGS=closing measures it.
CLOSED_LIMIT_S = 8.0
# Networks that load at once: what is tried here is the camera, with all that belongs to it.
APPLICATION = """
import sys
from fer_desktop import __main__, app
from tests.helpers.fakes import FakeClassifier, FakeDetector
app._make_detector = lambda score: FakeDetector()
app._load_classifier = lambda folder, engine: FakeClassifier()
app._camera_names = list
sys.exit(__main__.main())
"""


# What may keep a thread for long, each as if it never ended.
HANGING = """
import threading
from pathlib import Path
from fer_desktop import app
from fer_desktop.sources import named_file
def hang(*_, **__):
    Path({sign!r}).touch()
    threading.Event().wait()
"""
HANGS = {
    "the detector is loaded": "app._make_detector = hang",
    "a model is loaded": "app._load_classifier = hang",
    "cameras are looked for": "app._camera_names = hang",
    "a file is opened": "named_file.open_file = hang",
    "faces are looked for": "FakeDetector.detect = hang",
    "expressions are read": """
read = FakeClassifier.classify
FakeClassifier.classify = lambda self, *of: read(self, *of) if self.calls < 5 else hang()
""",
}


def close_when(
    is_time: Callable[[psutil.Process], bool],
    arguments: Sequence[str],
    profile: Path,
    *,
    before: str = "",
    application: str = APPLICATION,
) -> str:
    """Start the application, close it at some time, and return what it logged."""
    save_settings(Settings(welcome_accepted=True), profile / "settings.json")
    start = "sys.exit(__main__.main())"
    with subprocess.Popen(
        [sys.executable, "-c", application.replace(start, f"{before}\n{start}"), *arguments],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", PROFILE_VARIABLE: str(profile)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        try:
            deadline = time.monotonic() + 60
            while not is_time(psutil.Process(process.pid)):
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < deadline
                time.sleep(0.02)
            helpers = psutil.Process(process.pid).children()
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            said, _ = process.communicate(timeout=30)
            took_s = time.monotonic() - began
        finally:
            process.kill()
    assert (process.returncode, said) == (0, b"")
    assert took_s < CLOSED_LIMIT_S
    psutil.wait_procs(helpers, timeout=1)
    assert not any(helper.is_running() for helper in helpers)
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
        log = close_when(lambda _: camera.was_visited.is_set(), ["--camera", url], tmp_path)
    assert "s3cret" not in log


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
@pytest.mark.parametrize("place", ["black hole", "nobody sends", "nobody listens"])
def test_connecting(place: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        url = "udp://127.0.0.1:5004" if place == "nobody sends" else "rtsp://127.0.0.1:9/live"
        if place == "black hole":
            url = f"rtsp://127.0.0.1:{stack.enter_context(black_hole())}/live"
        close_when(is_reading, ["--camera", url], tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
@pytest.mark.parametrize("what", HANGS)
def test_while_something_hangs(what: str, tmp_path: Path) -> None:
    sign = tmp_path / "hangs"
    before = HANGING.format(sign=str(sign)) + HANGS[what]
    clip = str(demo_clip())
    log = close_when(lambda _: sign.exists(), ["--open", clip], tmp_path, before=before)
    assert "does not end" in log
    sessions = list_sessions(tmp_path / "sessions")
    assert all(session.end is not None for session in sessions)
    assert sessions or what != "expressions are read"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
@pytest.mark.parametrize("after_s", [0.0, 0.7, 1.4])
def test_while_tensorflow_is_loaded(after_s: float, tmp_path: Path) -> None:
    began: list[float] = []

    def is_time(process: psutil.Process) -> bool:
        libraries = [item.path for item in process.memory_maps() if "tensorflow" in item.path]
        if libraries and not began:
            began.append(time.monotonic())
        return bool(began) and time.monotonic() - began[0] >= after_s

    close_when(
        is_time,
        ["--open", str(demo_clip()), "--engine", "keras"],
        tmp_path,
        application="import sys\nfrom fer_desktop import __main__\nsys.exit(__main__.main())",
    )


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
@pytest.mark.parametrize(
    ("state", "by"),
    [
        ("just on screen", signal.SIGUSR1),
        ("a queue of files is analysed", signal.SIGTERM),
        ("a video is recorded", signal.SIGUSR1),
        ("a dialog is open", signal.SIGTERM),
        ("a question is asked", signal.SIGTERM),
        ("a training begins", signal.SIGTERM),
        ("a table is exported", signal.SIGTERM),
    ],
)
def test_in_the_middle_of(state: str, by: signal.Signals, tmp_path: Path) -> None:
    closed = close_in(state, tmp_path, by=by)
    assert closed.is_well, closed
    assert closed.seconds < CLOSED_LIMIT_S
    if state == "a video is recorded":
        (film,) = tmp_path.glob("*.mp4")
        source = VideoSource(film)
        assert source.open().frame_count
        source.close()
    if state == "a table is exported":
        assert len((tmp_path / "long.csv").read_text().splitlines()) == ROWS + 1
    sessions = list_sessions(tmp_path / "profile" / "sessions")
    assert all(session.end is not None for session in sessions)
