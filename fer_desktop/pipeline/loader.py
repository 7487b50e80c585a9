"""The thread that loads networks while the picture goes on."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from fer_desktop.errors import DetectorError, FerError, ModelError
from fer_desktop.log import get_logger
from fer_desktop.pipeline.events import EngineEvent, ModelFailed, ModelLoading
from fer_desktop.vision.measure_catalogue import chosen_measures
from fer_desktop.vision.measuring import Measurer
from fer_desktop.vision.ports import EmotionClassifier, FaceDetector

log = get_logger("pipeline")

DETECTOR_NAME = "face detector"


class Loader:
    """Loads what is asked for, the newest wish first; a failure is reported and nothing changes.

    Attributes:
        thread: the thread, to be joined.
    """

    def __init__(
        self,
        *,
        make_detector: Callable[[float], FaceDetector],
        load_classifier: Callable[[Path], EmotionClassifier],
        on_detector: Callable[[FaceDetector], None],
        on_classifier: Callable[[EmotionClassifier], None],
        on_measurer: Callable[[Measurer], None],
        on_event: Callable[[EngineEvent], None],
    ) -> None:
        self._make_detector = make_detector
        self._load_classifier = load_classifier
        self._on_detector = on_detector
        self._on_classifier = on_classifier
        self._on_measurer = on_measurer
        self._on_event = on_event
        self._changed = threading.Condition()
        self._score: float | None = None
        self._folder: Path | None = None
        self._measures: Sequence[str] | None = None
        self._closed = False
        self.thread = threading.Thread(target=self._run, name="loader", daemon=True)

    def want_detector(self, score: float) -> None:
        """Ask for a detector that reports faces from this score on."""
        with self._changed:
            self._score = score
            self._changed.notify()

    def want_model(self, folder: Path) -> None:
        """Ask for the model of a folder."""
        with self._changed:
            self._folder = folder
            self._changed.notify()

    def want_measures(self, names: Sequence[str]) -> None:
        """Ask for the measures of these names, and no others."""
        with self._changed:
            self._measures = names
            self._changed.notify()

    def close(self) -> None:
        """Load nothing more; what is being loaded is thrown away when it is there."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._closed and not self._is_wanted():
                    self._changed.wait()
                if self._closed:
                    return
                load = self._next()
            load()

    def _is_wanted(self) -> bool:
        return not (self._score is None and self._folder is None and self._measures is None)

    def _next(self) -> Callable[[], None]:
        """Return what loads the next wish, which is none any more."""
        # The detector first: faces without labels are worth more than the reverse. The model last:
        # a video waits for it, and shall lack no measure from its first frame on.
        if self._score is not None:
            score, self._score = self._score, None
            return lambda: self._load_detector(score)
        if self._measures is not None:
            names, self._measures = self._measures, None
            return lambda: self._on_measurer(Measurer(chosen_measures(names)))
        assert self._folder is not None
        folder, self._folder = self._folder, None
        return lambda: self._load_model(folder)

    def _load_detector(self, score: float) -> None:
        try:
            detector = self._make_detector(score)
        except FerError as error:
            self._on_event(ModelFailed(DETECTOR_NAME, error))
        except Exception as error:  # thread boundary
            log.exception("loading the detector failed")
            reason = DetectorError(
                f"The face detector cannot be loaded: {error}.",
                hint="See the log file for details.",
            )
            self._on_event(ModelFailed(DETECTOR_NAME, reason))
        else:
            self._on_detector(detector)

    def _load_model(self, folder: Path) -> None:
        self._on_event(ModelLoading(folder.name))
        try:
            classifier = self._load_classifier(folder)
        except FerError as error:
            self._on_event(ModelFailed(folder.name, error))
        except Exception as error:  # thread boundary
            log.exception("loading the model failed")
            reason = ModelError(
                f"The model {folder.name} cannot be loaded: {error}.",
                hint="See the log file for details.",
            )
            self._on_event(ModelFailed(folder.name, reason))
        else:
            self._on_classifier(classifier)
