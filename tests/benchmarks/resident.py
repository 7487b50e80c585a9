"""Resident memory of the real application while the demo clip plays for a minute."""

import time
from pathlib import Path
from typing import Any

import psutil

from fer_desktop.paths import demo_clip
from tests.benchmarks.figures import Figure, figure
from tests.benchmarks.real_window import run_watched

MINUTE_S = 60
MB = 1_000_000


def run(_work: Path) -> list[Figure]:
    """Play the clip over and over."""
    process = psutil.Process()
    sizes: list[float] = []

    def watch(window: Any) -> Any:
        from PySide6.QtCore import QTimer

        from fer_desktop.pipeline.events import State, StateChanged

        def on_event(event: object) -> None:
            if isinstance(event, StateChanged) and event.state is State.PAUSED:
                window._controller.play()

        def on_second() -> None:
            sizes.append(process.memory_info().rss / MB)
            if time.monotonic() - started >= MINUTE_S:
                window.close()

        started = time.monotonic()
        window._controller.happened.connect(on_event)
        timer = QTimer(window)
        timer.timeout.connect(on_second)
        timer.start(1000)
        return timer

    run_watched(watch, file=demo_clip())
    name = "resident, demo clip playing for a minute"
    return [figure("resident", name, sizes[-10:], "MB", mark=450)]
