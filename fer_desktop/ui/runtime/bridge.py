"""The only crossing from the worker threads into Qt."""

import threading
from collections import deque
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal

from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.pipeline.events import EngineEvent, FileAnalysis, OutputFailed, Result


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """What came in since the last wake-up.

    Attributes:
        session: whose results these are.
        newest: the newest picture; None if only numbers came, as of a file that is analysed ahead
            of what is shown.
        analyses: every analysis, oldest first.
    """

    session: int
    newest: Result | None
    analyses: tuple[FrameAnalysis, ...]


class _Gathering:
    """A batch while results still come in."""

    def __init__(self, session: int) -> None:
        self.session = session
        self.newest: Result | None = None
        self.analyses: list[FrameAnalysis] = []


class ResultInbox(QObject):
    """Takes results and events from any thread and hands them over on the GUI thread.

    Pixels may be dropped, numbers never: of the frames that wait only the newest is kept, of the
    analyses all. However many arrive, one wake-up is queued at a time, so a slow window lags by
    one paint at most. Order among events and results is kept.

    Signals:
        result_ready: a ``Batch``.
        event_ready: an ``EngineEvent``.
    """

    result_ready = Signal(object)
    event_ready = Signal(object)
    _wake = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._pending: deque[_Gathering | EngineEvent] = deque()
        self._session = 0
        self._closed = False
        self._wake.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def post(self, result: Result) -> None:
        """Hand in a picture, with its numbers if they are new; called on worker threads."""
        self._post(result.session, result, result.analysis if result.is_new else None)

    def post_analysis(self, found: FileAnalysis) -> None:
        """Hand in numbers without a picture; called on worker threads."""
        self._post(found.session, None, found.analysis)

    def _post(self, session: int, result: Result | None, analysis: FrameAnalysis | None) -> None:
        with self._lock:
            if self._closed or session < self._session:
                return
            was_empty = not self._pending
            last = self._pending[-1] if self._pending else None
            if not isinstance(last, _Gathering) or last.session != session:
                last = _Gathering(session)
                self._pending.append(last)
            last.newest = result or last.newest
            if analysis is not None:
                last.analyses.append(analysis)
        if was_empty:
            self._wake.emit()

    def post_event(self, event: EngineEvent) -> None:
        """Hand in an event; called on worker threads."""
        with self._lock:
            if self._closed or self._is_stale(event):
                return
            was_empty = not self._pending
            self._pending.append(event)
        if was_empty:
            self._wake.emit()

    def begin_session(self, session: int) -> None:
        """Discard whatever belongs to earlier sessions, from now on too."""
        with self._lock:
            self._session = session
            self._pending = deque(item for item in self._pending if not self._is_stale(item))

    def close(self) -> None:
        """Take nothing more."""
        with self._lock:
            self._closed = True
            self._pending.clear()

    def _is_stale(self, item: "_Gathering | EngineEvent") -> bool:
        if isinstance(item, _Gathering):
            return item.session < self._session
        if isinstance(item, OutputFailed):
            return False  # lost rows matter even when the session is over
        session: int = getattr(item, "session", self._session)
        return session < self._session

    def _deliver(self) -> None:
        with self._lock:
            pending, self._pending = self._pending, deque()
        for item in pending:
            if not isinstance(item, _Gathering):
                self.event_ready.emit(item)
                continue
            with self._lock:  # a slot may just have begun another session
                stale = self._is_stale(item)
            if not stale:
                batch = Batch(item.session, item.newest, tuple(item.analyses))
                self.result_ready.emit(batch)
