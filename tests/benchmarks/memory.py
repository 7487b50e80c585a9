"""Resident memory of the real application before and after 20,000 analysed frames."""

import threading
import time
from pathlib import Path
from typing import Any

import psutil

from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.sources.base import Pacing
from tests.benchmarks import clips
from tests.benchmarks.figures import Figure, figure
from tests.benchmarks.real_window import run_watched

FRAMES = 20_000
WARM_UP = 1_000
MB = 1_000_000


class _TirelessCamera:
    """A live source that gives the demo clip as fast as frames are analysed, and counts them."""

    def __init__(self) -> None:
        self._pictures = clips.demo_pictures(300)
        self._index = 0
        self.may_go = threading.Semaphore(2)

    def open(self) -> SourceInfo:
        return SourceInfo(
            kind="camera", name="tireless", uri="0", width_px=640, height_px=480, fps=30.0
        )

    def read(self) -> Frame | None:
        self.may_go.acquire(timeout=0.2)
        index, self._index = self._index, self._index + 1
        # A copy, as a camera gives new pixels each time.
        pixels = self._pictures[index % len(self._pictures)].copy()
        return Frame(index, index * 33_333, time.monotonic_ns(), pixels, time.time_ns())

    def close(self) -> None:
        pass


def run(_work: Path) -> list[Figure]:
    """Let the window show 20,000 frames."""
    from unittest.mock import patch

    camera = _TirelessCamera()
    process = psutil.Process()
    sizes: dict[int, float] = {}
    seen = 0

    def watch(window: Any) -> None:
        def on_batch(batch: Any) -> None:
            nonlocal seen
            for _ in batch.analyses:
                seen += 1
                camera.may_go.release()
                if seen in (WARM_UP, WARM_UP + FRAMES // 2, WARM_UP + FRAMES):
                    sizes[seen] = process.memory_info().rss / MB
            if seen >= WARM_UP + FRAMES:
                window.close()

        window._controller.batch.connect(on_batch)

    with patch("fer_desktop.app.make_source", lambda *_, **__: (camera, Pacing.LIVE)):
        run_watched(watch, camera="0")
    before, halfway, after = (sizes[count] for count in sorted(sizes))
    return [
        figure("memory", "resident before", [before], "MB"),
        figure("memory", "growth over 20,000 frames", [after - before], "MB", mark=20),
        figure("memory", "of it in the second half", [after - halfway], "MB"),
    ]
