"""Dask's clients: of a scheduler that runs somewhere, or of workers that are started here."""

import logging
import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

from trainer.contract.errors import ExplainedError

_CONNECT_S: Final = 10
_FIRST_WORKER_S: Final = 20
_START_S: Final = 180
_ENCRYPTED: Final = "tls://"
_ADDRESS: Final = re.compile(r"(tcp|tls)://(\[[0-9a-fA-F:.]+\]|[^\s:/\[\]]+):\d{1,5}")
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


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """Give a client of a scheduler that has workers.

    Raises:
        ClusterError: if it is no address, nobody answers there, or nobody works for it.
    """
    import dask
    from distributed import Client

    _check(address)
    try:
        with dask.config.set({"distributed.comm.timeouts.connect": _CONNECT_S}):
            client = Client(address, timeout=_CONNECT_S, set_as_default=False)
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


def _check(address: str) -> None:
    """Refuse what Dask would stumble over, with more lines than anybody wants to read.

    Raises:
        ClusterError: if an address is none, or needs certificates that are not there.
    """
    from distributed.security import Security

    if not _ADDRESS.fullmatch(address):
        raise ClusterError(
            f"{address} is no address of a Dask scheduler.",
            hint="Write it as in tcp://192.168.1.20:8786.",
        )
    if not address.startswith(_ENCRYPTED):
        return
    try:
        context = Security().get_connection_args("client")["ssl_context"]
    except OSError as error:
        raise ClusterError(f"Dask's certificates cannot be read: {error}.") from error
    if context is None:
        raise ClusterError(
            f"{address} needs certificates.",
            hint="Name them in Dask's configuration, under distributed.comm.tls.",
        )


@contextmanager
def local_workers(workers: int) -> Iterator[Any]:
    """Give a client of so many processes of this computer, which nobody else can give work to.

    Raises:
        ClusterError: if they cannot be started.
    """
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
            raise ClusterError(f"The workers cannot be started: {cause_of(error)}.") from error
        client = stack.enter_context(stack.enter_context(cluster).get_client())
        try:
            client.wait_for_workers(workers, timeout=_START_S)
        except TimeoutError as error:
            raise ClusterError(
                f"The workers do not start within {_START_S} seconds.",
                hint="Close other programs, or ask for fewer.",
            ) from error
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


def silence_dask() -> None:
    """Keep Dask's own reports to itself: what concerns the user is said in our words."""
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in ("asyncio", "distributed", "tornado"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def dashboard_of(client: Any) -> str:
    """Return the address of Dask's dashboard; empty where it is not installed."""
    try:
        import bokeh  # noqa: F401
    except ImportError:
        return ""
    return str(client.dashboard_link)


def cause_of(error: BaseException) -> str:
    """Return an error as words without a full stop."""
    text = " ".join(str(error).split()).rstrip(".")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def gone() -> ClusterError:
    """Return what to say of a scheduler that has gone."""
    return ClusterError(
        "The scheduler does not answer any more.",
        hint="Start it, and then the same command again: it goes on with what is left.",
    )
