"""Time from the start of the process to window, first picture and first label, warm disk."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.figures import Figure, figure

RUNS = 5
MARKS_S = {"window on screen": 0.8, "first picture": None, "first label": 2.0}
COMMANDS = (("trainer", "systems", 0.5), ("fer_desktop", "--help", None))


def run(work: Path) -> list[Figure]:
    """Start the application several times on the demo clip, and two commands."""
    samples: dict[str, list[float]] = {name: [] for name in MARKS_S}
    for attempt in range(RUNS + 1):
        environment = os.environ | {
            "FER_DESKTOP_PROFILE": str(work / f"profile{attempt}"),
            # As on a user's computer, where Python keeps what it has compiled.
            "PYTHONPYCACHEPREFIX": str(work / "compiled"),
        }
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        done = subprocess.run(
            # By its own account a process began up to a second earlier or later.
            [sys.executable, "-m", "tests.benchmarks.startup", str(time.time())],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=True,
        )
        if attempt:  # the first one warms the disk's cache
            for name, seconds in json.loads(done.stdout.strip().splitlines()[-1]).items():
                samples[name].append(seconds)
    return [
        *(
            figure("startup", f"time to {name}", samples[name], "s", mark=mark)
            for name, mark in MARKS_S.items()
        ),
        *(_command(module, option, mark) for module, option, mark in COMMANDS),
    ]


def _command(module: str, option: str, mark: float | None) -> Figure:
    command = [sys.executable, "-m", module, option]
    seconds = []
    for _ in range(RUNS + 1):
        started = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        seconds.append(time.perf_counter() - started)
    return figure("startup", f"python -m {module} {option}", seconds[1:], "s", mark=mark)


def _child() -> None:
    """Start, note the times, close."""
    from fer_desktop.log import quiet_native_libraries
    from fer_desktop.paths import demo_clip
    from tests.benchmarks.real_window import run_watched, shows_label

    quiet_native_libraries()
    began = float(sys.argv[1])
    times: dict[str, float] = {}

    def watch(window: Any) -> None:
        def note(name: str) -> None:
            times.setdefault(name, time.time() - began)

        def on_painted(_frame: object) -> None:
            note("first picture")
            if shows_label(window):
                note("first label")
                window.close()

        window.first_painted.connect(lambda: note("window on screen"))
        window.player.view.frame_painted.connect(on_painted)

    run_watched(watch, file=demo_clip())
    print(json.dumps(times))


if __name__ == "__main__":
    _child()
