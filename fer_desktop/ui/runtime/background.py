"""Short jobs off the GUI thread, whose outcome arrives on it."""

import threading
import time
from collections.abc import Callable
from typing import Final, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from fer_desktop.errors import FerError
from fer_desktop.log import get_logger

log = get_logger("ui")

T = TypeVar("T")
# At the end: for jobs that nobody misses, and for files that the user asked for.
_FAREWELL_S: Final = 0.2
_FILE_LIMIT_S: Final = 5.0


class Background(QObject):
    """Runs every job on a thread of its own; outcomes are delivered until ``shutdown``."""

    _finished = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads: dict[threading.Thread, float] = {}  # and how long each is waited for
        self._closed = False
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @property
    def is_busy(self) -> bool:
        """Whether a job is still running."""
        return any(thread.is_alive() for thread in self._threads)

    def run(
        self,
        name: str,
        work: Callable[[], T],
        done: Callable[[T], object],
        failed: Callable[[FerError], object],
        *,
        makes_file: bool = False,
    ) -> None:
        """Start a job.

        Args:
            name: for the log.
            work: what to do; runs on another thread and touches no widget.
            done: gets the result, on the GUI thread.
            failed: gets the failure, on the GUI thread.
            makes_file: whether it writes what the user asked for, and is not to be cut short when
                the application closes.
        """
        if self._closed:
            return

        def job() -> None:
            try:
                result = work()
            except FerError as error:
                reason = error
            except Exception as error:  # thread boundary
                log.exception("%s failed", name)
                reason = FerError(f"{name} failed: {error}.", hint="See the log file for details.")
            else:
                self._hand_over(lambda: done(result))
                return
            self._hand_over(lambda: failed(reason))

        self._threads = {one: s for one, s in self._threads.items() if one.is_alive()}
        thread = threading.Thread(target=job, name=f"job {name}", daemon=True)
        self._threads[thread] = _FILE_LIMIT_S if makes_file else _FAREWELL_S
        thread.start()

    def shutdown(self) -> None:
        """Deliver nothing more, and wait for what is running: some seconds for a file."""
        self._closed = True
        began = time.monotonic()
        for thread, limit_s in self._threads.items():
            thread.join(max(0.0, began + limit_s - time.monotonic()))
            if thread.is_alive():
                log.warning("%s does not end", thread.name)

    def _hand_over(self, outcome: Callable[[], object]) -> None:
        if not self._closed:
            self._finished.emit(outcome)

    def _deliver(self, outcome: Callable[[], object]) -> None:
        if not self._closed:
            outcome()
