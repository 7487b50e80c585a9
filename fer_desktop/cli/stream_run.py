"""One camera of ``fer-desktop stream``: the analysis from its first event to its last."""

import argparse
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final

from fer_desktop.cli.recorded_sessions import RecordedSessions
from fer_desktop.cli.said import complain, say
from fer_desktop.cli.stream_control import StreamControl
from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.errors import SourceError
from fer_desktop.files import shown_name
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
from fer_desktop.settings import Settings
from fer_desktop.sources.base import FrameSource, Pacing
from fer_desktop.sources.factory import live_source, open_file
from fer_desktop.sources.paced_file import PacedFile
from fer_desktop.streaming.control import Request
from fer_desktop.vision.ports import EmotionClassifier, FaceDetector
from trainer.contract.preset import Preset

SESSIONS: Final = "sessions"  # as an output
_LAST_FRAME_PATIENCE_S: Final = 5.0
_OVER: Final = "this source has come to its end"
_POLL_S: Final = 0.5  # on Windows a signal does not end a wait without an end


class _FileEnd:
    """The file has no more frames."""

    def __init__(self, damage: SourceError | None) -> None:
        self.damage = damage


class _Asked:
    """Somebody asks for the end."""


@dataclass(frozen=True)
class _Begun:
    """The outputs have begun a session of the source with this name."""

    name: str


@dataclass(frozen=True)
class _Heard:
    """A marker of another program, and when it was."""

    moment_ns: int
    text: str


_News = EngineEvent | _FileEnd | _Asked | _Begun | _Heard | Request


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


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which source is read.

    Attributes:
        text: a camera's number, name or address, or a file.
        is_file: whether it is a file.
        camera: its number, from 1, where several are read at once; else 0.
    """

    text: str
    is_file: bool
    camera: int = 0


class StreamRun:
    """Reads one source until it ends, fails, or somebody asks for the end.

    Attributes:
        has_failed: whether something has, so far.
        is_over: whether it has come to its end.
        name: what the source is called, once it was open.
        recorded: what keeps its sessions; None where nothing does.
        camera: its number, from 1, where several are read at once; else 0.
    """

    def __init__(
        self,
        args: argparse.Namespace,
        wanted: Wanted,
        outputs: Mapping[str, OutputSink],
        recorded: RecordedSessions | None,
    ) -> None:
        """Take what is read and who gets the results.

        Args:
            args: how it is read.
            wanted: what is read.
            outputs: those that have been opened.
            recorded: what keeps the sessions; None where nothing does.

        Raises:
            FerError: if there is no such source.
        """
        self.has_failed = self.is_over = False
        self.name = shown_name(wanted.text)
        self.recorded = recorded
        self.camera = wanted.camera
        self._wanted = wanted
        self._ending = threading.Lock()
        self._news: SimpleQueue[_News] = SimpleQueue()
        self._source = self._make_source()
        # Fed last: the streams know of a session when this output says that it has begun.
        self._counting = _Counting(lambda name: self._news.put(_Begun(name)))
        self._left = set(outputs)
        self._is_lost = False
        kept: dict[str, OutputSink] = {SESSIONS: recorded} if recorded is not None else {}
        self._left |= set(kept)
        self._engine = Engine(
            on_event=self._news.put,
            outputs={**kept, **outputs, "counter": self._counting},
            make_detector=_make_detector,
            load_classifier=lambda folder: _load_classifier(folder, args.engine or "auto"),
            smoothing_ms=args.smoothing_ms,
            face_search=args.faces,
            detection_score=args.min_score,
            measures=args.measures,
        )
        self._control = StreamControl(
            outputs,
            recorded,
            self._counting,
            None if wanted.is_file else self._reopen,
            self._engine.stop,
        )

    @property
    def frames(self) -> int:
        """How many frames were analysed."""
        return self._counting.frames

    @property
    def skipped(self) -> int:
        """How many frames came too fast."""
        return self._engine.reading().dropped

    def end(self) -> None:
        """Have it end; any thread may ask."""
        self._news.put(_Asked())

    def obey(self, request: Request) -> None:
        """Take a command; any thread may give it."""
        with self._ending:
            if not self.is_over:
                self._news.put(request)
                return
        request.failed(_OVER)

    def take_mark(self, moment_ns: int, text: str) -> None:
        """Take a marker of another program; any thread may."""
        if not self.is_over:  # else nobody would ever take it out
            self._news.put(_Heard(moment_ns, text))

    def run(self, model: Path) -> None:
        """Run until the end."""
        self._engine.start()
        self._engine.load_model(model)
        try:
            while self._take(self._next()):
                pass
        finally:
            self._engine.shutdown()
            self._answer_the_last()

    def _answer_the_last(self) -> None:
        with self._ending:
            self.is_over = True
        self._control.refused(_OVER)
        with suppress(Empty):
            while True:
                if isinstance(event := self._news.get_nowait(), Request):
                    event.failed(_OVER)

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
            case _Heard(moment_ns=moment_ns, text=text):
                self._control.hear(moment_ns, text)
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
                self.name = shown_name(info.name)
                if self.camera:
                    self.name = f"camera {self.camera}, {self.name}"
                self._say_where()
            case StateChanged(state=State.RECONNECTING, message=message) if not self._is_lost:
                self._is_lost = True
                self._complain(message)
            case StateChanged(state=State.RUNNING) if self._is_lost:
                self._is_lost = False
                say(f"{self.name}: is back")
        return True

    def _say_where(self) -> None:
        places = ", ".join(sorted(map(shown_name, self._left - {SESSIONS})))
        if places:
            say(f"{self.name}: sending to {places}")
        if SESSIONS in self._left:
            say(f"{self.name}: recording its sessions")

    def _make_source(self) -> FrameSource:
        if self._wanted.is_file:
            return PacedFile(
                open_file(Path(self._wanted.text)), lambda damage: self._news.put(_FileEnd(damage))
            )
        return live_source(
            self._wanted.text,
            complete=Passwords().complete,
            may_leave=Settings().streams_may_leave,
        )

    def _reopen(self) -> None:
        self._source = self._make_source()
        self._is_lost = False
        self._engine.open(self._source, Pacing.LIVE)

    def _fail(self, message: str) -> None:
        self.has_failed = True
        self._complain(message)

    def _complain(self, message: str) -> None:
        complain(f"camera {self.camera}: {message}" if self.camera else message)

    def _await_last_frame(self) -> None:
        assert isinstance(self._source, PacedFile)
        deadline = time.monotonic() + _LAST_FRAME_PATIENCE_S
        while self._counting.last_index < self._source.last_index and time.monotonic() < deadline:
            time.sleep(0.01)


def _make_detector(min_score: float) -> FaceDetector:
    from fer_desktop.vision.detection.detector import MediaPipeFaceDetector

    return MediaPipeFaceDetector(min_score=min_score)


def _load_classifier(folder: Path, engine: str) -> EmotionClassifier:
    from fer_desktop.vision.classifier import ModelClassifier

    return ModelClassifier.load(folder, engine=engine)
