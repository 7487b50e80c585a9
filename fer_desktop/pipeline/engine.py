"""Runs a source through the networks on threads of its own, and tells what happens.

Three threads: *capture* (one per source) owns the source, *inference* owns the networks and feeds
the outputs, *loader* makes networks. Calls return at once; what comes of them arrives at the
outputs and as events and results, which carry the number of the session they belong to.

A live source is analysed as it is shown, the newest frame first. A file is shown by one source and
analysed by another one: every frame, in order, whatever is on screen.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Thread
from typing import Final

from fer_desktop.deadline import Deadline
from fer_desktop.domain.frame_selection import ALL_FRAMES, FrameSelection
from fer_desktop.domain.known_frames import KnownFrames
from fer_desktop.domain.neutral_baseline import NeutralBaseline
from fer_desktop.errors import FerError
from fer_desktop.log import get_logger
from fer_desktop.pipeline.capture import RECONNECT_PAUSES_S, Capture, FileCapture, LiveCapture
from fer_desktop.pipeline.capture_maker import CaptureMaker
from fer_desktop.pipeline.clock import Clock, SystemClock
from fer_desktop.pipeline.events import (
    EngineEvent,
    FileAnalysis,
    Result,
    SourceFailed,
    State,
    StateChanged,
)
from fer_desktop.pipeline.file_job import FileJob, FileOrder
from fer_desktop.pipeline.former_part import FormerPart
from fer_desktop.pipeline.inference import Inference
from fer_desktop.pipeline.loader import Loader
from fer_desktop.pipeline.meters import MeterReading, Meters
from fer_desktop.pipeline.outlets import CurrentSession
from fer_desktop.pipeline.outputs import FanOut, OutputSink, ResultOutput
from fer_desktop.settings import FaceSearch
from fer_desktop.sources.base import FileSource, FrameSource, Pacing
from fer_desktop.vision.ports import EmotionClassifier, FaceDetector

log = get_logger("pipeline")

_WINDOW: Final = "window"  # as an output
_SHUTDOWN_LIMIT_S: Final = 0.6
# Of it: for sources and sessions, and for a session whose thread hangs.
_SESSIONS_SHARE: Final = 0.5
_ABANDON_SHARE: Final = 0.33
_FAREWELL_S: Final = 0.1  # for all the rest


class Engine:
    """The application's pipeline; every method may be called from any thread and returns at once.

    Outputs, ``on_result``, ``on_analysis`` and ``on_event`` are called on worker threads and must
    not block. Only ``shutdown`` waits.
    """

    def __init__(
        self,
        *,
        on_event: Callable[[EngineEvent], None],
        on_result: Callable[[Result], None] = lambda _: None,
        on_analysis: Callable[[FileAnalysis], None] = lambda _: None,
        outputs: Mapping[str, OutputSink] | None = None,
        chosen_outputs: Callable[[], Mapping[str, OutputSink]] = dict,
        file_outputs: Callable[[], Mapping[str, OutputSink]] = dict,
        make_detector: Callable[[float], FaceDetector],
        load_classifier: Callable[[Path], EmotionClassifier],
        smoothing_ms: int = 300,
        face_search: FaceSearch = "auto",
        detection_score: float = 0.5,
        automatic_calibration: bool = False,
        measures: Sequence[str] = (),
        clock: Clock | None = None,
        reconnect_pauses_s: Sequence[float] = RECONNECT_PAUSES_S,
    ) -> None:
        """Take the ports; no thread starts yet.

        Args:
            on_event: gets everything that happens.
            on_result: gets every frame that is shown, with what is known of it.
            on_analysis: gets the numbers of the file that is shown, as they are ready.
            outputs: get every analysis of what is open, by the names that messages call them, in
                this order.
            chosen_outputs: asked for further ones whenever a session begins.
            file_outputs: makes those of a file that is analysed without being shown.
            make_detector: makes a detector that reports faces from a score on; DetectorError.
            load_classifier: loads the model of a folder; ModelError.
            smoothing_ms: time constant of the smoothing over time.
            face_search: which faces are looked for; those of pictures alone, if ``auto``, may be
                small.
            detection_score: faces below it are not reported.
            automatic_calibration: whether the rest of every face is estimated over the session.
            measures: what else is measured of faces, by the names of the measures.
            clock: scripted by tests.
            reconnect_pauses_s: pauses before a live source is tried again; the last one repeats.
        """
        self._on_event = on_event
        self._outputs = dict(outputs or {})
        self._file_outputs = file_outputs
        self._detection_score = detection_score
        self._measures = measures
        clock = clock or SystemClock()
        self._meters = Meters(clock.now_ns)
        self._current = CurrentSession(on_event)
        self._lock = self._current.lock
        self._number = 0
        self._capture: Capture | None = None
        self._captures: list[Capture] = []  # whose threads may still be at work
        self._is_shut = False
        self._inference = Inference(
            meters=self._meters,
            now_ns=clock.now_ns,
            outputs=FanOut(
                {_WINDOW: ResultOutput(on_result), **self._outputs}, on_event, chosen_outputs
            ),
            on_analysis=on_analysis,
            on_event=on_event,
            on_failed=self._failed,
            smoothing_ms=smoothing_ms,
            face_search=face_search,
            automatic_calibration=automatic_calibration,
        )
        self._make = CaptureMaker(
            current=self._current,
            meters=self._meters,
            inference=self._inference,
            clock=clock,
            make_outputs=lambda: FanOut(self._outputs, on_event, chosen_outputs),
            on_result=on_result,
            on_failed=self._failed,
            reconnect_pauses_s=reconnect_pauses_s,
        )
        self._loader = Loader(
            make_detector=make_detector,
            load_classifier=load_classifier,
            on_detector=self._inference.use_detector,
            on_classifier=self._inference.use_classifier,
            on_measurer=self._inference.use_measurer,
            on_event=on_event,
        )

    def start(self) -> None:
        """Start the threads; the detector begins to load."""
        self._inference.thread.start()
        self._loader.thread.start()
        self._loader.want_detector(self._detection_score)
        if self._measures:
            self._loader.want_measures(self._measures)

    def load_model(self, folder: Path) -> None:
        """Load a model beside the one in use, which goes on until the new one takes over."""
        self._loader.want_model(folder)

    def open(
        self,
        source: FrameSource,
        pacing: Pacing,
        *,
        selection: FrameSelection = ALL_FRAMES,
        known: KnownFrames | None = None,
        before: Callable[[int], object] = lambda _: None,
    ) -> int:
        """Stop the present source, open this one and return the number of its session.

        A live source that cannot be opened, or that stops, is tried again until it is stopped; a
        file that cannot be opened fails. A video begins to play, and its analysis begins.

        Args:
            source: not opened yet; what is played can be read a second time at once.
            pacing: when its frames are due.
            selection: which frames of a file are analysed.
            known: what is known of a file that was analysed before: it is shown, and not analysed.
            before: called with the number before anything of the session begins.
        """
        with self._lock:
            if self._is_shut:
                raise RuntimeError("the engine was shut down")
            self._number = number = self._number + 1
            before(number)
            if self._capture is not None:
                self._capture.stop()
            self._captures = [item for item in self._captures if item.thread.is_alive()]
            job: FileJob | None = None
            if pacing is not Pacing.PLAYBACK:
                formers = [one.thread for one in self._captures if isinstance(one, LiveCapture)]
                self._capture = self._make.live(number, source, formers)
            elif isinstance(source, FileSource):
                self._capture, job = self._make.file(number, source, selection, known)
            else:
                raise TypeError(f"{source!r} cannot be read twice")
            capture = self._capture
            former, self._current.number = self._current.number, number
            self._captures.append(capture)
        if former is not None:
            self._inference.end(former)
        self._on_event(StateChanged(number, State.OPENING))
        if job is not None:
            self._inference.add_file(job)
        capture.thread.start()
        return number

    def analyze(
        self,
        source: FileSource,
        *,
        selection: FrameSelection = ALL_FRAMES,
        former: FormerPart | None = None,
        before: Callable[[int], object] = lambda _: None,
    ) -> int:
        """Analyse a file that is not shown, after those before it; return its session's number.

        It rests while a live source is open.

        Args:
            source: not opened yet.
            selection: which of its frames are analysed.
            former: what was recorded of it before an interruption, to go on from there.
            before: called with the number before anything of the session begins.
        """
        with self._lock:
            if self._is_shut:
                raise RuntimeError("the engine was shut down")
            self._number = number = self._number + 1
        before(number)
        outputs = FanOut(self._file_outputs(), self._on_event)
        order = FileOrder(number, source.again, outputs, selection, former)
        self._inference.add_file(FileJob(order))
        return number

    def cancel_analysis(self, number: int) -> None:
        """Analyse a file no further; what was analysed stays."""
        self._inference.cancel_file(number)

    def pause_analysis(self, is_paused: bool) -> None:
        """Let the analysis of files rest, or go on."""
        self._inference.pause_files(is_paused)

    def stop(self) -> None:
        """Close the source and finish its session."""
        with self._lock:
            capture, self._capture = self._capture, None
            number = self._current.number
            # Whatever its thread still reads, nobody has to wait for a file to be let go.
            is_over = isinstance(capture, FileCapture)
            if is_over:
                self._current.number = None
        if capture is not None and number is not None:
            self._on_event(StateChanged(number, State.STOPPING))
            self._inference.end(number)
            capture.stop()
            if is_over:
                self._on_event(StateChanged(number, State.IDLE))

    def play(self) -> None:
        """Go on playing; from the beginning if the end was reached."""
        if capture := self._played():
            capture.transport.play()

    def pause(self) -> None:
        """Rest on the present frame; a live source cannot pause."""
        if capture := self._played():
            capture.transport.pause()

    def seek(self, timestamp_us: int) -> None:
        """Show the frame of this time; whether it plays does not change."""
        if capture := self._played():
            capture.transport.seek(timestamp_us)

    def step(self, frames: int) -> None:
        """Pause and show the frame so many frames on, or back if negative."""
        if capture := self._played():
            capture.transport.step(frames)

    def set_speed(self, factor: float) -> None:
        """Play so many times as fast as recorded, 0.1 to 16."""
        if capture := self._played():
            capture.transport.set_speed(factor)

    def set_smoothing(self, ms: int) -> None:
        """Smooth scores with this time constant; 0 switches it off."""
        self._inference.set_smoothing(ms)

    def set_face_search(self, choice: FaceSearch) -> None:
        """Look for large faces only, for small ones too, or for these in pictures alone."""
        self._inference.set_face_search(choice)

    def set_detection_score(self, score: float) -> None:
        """Report faces from this score on."""
        self._detection_score = score
        self._loader.want_detector(score)

    def set_measures(self, names: Sequence[str]) -> None:
        """Take these measures of faces, and no others."""
        self._loader.want_measures(names)

    def calibrate(self, number: int, face_id: int, baseline: NeutralBaseline, sha256: str) -> None:
        """Read a face against its own rest from the next frame on.

        Args:
            number: the session in which the face has this id; of another one nothing happens.
            face_id: whose rest it is.
            baseline: the rest.
            sha256: checksum of the model that read it; with another one in use nothing happens.
        """
        self._inference.calibrate(number, face_id, baseline, sha256)

    def remove_calibration(self, face_id: int | None = None) -> None:
        """Read a face, or all of them, as the model does from the next frame on."""
        self._inference.remove_calibration(face_id)

    def set_automatic_calibration(self, automatic: bool) -> None:
        """Estimate the rest of every face over the session, or do so no longer."""
        self._inference.set_automatic_calibration(automatic)

    def reading(self) -> MeterReading:
        """Return frame rates, drops and delay."""
        return self._meters.reading()

    def shutdown(self, limit_s: float = _SHUTDOWN_LIMIT_S) -> None:
        """Stop everything and wait for it, less than a second; the session is finished.

        Threads that hang in a driver or a library are left behind: they are daemons. One may be
        loading TensorFlow, which nobody has to wait for, or look for small faces in a huge picture.

        Args:
            limit_s: how long all of it may take.
        """
        deadline = Deadline(limit_s)
        with self._lock:
            if self._is_shut:
                return
            self._is_shut = True
            capture, self._capture = self._capture, None
            threads = tuple(item.thread for item in self._captures)
        if capture is not None:
            capture.stop()
        self._loader.close()
        self._inference.close()
        for_sessions = deadline.within(limit_s * _SESSIONS_SHARE)
        for_sessions.join(*threads)
        self._inference.finish(for_sessions.left_s, limit_s * _ABANDON_SHARE)
        everyone = (*threads, self._inference.thread, self._loader.thread)
        if not deadline.within(_FAREWELL_S).join(*everyone):
            for thread in filter(Thread.is_alive, everyone):
                log.warning("thread %s does not end", thread.name)

    def _played(self) -> Capture | None:
        """Return the capture that obeys a transport bar, if there is one."""
        with self._lock:
            return self._capture if isinstance(self._capture, FileCapture) else None

    def _failed(self, number: int, error: FerError) -> None:
        """Report that a session ended with an error, and nothing of it any more."""
        with self._lock:
            if number != self._current.number:
                return
            self._current.number = None
            capture, self._capture = self._capture, None
        self._inference.end(number)
        if capture is not None:
            capture.stop()
        self._on_event(SourceFailed(number, error))
        self._on_event(StateChanged(number, State.FAILED, str(error)))
