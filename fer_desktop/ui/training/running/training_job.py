"""The one training that goes on, whichever window shows it, or none."""

import time
from collections.abc import Sequence
from enum import Enum
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from fer_desktop.errors import FerError, TrainingError
from fer_desktop.files import storage_error
from fer_desktop.log import get_logger
from fer_desktop.training.process_control import end_orphan
from fer_desktop.training.runs import EpochFigures, Run
from fer_desktop.ui.runtime.trainer_process import Ending, TrainerProcess
from trainer.contract.progress import (
    CANCEL,
    CONTINUE,
    PAUSE,
    Cancelled,
    Continued,
    EpochDone,
    Event,
    Failed,
    Finished,
    Note,
    Paused,
    Started,
    StepDone,
    decode,
)
from trainer.contract.run_lock import RunLock

log = get_logger("train")


class Phase(Enum):
    """Where a training stands."""

    NONE = "none"
    PREPARING = "preparing"
    RUNNING = "running"
    PAUSING = "pausing"
    PAUSED = "paused"
    FINISHING = "finishing"
    STOPPING = "stopping"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"


_ACTIVE: Final = frozenset(
    {
        Phase.PREPARING,
        Phase.RUNNING,
        Phase.PAUSING,
        Phase.PAUSED,
        Phase.FINISHING,
        Phase.STOPPING,
    }
)


