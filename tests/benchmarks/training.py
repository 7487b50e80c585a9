"""The trainer: reading FER2013's csv, training steps against a plain Keras script, evaluating.

Faces are made, so that no dataset is needed: crops of one portrait, as many as FER2013 has.
"""

import os
import threading
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.benchmarks.figures import Figure, figure
from tests.helpers.data import astronaut
from trainer.config import DataSource, Precision, Recipe
from trainer.contract.labels import LABEL_SETS
from trainer.contract.preset import Preset
from trainer.contract.progress import EpochDone, Event
from trainer.data.augment import augmentation_layers
from trainer.data.batches import Batches
from trainer.data.cache_room import CACHE_VARIABLE
from trainer.data.dataset import Dataset
from trainer.data.feeding import feed
from trainer.data.readers import load_dataset
from trainer.fit.epochs import Controls, fit
from trainer.fit.fused_normalization import fused_normalization
from trainer.fit.optimization import make_optimizer
from trainer.fit.training_model import Job
from trainer.metrics.figures import measure
from trainer.presets.model_folder import LoadedModel
from trainer.runs.devices import resolve_precision
from trainer.systems.catalogue import get_system

SYSTEM = "study_a_complex_cnn"  # the five-block CNN
LABELS = LABEL_SETS["fer7"]
SPLITS = {"Training": 28_709, "PublicTest": 3_589, "PrivateTest": 3_589}
BATCH, STEPS, ROUNDS = 64, 30, 5
RECIPE = Recipe(batch_size=BATCH)


def run(work: Path) -> list[Figure]:
    """Measure data, training and evaluation on as many faces as FER2013 has."""
    os.environ[CACHE_VARIABLE] = str(work / "cache")
    path = _write_csv(work / "fer2013.csv")
    source = DataSource(path=path)
    first, dataset = _timed_s(lambda: load_dataset(source, labels=LABELS))
    cached = [_timed_s(lambda: load_dataset(source, labels=LABELS))[0] for _ in range(ROUNDS)]
    rows = len(dataset.images)
    return [
        figure("training", f"reading {rows:,} csv rows, first", [first], "s", mark=15.0),
        figure("training", f"reading {rows:,} csv rows, cached", cached, "s", mark=1.0),
        *_train(work, dataset),
        _evaluate(dataset),
    ]


def _write_csv(path: Path) -> Path:
    random = np.random.default_rng(0)
    portrait = Image.fromarray(astronaut()[40:190, 150:300]).convert("L")
    numbers = [str(value) for value in range(256)]
    with path.open("w", encoding="ascii") as file:
        file.write("emotion,pixels,Usage\n")
        for usage, count in SPLITS.items():
            for _ in range(count):
                side = random.uniform(90, 145)
                left, top = random.uniform(0, 150 - side, 2)
                face = portrait.resize((48, 48), box=(left, top, left + side, top + side))
                pixels = " ".join(map(numbers.__getitem__, face.tobytes()))
                file.write(f"{random.integers(len(LABELS))},{pixels},{usage}\n")
    return path


def _train(work: Path, dataset: Dataset) -> list[Figure]:
    rows = dataset.rows("train")[: BATCH * STEPS]
    chosen = resolve_precision("auto")
    ours, plain = _compare(work / "run", dataset, rows, chosen)
    rates, plain_rates = np.array(ours), np.array(plain)
    name = "images a second, five-block CNN"
    figures = [
        figure("training", f"{name}, {chosen}", rates, "1/s", better="higher"),
        figure("training", f"{name}, plain script", plain_rates, "1/s", better="higher"),
        figure(
            "training",
            "times as fast as the plain script",
            rates / plain_rates,
            "x",
            mark=1.5,
            better="higher",
        ),
    ]
    if chosen != "float32":
        ours, plain = _compare(work / "run-float32", dataset, rows, "float32")
        ratio = np.array(ours) / np.array(plain)
        name = "the same, both in float32"
        figures.append(figure("training", name, ratio, "x", mark=1.2, better="higher"))
    waits = _waiting(dataset, rows, chosen)
    return [
        *figures,
        figure("training", "share of a step spent waiting for data", waits, "%", mark=5.0),
    ]


