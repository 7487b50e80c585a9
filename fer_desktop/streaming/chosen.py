"""Streams that are switched on and off while the analysis goes on."""

import threading
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from fer_desktop.deadline import Deadline
from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.errors import FerError, StreamError
from fer_desktop.streaming.output import StreamOutput
from fer_desktop.streaming.streams import stream_output
from trainer.contract.preset import Preset

_END_LIMIT_S: Final = 3.0


class ChosenStreams:
    """An output of the pipeline that feeds the streams which are wanted now.

    One that is switched on in the middle of a session begins with the next frame; one that is
    switched off sends nothing more from that moment on. One that fails is told of once and left
    out until the next session begins, or the choice changes.
    """

    def __init__(
        self,
        on_failed: Callable[[str, FerError], object],
        visible: Callable[[FrameAnalysis], FrameAnalysis] = lambda analysis: analysis,
    ) -> None:
        """Take what is told and asked, on any thread.

        Args:
            on_failed: hears which stream sends nothing more, and why.
            visible: returns an analysis without the faces that the user has hidden.
        """
        self._on_failed = on_failed
        self._visible = visible
        self._lock = threading.RLock()
        self._wanted: tuple[str, ...] = ()
        self._streams: dict[str, StreamOutput] = {}  # those that are fed
        self._ending: list[StreamOutput] = []
        self._session: tuple[int, SourceInfo] | None = None
        self._model: tuple[Preset, int, str, str] | None = None
        self._is_over = False

    @property
    def sending(self) -> tuple[str, ...]:
        """Where results go at this moment; none while no source is open."""
        with self._lock:
            return self._ready() if self._session is not None else ()

    @property
    def waiting(self) -> tuple[str, ...]:
        """Which streams are open while no source is."""
        with self._lock:
            return self._ready() if self._session is None else ()

    def choose(self, wanted: Iterable[str]) -> None:
        """Let these streams be the ones that are on, from now on; returns at once."""
        with self._lock:
            chosen = tuple(dict.fromkeys(wanted))
            if chosen == self._wanted or self._is_over:
                return
            self._wanted = chosen
            self._ending = [item for item in self._ending if item.is_alive]
            for text in set(self._streams) - set(chosen):
                stream = self._streams.pop(text)
                stream.end()
                self._ending.append(stream)
            self._start_missing()

    def opened(self, session: int, info: SourceInfo) -> None:
        """Begin a session; streams that had failed are tried again."""
        with self._lock:
            self._session, self._model = (session, info), None
            for text, stream in tuple(self._streams.items()):
                self._feed(text, partial(stream.opened, session, info))
            self._start_missing()

    def model_changed(self, preset: Preset, frame_index: int, *, engine: str, device: str) -> None:
        """Tell which model answers."""
        with self._lock:
            self._model = (preset, frame_index, engine, device)
            for stream in self._streams.values():
                stream.model_changed(preset, frame_index, engine=engine, device=device)

    def write(self, frame: Frame, analysis: FrameAnalysis) -> None:
        """Have a frame's numbers sent, those of hidden faces left out."""
        with self._lock:
            if self._streams:
                analysis = self._visible(analysis)
            for text, stream in tuple(self._streams.items()):
                self._feed(text, partial(stream.write, frame, analysis))

    def close(self, *, is_complete: bool) -> None:
        """End the session; the streams stay open for the next one."""
        with self._lock:
            self._session = self._model = None
            for stream in self._streams.values():
                stream.close(is_complete=is_complete)

    def mark(self, session: int, timestamp_us: int, text: str) -> None:
        """Have a mark sent to whoever was sent its session; any thread may call it.

        A file may be analysed to its end while it is still looked at.
        """
        with self._lock:
            for stream in self._streams.values():
                if stream.session == session:
                    stream.mark(timestamp_us, text)

    def shutdown(self, limit_s: float = _END_LIMIT_S) -> None:
        """Send what waits, and end, within so many seconds."""
        deadline = Deadline(limit_s)
        with self._lock:
            self._is_over = True
            ending = [*self._ending, *self._streams.values()]
            self._streams, self._ending = {}, []
        for stream in ending:  # all of them at once
            stream.end()
        for stream in ending:
            stream.join(deadline.left_s)

    def _ready(self) -> tuple[str, ...]:
        return tuple(
            text
            for text in self._wanted
            if (stream := self._streams.get(text)) is not None and stream.is_sending
        )

    def _start_missing(self) -> None:
        if self._is_over:
            return
        former = tuple(self._ending)
        for text in self._wanted:
            if text not in self._streams:
                try:
                    stream = self._make(text, former)
                    stream.start()
                    self._catch_up(stream)
                except FerError as error:
                    self._fail(text, error)
                else:
                    self._streams[text] = stream

    def _make(self, text: str, former: tuple[StreamOutput, ...]) -> StreamOutput:
        def wait() -> None:
            for stream in former:  # which may still have the very port
                stream.join()

        return stream_output(text, before=wait, on_failed=lambda error: self._fail(text, error))

    def _catch_up(self, stream: StreamOutput) -> None:
        """Tell a stream that joins a session what the others know."""
        if self._session is not None:
            stream.opened(*self._session)
        if self._model is not None:
            preset, frame_index, engine, device = self._model
            stream.model_changed(preset, frame_index, engine=engine, device=device)

    def _feed(self, text: str, do: Callable[[], object]) -> None:
        try:
            do()
        except StreamError:  # of which we have been told
            self._streams.pop(text, None)

    def _fail(self, text: str, error: FerError) -> None:
        if text in self._wanted and not self._is_over:
            self._on_failed(text, error)
