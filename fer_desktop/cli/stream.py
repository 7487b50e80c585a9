"""``fer-desktop stream``: a camera's results to other programs, without a window."""

import argparse
import secrets
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final

from fer_desktop.cli.arguments import PROGRAM
from fer_desktop.cli.stream_control import StreamControl
from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.errors import FerError, SourceError
from fer_desktop.files import shown_name
from fer_desktop.models.catalogue import resolve_model
from fer_desktop.passwords import Passwords
from fer_desktop.pipeline.engine import Engine
from fer_desktop.pipeline.events import (
    EngineEvent,
    ModelFailed,
    ModelLoaded,
    OutputFailed,
    SourceFailed,
    SourceOpened,
    State,
    StateChanged,
)
from fer_desktop.pipeline.outputs import OutputSink
from fer_desktop.pipeline.plugin_outputs import chosen_outputs
from fer_desktop.settings import Settings
from fer_desktop.sources.base import FrameSource, Pacing
from fer_desktop.sources.factory import live_source, open_file
from fer_desktop.sources.paced_file import PacedFile
from fer_desktop.streaming.control import ControlServer, Request
from fer_desktop.streaming.output import StreamOutput
from fer_desktop.streaming.streams import stream_outputs
from fer_desktop.streaming.targets import is_loopback, is_stream
from fer_desktop.vision.ports import EmotionClassifier, FaceDetector
from trainer.contract.preset import Preset
from trainer.contract.text import counted

_OPEN_PATIENCE_S: Final = 10.0
_LAST_FRAME_PATIENCE_S: Final = 5.0
_POLL_S: Final = 0.5  # on Windows a signal does not end a wait without an end


def stream(args: argparse.Namespace) -> int:
    """Send what is read of a camera until told to end, or of a file to its end.

    Returns:
        The exit status: 1 if the source or one of the outputs has failed.

    Raises:
        FerError: if there is nothing to read or nowhere to send.
    """
    model = resolve_model(args.model)
    ours = [text for text in args.to if is_stream(text)]
    token = args.token or ""
    is_served = bool(args.control) or any(text.startswith("ws:") for text in ours)
    if not token and not is_loopback(args.bind) and is_served:
        token = secrets.token_urlsafe(16)
        _say(f"Listeners need this token: {token}")
    streams = stream_outputs(ours, bind=args.bind, token=token)
    news: SimpleQueue[_News] = SimpleQueue()
    source = _source(args, lambda damage: news.put(_FileEnd(damage)))
    control = None
    if args.control:
        control = ControlServer(args.control, news.put, bind=args.bind, token=token)
    try:
        if control is not None:
            control.open()
        opened = {name: output for name, output in streams.items() if _start(output)}
        others = chosen_outputs(text for text in args.to if not is_stream(text))
        if not opened and not others:
            return 1
        run = _Run(args, source, {**opened, **others}, news)
        run.has_failed = len(opened) < len(streams)
        with _signals(lambda: news.put(_Asked())):
            status = run.run(model)
    finally:
        if control is not None:
            control.close()
        for output in streams.values():
            output.shutdown()
    skipped = f", {run.skipped:,} skipped" if run.skipped else ""
    _say(f"{counted(run.frames, 'frame')} analysed{skipped}")
    for output in opened.values():
        dropped = f", {output.dropped:,} dropped" if output.dropped else ""
        _say(f"{shown_name(output.name)}: {output.sent:,} sent{dropped}")
    return status


class _FileEnd:
    """The file has no more frames."""

    def __init__(self, damage: SourceError | None) -> None:
        self.damage = damage


class _Asked:
    """A signal asks for the end."""


@dataclass(frozen=True)
class _Begun:
    """The outputs have begun a session of the source with this name."""

    name: str


_News = EngineEvent | _FileEnd | _Asked | _Begun | Request


