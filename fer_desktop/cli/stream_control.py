"""Commands of other programs, obeyed while results are sent without a window."""

from collections.abc import Callable, Mapping
from typing import Protocol

from fer_desktop.errors import FerError
from fer_desktop.pipeline.outputs import OutputSink
from fer_desktop.streaming.control import Request
from fer_desktop.streaming.output import StreamOutput


class Clock(Protocol):
    """Knows the moments of the source."""

    def position_us(self, moment_ns: int) -> int | None:
        """Return where in the source a moment of ``time.monotonic_ns()`` is; None before any."""
        ...


class StreamControl:
    """Marks, starts and stops what is sent; nothing is recorded, so nothing can be exported."""

    def __init__(
        self,
        outputs: Mapping[str, OutputSink],
        clock: Clock,
        start: Callable[[], object] | None,
        stop: Callable[[], object],
    ) -> None:
        """Take what is controlled.

        Args:
            outputs: marks go out on those of them that are streams.
            clock: tells the moment of a mark.
            start: begins another session of the source; None where it has only one, as a file.
            stop: closes the source; the streams stay open.
        """
        self._streams = [item for item in outputs.values() if isinstance(item, StreamOutput)]
        self._clock = clock
        self._start = start
        self._stop = stop
        self._is_stopped = False
        self._opening: list[Request] = []

    def obey(self, request: Request) -> None:
        """Do what is wanted, and answer, now or when the source has been opened."""
        verb = request.command.verb
        if verb == "MARK":
            self._mark(request)
        elif verb == "EXPORT":
            request.failed("nothing is recorded here: give this command to the window")
        elif self._start is None:
            request.failed("a file is sent from its beginning to its end")
        elif verb == "STOP":
            self._is_stopped = True
            self._stop()
            self.refused("the source has been stopped")
            request.done()
        elif verb == "START" and not self._is_stopped:
            request.done("is open already")
        else:
            self._is_stopped = False
            self._opening.append(request)
            try:
                self._start()
            except FerError as error:
                self.refused(error)

    def opened(self, name: str) -> None:
        """The source has been opened."""
        opening, self._opening = self._opening, []
        for request in opening:
            if request.command.verb == "NEWSESSION":
                for stream in self._streams:
                    stream.mark(0, request.command.text)
                request.done(request.command.text)
            else:
                request.done(name)

    def refused(self, reason: str | FerError) -> None:
        """The source will not be opened."""
        opening, self._opening = self._opening, []
        for request in opening:
            request.failed(reason)

    def _mark(self, request: Request) -> None:
        position_us = None
        if not self._is_stopped:
            position_us = self._clock.position_us(request.received_ns)
        if position_us is None:
            request.failed("nothing is read at the moment")
            return
        for stream in self._streams:
            stream.mark(position_us, request.command.text)
        request.done(f"{position_us / 1e6:.3f}")
