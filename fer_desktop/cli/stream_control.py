"""Commands and markers of other programs, obeyed while results are sent without a window."""

import threading
from collections.abc import Callable, Mapping
from typing import Protocol

from fer_desktop.cli.recorded_sessions import RecordedSessions
from fer_desktop.cli.said import complain
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
    """Marks, starts and stops what is sent of one camera, and recorded where that is wanted."""

    def __init__(
        self,
        outputs: Mapping[str, OutputSink],
        recorded: RecordedSessions | None,
        clock: Clock,
        start: Callable[[], object] | None,
        stop: Callable[[], object],
    ) -> None:
        """Take what is controlled.

        Args:
            outputs: marks go out on those of them that are streams.
            recorded: what keeps the sessions; None where nothing does.
            clock: tells the moment of a mark.
            start: begins another session of the source; None where it has only one, as a file.
            stop: closes the source; the streams stay open.
        """
        self._streams = [item for item in outputs.values() if isinstance(item, StreamOutput)]
        self._recorded = recorded
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
            self._export(request)
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

    def hear(self, moment_ns: int, text: str) -> None:
        """Take a marker of another program."""
        position_us = self._position_us(moment_ns)
        if position_us is None:
            return
        try:
            self._set(position_us, text or "Mark")
        except FerError as error:
            complain(str(error))

    def opened(self, name: str) -> None:
        """The source has been opened."""
        opening, self._opening = self._opening, []
        for request in opening:
            if request.command.verb == "NEWSESSION":
                self._name(request)
            else:
                request.done(name)

    def refused(self, reason: str | FerError) -> None:
        """The source will not be opened."""
        opening, self._opening = self._opening, []
        for request in opening:
            request.failed(reason)

    def _name(self, request: Request) -> None:
        name = request.command.text
        for stream in self._streams:
            stream.mark(0, name)
        try:
            if self._recorded is not None:
                self._recorded.name(name)
        except FerError as error:
            request.failed(error)
        else:
            request.done(name)

    def _export(self, request: Request) -> None:
        if self._recorded is None:
            request.failed("nothing is recorded here: begin it with --sessions")
            return
        try:
            request.done(str(self._recorded.export(request.command.text)))
        except FerError as error:
            request.failed(error)

    def _mark(self, request: Request) -> None:
        position_us = self._position_us(request.received_ns)
        if position_us is None:
            request.failed("nothing is read at the moment")
            return
        try:
            self._set(position_us, request.command.text)
        except FerError as error:
            request.failed(error)
        else:
            request.done(f"{position_us / 1e6:.3f}")

    def _position_us(self, moment_ns: int) -> int | None:
        return None if self._is_stopped else self._clock.position_us(moment_ns)

    def _set(self, position_us: int, text: str) -> None:
        for stream in self._streams:
            stream.mark(position_us, text)
        if self._recorded is not None:
            self._recorded.mark(position_us, text)


def divided(request: Request, cameras: Mapping[int, Callable[[Request], object]]) -> None:
    """Give a command to every camera, and answer when all of them have.

    One that cannot obey makes it an error, which says whether others have obeyed.

    Args:
        request: the command.
        cameras: what obeys for each, by its number; 0 where there is only one.
    """
    if not cameras:
        request.failed("nothing is read at the moment")
        return
    answers: dict[int, str] = {}
    reasons: list[str] = []
    lock = threading.Lock()

    def answer(camera: int, text: str, reason: str) -> None:
        with lock:
            if camera in answers:
                return
            answers[camera] = text
            if reason:
                reasons.append(f"camera {camera}: {reason}" if camera else reason)
            if len(answers) < len(cameras):
                return
        if reasons:
            others = "; the others have done it" if len(reasons) < len(cameras) else ""
            request.failed(f"{'; '.join(reasons)}{others}")
        else:
            request.done(", ".join(answers[number] for number in cameras if answers[number]))

    for number, obey in cameras.items():
        obey(_Part(request, number, answer))


class _Part(Request):
    """What one of several cameras is asked."""

    def __init__(
        self, whole: Request, camera: int, answer: Callable[[int, str, str], object]
    ) -> None:
        super().__init__(whole.command, lambda _: None, whole.received_ns)
        self._camera = camera
        self._answer = answer

    def done(self, text: str = "") -> None:
        """Answer that it is done."""
        self._answer(self._camera, text, "")

    def failed(self, reason: str | FerError) -> None:
        """Answer why it cannot be done."""
        self._answer(self._camera, "", str(reason))
