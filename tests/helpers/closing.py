"""The application in a process of its own, brought into a state and then closed: how it ends.

The process is ``python -m tests.helpers.closing STATE [ARGUMENT]``: the real window with real
networks. It says when the state is there; SIGTERM then ends it as a system that shuts down does,
and SIGUSR1 as the user who closes the window.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import psutil

from tests.helpers.closing_states import STATES

THERE: Final = b"there"
_PATIENCE_S: Final = 300.0
_LEAVE_S: Final = 2.0
_LOOK_MS: Final = 10


@dataclass(frozen=True, slots=True)
class Closed:
    """How the application ended.

    Attributes:
        seconds: from the signal until the process was gone.
        status: its exit status, negative if a signal killed it.
        said: what it wrote on its terminal.
        left: programs that it had started and that are still there.
    """

    seconds: float
    status: int
    said: str
    left: Sequence[str]

    @property
    def is_well(self) -> bool:
        """Whether it ended as it should, however long it took."""
        return (self.status, self.said, tuple(self.left)) == (0, "", ())


def close_in(
    state: str, work: Path, argument: str = "", *, by: signal.Signals = signal.SIGTERM
) -> Closed:
    """Start the application, close it once it is in a state, and tell how that went.

    Args:
        state: one of ``STATES``.
        work: an empty folder.
        argument: what the state needs: an address, a file.
        by: SIGTERM as the system does, SIGUSR1 as the user does.

    Raises:
        RuntimeError: if it does not come into the state.
    """
    from fer_desktop.paths import PROFILE_VARIABLE
    from trainer.data.cache_room import CACHE_VARIABLE

    environment = {
        "QT_QPA_PLATFORM": "offscreen",
        **os.environ,
        PROFILE_VARIABLE: str(work / "profile"),
        CACHE_VARIABLE: str(work / "cache"),
    }
    command = [sys.executable, "-m", "tests.helpers.closing", state, str(work), argument]
    with (
        (work / "said").open("w+b") as errors,
        subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=errors
        ) as process,
    ):
        assert process.stdout is not None
        # A process that does not come into its state is ended by its own limit.
        line = process.stdout.readline()
        if line.strip() != THERE:
            process.kill()
            errors.seek(0)
            raise RuntimeError(f"{state}: {line!r} {errors.read().decode()}")
        time.sleep(STATES[state].after_s)
        helpers = psutil.Process(process.pid).children(recursive=True)
        began = time.monotonic()
        process.send_signal(by)
        try:
            said, _ = process.communicate(timeout=60)
        finally:
            process.kill()
        seconds = time.monotonic() - began
        errors.seek(0)
        said += errors.read()
    _, left = psutil.wait_procs(helpers, timeout=_LEAVE_S)
    names = [" ".join(program.cmdline()) for program in left if is_at_work(program)]
    return Closed(seconds, process.returncode, said.decode().strip(), names)


def is_at_work(program: psutil.Process) -> bool:
    """Tell whether a program does anything; one that nobody has buried yet does not."""
    try:
        return program.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _child(name: str, work: str, argument: str) -> int:
    """Be the application: come into the state, say so, and wait to be closed."""
    from PySide6.QtCore import QTimer

    from fer_desktop.log import quiet_native_libraries
    from fer_desktop.paths import demo_clip
    from fer_desktop.settings import Settings
    from fer_desktop.ui.dialogs.finishing import CloseOrWait
    from fer_desktop.ui.dialogs.prompts import Confirm
    from tests.benchmarks.real_window import run_watched

    quiet_native_libraries()
    state = STATES[name]
    if name != "a question is asked":
        Confirm.ask = lambda *_: True  # type: ignore[method-assign]
    CloseOrWait.ask = lambda *_: True  # type: ignore[method-assign]
    deadline = time.monotonic() + _PATIENCE_S

    def watch(window: Any) -> object:
        state.prepare(window, work)
        timer = QTimer(window)

        def look() -> None:
            if time.monotonic() > deadline:
                os._exit(3)
            if state.is_there(window):
                timer.stop()
                os.write(1, THERE + b"\n")

        timer.timeout.connect(look)
        timer.start(_LOOK_MS)
        signal.signal(signal.SIGUSR1, lambda *_: window.close())
        return timer

    file = demo_clip() if state.opens == "demo" else Path(argument)
    return run_watched(
        watch,
        camera=argument if state.opens == "camera" else None,
        file=file if state.opens in ("demo", "file") else None,
        engine=state.engine,
        settings=replace(Settings(welcome_accepted=True, recording_dir=work), **state.settings()),
    )


if __name__ == "__main__":
    from fer_desktop.__main__ import _end_process

    _end_process(_child(*sys.argv[1:4]))
