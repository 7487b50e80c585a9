"""The thread that owns a source: opens it, reads it at its pace, and closes it."""

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Protocol

from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.errors import FerError, RefusedSourceError, SourceError
from fer_desktop.log import get_logger
from fer_desktop.pipeline.clock import Clock
from fer_desktop.pipeline.events import State
from fer_desktop.pipeline.handoff import Closed
from fer_desktop.pipeline.playback import Move, Pacer, Transport
from fer_desktop.sources.base import FrameSource, InterruptibleSource, SeekableSource

log = get_logger("capture")

RECONNECT_PAUSES_S: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 10.0)
# A camera that was there and refuses now may be starting: so often it is asked again.
_REFUSALS_MAX: Final = 5
_FORMER_LIMIT_S: Final = 2.0
_PATIENCE_S: Final = 0.3  # a wait for the analysis that is shorter is not told


class Outlet(Protocol):
    """Where a capture thread delivers; called on that thread."""

    def opened(self, info: SourceInfo) -> None:
        """The source is open for the first time."""
        ...

    def frame(self, frame: Frame) -> None:
        """A frame is on.

        Raises:
            Closed: if nobody takes frames any more.
        """
        ...

    def may_show(self, frame: Frame) -> bool:
        """Tell whether a frame that is due may come on, or is to wait until it is known."""
        ...

    def state_changed(self, state: State, message: str) -> None:
        """The source has come to another state."""
        ...

    def failed(self, error: FerError) -> None:
        """The source has ended with an error."""
        ...


class Capture(ABC):
    """One source from opening to closing, on a thread of its own.

    Attributes:
        transport: the controls of the source.
        thread: the thread, to be started and joined.
    """

    def __init__(
        self,
        source: FrameSource,
        outlet: Outlet,
        clock: Clock,
        *,
        name: str,
    ) -> None:
        """Take what to read.

        Args:
            source: not opened yet.
            outlet: where to deliver.
            clock: tells when frames are due.
            name: of the thread.
        """
        self._source = source
        self._outlet = outlet
        self._clock = clock
        self._state = State.OPENING
        self.transport = Transport(clock)
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)

    def stop(self) -> None:
        """End the source, whatever it waits for; from any thread, and for good."""
        self.transport.stop()
        if isinstance(self._source, InterruptibleSource):
            self._source.interrupt()

    @abstractmethod
    def _read_on(self) -> None:
        """Open the source and read it until it, or the user, has had enough.

        Raises:
            Closed: when the user has.
            FerError: if the source fails for good.
        """

    def _tell(self, state: State, message: str = "") -> None:
        if state is not self._state or message:
            self._state = state
            self._outlet.state_changed(state, message)

    def _run(self) -> None:
        failure: FerError | None = None
        try:
            self._read_on()
        except Closed:
            log.debug("capture stopped")
        except FerError as error:
            failure = error
        except Exception as error:  # thread boundary
            log.exception("capture failed")
            failure = SourceError(
                f"The source failed unexpectedly: {error}.", hint="See the log file for details."
            )
        try:
            self._source.close()
        except Exception:  # thread boundary
            log.exception("closing the source failed")
        if failure is not None and not self.transport.is_stopped:
            self._outlet.failed(failure)
        else:
            self._tell(State.IDLE)


