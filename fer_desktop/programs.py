"""How this application starts its other programs: each a process that may take long, or die."""

import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress

_running: "set[subprocess.Popen[bytes]]" = set()
_lock = threading.Lock()


def module_command(module: str, arguments: Sequence[str]) -> list[str]:
    """Return the program and the arguments that run a module of ours."""
    return [sys.executable, "-m", module, *arguments]


def trainer_command(words: Sequence[str]) -> list[str]:
    """Return the program and the arguments that run a command of the trainer."""
    return module_command("trainer", words)


def run_program(
    command: Sequence[str], *, env: Mapping[str, str], timeout_s: float
) -> "subprocess.CompletedProcess[bytes]":
    """Run a program to its end and return what it printed; ``end_programs`` cuts it short.

    Raises:
        OSError: if it cannot be started.
        subprocess.TimeoutExpired: if it took too long; it is gone then.
    """
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, env=env
    ) as process:
        with _lock:
            _running.add(process)
        try:
            output, errors = process.communicate(timeout=timeout_s)
        finally:
            with _lock:
                _running.discard(process)
            process.kill()  # which does nothing to one that has ended
    return subprocess.CompletedProcess(command, process.returncode, output, errors)


def end_programs() -> None:
    """End every program that somebody waits for; nobody does when the application closes."""
    with _lock:
        running = list(_running)
    for process in running:
        with suppress(OSError):
            process.kill()