class _Counting:
    """An output that knows how far the analysis is, and says when a session has begun."""

    def __init__(self, on_begun: Callable[[str], object]) -> None:
        self._on_begun = on_begun
        self.frames = 0
        self.last_index = -1
        self._newest: Frame | None = None

    def position_us(self, moment_ns: int) -> int | None:
        """Return where in the source a moment of ``time.monotonic_ns()`` is; None before any."""
        newest = self._newest
        if newest is None:
            return None
        return max(0, newest.timestamp_us + (moment_ns - newest.captured_ns) // 1000)

    def opened(self, session: int, info: SourceInfo) -> None:
        """Begin."""
        self._newest = None
        self._on_begun(shown_name(info.name))

    def model_changed(self, preset: Preset, frame_index: int, *, engine: str, device: str) -> None:
        """Nothing changes."""

    def write(self, frame: Frame, analysis: FrameAnalysis) -> None:
        """Count a frame."""
        self.frames += 1
        self.last_index = frame.index
        self._newest = frame

    def close(self, *, is_complete: bool) -> None:
        """End."""


class _Run:
    """The analysis from its first event to its last.

    Attributes:
        has_failed: whether something has, so far.
    """

    def __init__(
        self,
        args: argparse.Namespace,
        source: FrameSource,
        outputs: Mapping[str, OutputSink],
        news: "SimpleQueue[_News]",
    ) -> None:
        self.has_failed = False
        self._args = args
        self._source = source
        self._news = news
        # Fed last: the streams know of a session when this output says that it has begun.
        self._counting = _Counting(lambda name: news.put(_Begun(name)))
        self._left = set(outputs)
        self._name = ""
        self._is_lost = False
        self._engine = Engine(
            on_event=news.put,
            outputs={**outputs, "counter": self._counting},
            make_detector=_make_detector,
            load_classifier=lambda folder: _load_classifier(folder, args.engine or "auto"),
            smoothing_ms=args.smoothing_ms,
            face_search=args.faces,
            detection_score=args.min_score,
            measures=args.measures,
        )

        self._control = StreamControl(
            outputs, self._counting, None if args.open else self._reopen, self._engine.stop
        )

    @property
    def frames(self) -> int:
        """How many frames were analysed."""
        return self._counting.frames

    @property
    def skipped(self) -> int:
        """How many frames came too fast."""
        return self._engine.reading().dropped

    def run(self, model: Path) -> int:
        """Run until the end; return the exit status."""
        self._engine.start()
        self._engine.load_model(model)
        try:
            while self._take(self._next()):
                pass
        finally:
            self._engine.shutdown()
        return int(self.has_failed)

    def _next(self) -> _News:
        while True:
            try:
                return self._news.get(timeout=_POLL_S)
            except Empty:
                continue

    def _take(self, event: _News) -> bool:
        """Take what has happened; tell whether it goes on."""
        match event:
            case _Asked():
                return False
            case _Begun(name=name):
                self._control.opened(name)
            case Request():
                self._control.obey(event)
            case _FileEnd(damage=damage):
                if damage is not None:
                    self._fail(str(damage))
                self._await_last_frame()
                return False
            case ModelLoaded():
                # Only now: every frame that is sent has its scores.
                self._engine.open(self._source, Pacing.LIVE)
            case ModelFailed(error=error) | SourceFailed(error=error):
                self._fail(str(error))
                return False
            case OutputFailed(output=output, error=error):
                self._fail(str(error))
                self._left.discard(output)
                return bool(self._left)
            case SourceOpened(info=info):
                self._name = shown_name(info.name)
                places = ", ".join(sorted(map(shown_name, self._left)))
                _say(f"{self._name}: sending to {places}")
            case StateChanged(state=State.RECONNECTING, message=message) if not self._is_lost:
                self._is_lost = True
                _complain(message)
            case StateChanged(state=State.RUNNING) if self._is_lost:
                self._is_lost = False
                _say(f"{self._name}: is back")
        return True

    def _reopen(self) -> None:
        self._source = _source(self._args, lambda damage: None)
        self._is_lost = False
        self._engine.open(self._source, Pacing.LIVE)

    def _fail(self, message: str) -> None:
        self.has_failed = True
        _complain(message)

    def _await_last_frame(self) -> None:
        assert isinstance(self._source, PacedFile)
        deadline = time.monotonic() + _LAST_FRAME_PATIENCE_S
        while self._counting.last_index < self._source.last_index and time.monotonic() < deadline:
            time.sleep(0.01)


def _source(
    args: argparse.Namespace, on_end: Callable[[SourceError | None], object]
) -> FrameSource:
    if args.open:
        return PacedFile(open_file(Path(args.open)), on_end)
    return live_source(
        args.camera, complete=Passwords().complete, may_leave=Settings().streams_may_leave
    )


def _start(output: StreamOutput) -> bool:
    """Open a stream; say why if it cannot be."""
    try:
        output.start(_OPEN_PATIENCE_S)
    except FerError as error:
        _complain(str(error))
        return False
    return True


def _make_detector(min_score: float) -> FaceDetector:
    from fer_desktop.vision.detection.detector import MediaPipeFaceDetector

    return MediaPipeFaceDetector(min_score=min_score)


def _load_classifier(folder: Path, engine: str) -> EmotionClassifier:
    from fer_desktop.vision.classifier import ModelClassifier

    return ModelClassifier.load(folder, engine=engine)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _complain(message: str) -> None:
    _say(f"{PROGRAM}: {shown_name(message)}")


@contextmanager
def _signals(on_signal: Callable[[], object]) -> Iterator[None]:
    """Let a signal end the analysis in order; a second one ends the process at once."""

    def end(number: int, _: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        on_signal()

    names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    # What the caller ignores, as nohup does, stays ignored.
    former = {
        number: signal.signal(number, end)
        for number in numbers
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
