"""The main face's scores to recorders of the Lab Streaming Layer, and when sources come and go."""

import hashlib
import math
import socket
from typing import Any, Final

from fer_desktop.domain.emotion import FaceAnalysis
from fer_desktop.domain.frame import SourceInfo
from fer_desktop.domain.measures import MeasureSpec, tabular
from fer_desktop.streaming.lsl_clock import LslClock, lsl_library
from fer_desktop.streaming.reading import Reading, StreamMark, StreamModel
from fer_desktop.streaming.targets import Target

SCORES_NAME: Final = "FER Desktop"
MARKERS_NAME: Final = "FER Desktop markers"
OURS: Final = "fer-desktop-"  # our streams' source ids begin so
_UNKNOWN: Final = math.nan


class LslCarrier:
    """Two outlets: numbers of the main face for each frame, and markers.

    A sample's time is that at which its frame was captured, on LSL's own clock. Where the main face
    is not in a frame, all its numbers are NaN, and so is a measure that cannot be told of it. Other
    labels or measures are another stream: LSL fixes a stream's channels when it begins.
    """

    def __init__(self, target: Target, camera: int = 0) -> None:
        """Take who may find the outlets.

        Args:
            target: says whether other computers may.
            camera: number of the camera, from 1, where several are read at once; else 0.
        """
        self._target = target
        self._camera = camera
        self._lsl: Any = None
        self._scores: Any = None
        self._markers: Any = None
        self._info: SourceInfo | None = None
        self._model: StreamModel | None = None
        self._measures: tuple[MeasureSpec, ...] = ()
        self._clock: LslClock | None = None

    def open(self) -> None:
        """Load liblsl.

        Raises:
            StreamError: if it, or pylsl, is missing.
        """
        self._lsl = lsl_library(is_for_network=self._target.is_for_network)
        self._clock = LslClock(self._lsl)

    def begin(self, info: SourceInfo) -> None:
        """Make the outlet for markers, and push one."""
        if self._info is None or self._info.uri != info.uri:
            self._scores = self._markers = self._model = None
            described = self._lsl.StreamInfo(
                self._name(MARKERS_NAME),
                "Markers",
                1,
                0.0,
                "string",
                self._identity(info, "markers"),
            )
            described.desc().append_child_value("source", info.name)
            self._markers = self._lsl.StreamOutlet(described)
        self._info = info
        self._mark(f"begin {info.name}")

    def use_model(self, model: StreamModel) -> None:
        """Make the outlet for scores, unless there is one for these labels of this model."""
        if model != self._model:
            self._offer(model, self._measures)

    def _offer(self, model: StreamModel, measures: tuple[MeasureSpec, ...]) -> None:
        """Make the outlet for the scores of a model and for measures."""
        if self._info is None:
            return
        self._model, self._measures = model, measures
        channels = [(f"p_{label}", "probability") for label in model.labels]
        channels += [("confidence", "probability"), ("face_id", "none"), ("faces", "none")]
        channels += [(name, "px") for name in ("x_px", "y_px", "width_px", "height_px")]
        measured = [(name, spec.unit or "none") for spec in measures for name in spec.columns]
        channels += measured
        self._scores = None  # the former one goes before another one is found under its name
        described = self._lsl.StreamInfo(
            self._name(SCORES_NAME),
            "Expression",
            len(channels),
            0.0,  # frames come when they come
            "float32",
            self._identity(self._info, "\n".join([model.sha256, *(name for name, _ in measured)])),
        )
        described.set_channel_labels([name for name, _ in channels])
        described.set_channel_units([unit for _, unit in channels])
        described.set_channel_types("expression")
        top = described.desc()
        top.append_child_value("source", self._info.name)
        described_model = top.append_child("model")
        described_model.append_child_value("name", model.name)
        described_model.append_child_value("sha256", model.sha256)
        self._scores = self._lsl.StreamOutlet(described)

    def send(self, reading: Reading) -> int:
        """Push a sample; whoever listens has it buffered by liblsl."""
        frame, face = reading.analysis, reading.main_face
        measures = tabular(frame.measures)
        if reading.model is not None and measures != self._measures:
            self._offer(reading.model, measures)
        if self._scores is None or reading.model is None:
            return 0
        labels = reading.model.labels
        numbers = [_UNKNOWN] * (len(labels) + 2) + [float(len(frame.faces))] + [_UNKNOWN] * 4
        if face is not None and face.scores is not None and face.smoothed is not None:
            box = face.detection.box.clipped(frame.width_px, frame.height_px)
            numbers = [*face.scores.probabilities, face.smoothed.confidence, float(face.face_id)]
            numbers += [float(len(frame.faces)), box.x1, box.y1, box.width, box.height]
        numbers += _measured(face, measures)
        self._scores.push_sample(numbers, self._moment_s(reading.captured_ns))
        return 0

    def mark(self, mark: StreamMark) -> None:
        """Push a marker with the time of the moment that was marked."""
        self._mark(f"mark {mark.text}", self._moment_s(mark.captured_ns))

    def end(self) -> None:
        """Push a marker; the outlets stay for the next source."""
        self._mark("end")

    def close(self) -> None:
        """Close the outlets."""
        self._scores = self._markers = None

    def _mark(self, text: str, moment_s: float | None = None) -> None:
        if self._markers is not None:
            now_s = self._lsl.local_clock()
            self._markers.push_sample([text], now_s if moment_s is None else moment_s)

    def _moment_s(self, captured_ns: int) -> float:
        """Return a moment on LSL's clock."""
        assert self._clock is not None
        self._clock.measure()
        return captured_ns / 1e9 + self._clock.offset_s

    def _name(self, name: str) -> str:
        return f"{name} {self._camera}" if self._camera else name

    def _identity(self, info: SourceInfo, part: str) -> str:
        """Return what a recorder knows this stream by when we have been started again."""
        words = "\n".join((socket.gethostname(), self._name(info.uri), part))
        return f"{OURS}{hashlib.sha256(words.encode(errors='replace')).hexdigest()[:16]}"


def _measured(face: FaceAnalysis | None, measures: tuple[MeasureSpec, ...]) -> list[float]:
    """Return a number for each channel of the measures."""
    found = {} if face is None else {spec: numbers for spec, numbers in face.measurements}
    return [
        number for spec in measures for number in found.get(spec, (_UNKNOWN,) * len(spec.channels))
    ]
