"""Jobs for workers of tests, which import them by this name."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from trainer.contract.errors import ExplainedError


@dataclass(frozen=True)
class Job:
    """What a worker shall do.

    Attributes:
        number: what is squared.
        kind: "killed" ends the process, "raises" raises, "explained" too, "once" does so once.
        notes: where begun jobs leave a line.
        seconds: how long it takes.
    """

    number: int
    kind: str = ""
    notes: Path = Path()
    seconds: float = 0.0


def square(job: Job) -> int:
    """Return the square of the job's number."""
    with (job.notes / "begun").open("a") as begun:
        begun.write(f"{job.number} {os.getpid()}\n")
    time.sleep(job.seconds)
    if job.kind == "killed":
        os._exit(11)
    if job.kind == "raises":
        raise ValueError(f"no square of {job.number}")
    if job.kind == "explained":
        raise ExplainedError("There is no room.", hint="Make some.")
    if job.kind == "once":
        first = job.notes / f"{job.number}.first"
        if not first.exists():
            first.touch()
            raise OSError("the disk is full")
    return job.number**2


def nothing(number: int) -> int:
    """Return at once."""
    return number
