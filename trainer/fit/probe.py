"""How long a training would take on this machine, measured on a few of its steps."""

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import keras
import numpy as np

from trainer.config import TrainConfig
from trainer.contract.offers import Estimate
from trainer.data.dataset import Dataset
from trainer.data.feeding import feed
from trainer.fit.fused_normalization import fused_normalization
from trainer.fit.optimization import copied
from trainer.fit.settling import read_dataset, resolve
from trainer.fit.training import built, make_job
from trainer.fit.training_model import Job, compiled
from trainer.runs import checkpoint
from trainer.systems.catalogue import system_of
from trainer.systems.system import Parts, System, is_single, usable_members

_ENOUGH_S: Final = 3.0
_FEWEST_STEPS: Final = 3
_STEPS: Final = 4
_FEATURE_BATCH: Final = 128


def probe(config: TrainConfig) -> Estimate:
    """Build a run's network, train a few real steps with it, and keep nothing.

    Raises:
        TrainerError: as a training would at its beginning.
    """
    config = resolve(config)
    system = system_of(config)
    if config.weights == "imagenet":
        # Other numbers take no longer, and these would have to be fetched.
        config = replace(config, weights="none")
    dataset = read_dataset(config, system)
    cost = _cost_of(config, system, dataset)
    return Estimate(
        system=system.name,
        parameters=cost.parameters,
        faces=len(dataset.rows("train")),
        steps_per_epoch=cost.steps,
        seconds_per_epoch=cost.epoch_s,
        epochs=config.recipe.epochs,
        seconds=cost.once_s + cost.epoch_s * config.recipe.epochs,
        left_out=dataset.left_out,
        notes=dataset.notes,
    )


@dataclass(frozen=True)
class _Cost:
    parameters: int
    steps: int
    epoch_s: float
    once_s: float


def _cost_of(config: TrainConfig, system: System, dataset: Dataset) -> _Cost:
    if system.combination is None:
        return _measured(config, system, dataset)
    members = usable_members(system.combination, dataset.labels)
    alike: dict[Any, _Cost] = {}
    for member in members:
        if (member.body, is_single(member)) not in alike:
            seen = dataset
            if is_single(member):
                seen = dataset.against_rest(dataset.labels[0])
            alike[member.body, is_single(member)] = _measured(config, member, seen)
    costs = [alike[member.body, is_single(member)] for member in members]
    # Every fold leaves one part of the faces out, and all members are trained once more on all.
    rounds = config.folds if system.combination.how == "stacking" else 1
    return _Cost(
        sum(cost.parameters for cost in costs),
        sum(cost.steps for cost in costs) * rounds,
        sum(cost.epoch_s for cost in costs) * rounds,
        sum(cost.once_s for cost in costs) * rounds,
    )


def _measured(config: TrainConfig, system: System, dataset: Dataset) -> _Cost:
    with (
        tempfile.TemporaryDirectory() as scratch,
        built(config, system, dataset, Path(scratch)) as (parts, divided),
    ):
        inputs, once_s = _inputs(parts, dataset)
        job = make_job(config, parts, dataset, inputs, Path(scratch), divided)
        model, _ = compiled(job)

        def fit(clock: _Clock) -> None:
            with fused_normalization():
                model.fit(
                    feed(job.batches),
                    steps_per_epoch=min(_STEPS, len(job.batches)),
                    shuffle=False,
                    verbose=0,
                    callbacks=[clock],
                )

        def check(clock: _Clock) -> None:
            steps = min(_STEPS, len(job.validation))
            model.evaluate(feed(job.validation), steps=steps, verbose=0, callbacks=[clock])

        fit_s, check_s = _batch_s(fit), _batch_s(check)
        return _Cost(
            parts.whole.count_params(),
            len(job.batches),
            len(job.batches) * fit_s + len(job.validation) * check_s + _saving_s(job, model),
            once_s,
        )


def _inputs(parts: Parts, dataset: Dataset) -> tuple[np.ndarray[Any, Any], float]:
    """Return what goes into the learning part, and the seconds that making all of it takes."""
    if parts.features is None:
        return dataset.images, 0.0
    count = len(dataset.images)
    images = dataset.images[:_FEATURE_BATCH]
    parts.features.predict_on_batch(images)
    started = time.monotonic()
    parts.features.predict_on_batch(images)
    seconds = (time.monotonic() - started) * count / len(images)
    # What the features are makes no difference to the time that learning from them takes.
    nothing = np.zeros(1, np.float32)
    return np.broadcast_to(nothing, (count, *parts.features.output_shape[1:])), seconds


def _batch_s(run: Callable[["_Clock"], None]) -> float:
    """Return the median time of a batch, over as many runs of a few as it takes to be sure."""
    clock = _Clock()
    while len(clock.ends) <= _FEWEST_STEPS or clock.ends[-1] - clock.ends[0] < _ENOUGH_S:
        run(clock)
    # The first batch waits for the compiler.
    return statistics.median(np.diff(clock.ends).tolist())


def _saving_s(job: Job, model: Any) -> float:
    started = time.monotonic()
    state = copied(model.optimizer.variables)
    checkpoint.save_state(job.folder / checkpoint.BEST_FILE, copied(job.network.weights), state, {})
    return time.monotonic() - started


class _Clock(keras.callbacks.Callback):  # type: ignore[misc]
    """Notes when each batch ends."""

    def __init__(self) -> None:
        super().__init__()
        self.ends: list[float] = []

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        # Reading the loss waits for the device.
        float((logs or {})["loss"])
        self.ends.append(time.monotonic())

    on_test_batch_end = on_train_batch_end
