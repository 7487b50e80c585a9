"""Work divided among processes: on this computer, or on the workers of a Dask cluster.

Jobs are plain data and done by a function of a module, so that another process, or another computer
with the same packages, can do them. Whoever needs this installs the extra ``cluster``.
"""

import asyncio
import os
import queue
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from trainer.contract.cluster_clients import (
    ClusterError as ClusterError,
)
from trainer.contract.cluster_clients import (
    cause_of,
    connected,
    dashboard_of,
    gone,
    local_workers,
    silence_dask,
)
from trainer.contract.cluster_work import Answer, attempt_job, differences, installed_versions

J = TypeVar("J")
R = TypeVar("R")
T = TypeVar("T")

_TICK_S: Final = 1.0
_DESERTED_S: Final = 15.0  # one that was killed is started again within seconds
_LOST_MAX: Final = 5  # how often the cluster may give a job up without an answer


@dataclass(frozen=True, slots=True)
class Place:
    """Where work is done.

    Attributes:
        workers: so many processes of this computer; not used where there is a scheduler.
        scheduler: address of a Dask scheduler, as in ``tcp://10.0.0.1:8786``; or empty.
    """

    workers: int = 1
    scheduler: str = ""


@dataclass(frozen=True, slots=True)
class Done(Generic[J, R]):
    """A job that is over.

    Attributes:
        job: the job.
        result: what its function returned; None where it failed.
        problem: why it failed, in a sentence; empty where it did not.
        tries: how often it was begun.
    """

    job: J
    result: R | None
    problem: str
    tries: int


@dataclass(slots=True)
class _Waiting(Generic[J]):
    """A job that is with the cluster, and what became of it so far."""

    job: J
    name: str
    tries: int = 0
    lost: int = 0
    only: frozenset[str] = frozenset()  # the workers that may do it; empty for all


@contextmanager
def worker_pool(
    place: Place, *, packages: Sequence[str], tell: Callable[[str], object]
) -> Iterator["WorkerPool"]:
    """Give workers, and let go of them at the end; those of this computer end with it.

    Args:
        place: where they are.
        packages: distributions whose versions must be the same here and there.
        tell: called with sentences that concern the workers, while they work.

    Raises:
        ClusterError: if there are none, or theirs are other versions.
    """
    try:
        import distributed  # noqa: F401

        if not place.scheduler:
            import cryptography  # noqa: F401
    except ImportError as error:
        raise ClusterError(
            f"Several workers need {error.name}, which is not installed.",
            hint='Type "pip install distributed cryptography".',
        ) from error
    with ExitStack() as stack:
        silence_dask()
        if place.scheduler:
            client = stack.enter_context(connected(place.scheduler))
        else:
            client = stack.enter_context(local_workers(place.workers))
        pool = WorkerPool(client, packages, tell)
        pool.check()
        yield pool


