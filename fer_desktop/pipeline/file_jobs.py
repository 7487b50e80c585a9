"""All files that are being analysed: the one that is shown first, then those that wait."""

from collections.abc import Callable
from typing import Final

from fer_desktop.domain.frame import SourceInfo
from fer_desktop.domain.neutral_baseline import NeutralBaseline
from fer_desktop.domain.session_end import SessionEnd
from fer_desktop.errors import FerError, SourceError
from fer_desktop.log import get_logger
from fer_desktop.pipeline.events import AnalysisEnded, AnalysisProgress, EngineEvent, FileAnalysis
from fer_desktop.pipeline.file_job import FileJob
from fer_desktop.pipeline.former_part import OtherNumbersError
from fer_desktop.pipeline.handoff import Closed
from fer_desktop.vision.analyzer import Analyzer
from fer_desktop.vision.ports import EmotionClassifier

log = get_logger("pipeline")

_TELL_EVERY_NS: Final = 200_000_000


class FileJobs:
    """Analyses one file after the other, a frame at a time; used by the inference thread.

    Numbers of one session come from one set of networks: when these change, what is under way, or
    shown, begins anew.
    """

    def __init__(
        self,
        *,
        now_ns: Callable[[], int],
        on_analysis: Callable[[FileAnalysis], None],
        on_event: Callable[[EngineEvent], None],
        on_failed: Callable[[int, FerError], None],
        wake: Callable[[], None],
    ) -> None:
        """Take where results go.

        Args:
            now_ns: tells when progress was told last.
            on_analysis: gets the numbers of the file that is shown.
            on_event: gets what else happens.
            on_failed: gets the number of a shown session that cannot go on, and why.
            wake: called on other threads when there is something to do.
        """
        self._now_ns = now_ns
        self._on_analysis = on_analysis
        self._on_event = on_event
        self._on_failed = on_failed
        self._wake = wake
        self._jobs: list[FileJob] = []
        self._is_paused = False
        self._told_ns = 0

    def add(self, job: FileJob) -> None:
        """Take a file in; the one that is shown goes before the others."""
        at = 0 if job.shown is not None else len(self._jobs)
        self._jobs.insert(at, job)
        self._tell(job)

    def cancel(self, number: int) -> None:
        """End a file; what was analysed stays."""
        for job in [job for job in self._jobs if job.order.number == number]:
            self._jobs.remove(job)
            if not job.is_over:
                self._end(job, SessionEnd(is_whole=False), is_complete=True)

    def pause(self, is_paused: bool) -> None:
        """Rest, or go on."""
        self._is_paused = is_paused
        for job in self._jobs:
            job.hold(is_paused)
            if not job.is_over:
                self._tell(job)

    def restart(self, *, is_other_model: bool = False) -> None:
        """Begin anew with whatever was begun: the networks have changed.

        What one model reads at rest says nothing of another.
        """
        for job in self._jobs:
            if is_other_model:
                job.baselines.clear()
            if job.is_begun or job.is_over:
                self._restart(job)

    def calibrate(self, number: int, face_id: int, baseline: NeutralBaseline) -> None:
        """Read a face of a file against its own rest, from the first frame on."""
        for job in self._jobs:
            if job.order.number == number:
                job.baselines[face_id] = baseline
                self._restart(job)

    def remove_calibration(self, face_id: int | None) -> None:
        """Read a face, or all of them, as the model does, from the first frame on."""
        for job in self._jobs:
            former = dict(job.baselines)
            if face_id is None:
                job.baselines.clear()
            else:
                job.baselines.pop(face_id, None)
            if job.baselines != former:
                self._restart(job)

    def advance(
        self,
        make_analyzer: Callable[[], Analyzer | None],
        classifier: EmotionClassifier | None,
        *,
        only_shown: bool,
    ) -> bool:
        """Do the next piece of work; tell whether there was any.

        Args:
            make_analyzer: makes an analyzer for another file; None while networks are missing.
            classifier: reads the faces.
            only_shown: whether files that nobody looks at wait.
        """
        job = self._next(only_shown)
        if job is None:
            return False
        if not job.is_begun:
            analyzer = make_analyzer()
            if analyzer is None:
                return False
            job.begin(analyzer, self._wake)
            return True
        try:
            if job.follow():
                self._tell_at_times(job)
                return True
            return self._step(job, classifier)
        except OtherNumbersError as error:
            log.info("a file is analysed from its beginning: %s", error)
            self._restart(job)
        except Closed:
            self._end(job, SessionEnd(is_whole=True), is_complete=True)
        except SourceError as error:
            if job.counts.frames == 0 and job.shown is not None:
                self._fail(job, error)
            else:
                end = SessionEnd(is_whole=False, problem=str(error))
                self._end(job, end, error, is_complete=True)  # what comes before the damage holds
        except FerError as error:
            self._fail(job, error)
        except Exception as error:  # thread boundary
            log.exception("analysis failed")
            reason = FerError(
                f"The analysis failed: {error}.", hint="See the log file for details."
            )
            self._fail(job, reason)
        return True

    def close(self) -> None:
        """End everything; what was analysed stays."""
        for job in self._jobs:
            job.end(SessionEnd(is_whole=False), is_complete=True)
        self._jobs.clear()

    def _next(self, only_shown: bool) -> FileJob | None:
        if self._is_paused:
            return None
        for job in self._jobs:
            if not job.is_over and (job.shown is not None or not only_shown):
                return job
        return None

    def _step(self, job: FileJob, classifier: EmotionClassifier | None) -> bool:
        found = job.advance()
        if found is None:
            return False
        number = job.order.number
        if isinstance(found, SourceInfo):
            self._tell(job)
            return True
        frame, analysis = found
        job.take(frame, analysis, classifier)
        if job.shown is not None:
            self._on_analysis(FileAnalysis(number, analysis))
        if job.counts.frames == 1:
            self._tell(job)  # whoever may have to go on with it knows at once that it is begun
        else:
            self._tell_at_times(job)
        return True

    def _tell_at_times(self, job: FileJob) -> None:
        if self._now_ns() - self._told_ns >= _TELL_EVERY_NS:
            self._tell(job)

    def _restart(self, job: FileJob) -> None:
        job.restart()
        self._tell(job)

    def _fail(self, job: FileJob, error: FerError) -> None:
        self._jobs.remove(job)
        self._end(job, SessionEnd(is_whole=False, problem=str(error)), error)
        if job.shown is not None:
            self._on_failed(job.order.number, error)

    def _end(
        self,
        job: FileJob,
        end: SessionEnd,
        error: FerError | None = None,
        *,
        is_complete: bool = False,
    ) -> None:
        job.end(end, is_complete=is_complete)
        if job.shown is None and job in self._jobs:
            self._jobs.remove(job)
        self._tell(job)
        self._on_event(
            AnalysisEnded(
                job.order.number,
                bool(end.is_whole),
                job.counts.frames,
                len(job.counts.faces),
                error,
            )
        )

    def _tell(self, job: FileJob) -> None:
        self._told_ns = self._now_ns()
        self._on_event(
            AnalysisProgress(
                job.order.number,
                frames=job.counts.frames,
                total=job.total,
                edge_us=job.counts.edge_us,
                faces=len(job.counts.faces),
                is_paused=self._is_paused,
                is_over=job.is_over,
            )
        )
