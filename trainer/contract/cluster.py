"""Work divided among processes: on this computer, or on the workers of a Dask cluster.

Jobs are plain data and done by a function of a module, so that another process, or another computer
with the same packages, can do them. Whoever needs this installs the extra ``cluster``.
"""

import asyncio
import logging
import platform
import queue
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from trainer.contract.attempts import Attempts
from trainer.contract.errors import ExplainedError

J = TypeVar("J")
R = TypeVar("R")
T = TypeVar("T")

_CONNECT_S: Final = 10
_FIRST_WORKER_S: Final = 20
_TICK_S: Final = 1.0
_LOST_MAX: Final = 5  # how often the cluster may give a job up without an answer
_OURS: Final = {
    # Attempts says who crashed a worker; Dask would also blame whoever waited for it.
    "distributed.scheduler.allowed-failures": 1_000_000,
    # A job waits here, where any worker can take it, and not at a busy worker.
    "distributed.scheduler.worker-saturation": 1.0,
    # Of the web pages only Dask's dashboard is of use, and only where Bokeh is installed.
    "distributed.scheduler.http.routes": ["distributed.http.statics"],
    "distributed.worker.http.routes": [],
    "distributed.worker.memory.terminate": False,  # whole videos need little, libraries much
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.target": False,
}


class ClusterError(ExplainedError):
    """A cluster that cannot be used, or that has gone."""


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
        import dask
        from distributed import Client
    except ImportError as error:
        raise ClusterError(
            f"Several workers need Dask, which is not installed ({error.name}).",
            hint='Type pip install "fer-desktop[cluster]".',
        ) from error
    with ExitStack() as stack:
        _silence()
        stack.enter_context(dask.config.set({"distributed.comm.timeouts.connect": _CONNECT_S}))
        if place.scheduler:
            client = stack.enter_context(_connected(Client, place.scheduler))
        else:
            client = stack.enter_context(_local(Client, place.workers))
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
        self.dashboard = _dashboard(client)

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
                    f"The worker {worker} cannot do the work: {_cause(theirs)}.",
                    hint="Start it where the same version of fer-desktop is installed.",
                )
            if others := _differences(self._versions, theirs):
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
            future = self._client.submit(
                _attempt,
                *(function, item.job, item.name, self._versions, str(notes), tries),
                pure=False,
                **self._preference(avoided),
            )
            waiting[future.key] = item
            futures[future.key] = future
            future.add_done_callback(over.put)

        _clear(notes)
        try:
            notes.mkdir(parents=True)
            for name, job in jobs:
                submit(_Waiting(job, name))
            while waiting:
                future = self._next(over)
                item, _ = waiting.pop(future.key), futures.pop(future.key)
                done: Done[J, R] | None
                done, avoided = self._judged(item, future, tries)
                if done is None:
                    submit(item, avoided)
                else:
                    yield done
        finally:
            with suppress(Exception):  # a scheduler that has gone
                self._client.cancel(list(futures.values()), force=True)
            _clear(notes)

    def _preference(self, avoided: str) -> dict[str, Any]:
        """Return which workers are asked first."""
        if not avoided and not self._refused:
            return {}
        others = [name for name in self._client.nthreads() if name not in {*self._refused, avoided}]
        return {"workers": others, "allow_other_workers": True} if others else {}

    def _next(self, over: "queue.SimpleQueue[Any]") -> Any:
        """Wait for the next future that is over."""
        is_told = False
        while True:
            with suppress(queue.Empty):
                return over.get(timeout=_TICK_S)
            if self._client.status not in ("running", "newly-created"):
                raise _gone()
            if self._client.nthreads():
                is_told = False
            elif not is_told:
                is_told = True
                self._tell("There is no worker left; the work goes on when one joins.")

    def _judged(self, item: _Waiting[J], future: Any, tries: int) -> tuple[Done[J, R] | None, str]:
        """Return what became of a job; None if it is to be done again, and where rather not."""
        try:
            answer: _Answer[R] = future.result()
        except (Exception, asyncio.CancelledError) as error:
            if self._client.status != "running":
                raise _gone() from error
            item.lost += 1
            if item.lost <= _LOST_MAX:
                return None, ""
            return Done(item.job, None, f"{_cause(error)}.", max(1, item.tries)), ""
        if answer.refusal:
            return None, self._refuse(answer)
        item.tries = max(item.tries, answer.tries)
        if answer.problem and not answer.is_over and item.tries < tries:
            return None, answer.worker
        return Done(item.job, answer.result, answer.problem, item.tries), ""

    def _refuse(self, answer: "_Answer[Any]") -> str:
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


