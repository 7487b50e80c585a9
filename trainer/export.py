"""Turning a run into a model folder that the application can load."""

import json
import shlex
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras

from trainer import checkpoint
from trainer.contract.preset import (
    CARD_FILE,
    METRICS_FILE,
    MODEL_FILE,
    PRESET_FILE,
    Preset,
    file_sha256,
    preset_to_json,
)
from trainer.data.dataset import SPLITS, Dataset
from trainer.data.readers import load_dataset
from trainer.errors import RunError
from trainer.evaluation import apply_temperature, choose_unsure_below, fit_temperature, measure
from trainer.model_card import model_card
from trainer.model_folder import LoadedModel, raw_probabilities
from trainer.run_folder import environment, read_run
from trainer.systems.backbones import give_weights
from trainer.systems.registry import System, get_system


def export_run(run_folder: Path, folder: Path, *, name: str = "") -> dict[str, Any]:
    """Write the best network of a run as a model folder, and return its figures.

    Args:
        run_folder: the ``--out`` of a training; it may still be going on.
        folder: the model folder; files of the same names in it are replaced.
        name: the model's name; the folder's unless given.

    Raises:
        TrainerError: if the run cannot be read or the folder not be written.
    """
    run = read_run(run_folder)
    weights, _, progress = checkpoint.load_state(run_folder / checkpoint.BEST_FILE)
    system = get_system(run.config.system)
    dataset = load_dataset(
        run.config.source, labels=run.labels, size_px=system.size_px, color=system.color
    )
    network = _rebuild(system, dataset, weights)
    run.facts.setdefault("faces", {split: len(dataset.rows(split)) for split in SPLITS})
    for key, value in {**environment(), **progress}.items():
        run.facts.setdefault(key, value)

    rows = dataset.rows("validation")
    truth = dataset.truth(rows)
    raw = raw_probabilities(network, dataset, rows)
    temperature = fit_temperature(raw, truth)
    unsure = choose_unsure_below(apply_temperature(raw, temperature), truth)

    folder = folder.resolve()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".export-") as scratch:
            made = Path(scratch) / folder.name
            made.mkdir()
            network.save(made / MODEL_FILE)
            preset = Preset(
                name=name or folder.name,
                labels=run.labels,
                input_size_px=system.size_px,
                color="gray" if network.input_shape[-1] == 1 else "rgb",
                sha256=file_sha256(made / MODEL_FILE),
                system=system.name,
                training_data=run.config.source.title,
                licence="MIT",
                temperature=temperature,
                unsure_below=unsure.confidence,
                description=_description(system, run.labels),
            )
            metrics = evaluate_splits(LoadedModel(preset, network), dataset)
            metrics["unsure"] = asdict(unsure)
            metrics["command"] = _evaluation_command(preset.name, run.config.data, metrics["split"])
            card = model_card(preset, system, run, metrics, network.count_params())
            (made / PRESET_FILE).write_text(preset_to_json(preset), encoding="utf-8")
            (made / METRICS_FILE).write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
            (made / CARD_FILE).write_text(card, encoding="utf-8")
            _put_in_place(made, folder)
    except OSError as error:
        raise RunError(f"{folder} cannot be written: {error.strerror or error}.") from error
    return metrics


def _rebuild(system: System, dataset: Dataset, weights: list[Any]) -> Any:
    keras.mixed_precision.set_global_policy("float32")
    network = system.build(dataset.labels, channels=dataset.images.shape[-1])
    try:
        give_weights(network, weights)
    except ValueError as error:
        raise RunError(
            f"the run's weights do not fit {system.name}.",
            hint="They were made by another version; train anew.",
        ) from error
    return network


def _description(system: System, labels: tuple[str, ...]) -> str:
    whose = f"study {system.study}'s {system.title}" if len(system.study) == 1 else system.title
    return f"{whose[0].upper()}{whose[1:]}, {len(labels)} expressions."


def _evaluation_command(name: str, data: Path, split: str) -> str:
    model = (Path("models") / name).as_posix()
    return shlex.join(
        ["fer-train", "evaluate", "--model", model, "--data", data.name, "--split", split]
    )


def _put_in_place(made: Path, folder: Path) -> None:
    if not folder.exists():
        made.rename(folder)
        return
    # Until the last file is in its place the checksum tells a reader that they do not fit yet.
    for name in (MODEL_FILE, METRICS_FILE, CARD_FILE, PRESET_FILE):
        shutil.move(made / name, folder / name)


def evaluate_splits(model: LoadedModel, dataset: Dataset) -> dict[str, Any]:
    """Return the figures of the test split, with those of the validation split inside.

    A dataset without test faces is measured on its validation faces.
    """
    figures = {}
    for split in ("validation", "test"):
        rows = dataset.rows(split)
        if len(rows):
            figures[split] = measure(
                model.probabilities(dataset, rows),
                dataset.truth(rows),
                dataset.labels,
                copied=dataset.copied_from_training(rows),
            )
    split = "test" if "test" in figures else "validation"
    return {
        "data": model.preset.training_data,
        "split": split,
        "sha256": model.preset.sha256,
        **figures[split],
        "validation": figures["validation"],
    }