def _compare(
    folder: Path, dataset: Dataset, rows: NDArray[np.int64], precision: Precision
) -> tuple[list[float], list[float]]:
    """Return images a second of our training and of a plain script, epoch by epoch in turn.

    In turn, so that whatever else the machine does hits both. Ours validates and saves, too.
    """
    plain = _compiled("float32", [])
    plain_feed = _augmented_in_batches(dataset.images[rows], dataset.targets[rows])
    ours_s, plain_s = [], []

    def report(event: Event) -> None:
        if isinstance(event, EpochDone):
            ours_s.append(event.seconds)
            plain_s.append(_timed_s(lambda: plain.fit(plain_feed, shuffle=False, verbose=0))[0])

    keras.mixed_precision.set_global_policy(precision)
    network = get_system(SYSTEM).build(LABELS)
    validation = dataset.rows("validation")[:BATCH]
    job = Job(
        network=network,
        learner=network,
        augmented=True,
        batches=_batches(dataset, rows),
        validation=Batches(dataset.images, dataset.targets, validation, batch_size=BATCH),
        recipe=replace(RECIPE, epochs=ROUNDS + 1),
        seed=0,
        folder=folder,
    )
    folder.mkdir()
    fit(job, Controls(resume=False, report=report, cancelled=threading.Event()))
    # The first epoch compiles.
    return [len(rows) / s for s in ours_s[1:]], [len(rows) / s for s in plain_s[1:]]


def _batches(dataset: Dataset, rows: NDArray[np.int64]) -> Batches:
    return Batches(dataset.images, dataset.targets, rows, batch_size=BATCH, seed=0)


def _augmented_in_batches(images: NDArray[np.uint8], targets: NDArray[np.float32]) -> Any:
    """Return what a good plain script feeds: Keras' layers change whole batches ahead of time."""
    import tensorflow as tf
    from keras import layers

    settings = RECIPE.augmentation
    augment = keras.Sequential(
        [
            layers.RandomFlip("horizontal", seed=0),
            layers.RandomRotation(settings.rotate_deg / 360, seed=1),
            layers.RandomTranslation(settings.shift, settings.shift, seed=2),
            layers.RandomZoom(settings.zoom, seed=3),
            layers.RandomBrightness(settings.brightness, seed=4),
            layers.RandomContrast(settings.contrast, seed=5),
        ]
    )
    dataset = tf.data.Dataset.from_tensor_slices((images, targets))
    batches = dataset.shuffle(len(images), seed=0).batch(BATCH, drop_remainder=True)

    def changed(pixels: Any, wanted: Any) -> tuple[Any, Any]:
        return augment(tf.cast(pixels, tf.float32), training=True), wanted

    # Tuned by hand: where Keras tunes such a pipeline, an epoch may end half a minute late.
    return batches.map(changed, num_parallel_calls=2).prefetch(2)


def _compiled(precision: Precision, layers: list[Any]) -> Any:
    keras.mixed_precision.set_global_policy(precision)
    network = get_system(SYSTEM).build(LABELS)
    x = pixels = keras.Input(network.input_shape[1:])
    for layer in layers:
        x = layer(x)
    model = keras.Model(pixels, network(x))
    model.compile(
        optimizer=make_optimizer(RECIPE, STEPS),
        loss="categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=False,
    )
    return model


def _waiting(dataset: Dataset, rows: NDArray[np.int64], precision: Precision) -> list[float]:
    """Return how much of the steps goes by until their batch is there, percent."""
    model = _compiled(precision, augmentation_layers(RECIPE.augmentation, seed=0))
    shares = []
    with fused_normalization():
        for _ in range(ROUNDS):
            # The way by which Keras' own loop gets its batches.
            ready = iter(feed(_batches(dataset, rows)))
            model.train_on_batch(*next(ready))
            waited, started = 0.0, perf_counter()
            for _ in range(STEPS - 1):
                batch_s, batch = _timed_s(lambda ready=ready: next(ready))
                waited += batch_s
                model.train_on_batch(*batch)
            shares.append(100 * waited / (perf_counter() - started))
    return shares


def _evaluate(dataset: Dataset) -> Figure:
    keras.mixed_precision.set_global_policy("float32")
    preset = Preset(
        name="five-block",
        labels=LABELS,
        input_size_px=48,
        color="gray",
        sha256="0" * 64,
        system=SYSTEM,
        training_data="none",
        licence="none",
    )
    model = LoadedModel(preset, get_system(SYSTEM).build(LABELS))
    rows = dataset.rows("test")
    seconds, _ = _timed_s(
        lambda: measure(
            model.probabilities(dataset, rows),
            dataset.truth(rows),
            LABELS,
            copied=dataset.copied_from_training(rows),
        )
    )
    return figure(
        "training", f"evaluating {len(rows):,} faces, once loaded", [seconds], "s", mark=10.0
    )


def _timed_s(call: Any) -> tuple[float, Any]:
    start = perf_counter()
    result = call()
    return perf_counter() - start, result
