"""The epochs of one network: fit, validate, keep the best weights, write a checkpoint."""

import csv
import io
import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import keras

from trainer.config import Recipe
from trainer.contract.progress import Continued, EpochDone, Paused, StepDone
from trainer.data.feeding import feed
from trainer.errors import RunError, TrainerError
from trainer.fit.fused_normalization import fused_normalization
from trainer.fit.optimization import copied, epoch_seed, reseed
from trainer.fit.progress_report import Report
from trainer.fit.training_model import Job, compiled
from trainer.runs import checkpoint
from trainer.runs.event_log import log_epoch

HISTORY_FILE: Final = "history.csv"
_REPORT_EVERY_S: Final = 0.3
_LOOK_EVERY_S: Final = 0.2
_OUT_OF_MEMORY: Final = ("resourceexhausted", "out of memory", "outofmemory", "memoryerror")


class Diverged(RunError):
    """The loss is no finite number any more: the settings do not go together."""


class Stopped(Exception):
    """The user stopped the training; its last checkpoint is kept."""


@dataclass
class Progress:
    """Progress of a training; saved with each checkpoint.

    Attributes:
        waited: epochs since the best one.
        plateau_waited: epochs since the best one or the last change of the rate.
        seconds: time spent in finished epochs.
        history: one row of figures for each epoch.
    """

    epoch: int = 0
    best_accuracy: float = -1.0
    best_epoch: int = 0
    waited: int = 0
    plateau_waited: int = 0
    seconds: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Controls:
    """How a training is watched and stopped.

    Attributes:
        resume: whether to resume from a checkpoint in the folder.
        report: told what happens.
        cancelled: set by the user to stop; the last checkpoint is kept.
        paused: set by the user to pause, and cleared to resume.
    """

    resume: bool
    report: Report
    cancelled: threading.Event
    paused: threading.Event = field(default_factory=threading.Event)

    def obey(self) -> float:
        """Wait while the training is paused; return the seconds that this took.

        Raises:
            Stopped: if it was cancelled.
        """
        if self.cancelled.is_set():
            raise Stopped
        if not self.paused.is_set():
            return 0.0
        started = time.monotonic()
        self.report(Paused())
        while self.paused.is_set():
            if self.cancelled.wait(_LOOK_EVERY_S):
                raise Stopped
        self.report(Continued())
        return time.monotonic() - started


def fit(job: Job, controls: Controls) -> Progress:
    """Train until the recipe ends; the network has its best weights afterwards.

    Raises:
        Stopped: if it was cancelled.
        RunError: if the state cannot be read or written, memory runs out, or the loss diverges.
    """
    recipe = job.recipe
    model, confusion = compiled(job)
    progress = Progress()
    if controls.resume and (job.folder / checkpoint.CHECKPOINT_FILE).exists():
        progress = _restore(job, model)
    watch = _Watch(controls, job)
    while not _done(progress, recipe):
        controls.obey()
        started, watch.paused_s = time.monotonic(), 0.0
        reseed(model, job.seed, progress.epoch)
        job.batches.set_epoch(progress.epoch)
        watch.epoch = progress.epoch + 1
        with _explained(watch.epoch):
            figures, weights = _epoch(job, model, watch)
        if not math.isfinite(figures["loss"] + figures["val_loss"]):
            raise Diverged(
                f"the loss became infinite or NaN in epoch {watch.epoch}.",
                hint="The checkpoint of the previous epoch is kept. Lower --learning-rate.",
            )
        figures["learning_rate"] = float(model.optimizer.learning_rate)
        figures["seconds"] = time.monotonic() - started - watch.paused_s
        if _advance(progress, figures):
            _write(job, checkpoint.BEST_FILE, weights, [], progress)
        elif recipe.schedule == "plateau" and progress.plateau_waited >= recipe.plateau_patience:
            model.optimizer.learning_rate = figures["learning_rate"] / 2
            progress.plateau_waited = 0
        _save(job, model, progress)
        log_epoch(job.folder, progress.history[-1])
        left = 0 if _done(progress, recipe) else recipe.epochs - progress.epoch
        controls.report(
            EpochDone(
                epoch=progress.epoch,
                epochs=recipe.epochs,
                remaining_s=progress.seconds / progress.epoch * left,
                best_epoch=progress.best_epoch,
                best_accuracy=progress.best_accuracy,
                confusion=confusion.as_rows(),
                **figures,
            )
        )
    job.network.set_weights(checkpoint.load_state(job.folder / checkpoint.BEST_FILE)[0])
    return progress


