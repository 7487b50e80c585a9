"""Short jobs off the GUI thread, whose outcome arrives on it."""

import threading
from collections.abc import Callable
from typing import Final, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from fer_desktop.deadline import Deadline
from fer_desktop.errors import FerError
from fer_desktop.log import get_logger
from fer_desktop.ui.runtime.unfinished import Making, UnfinishedNote

log = get_logger("ui")

T = TypeVar("T")
_FAREWELL_S: Final = 0.2  # at the end, for jobs that nobody misses


class Background(QObject):
    """Runs every job on a thread of its own; outcomes are delivered until ``shutdown``."""

    _finished = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads: dict[threading.Thread, Making | None] = {}
        self._closed = False
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @property
    def is_busy(self) -> bool:
        """Whether a job is still running."""
        return any(thread.is_alive() for thread in self._threads)

    @property
    def making(self) -> tuple[Making, ...]:
        """What is being made for the user."""
        return tuple(made for one, made in self._threads.items() if made and one.is_alive())

    def run(
        self,
        name: str,
        work: Callable[[], T],
        done: Callable[[T], object],
        failed: Callable[[FerError], object],
        *,
        makes: Making | None = None,
    ) -> None:
        """Start a job.

        Args:
            name: for the log.
            work: what to do; runs on another thread and touches no widget.
            done: gets the result, on the GUI thread.
            failed: gets the failure, on the GUI thread.
            makes: what the user asked for and would miss; if the application ends before it is
                finished, the next start tells.
        """
        if self._closed:
            return

        def attempt() -> bool:
            """Do the work; False if it failed and nobody hears of it."""
            try:
                result = work()
            except FerError as error:
                reason = error
            except Exception as error:  # thread boundary
                log.exception("%s failed", name)
                reason = FerError(f"{name} failed: {error}.", hint="See the log file for details.")
            else:
                self._hand_over(lambda: done(result))
                return True
            return self._hand_over(lambda: failed(reason))

        def job() -> None:
            note = UnfinishedNote(makes) if makes is not None else None
            if attempt() and note is not None:
                note.withdraw()

        self._threads = {one: made for one, made in self._threads.items() if one.is_alive()}
        thread = threading.Thread(target=job, name=f"job {name}", daemon=True)
        self._threads[thread] = makes
        thread.start()

    def wait_for_files(self, limit_s: float) -> bool:
        """Wait until nothing is being made; tell whether that is so in time."""
        return Deadline(limit_s).join(*(one for one, made in self._threads.items() if made))

    def close(self) -> None:
        """Deliver nothing more."""
        self._closed = True

    def shutdown(self, limit_s: float = _FAREWELL_S) -> None:
        """Deliver nothing more, and wait for what is running.

        Args:
            limit_s: how long what the user asked for may take; the rest gets a moment of it.
        """
        self.close()
        deadline = Deadline(limit_s)
        self.wait_for_files(limit_s)
        deadline.within(_FAREWELL_S).join(*self._threads)
        for thread in filter(threading.Thread.is_alive, self._threads):
            log.warning("%s does not end", thread.name)

    def _hand_over(self, outcome: Callable[[], object]) -> bool:
        if not self._closed:
            self._finished.emit(outcome)
        return not self._closed

    def _deliver(self, outcome: Callable[[], object]) -> None:
        if not self._closed:
            outcome()
