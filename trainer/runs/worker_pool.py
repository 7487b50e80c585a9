"""Trainings and evaluations that several workers do at the same time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainer.contract.cluster import ClusterError, Place, worker_pool
from trainer.errors import RunError
from trainer.runs.in_worker import PACKAGES, Call, call_of, do_call

_NOTES = ".workers"


@dataclass(frozen=True, kw_only=True)
class Workers:
    """Who works, and where.

    Attributes:
        place: whose processes they are.
        folder: that all of them can write to, for a folder of notes.
        tell: gets sentences that concern them.
    """

    place: Place
    folder: Path
    tell: Callable[[str], object]


def each_done(
    function: Callable[..., object],
    jobs: Iterable[tuple[str, Sequence[object]]],
    workers: Workers,
) -> Iterator[tuple[str, Any, str]]:
    """Do jobs, and yield each one's name when it is over, what it returned, or why it failed.

    Args:
        function: at the top of its module; what it returns pickles.
        jobs: a name for each, all different, and the function's arguments, which pickle.
        workers: who does them.

    Raises:
        RunError: if there are no workers, or they are of other versions.
    """
    # Others' machines are theirs to divide.
    place = workers.place
    here = 0 if place.scheduler else place.workers
    calls: list[tuple[str, Call]] = [
        (name, call_of(function, *arguments, workers=here)) for name, arguments in jobs
    ]
    names = {call: name for name, call in calls}
    try:
        with (
            worker_pool(place, packages=PACKAGES, tell=workers.tell) as pool,
            closing(pool.do(do_call, calls, notes=workers.folder / _NOTES)) as over,
        ):
            for done in over:
                yield names[done.job], done.result, done.problem
    except ClusterError as error:
        raise RunError(error.message, hint=error.hint) from error
    except OSError as error:
        raise RunError(f"{workers.folder} cannot be written: {error.strerror}.") from error
