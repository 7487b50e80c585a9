"""The thread that owns the networks: frames in, results out, one after the other."""

import threading
from collections import deque
from collections.abc import Callable

from fer_desktop.domain.neutral_baseline import NeutralBaseline
from fer_desktop.domain.session_end import SessionEnd
from fer_desktop.errors import FerError
from fer_desktop.log import get_logger
from fer_desktop.pipeline.events import EngineEvent, FileAnalysis, ModelLoaded
from fer_desktop.pipeline.exchangeable_detector import ExchangeableDetector
from fer_desktop.pipeline.file_job import FileJob
from fer_desktop.pipeline.file_jobs import FileJobs
from fer_desktop.pipeline.handoff import Closed, LatestSlot
from fer_desktop.pipeline.live_session import Item, Session
from fer_desktop.pipeline.meters import Meters
from fer_desktop.pipeline.outputs import FanOut
from fer_desktop.settings import FaceSearch
from fer_desktop.vision.analyzer import Analyzer, is_other_model
from fer_desktop.vision.calibrator import Calibrator
from fer_desktop.vision.measuring import Measurer
from fer_desktop.vision.ports import EmotionClassifier, FaceDetector

log = get_logger("pipeline")


class Inference:
    """Analyses the newest frame of a live source, or files; everything else it does in between.

    Attributes:
        thread: the thread, to be joined.
    """

    def __init__(
        self,
        *,
        meters: Meters,
        now_ns: Callable[[], int],
        outputs: FanOut,
        on_analysis: Callable[[FileAnalysis], None],
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
        self._is_automatic = automatic_calibration
        self._calibrator = Calibrator(automatic=automatic_calibration)
        self._measurer = Measurer()
        self._slot: LatestSlot[Item] = LatestSlot()
        self._commands: deque[Callable[[], None]] = deque()
        self._lock = threading.Lock()
        self._is_over = False
        self._is_finished = threading.Event()
        self.thread = threading.Thread(target=self._run, name="inference", daemon=True)
        # From here on everything belongs to the thread.
        self._detector: ExchangeableDetector | None = None
        self._classifier: EmotionClassifier | None = None
        self._analyzer: Analyzer | None = None
        self._session: Session | None = None
        self._has_written = False
        self._latest: Item | None = None
        self._files = FileJobs(
            now_ns=now_ns,
            on_analysis=self._counting(on_analysis),
            on_event=on_event,
            on_failed=on_failed,
            wake=self._slot.wake,
        )

    def put(self, item: Item) -> bool:
        """Hand over a frame; tell whether it replaced one that was not analysed.

        Raises:
            Closed: if the thread takes no more.
        """
        return self._slot.put(item)

    def begin(self, session: Session) -> None:
        """Begin a live session; the former one ends."""
        self._do(lambda: self._begin(session))

    def end(self, number: int) -> None:
        """End a session if it is still the current one; its last results are kept."""
        self._do(lambda: self._end(number))

    def add_file(self, job: FileJob) -> None:
        """Analyse a file."""
        self._do(lambda: self._files.add(job))

    def cancel_file(self, number: int) -> None:
        """Analyse a file no further, even if it was to go on whatever is shown."""
        self._do(lambda: self._files.cancel(number))

    def pause_files(self, is_paused: bool) -> None:
        """Let the analysis of files rest, or go on."""
        self._do(lambda: self._files.pause(is_paused))

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

    def close(self) -> None:
        """Finish all sessions, close the networks and end the thread."""
        self._slot.close()

    def finish(self, limit_s: float, abandoned_s: float) -> None:
        """Wait until all sessions are finished after ``close``; networks may take longer to close.

        Args:
            limit_s: how long the thread may take for it.
            abandoned_s: how long it may take without the thread, if that hangs.
        """
        if self.thread.ident is None or self._is_finished.wait(limit_s):
            return
        finishing = threading.Thread(target=self._abandon, daemon=True)
        finishing.start()
        finishing.join(abandoned_s)  # unless the disk stands still, too

    def _abandon(self) -> None:
        self._files.close()
        self._finish_session()

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
                if self._advance_files():
                    self._slot.wake()  # there may be more to do at once
        except Closed:
            log.debug("inference stopped")
        finally:
            with self._lock:
                self._is_over = True
            self._run_commands()  # networks that were just handed over must be closed, too
            self._files.close()
            self._finish_session()
            self._is_finished.set()
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
        if self._analyzer is not None:
            self._analyzer.reset()
        self._outputs.opened(session.number, session.info)

    def _end(self, number: int) -> None:
        self._files.cancel(number)
        if self._session is not None and self._session.number == number:
            self._finish_session()

    def _finish_session(self, *, is_complete: bool = True) -> None:
        session, self._session = self._session, None
        self._latest = None
        if session is not None:
            end = SessionEnd(missed=self._meters.reading().dropped)
            self._outputs.close(is_complete=is_complete, end=end)

    def _use_detector(self, detector: FaceDetector) -> None:
        if self._detector is None:
            self._detector = ExchangeableDetector(detector)
            self._analyzer = self._make_analyzer(self._calibrator)
        else:
            self._detector.exchange(detector)
            self._files.restart()

    def _use_classifier(self, classifier: EmotionClassifier) -> None:
        former, self._classifier = self._classifier, classifier
        if self._analyzer is not None:
            self._analyzer.set_classifier(classifier)
        is_other = former is None or is_other_model(former.preset, classifier.preset)
        self._files.restart(is_other_model=is_other)
        if former is not None:
            former.close()
        self._on_event(ModelLoaded(classifier.preset, classifier.engine, classifier.device))
        if self._has_written and self._session is not None and self._latest is not None:
            self._tell_model(self._latest.frame.index + 1)

    def _use_measurer(self, measurer: Measurer) -> None:
        former, self._measurer = self._measurer, measurer
        if self._analyzer is not None:
            self._analyzer.set_measurer(measurer)
        self._files.restart()
        former.close()

    def _set_smoothing(self, ms: int) -> None:
        self._smoothing_ms = ms
        if self._analyzer is not None:
            self._analyzer.set_smoothing(ms)
        self._files.restart()

    def _set_face_search(self, choice: FaceSearch) -> None:
        self._face_search = choice
        if self._analyzer is not None:
            self._analyzer.set_face_search(choice)
        self._files.restart()

    def _calibrate(self, number: int, face_id: int, baseline: NeutralBaseline, sha256: str) -> None:
        classifier = self._classifier
        # A model may have been swapped in since, and faces of another session have other ids.
        if classifier is None or classifier.preset.sha256 != sha256:
            return
        self._files.calibrate(number, face_id, baseline)
        if self._session is not None and self._session.number == number:
            self._calibrator.calibrate(face_id, baseline)

    def _remove_calibration(self, face_id: int | None) -> None:
        self._calibrator.remove(face_id)
        self._files.remove_calibration(face_id)

    def _set_automatic_calibration(self, automatic: bool) -> None:
        self._is_automatic = automatic
        self._calibrator.set_automatic(automatic)
        self._files.restart()

    def _make_analyzer(self, calibrator: Calibrator) -> Analyzer | None:
        if self._detector is None:
            return None
        return Analyzer(
            self._detector,
            self._classifier,
            smoothing_ms=self._smoothing_ms,
            face_search=self._face_search,
            calibrator=calibrator,
            measurer=self._measurer,
        )

    def _analyzer_for_file(self) -> Analyzer | None:
        if self._classifier is None:
            return None  # a file is not read in part without a model
        return self._make_analyzer(Calibrator(automatic=self._is_automatic))

    def _advance_files(self) -> bool:
        return self._files.advance(
            self._analyzer_for_file, self._classifier, only_shown=self._session is not None
        )

    def _counting(
        self, on_analysis: Callable[[FileAnalysis], None]
    ) -> Callable[[FileAnalysis], None]:
        def count(analysis: FileAnalysis) -> None:
            self._meters.frame_analysed(self._now_ns())
            on_analysis(analysis)

        return count

    def _latest_is(self, item: Item) -> None:
        if self._session is None or item.session != self._session.number:
            return
        self._latest = item
        if self._analyze(self._session, item):
            self._meters.frame_analysed(item.frame.captured_ns)

    def _analyze(self, session: Session, item: Item) -> bool:
        """Analyse a frame of the current session; tell whether that was possible."""
        analyzer = self._analyzer
        if analyzer is None:
            self._outputs.show(item.frame)
            return False
        try:
            analysis = analyzer.analyze(item.frame)
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

    def _tell_model(self, frame_index: int) -> None:
        model = self._classifier
        if model is not None:
            self._outputs.model_changed(
                model.preset, frame_index, engine=model.engine, device=model.device
            )

    def _fail(self, session: Session, error: FerError) -> None:
        self._finish_session(is_complete=False)
        self._on_failed(session.number, error)
