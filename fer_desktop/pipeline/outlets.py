"""Where sources deliver, as long as their session is the one that is of interest."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.errors import FerError
from fer_desktop.pipeline.events import EngineEvent, SourceOpened, State, StateChanged
from fer_desktop.pipeline.file_job import FileJob
from fer_desktop.pipeline.handoff import Closed
from fer_desktop.pipeline.inference import Inference
from fer_desktop.pipeline.live_session import Item, Session
from fer_desktop.pipeline.meters import Meters
from fer_desktop.pipeline.shown_frame import ShownFrame


class CurrentSession:
    """Which session's events are still of interest; those of former ones are dropped.

    Attributes:
        lock: to be held while the number is read or changed together with something else.
        number: of the session; None while there is none.
    """

    def __init__(self, on_event: Callable[[EngineEvent], None]) -> None:
        self.lock = threading.Lock()
        self.number: int | None = None
        self._on_event = on_event

    def report(self, number: int, event: EngineEvent) -> None:
        """Tell what happened in a session, if it is the current one."""
        with self.lock:
            is_current = number == self.number
        if is_current:
            self._on_event(event)

    @contextmanager
    def kept(self, number: int) -> Iterator[None]:
        """Keep a session the current one for a moment.

        Raises:
            Closed: if it is not any more.
        """
        with self.lock:
            if number != self.number:
                raise Closed
            yield


class _Outlet:
    """What live sources and files have in common."""

    def __init__(
        self,
        number: int,
        current: CurrentSession,
        meters: Meters,
        on_failed: Callable[[int, FerError], None],
    ) -> None:
        self._number = number
        self._current = current
        self._meters = meters
        self._on_failed = on_failed

    def opened(self, info: SourceInfo) -> None:
        # A source that is not wanted any more may only now have been opened.
        with self._current.kept(self._number):
            self._meters.reset()
            self._begin(info)
        self._current.report(self._number, SourceOpened(self._number, info))

    def state_changed(self, state: State, message: str) -> None:
        self._current.report(self._number, StateChanged(self._number, state, message))

    def failed(self, error: FerError) -> None:
        self._on_failed(self._number, error)

    def _begin(self, info: SourceInfo) -> None:
        """Begin a session, if it does not begin elsewhere."""


class LiveOutlet(_Outlet):
    """Where a live source delivers: to the networks."""

    def __init__(
        self,
        number: int,
        current: CurrentSession,
        meters: Meters,
        on_failed: Callable[[int, FerError], None],
        inference: Inference,
    ) -> None:
        super().__init__(number, current, meters, on_failed)
        self._inference = inference

    def frame(self, frame: Frame) -> None:
        with self._current.kept(self._number):
            self._meters.frame_captured()
            if self._inference.put(Item(self._number, frame)):
                self._meters.frame_dropped()

    def may_show(self, _: Frame) -> bool:
        return True

    def _begin(self, info: SourceInfo) -> None:
        self._inference.begin(Session(self._number, info))


class FileOutlet(_Outlet):
    """Where a file that is played delivers: to the screen, with what its analysis knows by now."""

    def __init__(
        self,
        number: int,
        current: CurrentSession,
        meters: Meters,
        on_failed: Callable[[int, FerError], None],
        job: FileJob | None,
        shown: ShownFrame,
    ) -> None:
        super().__init__(number, current, meters, on_failed)
        self._job = job
        self._shown = shown

    def frame(self, frame: Frame) -> None:
        with self._current.kept(self._number):
            self._meters.frame_captured()
        self._shown.show(frame)

    def may_show(self, frame: Frame) -> bool:
        return self._job is None or self._job.may_show(frame)