@dataclass(frozen=True, slots=True)
class _Answer(Generic[R]):
    """What a worker made of a job.

    Attributes:
        worker: its address.
        result: what the function returned.
        problem: what it raised.
        is_over: whether the job is not to be tried again.
        refusal: which versions are others.
        tries: how often the job was begun, this time included.
    """

    worker: str
    result: R | None = None
    problem: str = ""
    is_over: bool = False
    refusal: str = ""
    tries: int = 0


def _attempt(
    function: Callable[[J], R],
    job: J,
    name: str,
    versions: Mapping[str, str],
    notes: str,
    tries: int,
) -> _Answer[R]:
    """Do a job; runs in a worker."""
    from distributed import get_worker

    worker: str = get_worker().address
    if others := _differences(versions, installed_versions(tuple(versions))):
        return _Answer(worker, refusal=others)
    attempts = Attempts(Path(notes), name)
    try:
        number = attempts.begin()
        if number > tries:
            attempts.end()
            crashed = f"Its worker ended without a word, {tries} times: it is set aside."
            return _Answer(worker, problem=crashed, is_over=True, tries=tries)
        result = function(job)
        attempts.end()
    except ExplainedError as error:
        return _Answer(worker, problem=str(error), tries=attempts.number)
    except Exception as error:  # noqa: BLE001 - told where the job came from
        return _Answer(worker, problem=f"{_cause(error)} (worker {worker}).", tries=attempts.number)
    return _Answer(worker, result, tries=number)


@cache
def installed_versions(packages: tuple[str, ...]) -> dict[str, str]:
    """Return the versions of Python and of distributions that are installed."""
    found = {"python": ".".join(platform.python_version_tuple()[:2])}
    for name in packages:
        if name == "python":
            continue
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "none"
    return found


def _differences(here: Mapping[str, str], there: Mapping[str, str]) -> str:
    return ", ".join(
        f"{name} {there.get(name, 'none')} instead of {wanted}"
        for name, wanted in here.items()
        if there.get(name, "none") != wanted
    )


@contextmanager
def _connected(client_of: Any, address: str) -> Iterator[Any]:
    try:
        client = client_of(address, timeout=_CONNECT_S, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise ClusterError(
            f"No Dask scheduler answers at {address}.",
            hint='Check the address, and that "dask scheduler" runs there.',
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=_FIRST_WORKER_S)
        except TimeoutError as error:
            raise ClusterError(
                f"The scheduler at {address} has no workers.",
                hint=f'Start some with "dask worker {address} --nworkers 2 --nthreads 1".',
            ) from error
        yield client


@contextmanager
def _local(client_of: Any, workers: int) -> Iterator[Any]:
    """Start processes of this computer that nobody else can give work to."""
    import dask
    from distributed import LocalCluster
    from distributed.security import Security

    with ExitStack() as stack:
        stack.enter_context(dask.config.set(_OURS))
        scratch = stack.enter_context(
            tempfile.TemporaryDirectory(prefix="fer-workers-", ignore_cleanup_errors=True)
        )
        try:
            cluster = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                memory_limit=0,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                worker_dashboard_address="127.0.0.1:0",
                local_directory=scratch,
                # Another user of this computer could have code run by whoever listens unprotected.
                security=Security.temporary(),
                silence_logs=logging.CRITICAL,
            )
        except (OSError, RuntimeError, TimeoutError) as error:
            raise ClusterError(f"The workers cannot be started: {_cause(error)}.") from error
        client = stack.enter_context(stack.enter_context(cluster).get_client())
        client.wait_for_workers(workers)
        client.register_plugin(_interrupt_guard(), name="fer-interrupts")
        yield client


def _interrupt_guard() -> Any:
    """Return what lets a terminal's Ctrl+C reach the one process that ends the others."""
    from distributed import WorkerPlugin

    class InterruptGuard(WorkerPlugin):  # type: ignore[misc]
        def setup(self, worker: Any) -> None:
            import signal

            signal.signal(signal.SIGINT, signal.SIG_IGN)

    return InterruptGuard()


def _silence() -> None:
    """Keep Dask's own reports to itself: what concerns the user is said in our words."""
    for name in ("distributed", "tornado", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _clear(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


def _dashboard(client: Any) -> str:
    try:
        import bokeh  # noqa: F401
    except ImportError:
        return ""
    return str(client.dashboard_link)


def _gone() -> ClusterError:
    return ClusterError(
        "The scheduler does not answer any more.",
        hint="Start it, and then the same command again: it goes on with what is left.",
    )


def _cause(error: BaseException) -> str:
    text = " ".join(str(error).split()).rstrip(".")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
