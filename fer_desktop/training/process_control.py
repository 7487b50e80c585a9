"""Trainers beside other programs: they give way, and are ended where nobody watches them."""

from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from fer_desktop.log import get_logger
from fer_desktop.training.runs import Run

if TYPE_CHECKING:
    import psutil

log = get_logger("train")

_GRACE_S: Final = 5.0
_NICER_BY: Final = 10
_NICEST: Final = 19


def end_orphan(run: Run) -> None:
    """End a training that nobody watches any more; its last checkpoint stands.

    Waits some seconds where a trainer does not obey.
    """
    import psutil

    for process in _trainers_at(run):
        log.info("ending a training of an earlier start, process %d", process.pid)
        with suppress(psutil.Error):
            process.terminate()
            try:
                process.wait(_GRACE_S)
            except psutil.TimeoutExpired:
                process.kill()
                process.wait(_GRACE_S)


def _trainers_at(run: Run) -> "list[psutil.Process]":
    """Return the processes that train in a run's folder, by what they were called with."""
    import psutil

    words = ["--out", str(run.folder)]
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if words in map(list, pairwise(process.info["cmdline"] or ()))
    ]


def give_way(process_id: int) -> None:
    """Let every other program, above all the live analysis, go before a training."""
    import psutil

    with suppress(psutil.Error):
        process = psutil.Process(process_id)
        if psutil.WINDOWS:
            process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
        else:
            process.nice(min(_NICEST, process.nice() + _NICER_BY))
