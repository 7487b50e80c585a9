"""An engine with stand-ins at its ports, and everything it tells."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.frame import SourceInfo
from fer_desktop.domain.session_end import SessionEnd
from fer_desktop.errors import ModelError, StorageError
from fer_desktop.pipeline.clock import Clock
from fer_desktop.pipeline.engine import Engine
from fer_desktop.pipeline.events import EngineEvent, Result, State, StateChanged
from fer_desktop.recording.session_output import SessionOutput
from fer_desktop.vision.ports import FaceDetector
from tests.helpers.clock import FakeClock
from tests.helpers.fakes import FakeClassifier, FakeDetector, fake_preset
from tests.helpers.sources import ScriptedSource
from trainer.contract.preset import Preset

_PATIENCE_S = 15.0


class FakeSink:
    """A session that is kept in memory.

    Attributes:
        written: analyses in order, less what only session files say of faces.
        models: names of models with the frame from which they read.
        closed: whether it was finished.
        end: how.
        error: raised by the next write, if set.
    """

    def __init__(self) -> None:
        self.written: list[FrameAnalysis] = []
        self.models: list[tuple[str, int]] = []
        self.closed = False
        self.end: SessionEnd | None = None
        self.error: StorageError | None = None

    def began(self, clock: str, zero_ns: int) -> None:
        pass

    def write(self, analysis: FrameAnalysis) -> None:
        if self.error is not None:
            raise self.error
        faces = (replace(face, measurements=()) for face in analysis.faces)
        self.written.append(replace(analysis, faces=tuple(faces)))

    def model_changed(self, preset: Preset, frame_index: int, *, engine: str, device: str) -> None:
        self.models.append((preset.name, frame_index))

    def close(self, end: SessionEnd | None = None) -> None:
        self.closed, self.end = True, end


class Rig:
    """An engine, what it was given and what it told.

    Attributes:
        results, analyses, events: in order of arrival.
        detectors: made so far, with their scores.
        classifiers: loaded so far.
        sinks: the latest of each session.
        all_sinks: in the order in which they were opened.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        reconnect_pauses_s: Sequence[float] = (0.01, 0.02),
        on_frame: Callable[[], object] = lambda: None,
        open_sink: Callable[[int, SourceInfo], FakeSink] | None = None,
        **options: Any,
    ) -> None:
        """Take options of the engine in place of the stand-ins.

        Args:
            clock: system clock if None.
            reconnect_pauses_s: pauses before a live source is tried again.
            on_frame: called for each result, on the thread that tells it.
            open_sink: begins to keep a session, when there is something to keep.
            options: ports of the engine.
        """
        self._told = threading.Condition()
        self.results: list[Result] = []
        self.analyses: list[FrameAnalysis] = []
        self.events: list[EngineEvent] = []
        self.detectors: list[tuple[float, FakeDetector]] = []
        self.classifiers: list[FakeClassifier] = []
        self.sinks: dict[int, FakeSink] = {}
        self.all_sinks: list[FakeSink] = []
        self.detector_may_load = threading.Event()
        self.detector_may_load.set()
        ports: dict[str, Any] = {
            "make_detector": self._make_detector,
            "load_classifier": self._load_classifier,
            "outputs": {"session": SessionOutput(open_sink or self._open_sink)},
            "file_outputs": lambda: {"session": SessionOutput(open_sink or self._open_sink)},
        }
        self._on_frame = on_frame
        ports |= {
            "on_result": self._on_result,
            "on_event": lambda event: self._tell(self.events, event),
            "on_analysis": lambda found: self._tell(self.analyses, found.analysis),
        }
        self.engine = Engine(
            clock=clock, reconnect_pauses_s=reconnect_pauses_s, **(ports | options)
        )

    def source(self, frames: int, **script: Any) -> ScriptedSource:
        """Return a video of which each frame waits until the one before it was shown."""
        before = len(self.results)
        return ScriptedSource(
            frames, may_come=lambda index: len(self.results) >= before + index, **script
        )

    def until(self, is_so: Callable[[], bool], *, within_s: float = _PATIENCE_S) -> None:
        """Wait for something to become true."""
        deadline = time.monotonic() + within_s
        with self._told:
            while not is_so():
                assert time.monotonic() < deadline, (
                    f"in vain; states {self.states()}, frames {self.frames()[-5:]}"
                )
                self._told.wait(0.02)

    def until_state(self, *wanted: State) -> None:
        """Wait until the newest state is one of these."""
        self.until(lambda: bool(self.states()) and self.states()[-1] in wanted)

    def states(self, session: int | None = None) -> list[State]:
        """Return the states told so far, short waits for the analysis left out."""
        found = [
            event.state
            for event in self.events
            if isinstance(event, StateChanged) and session in (None, event.session)
        ]
        return [
            state
            for former, state in zip([None, *found], found, strict=False)
            if State.WAITING not in (former, state)
        ]

    def shown(self, session: int | None = None) -> list[int]:
        """Return the frames told so far, those told again left out."""
        return [index for index, _ in itertools.groupby(self.frames(session))]

    def messages(self, state: State) -> list[str]:
        """Return what was said about a state."""
        return [
            event.message
            for event in self.events
            if isinstance(event, StateChanged) and event.state is state
        ]

    def told(self, kind: type) -> list[Any]:
        """Return the events of a kind."""
        return [event for event in self.events if isinstance(event, kind)]

    def frames(self, session: int | None = None) -> list[int]:
        """Return the indices of the frames told so far."""
        return [result.frame.index for result in self.results if session in (None, result.session)]

    def _on_result(self, result: Result) -> None:
        self._on_frame()
        self._tell(self.results, result)

    def _tell(self, where: list[Any], what: object) -> None:
        with self._told:
            where.append(what)
            self._told.notify_all()

    def _make_detector(self, score: float) -> FaceDetector:
        self.detector_may_load.wait()
        detector = FakeDetector([[(20, 20, 60, 60)]])
        self.detectors.append((score, detector))
        return detector

    def _load_classifier(self, folder: Path) -> FakeClassifier:
        if folder.name == "damaged":
            raise ModelError("The model damaged cannot be used.", hint="Choose another one.")
        if folder.name == "broken":
            raise ZeroDivisionError("a bug")
        classifier = FakeClassifier(fake_preset(folder.name, sha256=f"{folder.name:0<64}"))
        self.classifiers.append(classifier)
        return classifier

    def _open_sink(self, session: int, info: SourceInfo) -> FakeSink:
        self.sinks[session] = FakeSink()
        self.all_sinks.append(self.sinks[session])
        return self.sinks[session]


@pytest.fixture
def make_rig() -> Iterator[Callable[..., Rig]]:
    """Make engines that are shut down when the test is over."""
    rigs: list[Rig] = []

    def make(*, start: bool = True, **options: Any) -> Rig:
        rig = Rig(**options)
        rigs.append(rig)
        if start:
            rig.engine.start()
        return rig

    yield make
    for rig in rigs:
        rig.detector_may_load.set()
        rig.engine.shutdown()


@pytest.fixture
def rig(make_rig: Callable[..., Rig]) -> Rig:
    """Return a running engine whose detector is ready, at a clock that skips all waits."""
    rig = make_rig(clock=FakeClock(skips_waits=True))
    rig.engine.load_model(Path("first"))
    rig.until(lambda: bool(rig.classifiers) and bool(rig.events[1:]))
    return rig
