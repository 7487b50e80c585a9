"""Face detector and model, ready for pictures, videos and cameras."""

import math
import os
import warnings
import weakref
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final, Literal, Self, TypedDict, Unpack, get_args

import numpy as np
from numpy.typing import NDArray

from fer_desktop.api.frames import FrameReading
from fer_desktop.api.readings import Readings
from fer_desktop.domain.neutral_baseline import NeutralBaseline
from fer_desktop.errors import SourceError
from fer_desktop.log import quiet_native_libraries
from fer_desktop.models.catalogue import resolve_model
from fer_desktop.pipeline.interval_calibration import interval_baselines
from fer_desktop.plugins import telling
from fer_desktop.recording.session_format import UsedModel
from fer_desktop.settings import EngineChoice, FaceSearch, Settings, bounds
from fer_desktop.sources.array_source import ArraySource
from fer_desktop.sources.base import FrameSource
from fer_desktop.sources.factory import live_source, open_file
from fer_desktop.sources.media_file import ImageSource
from fer_desktop.vision.analyzer import Analyzer
from fer_desktop.vision.engines.plugin_engines import engine_names
from fer_desktop.vision.measure_catalogue import chosen_measures, measure_names
from fer_desktop.vision.measuring import Measurer
from fer_desktop.vision.ports import EmotionClassifier, FaceDetector

ColorOrder = Literal["bgr", "rgb"]
_DEFAULTS: Final = Settings()


