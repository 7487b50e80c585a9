"""Training a system: data, network or ensemble, epochs, and the model folder at the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras
import numpy as np

from trainer.config import TrainConfig
from trainer.contract.preset import FACES_FILE, MODEL_FILE
from trainer.contract.progress import Finished, Note, Started
from trainer.contract.text import one_line
from trainer.data.batches import Batches, balanced_weights
from trainer.data.dataset import SPLITS, Dataset
from trainer.data.features import cached_features
from trainer.fit.distillation import taught
from trainer.fit.ensembling import Part, train_members, train_part
from trainer.fit.epochs import Controls, Progress, fit
from trainer.fit.fine_tuning import give_start
from trainer.fit.settling import read_dataset, resolve, settle
from trainer.fit.training_model import Job
from trainer.presets.export import export_run
from trainer.presets.known_faces import run_faces, to_bytes
from trainer.presets.model_folder import model_preset
from trainer.runs import checkpoint
from trainer.runs.devices import all_accelerators, machine
from trainer.runs.run_folder import Run, environment, held, holds_run, read_run, write_run
from trainer.systems.catalogue import system_of
from trainer.systems.system import Parts, System


def train(config: TrainConfig, controls: Controls, *, epochs: int | None = None) -> None:
    """Train a system and leave a model folder, with the run's own files, in ``config.out``.

    On a processor the seed decides every number. A GPU adds up in any order unless its library is
    told otherwise before it loads, for which Keras has no word: in the environment,
    ``TF_DETERMINISTIC_OPS=1`` for TensorFlow, ``XLA_FLAGS=--xla_gpu_deterministic_ops=true`` for
    JAX.

    Args:
        config: what is trained, and how; of a run that is resumed, where its things are.
        controls: how the person follows and stops it.
        epochs: how many a run that is resumed shall have in all, if it shall have more.

    Raises:
        TrainerError: if data, system or run folder cannot be used.
        Stopped: if it was cancelled; the last checkpoint stands.
    """
    config = settle(config, controls, epochs)
    system = system_of(config)
    controls.report(Note(text=f"reading {config.data}"))
    dataset = read_dataset(config, system)
    for line in dataset.notes:
        controls.report(Note(text=one_line(line)))
    facts = {
        "faces": _counts(dataset),
        "left_out": dataset.left_out,
        "notes": list(dataset.notes),
        **_origin(config),
        **environment(),
    }
    checkpoint.make_folder(config.out)
    with held(config.out):
        write_run(config.out, Run(config, dataset.labels, facts))
        # Now, while the models that it begins with are there.
        known = run_faces(config.out, config, dataset)
        checkpoint.write_atomically(config.out / FACES_FILE, to_bytes(known))
        progress = _train_whole(config, system, _learned(config, dataset, controls), controls)
        run = read_run(config.out)
        run.facts.update(
            epoch=progress.epoch, best_epoch=progress.best_epoch, seconds=progress.seconds
        )
        write_run(config.out, run)
        controls.report(Note(text="evaluating"))
        metrics = export_run(
            config.out,
            config.out,
            dataset=dataset,
            say=lambda text: controls.report(Note(text=text)),
        )
    controls.report(
        Finished(
            folder=str(config.out),
            n=metrics["n"],
            accuracy=metrics["accuracy"],
            accuracy_interval_95=tuple(metrics["accuracy_interval_95"]),
        )
    )


def _origin(config: TrainConfig) -> dict[str, Any]:
    """Return the models that the network learns from, of a run that goes on those it had."""
    if holds_run(config.out):
        facts = read_run(config.out).facts
        return {name: facts[name] for name in ("start", "teacher") if name in facts}
    presets = {
        name: model_preset(folder)
        for name, folder in (("start", config.start), ("teacher", config.teacher))
        if folder is not None
    }
    return {
        name: {
            "name": preset.name,
            "sha256": preset.sha256,
            "training_data": preset.training_data,
        }
        for name, preset in presets.items()
    }


def _learned(config: TrainConfig, dataset: Dataset, controls: Controls) -> Dataset:
    if config.teacher is None:
        return dataset
    controls.report(Note(text=f"computing the teacher's predictions ({config.teacher})"))
    flip = config.recipe.augmentation.flip
    return taught(dataset, config.teacher, config.teacher_share, flip=flip)


def _counts(dataset: Dataset) -> dict[str, int]:
    return {split: len(dataset.rows(split)) for split in SPLITS}


def _train_whole(
    config: TrainConfig, system: System, dataset: Dataset, controls: Controls
) -> Progress:
    if system.combination is not None:
        return train_members(config, system, dataset, controls, train_network)
    return train_network(config, system, dataset, config.out, controls)[1]


def train_member(config: TrainConfig, part: Part, controls: Controls) -> None:
    """Train one network of an ensemble; ``train`` joins them later.

    Raises:
        TrainerError: as ``train`` does.
        Stopped: if it was cancelled; the last checkpoint stands.
    """
    config = resolve(config)
    system = system_of(config)
    dataset = read_dataset(config, system)
    if not holds_run(config.out):  # so that nobody goes on with other settings
        checkpoint.make_folder(config.out)
        write_run(config.out, Run(config, dataset.labels, {**_origin(config), **environment()}))
    dataset = _learned(config, dataset, controls)
    train_part(config, system, dataset, part, controls, train_network)


def train_network(
    config: TrainConfig, system: System, dataset: Dataset, folder: Path, controls: Controls
) -> tuple[Any, Progress]:
    """Train one network; return it with its best weights, and how far it came.

    Raises:
        TrainerError: if its weights cannot be had or its state not be written.
        Stopped: if it was cancelled.
    """
    with built(config, system, dataset, folder, resumed=controls.resume) as (parts, divided):
        inputs = _inputs(config, system, parts, dataset, controls)
        job = make_job(config, parts, dataset, inputs, folder, divided)
        checkpoint.make_folder(folder)
        controls.report(
            Started(
                system=system.name,
                labels=dataset.labels,
                epochs=config.recipe.epochs,
                done=checkpoint.epochs_done(folder) if controls.resume else 0,
                parameters=parts.whole.count_params(),
                faces=_counts(dataset),
                device=machine(),
            )
        )
        return parts.whole, fit(job, controls)


@contextmanager
def built(
    config: TrainConfig, system: System, dataset: Dataset, folder: Path, *, resumed: bool = False
) -> Iterator[tuple[Parts, int]]:
    """Build a run's network; yield it with the number of parts that batches are divided into.

    Args:
        folder: where a run that is resumed has its checkpoint.

    Raises:
        TrainerError: if its weights cannot be had.
    """
    keras.utils.set_random_seed(config.seed)
    frozen = system.backbone is not None and system.backbone.frozen
    # The head behind a frozen backbone takes seconds on one accelerator.
    faces = 0 if frozen else min(len(dataset.rows(split)) for split in SPLITS[:2])
    with _precision(config), all_accelerators(faces) as divided:
        parts = system.build_parts(
            dataset.labels,
            channels=dataset.images.shape[-1],
            weights="none" if config.start else config.weights,
            auxiliary=dataset.auxiliary is not None,
        )
        # What a checkpoint does not bring: the features are computed before it is read.
        needed = frozen or not (resumed and (folder / checkpoint.CHECKPOINT_FILE).exists())
        if config.start is not None and needed:
            give_start(parts.whole, config.start, dataset.labels)
        yield parts, divided


@contextmanager
def _precision(config: TrainConfig) -> Iterator[None]:
    """Compute inside as the run shall, and outside as before."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(config.precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def make_job(
    config: TrainConfig,
    parts: Parts,
    dataset: Dataset,
    inputs: np.ndarray[Any, Any],
    folder: Path,
    divided: int,
) -> Job:
    """Return what there is to fit.

    Args:
        inputs: images, or what a frozen backbone sees in them, one for each face.
        divided: each batch can be divided into as many equal parts.
    """
    recipe = config.recipe
    train_rows = dataset.rows("train")
    batches = Batches(
        inputs,
        dataset.targets,
        train_rows,
        batch_size=recipe.batch_size,
        parts=divided,
        seed=config.seed,
        label_weights=balanced_weights(dataset.targets[train_rows])
        if recipe.class_weights
        else None,
        auxiliary=dataset.auxiliary,
    )
    validation = Batches(
        inputs,
        dataset.targets,
        dataset.rows("validation"),
        batch_size=256,
        parts=divided,
        auxiliary=dataset.auxiliary,
    )
    return Job(
        network=parts.whole,
        learner=parts.whole if parts.head is None else parts.head,
        augmented=parts.head is None,
        batches=batches,
        validation=validation,
        recipe=recipe,
        seed=config.seed,
        folder=folder,
    )


def _inputs(
    config: TrainConfig, system: System, parts: Parts, dataset: Dataset, controls: Controls
) -> np.ndarray[Any, Any]:
    if parts.features is None or system.backbone is None:
        return dataset.images
    controls.report(Note(text=f"computing the features of {system.backbone.application} once"))
    file = config.start / MODEL_FILE if config.start else Path(config.weights)
    weights = f"{file.resolve()} {file.stat().st_mtime_ns}" if file.is_file() else config.weights
    # Without learned weights the seed decides what the backbone sees.
    seed = config.seed if config.weights == "none" else ""
    identity = f"{system.backbone} {weights} {seed} {config.precision}"
    return cached_features(parts.features, dataset, identity, controls.obey)
