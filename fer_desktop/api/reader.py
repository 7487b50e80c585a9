"""Face detector and model, ready for pictures, videos and cameras."""

import os
import warnings
import weakref
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final, Self, get_args

import numpy as np
from numpy.typing import NDArray

from fer_desktop.api.explained import ExplainedFace, explained_faces
from fer_desktop.api.frames import FrameReading
from fer_desktop.api.inputs import (
    ColorOrder,
    Interval,
    camera_source,
    check_choice,
    check_interval,
    check_range,
    frame_selection,
    picture_source,
)
from fer_desktop.api.readings import Readings
from fer_desktop.domain.frame_selection import ALL_FRAMES, FrameSelection
from fer_desktop.domain.neutral_baseline import NeutralBaseline
from fer_desktop.log import quiet_native_libraries
from fer_desktop.models.catalogue import resolve_model
from fer_desktop.pipeline.interval_calibration import interval_baselines
from fer_desktop.plugins import telling
from fer_desktop.recording.session_format import UsedModel
from fer_desktop.settings import EngineChoice, FaceSearch, Settings
from fer_desktop.sources.base import FrameSource
from fer_desktop.sources.factory import open_file
from fer_desktop.vision.analyzer import Analyzer
from fer_desktop.vision.engines.plugin_engines import engine_names
from fer_desktop.vision.measure_catalogue import chosen_measures, measure_names
from fer_desktop.vision.measuring import Measurer
from fer_desktop.vision.ports import EmotionClassifier, FaceDetector
from trainer.contract.native_notes import hidden_native_notes

_DEFAULTS: Final = Settings()