class ReaderOptions(TypedDict, total=False):
    """How faces are found and read: the arguments of `Reader`."""

    model: str | Path
    engine: EngineChoice
    faces: FaceSearch
    min_score: float
    smoothing_ms: int
    measures: Sequence[str]


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
        _check_choice("engine", engine, engine_names())
        _check_choice("faces", faces, get_args(FaceSearch))
        _check_range("min_score", min_score, "min_detection_score")
        _check_range("smoothing_ms", smoothing_ms, "smoothing_ms")
        measures = (measures,) if isinstance(measures, str) else tuple(measures)
        for measure in measures:
            _check_choice("measures", measure, measure_names())
        folder = resolve_model(os.fspath(model))
        quiet_native_libraries()
        from fer_desktop.vision.classifier import ModelClassifier
        from fer_desktop.vision.detection.detector import MediaPipeFaceDetector

        with ExitStack() as stack:
            stack.enter_context(telling(_warn))
            classifier = stack.enter_context(closing(ModelClassifier.load(folder, engine=engine)))
            detector = stack.enter_context(closing(MediaPipeFaceDetector(min_score=min_score)))
            measurer = stack.enter_context(closing(Measurer(chosen_measures(measures))))
            networks = stack.pop_all()
        # Also for one that is forgotten. When a script ends, so do its networks, without our help:
        # MediaPipe's cannot be closed any more by then.
        self._finalizer = weakref.finalize(self, networks.close)
        self._finalizer.atexit = False
        self._current: weakref.ref[Readings] | None = None
        self._detector: FaceDetector = detector
        self._classifier: EmotionClassifier = classifier
        self._measurer = measurer
        self._faces: FaceSearch = faces
        self._smoothing_ms = smoothing_ms
        self.labels: tuple[str, ...] = classifier.preset.labels
        self.engine: str = classifier.engine

    def read_picture(
        self, picture: str | Path | NDArray[np.uint8], *, order: ColorOrder = "bgr"
    ) -> FrameReading:
        """Find the faces of one picture, and read their expressions.

        Args:
            picture: a file; or pixels, shape (height, width, 3) or (height, width), uint8.
            order: of the colours of pixels; ``bgr`` as OpenCV has them, ``rgb`` as Pillow has.

        Raises:
            SourceError: if the file is missing, damaged or no picture.
            ValueError: if the pixels have another shape or type.
        """
        with self._start(_picture_source(picture, order)) as frames:
            return next(frames)

    def read_video(
        self, video: str | Path, *, calibrate: tuple[float, float] | None = None
    ) -> Readings:
        """Read every frame of a video or animation, or every page of a picture that has several.

        Args:
            video: a file.
            calibrate: begin and end, in seconds, of an interval in which faces are neutral. It is
                read at once; a face that does not look neutral is named in a warning, and its
                scores are not corrected.

        Raises:
            SourceError: if the file is missing or empty. One that is no video fails at its first
                frame, a damaged one after its last.
            ValueError: if the interval is none.
        """
        return self._start_video(Path(video), calibrate)

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

        Args:
            camera: number or name of a camera, or the address of a stream (rtsp://, http://).
            seconds: when to stop; never unless given.
            width_px, height_px, fps: what to ask the camera for; 0 leaves it to the camera.

        Raises:
            SourceError: if the address is none. A camera that is not there fails at its first
                frame.
            ValueError: if ``seconds`` is not positive.
        """
        source = _camera_source(camera, seconds, width_px, height_px, fps)
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
        calibrate: tuple[float, float] | None,
        on_closed: Callable[[], object] = lambda: None,
    ) -> Readings:
        source = open_file(path)
        if calibrate is None:
            return self._start(source, on_closed=on_closed)
        begin_s, end_s = calibrate
        if not 0 <= begin_s < end_s < math.inf:
            raise ValueError(f"calibrate must be two times in seconds. Received: {calibrate}")
        baselines, refusals = interval_baselines(path, calibrate, self._analyzer())
        for refusal in refusals:
            warnings.warn(f"{path.name}: {refusal}", stacklevel=4)
        return self._start(source, baselines=baselines, on_closed=on_closed)

    def _reading_now(self) -> Readings | None:
        current = self._current() if self._current is not None else None
        return current if current is not None and not current.is_closed else None

    def _start(
        self,
        source: FrameSource,
        *,
        is_live: bool = False,
        seconds: float | None = None,
        baselines: Mapping[int, NeutralBaseline] | None = None,
        on_closed: Callable[[], object] = lambda: None,
    ) -> Readings:
        analyzer = self._analyzer()
        model = UsedModel(
            self._classifier.preset, 0, self._classifier.engine, self._classifier.device
        )
        readings = Readings(
            source,
            analyzer,
            model,
            is_live=is_live,
            seconds=seconds,
            baselines=baselines or {},
            on_closed=on_closed,
        )
        self._current = weakref.ref(readings)
        return readings

    def _analyzer(self) -> Analyzer:
        """Return what analyses the next source, if none is being read."""
        if not self._finalizer.alive:
            raise ValueError("the reader is closed")
        if self._reading_now() is not None:
            raise ValueError(
                "the reader is still reading something else: close that first, or use another one"
            )
        return Analyzer(
            self._detector,
            self._classifier,
            smoothing_ms=self._smoothing_ms,
            face_search=self._faces,
            measurer=self._measurer,
        )


def read_picture(
    picture: str | Path | NDArray[np.uint8],
    *,
    order: ColorOrder = "bgr",
    **options: Unpack[ReaderOptions],
) -> FrameReading:
    """Find the faces of one picture, and read their expressions.

    Args:
        picture: a file; or pixels, shape (height, width, 3) or (height, width), uint8.
        order: of the colours of pixels; ``bgr`` as OpenCV has them, ``rgb`` as Pillow has.
        options: arguments of `Reader`, such as ``model="fer7"``.

    Raises:
        SourceError: if the file is missing, damaged or no picture.
        ModelError: if there is no such model, or it is damaged.
        ValueError: if an argument makes no sense.
    """
    source = _picture_source(picture, order)
    with Reader(**options) as reader, reader._start(source) as frames:
        return next(frames)


def read_video(
    video: str | Path,
    *,
    calibrate: tuple[float, float] | None = None,
    **options: Unpack[ReaderOptions],
) -> Readings:
    """Read every frame of a video or animation, or every page of a picture that has several.

    Args:
        video: a file.
        calibrate: begin and end, in seconds, of an interval in which faces are neutral; see
            `Reader.read_video`.
        options: arguments of `Reader`, such as ``model="fer7"``.

    Raises:
        SourceError: if the file is missing or empty. One that is no video fails at its first
            frame, a damaged one after its last.
        ModelError: if there is no such model, or it is damaged.
        ValueError: if an argument makes no sense.
    """
    open_file(Path(video))  # said before the networks are loaded
    reader = Reader(**options)
    try:
        return reader._start_video(Path(video), calibrate, on_closed=reader.close)
    except BaseException:
        reader.close()
        raise


def read_camera(
    camera: int | str = 0,
    *,
    seconds: float | None = None,
    width_px: int = 0,
    height_px: int = 0,
    fps: int = 0,
    **options: Unpack[ReaderOptions],
) -> Readings:
    """Read a camera: always its newest frame, so that a slow loop does not fall behind.

    Args:
        camera: number or name of a camera, or the address of a stream (rtsp://, http://).
        seconds: when to stop; never unless given.
        width_px, height_px, fps: what to ask the camera for; 0 leaves it to the camera.
        options: arguments of `Reader`, such as ``model="fer7"``.

    Raises:
        SourceError: if the address is none. A camera that is not there fails at its first frame.
        ModelError: if there is no such model, or it is damaged.
        ValueError: if an argument makes no sense.
    """
    source = _camera_source(camera, seconds, width_px, height_px, fps)
    reader = Reader(**options)
    return reader._start(source, is_live=True, seconds=seconds, on_closed=reader.close)


def _picture_source(picture: str | Path | NDArray[np.uint8], order: ColorOrder) -> FrameSource:
    _check_choice("order", order, get_args(ColorOrder))
    if not isinstance(picture, str | os.PathLike):
        return ArraySource(picture, is_rgb=order == "rgb")
    source = open_file(Path(picture))
    if not isinstance(source, ImageSource):
        raise SourceError(
            f"{Path(picture).name} is not a single picture.",
            hint="Read it with read_video, frame by frame or page by page.",
        )
    return source


def _camera_source(
    camera: int | str, seconds: float | None, width_px: int, height_px: int, fps: int
) -> FrameSource:
    if seconds is not None and not seconds > 0:
        raise ValueError(f"seconds must be more than 0. Received: {seconds}")
    return live_source(str(camera), width_px=width_px, height_px=height_px, fps=fps)


def _warn(problem: str) -> None:
    """Tell of an extension that cannot be used."""
    warnings.warn(problem, stacklevel=2)


def _check_choice(name: str, value: object, choices: Sequence[str]) -> None:
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}. Received: {value!r}")


def _check_range(name: str, value: float, setting: str) -> None:
    low, high = bounds(setting)
    if not low <= value <= high:  # also where it is no number
        raise ValueError(f"{name} must lie between {low:g} and {high:g}. Received: {value}")