def _epoch(job: Job, model: Any, watch: "_Watch") -> tuple[dict[str, float], list[Any]]:
    """Fit and validate once; return the figures and the weights that they belong to."""
    with fused_normalization():
        fitted = model.fit(
            feed(job.batches),
            initial_epoch=watch.epoch - 1,
            epochs=watch.epoch,
            shuffle=False,
            verbose=0,
            callbacks=[watch, keras.callbacks.TerminateOnNaN()],
        ).history
    # With a moving average Keras leaves the averages in the network at the end of ``fit``, on JAX
    # even in the optimizer's own buffers, which the evaluation would then use up.
    if job.recipe.ema:
        _assign(model.trainable_variables, copied(model.trainable_variables))
    scores = model.evaluate(feed(job.validation), verbose=0, return_dict=True)
    weights = copied(job.network.weights)
    if job.recipe.ema:
        _assign(model.trainable_variables, watch.last_weights)
    figures = {
        "loss": float(fitted["loss"][-1]),
        "accuracy": float(fitted[model.accuracy_name][-1]),
        "val_loss": float(scores["loss"]),
        "val_accuracy": float(scores[model.accuracy_name]),
    }
    return figures, weights


def _assign(variables: list[Any], values: list[Any]) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def _done(progress: Progress, recipe: Recipe) -> bool:
    patient = not recipe.patience or progress.waited < recipe.patience
    return progress.epoch >= recipe.epochs or not patient


def _advance(progress: Progress, figures: dict[str, float]) -> bool:
    """Count an epoch; return whether it is the best so far."""
    progress.epoch += 1
    progress.seconds += figures["seconds"]
    progress.history.append({"epoch": progress.epoch, **figures})
    better = figures["val_accuracy"] > progress.best_accuracy
    if better:
        progress.best_accuracy, progress.best_epoch = figures["val_accuracy"], progress.epoch
    progress.waited = 0 if better else progress.waited + 1
    progress.plateau_waited = 0 if better else progress.plateau_waited + 1
    return better


def _save(job: Job, model: Any, progress: Progress) -> None:
    state = copied(model.optimizer.variables)
    _write(job, checkpoint.CHECKPOINT_FILE, copied(job.network.weights), state, progress)
    table = io.StringIO()
    writer = csv.DictWriter(table, progress.history[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(progress.history)
    checkpoint.write_atomically(job.folder / HISTORY_FILE, table.getvalue().encode())


def _write(job: Job, name: str, weights: list[Any], state: list[Any], progress: Progress) -> None:
    checkpoint.save_state(job.folder / name, weights, state, asdict(progress))


def _restore(job: Job, model: Any) -> Progress:
    weights, state, facts = checkpoint.load_state(job.folder / checkpoint.CHECKPOINT_FILE)
    try:
        job.network.set_weights(weights)
        _assign(model.optimizer.variables, state)
        return Progress(**facts)
    except (TypeError, ValueError) as error:
        raise RunError(
            f"{job.folder / checkpoint.CHECKPOINT_FILE} belongs to another network.",
            hint="Train into another folder.",
        ) from error


class _Watch(keras.callbacks.Callback):  # type: ignore[misc]
    """Reports batches, notices that the training shall end, and keeps the weights as trained."""

    def __init__(self, controls: Controls, job: Job) -> None:
        super().__init__()
        self.epoch = 0
        self.paused_s = 0.0
        self.last_weights: list[Any] = []
        self._controls = controls
        self._job = job
        self._reported = 0.0

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        # On PyTorch dropout draws from the library's own generator, and so does Keras' trial run
        # of the network before the first epoch of a process.
        keras.utils.set_random_seed(epoch_seed(self._job.seed, epoch))

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self.paused_s += self._controls.obey()
        now = time.monotonic()
        if logs is None or now - self._reported < _REPORT_EVERY_S:
            return
        self._reported = now
        self._controls.report(
            StepDone(
                epoch=self.epoch,
                step=batch + 1,
                steps=len(self._job.batches),
                loss=float(logs["loss"]),
                accuracy=float(logs[self.model.accuracy_name]),
            )
        )

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if self._job.recipe.ema:
            self.last_weights = copied(self.model.trainable_variables)


@contextmanager
def _explained(epoch: int) -> Iterator[None]:
    """Turn what a backend raises when memory runs out into a message."""
    try:
        yield
    except (TrainerError, Stopped):
        raise
    except Exception as error:  # each backend has its own class for it
        text = f"{type(error).__name__} {error}".lower()
        if not any(sign in text for sign in _OUT_OF_MEMORY):
            raise
        raise RunError(
            f"memory ran out in epoch {epoch}.",
            hint="Train into another folder with a smaller --batch-size.",
        ) from error
