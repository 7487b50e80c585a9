"""Readings with known numbers, and a carrier that remembers."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.domain.measures import MESH, Measurement, MeasureSpec
from fer_desktop.errors import StreamError
from fer_desktop.streaming.output import StreamOutput
from fer_desktop.streaming.reading import Reading, StreamMark, StreamModel
from tests.recording.samples import CAMERA, PRESET, face, frame, picture, scores

MODEL = StreamModel(PRESET.name, PRESET.sha256, PRESET.labels)
GAZE = MeasureSpec("gaze", ("yaw", "pitch"), "deg")
VALENCE = MeasureSpec("valence", ("valence",))
WIDE = MeasureSpec(MESH, tuple(f"x{at}" for at in range(300)), "px")
WALL_NS = 1_700_000_000_123_456_000


def reading(index: int = 3, faces: int = 1, *, wall_ns: int | None = WALL_NS) -> Reading:
    """Return what was read of a frame, captured now."""
    found = [face(number + 1, raw=scores(0.7, 0.2, 0.1)) for number in range(faces)]
    return Reading(
        1, "HD Webcam", time.monotonic_ns(), frame(index, *found, wall_ns=wall_ns), 1, MODEL
    )


def measured(frame: FrameAnalysis) -> FrameAnalysis:
    """Return a frame in which gaze, valence and a mesh were to be measured, and valence failed."""
    numbers = Measurement(GAZE, (10.0, -5.0)), Measurement(WIDE, (1.0,) * 300)
    faces = tuple(replace(face, measurements=numbers) for face in frame.faces)
    return replace(frame, faces=faces, measures=(GAZE, VALENCE, WIDE))


def feed(
    output: StreamOutput, frames: int, *, first: int = 0, pause_s: float = 0.0, faces: int = 1
) -> None:
    """Write frames of a session that has begun."""
    found = [face(number + 1, raw=scores(0.7, 0.2, 0.1)) for number in range(faces)]
    for index in range(first, first + frames):
        known = picture(index, 8, 8)
        captured = Frame(index, known.timestamp_us, time.monotonic_ns(), known.pixels)
        output.write(captured, frame(index, *found, wall_ns=WALL_NS))
        time.sleep(pause_s)


def begin(output: StreamOutput, info: SourceInfo = CAMERA) -> None:
    """Begin a session with a model."""
    output.opened(1, info)
    output.model_changed(PRESET, 0, engine="litert", device="CPU")


def wait_until(is_so: Callable[[], bool], patience_s: float = 10.0) -> None:
    """Wait for something that other threads bring about."""
    deadline = time.monotonic() + patience_s
    while not is_so():
        assert time.monotonic() < deadline, "it has not come about"
        time.sleep(0.005)


class NotingCarrier:
    """Sends nothing, and remembers everything.

    Attributes:
        notes: what it was told, in order: words, and the indices of frames.
        may_send: as long as it is not set, sending waits.
        error: raised by what is sent next, or by ``open``.
        threads: names of the threads that used it.
    """

    def __init__(self, open_error: StreamError | None = None) -> None:
        self.notes: list[str | int] = []
        self.may_send = threading.Event()
        self.may_send.set()
        self.error: Exception | None = None
        self.open_error = open_error
        self.threads: set[str] = set()

    def open(self) -> None:
        self._note("open")
        if self.open_error is not None:
            raise self.open_error

    def begin(self, info: SourceInfo) -> None:
        self._note(f"begin {info.name}")

    def use_model(self, model: StreamModel) -> None:
        self._note(f"model {model.name}")

    def send(self, reading: Reading) -> int:
        self.may_send.wait()
        if self.error is not None:
            raise self.error
        self._note(reading.analysis.frame_index)
        return 0

    def mark(self, mark: StreamMark) -> None:
        self._note(f"mark {mark.text}")

    def end(self) -> None:
        self._note("end")

    def close(self) -> None:
        self._note("close")

    def _note(self, what: str | int) -> None:
        self.notes.append(what)
        self.threads.add(threading.current_thread().name)
