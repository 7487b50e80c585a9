"""Two cameras of 30 frames a second at once: how many frames are read, and how well they align."""

import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

from fer_desktop.recording.session_reader import SessionReader
from tests.benchmarks.figures import Figure, figure
from tests.benchmarks.streams import free_port

SECONDS = 20.0
SETTLING = 60  # frames
PART = "two_cameras"


class Camera:
    """A camera in a process of its own, which knows when it sent which picture."""

    def __init__(self) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}/stream.mjpg"
        self.sent_ns: dict[int, int] = {}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.stream_server", str(port), str(SECONDS)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self._process.stdout.readline()  # "ready"
        threading.Thread(target=self._collect, daemon=True).start()

    def end(self) -> None:
        self._process.kill()
        self._process.wait()

    def _collect(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            number, sent_ns = map(int, line.split())
            self.sent_ns[number] = sent_ns


def run(work: Path) -> list[Figure]:
    """Record both with one command, and compare what their sessions say with what was sent."""
    cameras = [Camera(), Camera()]
    words = [word for camera in cameras for word in ("--camera", camera.url)]
    program = subprocess.Popen(
        [sys.executable, "-m", "fer_desktop", "stream", *words, "--sessions", str(work)],
        stderr=subprocess.DEVNULL,
    )
    time.sleep(SECONDS + 5)
    program.terminate()
    program.wait(20)
    lags_us: dict[str, list[float]] = {}
    rates: list[float] = []
    for path in work.glob("*.fersession"):
        with SessionReader(path) as reader:
            info = reader.summary().info
            frames = [row.analysis for row in reader.rows()][SETTLING:]
        assert info.zero_ns is not None
        (camera,) = (one for one in cameras if one.url == info.source.uri)
        lags_us[camera.url] = [
            (info.zero_ns - camera.sent_ns[frame.frame_index]) / 1000 + frame.timestamp_us
            for frame in frames
        ]
        span_us = frames[-1].timestamp_us - frames[0].timestamp_us
        rates.append((len(frames) - 1) / (span_us / 1e6))
    for camera in cameras:
        camera.end()
    one, other = (statistics.median(lags) for lags in lags_us.values())
    every = [lag / 1000 for lags in lags_us.values() for lag in lags]
    return [
        figure(PART, "frames analysed a second, the slower one", [min(rates)], "1/s"),
        figure(PART, "apart, the same moment in both sessions", [abs(one - other) / 1000], mark=5),
        figure(PART, "from sending a picture to its time", every),
    ]