class TrainingJob(QObject):
    """Starts, watches and ends the trainer; remembers what it told.

    Attributes:
        phase: where it stands.
        run: the training.
        note: what takes a while now, in the trainer's words.
        started: what it began with.
        step: how far the present epoch is.
        epochs: figures of the epochs that are done, those of earlier starts first.
        best_epoch, best_accuracy: on the validation pictures; 0 before the first epoch.
        confusion: of the latest epoch on the validation pictures.
        error: why it failed.

    Signals:
        changed: any of these.
        ended: it is finished, stopped or failed.
    """

    changed = Signal()
    ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: TrainerProcess | None = None
        self._lock: RunLock | None = None
        self.run: Run | None = None
        self.error: FerError | None = None
        self.started: Started | None = None
        self.step: StepDone | None = None
        self.epochs: list[EpochFigures] = []
        self.confusion: tuple[tuple[int, ...], ...] = ()
        self._remaining_s: float | None = None
        self._forget()
        self._settle = QTimer(self)  # many events, one repaint
        self._settle.setSingleShot(True)
        self._settle.timeout.connect(self.changed)

    @property
    def is_active(self) -> bool:
        """Whether the trainer is at work, or pauses."""
        return self.phase in _ACTIVE

    @property
    def epochs_in_all(self) -> int:
        """How many epochs the training has; 0 while that is not known."""
        if self.started is not None:
            return self.started.epochs
        return self.run.plan.epochs if self.run is not None else 0

    @property
    def share_done(self) -> float:
        """How much of all epochs is done, from 0 to 1."""
        if not self.epochs_in_all:
            return 0.0
        step = self.step
        within = step.step / step.steps if step is not None and step.steps else 0.0
        return min(1.0, (len(self.epochs) + within) / self.epochs_in_all)

    @property
    def remaining_s(self) -> float | None:
        """Estimated seconds until the last epoch is done; None while that is not known."""
        if self.phase is not Phase.RUNNING:
            return None
        elapsed = time.monotonic() - self._measured_at
        if self._remaining_s is not None:
            return max(0.0, self._remaining_s - elapsed)
        gained = self.share_done - self._share_at_start
        return elapsed * (1 - self.share_done) / gained if gained > 0 else None

    def begin(self, run: Run) -> None:
        """Begin a training, or go on with one where it was interrupted.

        Raises:
            FerError: if another window of the application is at it, or its folder cannot be
                written.
        """
        self._start(run, Phase.PREPARING, run.plan.train_words(run.folder))

    def use_best(self) -> None:
        """Make a model of the best epoch so far: with it the training is finished.

        Raises:
            FerError: as ``begin`` does.
        """
        assert self.run is not None
        self._start(self.run, Phase.FINISHING, self.run.plan.export_words(self.run.folder))

    def _start(self, run: Run, phase: Phase, words: Sequence[str]) -> None:
        assert not self.is_active
        lock = RunLock(run.folder, "window")
        try:
            is_ours = lock.acquire()
        except OSError as error:
            raise storage_error(run.folder, error) from error
        if not is_ours:
            raise TrainingError(
                f"The training {run.plan.name!r} is already running in another window."
            )
        self._lock = lock
        end_orphan(run)
        self.show(run)
        self.phase = phase
        process = self._process = TrainerProcess(self)
        process.printed.connect(self._on_line)
        process.ended.connect(self._on_ended)
        process.start(words)
        self.changed.emit()

    def show(self, run: Run) -> None:
        """Take up a training that does not go on: one that was interrupted, or is finished."""
        self._forget()
        self.run = run
        self.epochs = list(run.history())
        best = max(self.epochs, key=lambda figures: figures.val_accuracy, default=None)
        if best is not None:
            self.best_epoch, self.best_accuracy = best.epoch, best.val_accuracy
        self.phase = Phase.FINISHED if run.is_finished else Phase.STOPPED
        self.changed.emit()

    def pause(self) -> None:
        """Let the training rest as soon as it can."""
        if self.phase is Phase.RUNNING:
            self._say(PAUSE, Phase.PAUSING)

    def go_on(self) -> None:
        """Let the training go on after a pause."""
        if self.phase in (Phase.PAUSING, Phase.PAUSED):
            self._say(CONTINUE, Phase.RUNNING)

    def cancel(self) -> None:
        """End the training; what it had learned up to the last epoch is kept."""
        if self.is_active and self._process is not None:
            self.phase = Phase.STOPPING
            self._process.end(CANCEL)
            self.changed.emit()

    def shut_down(self) -> None:
        """End the training and its process at once: it can go on from its last epoch."""
        if self._process is not None:
            self._process.end_now()

    def release(self) -> None:
        """Forget the training, which is kept as a model or thrown away."""
        self._forget()
        self.run = None
        self.changed.emit()

    def _forget(self) -> None:
        self.phase = Phase.NONE
        self.note = ""
        self.started = self.step = self.error = None
        self.epochs = []
        self.best_epoch, self.best_accuracy = 0, 0.0
        self.confusion = ()
        self._remaining_s = None
        self._measured_at = time.monotonic()
        self._share_at_start = 0.0

    def _say(self, word: str, phase: Phase) -> None:
        if self._process is not None:
            self._process.tell(word)
            self.phase = phase
            self.changed.emit()

    def _on_line(self, line: str) -> None:
        event = decode(line)
        if event is not None:
            self._take(event)
            self._settle.start(0)

    def _take(self, event: Event) -> None:
        match event:
            case Note(text=text):
                self.note = text
                if self.phase is Phase.RUNNING and len(self.epochs) >= self.epochs_in_all:
                    self.phase = Phase.FINISHING
            case Started():
                self._on_started(event)
            case StepDone():
                self.step = event
            case EpochDone():
                self._on_epoch(event)
            case Paused() if self.phase is not Phase.STOPPING:
                self.phase = Phase.PAUSED
            case Continued() if self.phase is not Phase.STOPPING:
                self.phase = Phase.RUNNING
                self._measured_at = time.monotonic()
            case Failed(message=message, hint=hint):
                self.error = TrainingError(message, hint=hint)
            case Finished():
                self.phase = Phase.FINISHED
            case Cancelled():
                self.phase = Phase.STOPPING  # until its process, which holds the run, is gone

    def _on_started(self, event: Started) -> None:
        # An ensemble begins once for each of its networks.
        self.started = event
        self.step = None
        self.note = ""
        self.epochs = self.epochs[: event.done]
        self.confusion = ()
        self._remaining_s = None
        self._measured_at = time.monotonic()
        self._share_at_start = self.share_done
        if self.phase is not Phase.STOPPING:
            self.phase = Phase.RUNNING

    def _on_epoch(self, event: EpochDone) -> None:
        figures = EpochFigures(
            event.epoch, event.loss, event.accuracy, event.val_loss, event.val_accuracy
        )
        self.epochs = [*self.epochs[: event.epoch - 1], figures]
        self.step = None
        self.best_epoch, self.best_accuracy = event.best_epoch, event.best_accuracy
        self.confusion = event.confusion
        self._remaining_s = event.remaining_s
        self._measured_at = time.monotonic()

    def _on_ended(self, ending: Ending) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.deleteLater()
        if self._lock is not None:
            self._lock.release()
            self._lock = None
        if self.phase is Phase.FINISHING and not ending.status:
            self.phase = Phase.FINISHED
        if self.phase is Phase.STOPPING:
            self.phase = Phase.STOPPED
        elif self.error is not None or self.phase not in (Phase.FINISHED, Phase.STOPPED):
            self.phase = Phase.FAILED
            self.error = self.error or ending.explained()
            log.warning("the training failed: %s", self.error)
        self.changed.emit()
        self.ended.emit()
