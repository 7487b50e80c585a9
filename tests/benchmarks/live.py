"""A network camera with 30 frames a second in the real window: delay, stalls, lost results."""

import contextlib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fer_desktop.settings import Settings
from tests.benchmarks import clips
from tests.benchmarks.figures import Figure, figure
from tests.benchmarks.real_window import USUAL_SETTINGS, run_watched, shows_label
from tests.benchmarks.stream_server import read_stamp

SECONDS = 40.0
SETTLING_S = 3.0  # after the first label
TICK_MS = 5


def run(_work: Path) -> list[Figure]:
    """Watch a stream for a while."""
    seen, sent = watch_stream(shows_label)
    ages = seen.ages_ms(sent)
    return [
        figure("live", "age of a frame when painted, since it was sent", ages, mark=40),
        figure("live", "the same, 95th percentile", [_p95(ages)], mark=70),
        figure("live", "age of a frame when painted, since it was decoded", seen.delays),
        figure("live", "longest event-loop stall", [max(seen.gaps) - TICK_MS], mark=50),
        figure("live", "event-loop stall", [gap - TICK_MS for gap in seen.gaps]),
        figure("live", "frames analysed a second", [seen.rate()], "1/s", better="higher"),
        figure("live", "results lost between threads", [seen.lost()], "", mark=0),
    ]


def watch_stream(
    is_ready: Callable[[Any], bool],
    prepare: Callable[[Any], object] = lambda window: None,
    *,
    patience_s: float = 0.0,
    faces: int = 1,
    settings: Settings = USUAL_SETTINGS,
) -> "tuple[Watcher, dict[int, int]]":
    """Show a stream in the real window; return what was seen, and when which picture was sent.

    Args:
        is_ready: tells of the ``MainWindow`` when measuring may begin.
        prepare: called with the window before it is shown.
        patience_s: how much longer than usual it may take to become ready.
        faces: how many there are in the picture.
        settings: the user's.
    """
    seconds = SECONDS + patience_s
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    sent: dict[int, int] = {}
    words = [sys.executable, "-m", "tests.benchmarks.stream_server"]
    words += [str(port), str(seconds), str(faces)]
    server = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    server.stdout.readline()  # "ready"
    reader = threading.Thread(target=_collect, args=(server.stdout, sent), daemon=True)
    reader.start()
    watcher: list[Watcher] = []

    def watch(window: Any) -> None:
        prepare(window)
        watcher.append(Watcher(window, is_ready, seconds))

    try:
        run_watched(watch, camera=f"http://127.0.0.1:{port}/stream.mjpg", settings=settings)
    finally:
        server.kill()
        server.wait()
        reader.join(5)
    return watcher[0], sent


def _collect(lines: Any, sent: dict[int, int]) -> None:
    with contextlib.suppress(ValueError):  # closed
        for line in lines:
            number, sent_ns = line.split()
            sent[int(number)] = int(sent_ns)


def _p95(values: list[float]) -> float:
    return sorted(values)[int(0.95 * (len(values) - 1))]


class Watcher:
    """Notes what the window shows, and when, once it has settled."""

    def __init__(self, window: Any, is_ready: Callable[[Any], bool], seconds: float) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.window = window
        self.painted: list[tuple[int, int]] = []
        self.delays: list[float] = []
        self.gaps: list[float] = []
        self.indices: list[int] = []
        self._settled_at: float | None = None
        self._last_tick = time.perf_counter()
        self._timer = QTimer(window)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._on_tick)
        self._timer.start()
        self._is_ready = is_ready
        self._deadline = time.monotonic() + seconds + 30
        window.player.view.frame_painted.connect(self._on_painted)
        window._controller.batch.connect(self._on_batch)

    @property
    def _is_settled(self) -> bool:
        return self._settled_at is not None and time.monotonic() >= self._settled_at

    def ages_ms(self, sent: dict[int, int]) -> list[float]:
        """Return how old each frame was when it was painted, since it was sent."""
        return [(at - sent[number]) / 1e6 for number, at in self.painted if number in sent]

    def share(self) -> float:
        """Return how many of the camera's frames were analysed, in percent."""
        return 100 * self.rate() / clips.FPS

    def rate(self) -> float:
        """Return analyses a second of the source's time."""
        return len(self.indices) / (self._span_us() / 1e6)

    def lost(self) -> float:
        """Return how many analysed frames the window never heard of.

        Every analysis is also in the session's file, which hangs off the other end.
        """
        from fer_desktop.paths import sessions_dir
        from fer_desktop.recording.session_reader import SessionReader

        (path,) = sessions_dir().glob("*.fersession")
        with SessionReader(path) as reader:
            recorded = {row.analysis.frame_index for row in reader.rows()}
        first, last = self.indices[0], self.indices[-1]
        return len({index for index in recorded if first <= index <= last} - set(self.indices))

    def _span_us(self) -> int:
        return self._times[-1] - self._times[0]

    def _on_tick(self) -> None:
        now = time.perf_counter()
        if self._is_settled:
            self.gaps.append((now - self._last_tick) * 1e3)
        self._last_tick = now
        ended = self._is_settled and self._until_end() <= 0
        if ended or time.monotonic() > self._deadline:
            self._timer.stop()
            self.window.close_unasked()

    def _until_end(self) -> float:
        assert self._settled_at is not None
        return self._settled_at + SECONDS - 15 - time.monotonic()

    def _on_painted(self, frame: Any) -> None:
        now_ns = time.monotonic_ns()
        if self._settled_at is None and self._is_ready(self.window):
            self._settled_at = time.monotonic() + SETTLING_S
        if self._is_settled:
            self.painted.append((read_stamp(frame.pixels), now_ns))
            self.delays.append((now_ns - frame.captured_ns) / 1e6)

    def _on_batch(self, batch: Any) -> None:
        if self._is_settled:
            if not self.indices:
                self._times: list[int] = []
            self.indices += [analysis.frame_index for analysis in batch.analyses]
            self._times += [analysis.timestamp_us for analysis in batch.analyses]
