"""Where analyses go: one port for everything that takes them, and what feeds it."""

from collections.abc import Callable, Mapping
from typing import Protocol, runtime_checkable

from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.domain.session_end import SessionEnd
from fer_desktop.errors import FerError
from fer_desktop.log import get_logger
from fer_desktop.pipeline.events import OutputFailed, Result
from trainer.contract.preset import Preset

log = get_logger("pipeline")


class OutputSink(Protocol):
    """Takes every analysis of one session after the other.

    One thread calls it, the one that analyses: while a camera is read it must not block. What it
    raises ends it for the session that goes on; the next one begins with ``opened`` again. Expected
    failures are FerErrors. Faces have no scores as long as there is no model.
    """

    def opened(self, session: int, info: SourceInfo) -> None:
        """Begin a session: the source delivers its first frame soon.

        Args:
            session: its number, another one each time.
            info: what the source says of itself.
        """
        ...

    def model_changed(self, preset: Preset, frame_index: int, *, engine: str, device: str) -> None:
        """Note which model reads from this frame on, and on what; also for the first one."""
        ...

    def write(self, frame: Frame, analysis: FrameAnalysis) -> None:
        """Take a frame with what was found in it.

        The frames of a file come in order, each once, whatever is on screen. A frame's pixels are
        shared: whoever changes them takes a copy.
        """
        ...

    def close(self, *, is_complete: bool) -> None:
        """End the session.

        Args:
            is_complete: False where the analysis failed, or this output: what appears whole or not
                at all must not appear.
        """
        ...


@runtime_checkable
class PictureSink(OutputSink, Protocol):
    """An output that also wants pictures which no network has looked at."""

    def show(self, frame: Frame) -> None:
        """Take a frame that came before the face detector was there."""
        ...


@runtime_checkable
class EndingSink(OutputSink, Protocol):
    """An output that also wants to know how a session ended."""

    def ended(self, end: SessionEnd) -> None:
        """Take it; ``close`` comes next."""
        ...


class ResultOutput:
    """Hands each frame with what was found in it to a function, as one value."""

    def __init__(self, take: Callable[[Result], object]) -> None:
        """Take what gets the results; it is called on the thread that analyses."""
        self._take = take
        self._session = 0

    def opened(self, session: int, info: SourceInfo) -> None:
        """Begin a session."""
        self._session = session

    def model_changed(self, preset: Preset, frame_index: int, *, engine: str, device: str) -> None:
        """Results do not say which model they are from."""

    def write(self, frame: Frame, analysis: FrameAnalysis) -> None:
        """Hand over a frame."""
        self._take(Result(self._session, frame, analysis))

    def show(self, frame: Frame) -> None:
        """Hand over a frame that nothing was looked for in."""
        self._take(Result(self._session, frame, None))

    def close(self, *, is_complete: bool) -> None:
        """There is nothing to end."""


class FanOut:
    """Feeds all outputs of a session; one that fails is told of and dropped, the others go on."""

    def __init__(
        self,
        outputs: Mapping[str, OutputSink],
        on_failed: Callable[[OutputFailed], object],
        chosen: Callable[[], Mapping[str, OutputSink]] = dict,
    ) -> None:
        """Take the outputs.

        Args:
            outputs: by the names that messages call them, in the order in which they are fed.
            on_failed: hears of each that fails, once a session; what it raises ends the analysis.
            chosen: asked for further outputs, fed last, when a session begins.
        """
        self._outputs = dict(outputs)
        self._on_failed = on_failed
        self._chosen = chosen
        self._session = 0
        self._open: dict[str, OutputSink] = {}

    def opened(self, session: int, info: SourceInfo) -> None:
        """Begin a session; the former one must be closed."""
        self._session = session
        self._open = {**self._outputs, **self._chosen()}
        self._each(lambda sink: sink.opened(session, info), closes=False)

    def model_changed(self, preset: Preset, frame_index: int, *, engine: str, device: str) -> None:
        """Tell which model reads from this frame on, and on what."""
        self._each(
            lambda sink: sink.model_changed(preset, frame_index, engine=engine, device=device)
        )

    def write(self, frame: Frame, analysis: FrameAnalysis) -> None:
        """Hand out a frame with what was found in it."""
        self._each(lambda sink: sink.write(frame, analysis))

    def show(self, frame: Frame) -> None:
        """Hand out a frame that no network has looked at, to those who want it."""
        self._each(lambda sink: sink.show(frame) if isinstance(sink, PictureSink) else None)

    def close(self, *, is_complete: bool = True, end: SessionEnd | None = None) -> None:
        """End the session.

        Args:
            is_complete: see ``OutputSink.close``.
            end: how it ended, for those who want to know.
        """
        if end is not None:
            self._each(lambda sink: sink.ended(end) if isinstance(sink, EndingSink) else None)
        self._each(lambda sink: sink.close(is_complete=is_complete), closes=False)
        self._open = {}

    def _each(self, do: Callable[[OutputSink], object], *, closes: bool = True) -> None:
        for name, sink in tuple(self._open.items()):
            try:
                do(sink)
            except Exception as error:  # noqa: BLE001 - an output may be anybody's
                del self._open[name]
                if closes:
                    _give_up(name, sink)
                self._on_failed(OutputFailed(self._session, name, _explained(name, error)))


def _give_up(name: str, sink: OutputSink) -> None:
    try:
        sink.close(is_complete=False)
    except Exception as error:  # noqa: BLE001 - it has failed already, and that is told
        log.info("the output %s does not close: %s", name, error)


def _explained(name: str, error: Exception) -> FerError:
    if isinstance(error, FerError):
        return error
    log.error("the output %s failed", name, exc_info=error)
    return FerError(
        f"The output {name} has failed: {type(error).__name__}: {error}.",
        hint="See the log file for details.",
    )
