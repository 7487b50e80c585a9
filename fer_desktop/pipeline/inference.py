"""The thread that owns the networks: frames in, results out, one after the other."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.face import Detection
from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.domain.neutral_baseline import NeutralBaseline
from fer_desktop.errors import FerError
from fer_desktop.log import get_logger
from fer_desktop.pipeline.events import EngineEvent, ModelLoaded
from fer_desktop.pipeline.handoff import Closed, LatestSlot
from fer_desktop.pipeline.meters import Meters
from fer_desktop.pipeline.outputs import FanOut
from fer_desktop.settings import FaceSearch
from fer_desktop.vision.analyzer import Analyzer
from fer_desktop.vision.calibrator import Calibrator
from fer_desktop.vision.measuring import Measurer
from fer_desktop.vision.ports import EmotionClassifier, FaceDetector

log = get_logger("pipeline")


@dataclass(frozen=True, slots=True)
class Session:
    """A source being analysed.

    Attributes:
        number: its number, which results carry.
        info: what the source says of itself.
        is_resting: tells whether the source waits on its frame, so that a change of the networks
            must read that frame anew.
    """

    number: int
    info: SourceInfo
    is_resting: Callable[[], bool]


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """A frame on its way to the networks; ``jumps`` counts how often time has jumped."""

    session: int
    frame: Frame
    jumps: int


class _DetectorPort:
    """A detector that can be exchanged while face ids go on."""

    def __init__(self, detector: FaceDetector) -> None:
        self.detector = detector

    def detect(self, pixels: NDArray[np.uint8], *, thorough: bool = False) -> list[Detection]:
        return self.detector.detect(pixels, thorough=thorough)

    def close(self) -> None:
        self.detector.close()


class Inference:
    """Analyses the newest frame of the current session; everything else it does in between.

    Attributes:
        thread: the thread, to be joined.
    """

    def __init__(
        self,
        *,
        meters: Meters,
        now_ns: Callable[[], int],
        outputs: FanOut,
        on_event: Callable[[EngineEvent], None],
        on_failed: Callable[[int, FerError], None],
        smoothing_ms: int,
        face_search: FaceSearch,
        automatic_calibration: bool = False,
    ) -> None:
        self._meters = meters
        self._now_ns = now_ns
        self._outputs = outputs
        self._on_event = on_event
        self._on_failed = on_failed
        self._smoothing_ms = smoothing_ms
        self._face_search = face_search
        self._calibrator = Calibrator(automatic=automatic_calibration)
        self._measurer = Measurer()
        self._slot: LatestSlot[Item] = LatestSlot()
        self._commands: deque[Callable[[], None]] = deque()
        self._lock = threading.Lock()
        self._is_over = False
        self.thread = threading.Thread(target=self._run, name="inference", daemon=True)
        # From here on everything belongs to the thread.
        self._detector: _DetectorPort | None = None
        self._classifier: EmotionClassifier | None = None
        self._analyzer: Analyzer | None = None
        self._session: Session | None = None
        self._has_written = False
        self._latest: Item | None = None
        self._jumps = 0
        self._is_outdated = False

    def put(self, item: Item) -> bool:
        """Hand over a frame; tell whether it replaced one that was not analysed.

        Raises:
            Closed: if the thread takes no more.
        """
        return self._slot.put(item)

    def begin(self, session: Session) -> None:
        """Begin a session; the former one ends."""
        self._do(lambda: self._begin(session))

    def end(self, number: int) -> None:
        """End a session if it is still the current one; its last results are kept."""
        self._do(lambda: self._end(number))

    def use_detector(self, detector: FaceDetector) -> None:
        """Find faces with this detector from the next frame on, and close the former."""
        if not self._do(lambda: self._use_detector(detector)):
            detector.close()

    def use_classifier(self, classifier: EmotionClassifier) -> None:
        """Read faces with this classifier from the next frame on, and close the former."""
        if not self._do(lambda: self._use_classifier(classifier)):
            classifier.close()

    def use_measurer(self, measurer: Measurer) -> None:
        """Take these measures from the next frame on, and release the former."""
        if not self._do(lambda: self._use_measurer(measurer)):
            measurer.close()

    def set_smoothing(self, ms: int) -> None:
        """Smooth over time with this constant from the next frame on."""
        self._do(lambda: self._set_smoothing(ms))

    def set_face_search(self, choice: FaceSearch) -> None:
        """Look for these faces from the next frame on."""
        self._do(lambda: self._set_face_search(choice))

    def calibrate(self, number: int, face_id: int, baseline: NeutralBaseline, sha256: str) -> None:
        """Read a face of a session against its own rest, as a model of this checksum saw it."""
        self._do(lambda: self._calibrate(number, face_id, baseline, sha256))

    def remove_calibration(self, face_id: int | None) -> None:
        """Read a face, or all of them, as the model does."""
        self._do(lambda: self._remove_calibration(face_id))

    def set_automatic_calibration(self, automatic: bool) -> None:
        """Estimate the rest of every face over the session, or do so no longer."""
        self._do(lambda: self._set_automatic_calibration(automatic))

    def look_again(self) -> None:
        """Read the resting frame anew if the networks have changed since it was read."""
        self._do(lambda: None)

    def close(self) -> None:
        """Finish the session, close the networks and end the thread."""
        self._slot.close()

    def _do(self, command: Callable[[], None]) -> bool:
        """Have something done between two frames; False if the thread is over."""
        with self._lock:
            if self._is_over:
                return False
            self._commands.append(command)
        self._slot.wake()
        return True

    def _run(self) -> None:
        try:
            while True:
                item = self._slot.take()
                self._run_commands()
                if item is not None:
                    self._latest_is(item)
                elif self._is_outdated:
                    self._read_anew()
        except Closed:
            log.debug("inference stopped")
        finally:
            with self._lock:
                self._is_over = True
            self._run_commands()  # networks that were just handed over must be closed, too
            self._finish_session()
            for resource in (self._classifier, self._detector, self._measurer):
                if resource is not None:
                    resource.close()

    def _run_commands(self) -> None:
        while self._commands:
            command = self._commands.popleft()
            try:
                command()
            except Exception:  # thread boundary
                log.exception("a change between two frames failed")

    def _begin(self, session: Session) -> None:
        self._finish_session()
        self._session = session
        self._has_written = False
        self._jumps = 0
        if self._analyzer is not None:
            self._analyzer.reset()
        self._outputs.opened(session.number, session.info)

    def _end(self, number: int) -> None:
        if self._session is not None and self._session.number == number:
            self._finish_session()

    def _finish_session(self, *, is_complete: bool = True) -> None:
        session, self._session = self._session, None
        self._latest = None
        self._is_outdated = False
        if session is not None:
            self._outputs.close(is_complete=is_complete)

    def _use_detector(self, detector: FaceDetector) -> None:
        if self._detector is None or self._analyzer is None:
            self._detector = _DetectorPort(detector)
            self._analyzer = Analyzer(
                self._detector,
                self._classifier,
                smoothing_ms=self._smoothing_ms,
                face_search=self._face_search,
                calibrator=self._calibrator,
                measurer=self._measurer,
            )
        else:
            former, self._detector.detector = self._detector.detector, detector
            former.close()
        self._is_outdated = True

    def _use_classifier(self, classifier: EmotionClassifier) -> None:
        former, self._classifier = self._classifier, classifier
        if self._analyzer is not None:
            self._analyzer.set_classifier(classifier)
        if former is not None:
            former.close()
        self._is_outdated = True
        self._on_event(ModelLoaded(classifier.preset, classifier.engine, classifier.device))
        if self._has_written and self._session is not None and self._latest is not None:
            is_next = not self._session.is_resting()
            self._tell_model(self._latest.frame.index + is_next)

    def _use_measurer(self, measurer: Measurer) -> None:
        former, self._measurer = self._measurer, measurer
        if self._analyzer is not None:
            self._analyzer.set_measurer(measurer)
        former.close()
        self._is_outdated = True

    def _set_smoothing(self, ms: int) -> None:
        self._smoothing_ms = ms
        if self._analyzer is not None:
            self._analyzer.set_smoothing(ms)
        self._is_outdated = True

    def _set_face_search(self, choice: FaceSearch) -> None:
        self._face_search = choice
        if self._analyzer is not None:
            self._analyzer.set_face_search(choice)
        self._is_outdated = True

    def _calibrate(self, number: int, face_id: int, baseline: NeutralBaseline, sha256: str) -> None:
        is_current = self._session is not None and self._session.number == number
        classifier = self._classifier
        # A model may have been swapped in since, and faces of another session have other ids.
        if is_current and classifier is not None and classifier.preset.sha256 == sha256:
            self._calibrator.calibrate(face_id, baseline)
            self._is_outdated = True

    def _remove_calibration(self, face_id: int | None) -> None:
        self._calibrator.remove(face_id)
        self._is_outdated = True

    def _set_automatic_calibration(self, automatic: bool) -> None:
        self._calibrator.set_automatic(automatic)
        self._is_outdated = True

    def _latest_is(self, item: Item) -> None:
        if self._session is None or item.session != self._session.number:
            return
        self._latest = item
        if self._analyzer is not None and item.jumps != self._jumps:
            self._jumps = item.jumps
            self._analyzer.jump()
        if self._analyze(item):
            self._meters.frame_analysed(item.frame.captured_ns)

    def _read_anew(self) -> None:
        session, latest, analyzer = self._session, self._latest, self._analyzer
        if session is None or latest is None or analyzer is None or not session.is_resting():
            return
        analyzer.jump()
        self._analyze(latest)

    def _analyze(self, item: Item) -> bool:
        """Analyse a frame of the current session; tell whether that was possible."""
        session, analyzer = self._session, self._analyzer
        if session is None:
            return False
        if analyzer is None:
            self._outputs.show(item.frame)
            return False
        try:
            analysis = analyzer.analyze(item.frame, still=session.info.kind == "image")
            self._is_outdated = False
        except FerError as error:
            self._fail(session, error)
            return False
        except Exception as error:  # thread boundary
            log.exception("analysis failed")
            reason = FerError(
                f"The analysis failed: {error}.", hint="See the log file for details."
            )
            self._fail(session, reason)
            return False
        if not self._has_written:
            self._has_written = True
            self._tell_model(item.frame.index)
        self._outputs.write(item.frame, analysis)
        return True

    def _fail(self, session: Session, error: FerError) -> None:
        self._finish_session(is_complete=False)
        self._on_failed(session.number, error)

    def _tell_model(self, frame_index: int) -> None:
        model = self._classifier
        if model is not None:
            self._outputs.model_changed(
                model.preset, frame_index, engine=model.engine, device=model.device
            )