class LiveCapture(Capture):
    """Reads a camera or stream, and opens it again when it stops; its time goes on.

    What refuses, such as a camera that wants another password, is not asked without end.
    """

    def __init__(
        self,
        source: FrameSource,
        outlet: Outlet,
        clock: Clock,
        *,
        name: str,
        formers: Sequence[threading.Thread] = (),
        reconnect_pauses_s: Sequence[float] = RECONNECT_PAUSES_S,
    ) -> None:
        """Take what to read.

        Args:
            source: not opened yet.
            outlet: where to deliver.
            clock: tells when to try again.
            name: of the thread.
            formers: threads that may still hold the same camera.
            reconnect_pauses_s: pauses before it is tried again; the last one repeats.
        """
        super().__init__(source, outlet, clock, name=name)
        self._formers = formers
        self._pauses_s = reconnect_pauses_s
        self._failures = 0
        self._refusals = 0
        self._is_known = False
        self._began_ns = 0
        self._last: Frame | None = None
        self._shift_index = 0
        self._shift_us = 0

    def _read_on(self) -> None:
        self._wait_for_formers()
        while True:
            try:
                self._read_connection()
            except SourceError as error:
                self._source.close()
                self.transport.raise_if_stopped()
                if isinstance(error, RefusedSourceError):
                    self._refusals += 1
                    if not self._is_known or self._refusals > _REFUSALS_MAX:
                        raise
                pause_s = self._pauses_s[min(self._failures, len(self._pauses_s) - 1)]
                self._failures += 1
                log.info("%s Trying again in %g s.", error, pause_s)
                self._tell(State.RECONNECTING, f"{error} Trying again in {pause_s:g} s.")
                self.transport.wait_until(self._clock.now_ns() + round(pause_s * 1e9))
                self.transport.raise_if_stopped()

    def _wait_for_formers(self) -> None:
        # A camera opens only once: its former owner gets the time to let go of it, but a source
        # that hangs must not hold up the next one.
        deadline = time.monotonic() + _FORMER_LIMIT_S
        for thread in self._formers:
            thread.join(max(0.0, deadline - time.monotonic()))
        self.transport.raise_if_stopped()

    def _read_connection(self) -> None:
        """Open the source and read it until it stops."""
        info = self._source.open()
        if not self._is_known:
            self._is_known = True
            self._outlet.opened(info)
        is_first = True
        while (frame := self._source.read()) is not None:
            self.transport.raise_if_stopped()
            if is_first:
                is_first = False
                self._failures = self._refusals = 0
                self._connect_time(frame)
                self._tell(State.RUNNING)
            self._last = self._shifted(frame)
            self._outlet.frame(self._last)
        raise SourceError("The source has ended.")

    def _connect_time(self, frame: Frame) -> None:
        """Let numbers and time go on from the former connection, the time in between counted."""
        if self._last is None:
            self._began_ns = frame.captured_ns - frame.timestamp_us * 1000
        else:
            elapsed_us = (frame.captured_ns - self._began_ns) // 1000
            goes_on_us = max(elapsed_us, self._last.timestamp_us + 1)
            self._shift_us = goes_on_us - frame.timestamp_us
            self._shift_index = self._last.index + 1 - frame.index

    def _shifted(self, frame: Frame) -> Frame:
        if self._shift_us == self._shift_index == 0:
            return frame
        return replace(
            frame,
            index=frame.index + self._shift_index,
            timestamp_us=frame.timestamp_us + self._shift_us,
        )


class FileCapture(Capture):
    """Plays a video or shows an image, and rests at the end until the user wants more."""

    def __init__(
        self,
        source: FrameSource,
        outlet: Outlet,
        clock: Clock,
        *,
        name: str,
    ) -> None:
        """Take what to play, at the pace of its timestamps."""
        super().__init__(source, outlet, clock, name=name)
        self._seekable: SeekableSource | None = None
        self._pacer = Pacer(clock)
        self._ahead: Frame | None = None
        self._shown: int | None = None
        self._end_message = ""

    def _read_on(self) -> None:
        info = self._source.open()
        if info.is_seekable and isinstance(self._source, SeekableSource):
            self._seekable = self._source
        self._outlet.opened(info)
        while True:
            move = self.transport.take_move()
            if move is not None:
                self._go(move)
            elif self.transport.is_paused and self._shown is not None:
                self._rest()
            else:
                self._tell(State.RUNNING)
                self._play_one()

    def _rest(self) -> None:
        message, self._end_message = self._end_message, ""
        self._tell(State.PAUSED, message)
        self._pacer.rest()
        self.transport.wait_while_paused()

    def _play_one(self) -> None:
        if self._ahead is None:
            self._ahead = self._read()
        if self._ahead is None:
            self.transport.reach_end()
            return
        speed = self.transport.speed
        due_ns = self._pacer.due_ns(self._ahead.timestamp_us, speed)
        # The first frame comes at once, and even if the user paused before it.
        if self._shown is not None and not self.transport.wait_until(due_ns, speed):
            self._pacer.rest()
            return
        if self._shown is not None and not self._is_known(self._ahead):
            self._pacer.rest()
            return
        self._show(self._ahead)

    def _is_known(self, frame: Frame) -> bool:
        """Wait until a frame may come on; tell whether it may before the user wants otherwise."""

        def may_show() -> bool:
            return self._outlet.may_show(frame)

        found = self.transport.wait_for(may_show, _PATIENCE_S)
        if found is None:
            self._tell(State.WAITING)
            found = self.transport.wait_for(may_show)
            if found:
                self._tell(State.RUNNING)
        return bool(found)

    def _go(self, move: Move) -> None:
        if self._seekable is None:
            return
        index = self._shown or 0
        if move.seek_us is not None:
            index = self._seekable.index_at(move.seek_us)
        index = max(0, index + move.steps)
        if index == self._shown:
            return
        self._seekable.seek(index)
        self._ahead = None
        frame = self._read()
        if frame is None:
            self.transport.reach_end()
            return
        self._pacer.rest()
        self._show(frame)

    def _show(self, frame: Frame) -> None:
        self._ahead = None
        self._shown = frame.index
        self._pacer.shown(frame.timestamp_us)
        # The age of a frame counts from the moment it was due, not from when it was read ahead.
        self._outlet.frame(replace(frame, captured_ns=self._clock.now_ns()))

    def _read(self) -> Frame | None:
        """Return the next frame; what cannot be read any more counts as the end, with a message."""
        try:
            return self._source.read()
        except SourceError as error:
            if self._shown is None:
                raise
            log.info("the file ends early: %s", error)
            self._end_message = str(error)
            return None