class Reader:
    """Face detector and model, loaded once for many pictures, videos and cameras.

    It reads one of them at a time. Use it in a ``with`` block, or call ``close``.

    Attributes:
        labels: names of the expressions, in the model's order.
        engine: what runs the model, such as "litert".
    """

    def __init__(
        self,
        model: str | Path = "",
        *,
        engine: EngineChoice = "auto",
        faces: FaceSearch = "auto",
        min_score: float = _DEFAULTS.min_detection_score,
        smoothing_ms: int = _DEFAULTS.smoothing_ms,
        measures: Sequence[str] = (),
    ) -> None:
        """Load the networks, in about a second.

        Args:
            model: name of an installed model or a model folder; the default one unless given.
            engine: what runs it; the quickest here unless chosen.
            faces: ``small`` searches every frame for small faces too, which takes about a hundred
                times as long, ``large`` never does; ``auto`` does so in pictures alone.
            min_score: least detection score of a face, 0 to 1.
            smoothing_ms: time constant of the smoothing over time, milliseconds; 0 for none.
            measures: what else is measured of each face, such as ``["head_roll"]``.

        Raises:
            ModelError: if there is no such model, or it is damaged.
            DetectorError: if the face detector cannot be loaded.
            ValueError: if an argument makes no sense.
        """
        check_choice("engine", engine, engine_names())
        check_choice("faces", faces, get_args(FaceSearch))
        check_range("min_score", min_score, "min_detection_score")
        check_range("smoothing_ms", smoothing_ms, "smoothing_ms")
        measures = (measures,) if isinstance(measures, str) else tuple(measures)
        for measure in measures:
            check_choice("measures", measure, measure_names())
        folder = resolve_model(os.fspath(model))
        quiet_native_libraries()
        from fer_desktop.vision.classifier import ModelClassifier
        from fer_desktop.vision.detection.detector import MediaPipeFaceDetector

        problems: list[str] = []
        with ExitStack() as stack, hidden_native_notes(), telling(problems.append):
            classifier = stack.enter_context(closing(ModelClassifier.load(folder, engine=engine)))
            detector = stack.enter_context(closing(MediaPipeFaceDetector(min_score=min_score)))
            measurer = stack.enter_context(closing(Measurer(chosen_measures(measures))))
            networks = stack.pop_all()
        networks.enter_context(telling(_warn))
        for problem in problems:
            _warn(problem)
        # Also for one that is forgotten. When a script ends, so do its networks, without our help:
        # MediaPipe's cannot be closed any more by then.
        self._finalizer = weakref.finalize(self, networks.close)
        self._finalizer.atexit = False
        self._current: weakref.ref[Readings] | None = None
        self._detector: FaceDetector = detector
        self._classifier: EmotionClassifier = classifier
        self._analyzer = Analyzer(
            detector,
            classifier,
            smoothing_ms=smoothing_ms,
            face_search=faces,
            measurer=measurer,
        )
        self.labels: tuple[str, ...] = classifier.preset.labels
        self.engine: str = classifier.engine

    def read_picture(
        self, picture: str | Path | NDArray[np.uint8], *, order: ColorOrder = "bgr"
    ) -> FrameReading:
        """Find the faces of one picture, and read their expressions.

        Arguments and errors are those of `fer_desktop.api.read_picture`.
        """
        with self._start(picture_source(picture, order)) as frames:
            return next(frames)

    def explain_picture(
        self, picture: str | Path | NDArray[np.uint8], *, order: ColorOrder = "bgr"
    ) -> tuple[ExplainedFace, ...]:
        """Find the faces of one picture, and what in each speaks for which expression.

        Arguments and errors are those of `fer_desktop.api.read_picture`.
        """
        with self._start(picture_source(picture, order)) as frames:
            frame, analysis = frames._advance()
        return explained_faces(self._classifier, frame, analysis)

    def read_video(
        self,
        video: str | Path,
        *,
        every: int = 1,
        from_s: float | None = None,
        to_s: float | None = None,
        calibrate: Interval | None = None,
    ) -> Readings:
        """Read the frames of a video or animation, or the pages of a picture that has several.

        Arguments and errors are those of `fer_desktop.api.read_video`.
        """
        return self._start_video(Path(video), frame_selection(every, from_s, to_s), calibrate)

    def read_camera(
        self,
        camera: int | str = 0,
        *,
        seconds: float | None = None,
        width_px: int = 0,
        height_px: int = 0,
        fps: int = 0,
    ) -> Readings:
        """Read a camera: always its newest frame, so that a slow loop does not fall behind.

        Arguments and errors are those of `fer_desktop.api.read_camera`.
        """
        source = camera_source(camera, seconds, width_px, height_px, fps)
        return self._start(source, is_live=True, seconds=seconds)

    def close(self) -> None:
        """Release the networks, and end what is being read; may be called twice."""
        current = self._reading_now()
        if current is not None:
            current.close()
        self._finalizer()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start_video(
        self,
        path: Path,
        selection: FrameSelection,
        calibrate: Interval | None,
        on_closed: Callable[[], object] = lambda: None,
    ) -> Readings:
        source = open_file(path)
        if calibrate is None:
            return self._start(source, selection=selection, on_closed=on_closed)
        check_interval("calibrate", calibrate)
        analyzer = self._free_analyzer()
        baselines, refusals = interval_baselines(path, calibrate, analyzer, selection)
        for refusal in refusals:
            warnings.warn(f"{path.name}: {refusal}", stacklevel=4)
        return self._start(source, selection=selection, baselines=baselines, on_closed=on_closed)

    def _reading_now(self) -> Readings | None:
        current = self._current() if self._current is not None else None
        return current if current is not None and not current.is_closed else None

    def _start(
        self,
        source: FrameSource,
        *,
        is_live: bool = False,
        seconds: float | None = None,
        selection: FrameSelection = ALL_FRAMES,
        baselines: Mapping[int, NeutralBaseline] | None = None,
        on_closed: Callable[[], object] = lambda: None,
    ) -> Readings:
        analyzer = self._free_analyzer()
        model = UsedModel(
            self._classifier.preset, 0, self._classifier.engine, self._classifier.device
        )
        readings = Readings(
            source,
            analyzer,
            model,
            is_live=is_live,
            seconds=seconds,
            selection=selection,
            baselines=baselines or {},
            on_closed=on_closed,
        )
        self._current = weakref.ref(readings)
        return readings

    def _free_analyzer(self) -> Analyzer:
        """Return what analyses the next source, if none is being read."""
        if not self._finalizer.alive:
            raise ValueError("the reader is closed")
        if self._reading_now() is not None:
            raise ValueError(
                "the reader is still reading something else: close that first, or use another one"
            )
        return self._analyzer


def _warn(problem: str) -> None:
    """Tell of an extension that cannot be used."""
    warnings.warn(problem, stacklevel=2)
