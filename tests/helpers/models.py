"""Small model folders to test on."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from trainer.contract.labels import LABEL_SETS
from trainer.contract.preset import MODEL_FILE, PRESET_FILE, Color, Preset, preset_to_json

SMALL_MODEL = "small4"


def make_model_folder(
    folder: Path,
    labels: Sequence[str] = LABEL_SETS["fer7"],
    *,
    size_px: int = 48,
    color: Color = "gray",
    temperature: float = 1.0,
    unsure_below: float = 0.0,
    outputs: int | None = None,
    output_activation: str | None = "softmax",
    extra_layer: Callable[[], Any] | None = None,
) -> Path:
    """Write a model folder with a tiny untrained network, always the same, and return it.

    Args:
        folder: is made; its name becomes the model's.
        labels: what the preset names.
        size_px, color: the input.
        temperature, unsure_below: fields of the preset.
        outputs: width of the network's answer where it is to differ from the labels.
        output_activation: how the network ends.
        extra_layer: makes a layer to put behind the input.
    """
    import keras

    keras.utils.set_random_seed(7)
    channels = 1 if color == "gray" else 3
    layers = [
        keras.Input((size_px, size_px, channels)),
        keras.layers.Rescaling(1 / 255),
        *([extra_layer()] if extra_layer else []),
        keras.layers.Conv2D(4, 3, strides=4, activation="relu"),
        keras.layers.Flatten(),
        keras.layers.Dense(outputs or len(labels), activation=output_activation),
    ]
    folder.mkdir(parents=True)
    keras.Sequential(layers).save(folder / MODEL_FILE)
    write_preset(
        folder,
        labels,
        size_px=size_px,
        color=color,
        temperature=temperature,
        unsure_below=unsure_below,
    )
    return folder


def make_small_model(parent: Path) -> Path:
    """Write the folder of an untrained network of a published system, and return it."""
    from trainer.presets.conversion.convert import add_litert
    from trainer.systems.catalogue import get_system

    folder, labels, system = parent / SMALL_MODEL, LABEL_SETS["fer4"], "study_d_cnn_1"
    folder.mkdir()
    get_system(system).build(labels).save(folder / MODEL_FILE)
    write_preset(folder, labels, system=system)
    add_litert(folder)
    return folder


def write_preset(folder: Path, labels: Sequence[str], **fields: Any) -> Preset:
    """Write the preset that fits a folder's ``model.keras`` and return it."""
    preset = Preset(
        name=folder.name,
        labels=tuple(labels),
        input_size_px=fields.pop("size_px", 48),
        color=fields.pop("color", "gray"),
        sha256=hashlib.sha256((folder / MODEL_FILE).read_bytes()).hexdigest(),
        system=fields.pop("system", "tiny"),
        training_data="none",
        licence="none",
        **fields,
    )
    (folder / PRESET_FILE).write_text(preset_to_json(preset), encoding="utf-8")
    return preset


def described(build: Callable[[], Any]) -> dict[str, Any]:
    """Return Keras' description of a network of any size, which takes no memory to make.

    In a thread of its own: Keras would give the network its numbers at the next opportunity.
    """
    import keras

    def describe() -> dict[str, Any]:
        with keras.StatelessScope(initialize_variables=False):
            config: dict[str, Any] = keras.saving.serialize_keras_object(build())
            return config

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(describe).result()


def describe_network(folder: Path, config: dict[str, Any]) -> None:
    """Put another description into a model's file; its weights stay."""
    with zipfile.ZipFile(folder / MODEL_FILE) as archive:
        weights = archive.read("model.weights.h5")
    with zipfile.ZipFile(folder / MODEL_FILE, "w") as archive:
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("model.weights.h5", weights)


def run_trials_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let imported models be run in this process, where Keras is already, and not converted.

    Tests of their own do both in other processes, which take seconds to start.
    """
    from fer_desktop.models import archive
    from fer_desktop.vision.engines import factory, trial

    for module in (factory, trial):
        monkeypatch.setattr(module, "try_model", trial.run_model)
    monkeypatch.setattr(archive, "add_litert", lambda folder: None)
