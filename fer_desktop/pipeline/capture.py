"""The thread that owns a source: opens it, reads it at its pace, and closes it."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, Protocol

from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.errors import FerError, SourceError
from fer_desktop.log import get_logger
from fer_desktop.pipeline.clock import Clock
from fer_desktop.pipeline.events import State
from fer_desktop.pipeline.handoff import Closed
from fer_desktop.pipeline.playback import Move, Pacer, Transport
from fer_desktop.sources.base import FrameSource, Pacing, SeekableSource

log = get_logger("capture")

RECONNECT_PAUSES_S: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 10.0)
_FORMER_LIMIT_S: Final = 2.0


class Outlet(Protocol):
    """Where a capture thread delivers; called on that thread."""

    def opened(self, info: SourceInfo, is_resting: Callable[[], bool]) -> None:
        """The source is open for the first time; ``is_resting`` tells whether it waits."""
        ...

    def frame(self, frame: Frame, jumps: int) -> None:
        """A frame is on; ``jumps`` counts how often time has jumped so far.

        Raises:
            Closed: if nobody takes frames any more.
        """
        ...

    def state_changed(self, state: State, message: str) -> None:
        """The source has come to another state."""
        ...

    def failed(self, error: FerError) -> None:
        """The source has ended with an error."""
        ...


class Capture:
    """One source from opening to closing, on a thread of its own.

    Attributes:
        transport: the controls of the source.
        thread: the thread, to be joined.
    """

    def __init__(
        self,
        source: FrameSource,
        pacing: Pacing,
        outlet: Outlet,
        *,
        clock: Clock,
        name: str,
        reconnect_pauses_s: Sequence[float] = RECONNECT_PAUSES_S,
        formers: Sequence[threading.Thread] = (),
    ) -> None:
        self._source = source
        self._pacing = pacing
        self._outlet = outlet
        self._clock = clock
        self._pauses_s = reconnect_pauses_s
        self._formers = formers
        self._state = State.OPENING
        self.transport = Transport(clock)
        self.thread = threading.Thread(target=self.run, name=name, daemon=True)

    @property
    def is_live(self) -> bool:
        """Whether the source happens now, so that no transport bar applies."""
        return self._pacing is Pacing.LIVE

    def run(self) -> None:
        """Open, read and close the source."""
        failure: FerError | None = None
        try:
            self._wait_for_formers()
            if self._pacing is Pacing.LIVE:
                _LiveReading(self).run()
            else:
                _FileReading(self).run()
        except Closed:
            log.debug("capture stopped")
        except FerError as error:
            failure = error
        except Exception as error:  # thread boundary
            log.exception("capture failed")
            failure = SourceError(
                f"The source failed unexpectedly: {error}.", hint="The log file says more."
            )
        try:
            self._source.close()
        except Exception:  # thread boundary
            log.exception("closing the source failed")
        if failure is not None and not self.transport.is_stopped:
            self._outlet.failed(failure)
        else:
            self.tell(State.IDLE)

    def tell(self, state: State, message: str = "") -> None:
        """Report a state, once."""
        if state is not self._state or message:
            self._state = state
            self._outlet.state_changed(state, message)

    def _wait_for_formers(self) -> None:
        # A camera opens only once: the former owner gets the time to let go of it, but a source
        # that hangs must not hold up the next one.
        deadline = time.monotonic() + _FORMER_LIMIT_S
        for thread in self._formers:
            thread.join(max(0.0, deadline - time.monotonic()))
        self.transport.raise_if_stopped()


class _LiveReading:
    """Reads a camera or stream, and opens it again when it stops; its time goes on."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._source = capture._source
        self._began_ns = 0
        self._last: tuple[int, int] | None = None
        self._shift_index = 0
        self._shift_us = 0

    def run(self) -> None:
        """Read until the user stops it."""
        capture, transport = self._capture, self._capture.transport
        is_open_before = False
        attempt = 0
        while True:
            try:
                info = self._source.open()
                if not is_open_before:
                    capture._outlet.opened(info, lambda: False)
                    is_open_before = True
                is_new_connection = True
                while (frame := self._source.read()) is not None:
                    transport.raise_if_stopped()
                    capture.tell(State.RUNNING)
                    capture._outlet.frame(self._continued(frame, is_new_connection), 0)
                    is_new_connection = False
                    attempt = 0
                raise SourceError("The source ended.")
            except SourceError as error:
                self._source.close()
                transport.raise_if_stopped()
                pauses_s = capture._pauses_s
                pause_s = pauses_s[min(attempt, len(pauses_s) - 1)]
                attempt += 1
                log.info("live source: %s Trying again in %g s.", error, pause_s)
                capture.tell(State.RECONNECTING, f"{error} Trying again in {pause_s:g} s.")
                transport.wait_until(capture._clock.now_ns() + round(pause_s * 1e9))
                transport.raise_if_stopped()

    def _continued(self, frame: Frame, is_new_connection: bool) -> Frame:
        """Return the frame with a number and time that go on over reconnections."""
        if self._last is None:
            self._began_ns = frame.captured_ns - frame.timestamp_us * 1000
        elif is_new_connection:
            elapsed_us = (frame.captured_ns - self._began_ns) // 1000
            self._shift_us = elapsed_us - frame.timestamp_us
            self._shift_index = self._last[0] + 1 - frame.index
        index = frame.index + self._shift_index
        timestamp_us = frame.timestamp_us + self._shift_us
        if self._last is not None:
            timestamp_us = max(timestamp_us, self._last[1] + 1)
        self._last = index, timestamp_us
        if (index, timestamp_us) == (frame.index, frame.timestamp_us):
            return frame
        return replace(frame, index=index, timestamp_us=timestamp_us)


class _FileReading:
    """Plays a video or shows an image, and rests at the end until the user wants more."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._source = capture._source
        self._seekable = self._source if isinstance(self._source, SeekableSource) else None
        self._pacer = Pacer(capture._clock)
        self._is_paced = capture._pacing is Pacing.PLAYBACK
        self._ahead: Frame | None = None
        self._shown: int | None = None
        self._jumps = 0
        self._end_message = ""

    def run(self) -> None:
        """Play until the user closes it."""
        capture, transport = self._capture, self._capture.transport
        info = self._source.open()
        capture._outlet.opened(info, lambda: transport.is_paused)
        while True:
            move = transport.take_move()
            if move is not None:
                self._go(move)
            elif transport.is_paused and self._shown is not None:
                self._pacer.rest()
                message, self._end_message = self._end_message, ""
                capture.tell(State.PAUSED, message)
                transport.wait_while_paused()
            else:
                capture.tell(State.RUNNING)
                self._play_one()

    def _play_one(self) -> None:
        transport = self._capture.transport
        if self._ahead is None:
            self._ahead = self._read()
        if self._ahead is None:
            transport.reach_end()
            return
        if self._is_paced and self._shown is not None:
            speed = transport.speed
            due_ns = self._pacer.due_ns(self._ahead.timestamp_us, speed)
            if not transport.wait_until(due_ns, speed):
                self._pacer.rest()
                return
        self._show(self._ahead)

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
        frame = self._read()
        if frame is None:
            self._ahead = None
            self._capture.transport.reach_end()
            return
        self._jumps += 1
        self._pacer.start(frame.timestamp_us)
        self._show(frame)

    def _show(self, frame: Frame) -> None:
        self._ahead = None
        self._shown = frame.index
        # The age of a frame counts from the moment it was due, not from when it was read ahead.
        due = replace(frame, captured_ns=self._capture._clock.now_ns())
        self._capture._outlet.frame(due, self._jumps)

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