class WorkerPool:
    """Workers that do jobs.

    Attributes:
        dashboard: address of Dask's dashboard; empty where it is not installed.
    """

    def __init__(self, client: Any, packages: Sequence[str], tell: Callable[[str], object]) -> None:
        self._client = client
        self._packages = tuple(packages)
        self._versions = installed_versions(self._packages)
        self._tell = tell
        self._refused: set[str] = set()
        self._deserted_s = 0.0
        self.dashboard = dashboard_of(client)

    @property
    def size(self) -> int:
        """How many jobs are done at the same time, at present."""
        return sum(self._client.nthreads().values())

    def check(self) -> None:
        """See to it that every worker has the same versions.

        Raises:
            ClusterError: if one has not.
        """
        for worker, theirs in self.ask(installed_versions, self._packages).items():
            if isinstance(theirs, BaseException):
                raise ClusterError(
                    f"The worker {worker} cannot do the work: {cause_of(theirs)}.",
                    hint="Start it where the same version of fer-desktop is installed.",
                )
            if others := differences(self._versions, theirs):
                raise ClusterError(
                    f"The worker {worker} has other versions: {others}.",
                    hint="Install the same versions there: the numbers could differ.",
                )

    def ask(self, function: Callable[..., T], *args: object) -> dict[str, T | BaseException]:
        """Return what a function returns in each worker, or why it did not."""
        answers: dict[str, T | BaseException] = self._client.run(function, *args, on_error="return")
        return answers

    def do(
        self,
        function: Callable[[J], R],
        jobs: Iterable[tuple[str, J]],
        *,
        notes: Path,
        tries: int = 2,
    ) -> Generator[Done[J, R], None, None]:
        """Do jobs and yield each as it is over. A caller that stops early closes the generator.

        The first jobs are begun first. One whose function raises, or whose worker is killed, is
        done again, elsewhere where that is possible. So a function returns what can be no
        different the next time, and leaves nothing that a second try would stumble over.

        Args:
            function: of a module that every worker can import.
            jobs: a name for each, all different, and the job.
            notes: a folder that every worker can write to, for this work alone; it is made, and
                removed at the end. What is begun is noted there, so that a job that crashes its
                worker is told from its neighbours.
            tries: how often a job is begun.

        Raises:
            ClusterError: if the scheduler goes away, or no worker can be used.
            OSError: if nothing can be noted.
        """
        over: queue.SimpleQueue[Any] = queue.SimpleQueue()
        waiting: dict[str, _Waiting[J]] = {}  # by the future's key
        futures: dict[str, Any] = {}

        def submit(item: _Waiting[J], avoided: str = "") -> None:
            item.only = self._others(avoided)
            future = self._client.submit(
                attempt_job,
                *(function, item.job, item.name, self._versions, str(notes), tries - item.tries),
                pure=False,
                workers=list(item.only) or None,
            )
            waiting[future.key] = item
            futures[future.key] = future
            future.add_done_callback(over.put)

        notes = Path(os.path.abspath(notes))  # workers may have been started elsewhere
        _clear(notes)
        try:
            notes.mkdir(parents=True)
            for name, job in jobs:
                submit(_Waiting(job, name))
            while waiting:
                ended = [future for future in self._next(over) if future.key in waiting]
                answers = self._answers(ended)
                for future in ended:
                    item, _ = waiting.pop(future.key), futures.pop(future.key)
                    done: Done[J, R] | None
                    done, avoided = self._judged(item, future, answers, tries)
                    if done is None:
                        submit(item, avoided)
                    else:
                        yield done
                if not ended:  # Dask would wait for ever for workers that have gone
                    for key in [key for key, item in waiting.items() if self._is_stuck(item)]:
                        futures.pop(key).cancel()
                        submit(waiting.pop(key))
        finally:
            with suppress(Exception):  # a scheduler that has gone
                self._client.cancel(list(futures.values()), force=True)
            _clear(notes)

    def _others(self, avoided: str) -> frozenset[str]:
        """Return the workers that do a job, if there are some that shall not."""
        if not avoided and not self._refused:
            return frozenset()
        return frozenset(self._client.nthreads()) - self._refused - {avoided}

    def _is_stuck(self, item: _Waiting[J]) -> bool:
        return bool(item.only) and item.only.isdisjoint(self._client.nthreads())

    def _next(self, over: "queue.SimpleQueue[Any]") -> list[Any]:
        """Return the futures that are over, after the next one is; none if that takes a while."""
        found: list[Any] = []
        with suppress(queue.Empty):
            found.append(over.get(timeout=_TICK_S))
            while True:
                found.append(over.get_nowait())
        if found:
            return found
        if self._client.status not in ("running", "newly-created"):
            raise gone()
        self._deserted_s = 0.0 if self._client.nthreads() else self._deserted_s + _TICK_S
        if self._deserted_s == _DESERTED_S:
            self._tell("There is no worker left; the work goes on when one joins.")
        return []

    def _answers(self, ended: Sequence[Any]) -> Mapping[str, Any]:
        """Return the answers of futures in one go, by their keys; none if one of them has none."""
        if len(ended) < 2 or any(future.status != "finished" for future in ended):
            return {}
        keys = [future.key for future in ended]
        try:
            return dict(zip(keys, self._client.gather(list(ended)), strict=True))
        except (Exception, asyncio.CancelledError):  # noqa: BLE001 - each is asked for alone
            return {}

    def _judged(
        self, item: _Waiting[J], future: Any, answers: Mapping[str, Any], tries: int
    ) -> tuple[Done[J, R] | None, str]:
        """Return what became of a job; None if it is to be done again, and where rather not."""
        try:
            answer: Answer[R] = answers.get(future.key) or future.result()
        except (Exception, asyncio.CancelledError) as error:
            if self._client.status != "running":
                raise gone() from error
            item.lost += 1
            if item.lost <= _LOST_MAX:
                return None, ""
            return Done(item.job, None, f"{cause_of(error)}.", max(1, item.tries)), ""
        if answer.refusal:
            return None, self._refuse(answer)
        item.tries += answer.tries
        if answer.problem and not answer.is_over and item.tries < tries:
            return None, answer.worker
        return Done(item.job, answer.result, answer.problem, item.tries), ""

    def _refuse(self, answer: "Answer[Any]") -> str:
        """Give a worker that joined with other versions no more work."""
        if answer.worker not in self._refused:
            self._refused.add(answer.worker)
            self._tell(
                f"The worker {answer.worker} gets no work: it has other versions"
                f" ({answer.refusal})."
            )
        if not set(self._client.nthreads()) - self._refused:
            raise ClusterError(
                "No worker has the same versions.", hint="Start one where they are installed."
            )
        return answer.worker


def _clear(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)
