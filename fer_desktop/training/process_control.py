"""Trainers beside other programs: they give way, and are ended where nobody watches them."""

from contextlib import suppress
from typing import Final

from fer_desktop.log import get_logger
from fer_desktop.training.runs import Run

log = get_logger("train")

_PROCESS_FILE: Final = "trainer.pid"
_GRACE_S: Final = 5.0
_NICER_BY: Final = 10
_NICEST: Final = 19


def remember_trainer(run: Run, process_id: int) -> None:
    """Keep the number of the process that trains, in case the application dies before it."""
    with suppress(OSError):  # without it all is well but after a crash
        (run.folder / _PROCESS_FILE).write_text(str(process_id), encoding="utf-8")


def end_orphan(run: Run) -> None:
    """End a training that nobody watches any more; its last checkpoint stands.

    Waits some seconds where a trainer does not obey.
    """
    import psutil

    file = run.folder / _PROCESS_FILE
    try:
        process = psutil.Process(int(file.read_text(encoding="utf-8")))
        # The number may belong to somebody else by now.
        if str(run.folder) in process.cmdline():
            log.info("ending a training of an earlier start, process %d", process.pid)
            process.terminate()
            try:
                process.wait(_GRACE_S)
            except psutil.TimeoutExpired:
                process.kill()
                process.wait(_GRACE_S)
    except (OSError, ValueError, psutil.Error):
        pass  # there is none
    file.unlink(missing_ok=True)


def give_way(process_id: int) -> None:
    """Let every other program, above all the live analysis, go before a training."""
    import psutil

    with suppress(psutil.Error):
        process = psutil.Process(process_id)
        if psutil.WINDOWS:
            process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
        else:
            process.nice(min(_NICEST, process.nice() + _NICER_BY))
