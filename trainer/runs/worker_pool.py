"""Trainings and evaluations that several workers do at the same time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from trainer.contract.cluster import ClusterError, Place, worker_pool
from trainer.errors import RunError
from trainer.runs.in_worker import PACKAGES, Call, call_of, do_call

_NOTES = ".workers"


def each_done(
    function: Callable[..., object],
    jobs: Iterable[tuple[str, Sequence[object]]],
    place: Place,
    folder: Path,
    tell: Callable[[str], object],
) -> Iterator[tuple[str, str]]:
    """Do jobs, and yield each one's name when it is over, with the problem of one that failed.

    Args:
        function: at the top of its module; what it returns is not kept.
        jobs: a name for each, all different, and the function's arguments, which pickle.
        place: who does them.
        folder: that all of them can write to.
        tell: gets sentences that concern the workers.

    Raises:
        RunError: if there are no workers, or they are of other versions.
    """
    # Others' machines are theirs to divide.
    here = 0 if place.scheduler else place.workers
    calls: list[tuple[str, Call]] = [
        (name, call_of(function, *arguments, workers=here)) for name, arguments in jobs
    ]
    names = {call: name for name, call in calls}
    try:
        with (
            worker_pool(place, packages=PACKAGES, tell=tell) as pool,
            closing(pool.do(do_call, calls, notes=folder / _NOTES)) as over,
        ):
            for done in over:
                yield names[done.job], done.problem
    except ClusterError as error:
        raise RunError(error.message, hint=error.hint) from error
    except OSError as error:
        raise RunError(f"{folder} cannot be written: {error.strerror}.") from error
