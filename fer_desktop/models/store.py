"""The user's own models: what is known of each, other names for them, and their end."""

import shutil
import statistics
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from fer_desktop.domain.face import BoundingBox, Detection
from fer_desktop.errors import ModelError
from fer_desktop.files import distinct_name, fitting_name, name_problem
from fer_desktop.log import get_logger
from fer_desktop.models.catalogue import ModelEntry, available_models
from fer_desktop.paths import user_models_dir
from fer_desktop.vision.classifier import ModelClassifier
from trainer.contract.keras_archive import count_parameters
from trainer.contract.preset import (
    CARD_FILE,
    FACES_FILE,
    LITERT_FILE,
    LITERT_INT8_FILE,
    METRICS_FILE,
    MODEL_FILE,
    PRESET_FILE,
    PresetError,
    update_preset,
)
from trainer.contract.whole_file import scratch_folder

MODEL_FILES: Final = (
    MODEL_FILE,
    LITERT_FILE,
    LITERT_INT8_FILE,
    PRESET_FILE,
    METRICS_FILE,
    CARD_FILE,
    FACES_FILE,
)

_log = get_logger("vision")

_LONGEST_NAME: Final = 60
_NUMBER_LENGTH: Final = 4  # what may stand behind a name that is taken
_SPEED_RUNS: Final = 40
_WARM_UP_RUNS: Final = 5


@dataclass(frozen=True, slots=True)
class ModelDetails:
    """What is known of a model without loading it.

    Attributes:
        entry: where it is and what its preset says.
        size_bytes: what its files take up.
        parameters: how many numbers its network learned; None where that cannot be told.
    """

    entry: ModelEntry
    size_bytes: int
    parameters: int | None


def model_details() -> list[ModelDetails]:
    """Return what is known of every model; reads their weights, so not for the GUI thread."""
    return [
        ModelDetails(entry, _size_of(entry.folder), _parameters(entry.folder / MODEL_FILE))
        for entry in available_models()
    ]


def measure_speed(folder: Path) -> float:
    """Return the median time in milliseconds that a model takes for one face.

    Raises:
        ModelError: if the model cannot be used.
    """
    classifier = ModelClassifier.load(folder, warm_up=False)
    try:
        picture = np.random.default_rng(0).integers(0, 256, (480, 640, 3), np.uint8)
        face = Detection(BoundingBox(220, 140, 420, 340), 1.0)
        times_ms = []
        for _ in range(_WARM_UP_RUNS + _SPEED_RUNS):
            started = time.perf_counter()
            classifier.classify(picture, [face])
            times_ms.append(1000 * (time.perf_counter() - started))
    finally:
        classifier.close()
    return statistics.median(times_ms[_WARM_UP_RUNS:])


def check_name(name: str) -> None:
    """Check that a model may be called so, on every platform.

    Raises:
        ModelError: if it may not.
    """
    if not name.strip():
        raise ModelError("A model needs a name.")
    if problem := name_problem(name, longest=_LONGEST_NAME):
        raise ModelError(problem)
    if name.casefold() in _taken_names():
        raise ModelError(f"There is already a model {name!r}.", hint="Choose another name.")


def free_name(wanted: str, also_taken: Iterable[str] = ()) -> str:
    """Return a name that a model may have: the wanted one, if need be with a number behind it."""
    name = fitting_name(wanted, longest=_LONGEST_NAME - _NUMBER_LENGTH, otherwise="model")
    return distinct_name(name, _taken_names().union(map(str.casefold, also_taken)))


def rename_model(entry: ModelEntry, name: str) -> Path:
    """Give one of the user's models another name, and return its new folder.

    Raises:
        ModelError: if the model is not the user's, or the name cannot be had.
    """
    _refuse_bundled(entry)
    if name == entry.name:
        return entry.folder
    if name.casefold() != entry.name.casefold():  # its own name in other letters is free
        check_name(name)
    target = entry.folder.with_name(name)
    try:
        entry.folder.rename(target)
        try:
            if entry.preset is not None:
                rename_preset(target, name)
        except (OSError, ModelError):
            target.rename(entry.folder)
            raise
    except OSError as error:
        raise cannot_write(entry.folder, error) from error
    return target


def rename_preset(folder: Path, name: str) -> None:
    """Write another name into a model folder's ``preset.json``; the rest of it stays as it is.

    Raises:
        OSError: if it cannot be written; the former one is kept.
        ModelError: if it cannot be read.
    """
    try:
        update_preset(folder, name=name)
    except PresetError as error:
        raise ModelError(f"The model cannot be renamed: {error}.") from error


def delete_model(entry: ModelEntry) -> None:
    """Delete one of the user's models with its folder.

    Raises:
        ModelError: if the model is not the user's, or cannot be deleted.
    """
    _refuse_bundled(entry)
    try:
        remove_folder(entry.folder)
    except OSError as error:
        raise ModelError(
            f"The model {entry.name!r} cannot be deleted: {error.strerror or error}.",
            hint="Close what uses its files, then try again.",
        ) from error


def remove_folder(folder: Path) -> None:
    """Delete a folder, or a link to one.

    Raises:
        OSError: if that cannot be done.
    """
    # Moved aside first: a folder that is half deleted shall not be listed.
    with scratch_folder(folder.parent) as scratch:
        doomed = folder.rename(scratch / "model")
        if doomed.is_symlink():
            doomed.unlink()
        else:
            shutil.rmtree(doomed)


def cannot_write(path: Path, error: OSError) -> ModelError:
    """Return what to tell the user about a model folder that could not be written."""
    return ModelError(
        f"{path} cannot be written: {error.strerror or error}.",
        hint="Free some space, or check that you may write there.",
    )


def _refuse_bundled(entry: ModelEntry) -> None:
    if entry.bundled:
        raise ModelError(
            f"The model {entry.name!r} is part of the application and cannot be changed."
        )


def _taken_names() -> set[str]:
    names = {entry.name.casefold() for entry in available_models()}
    with suppress(OSError):  # the folder comes with the first model
        names.update(path.name.casefold() for path in user_models_dir().iterdir())
    return names


def _size_of(folder: Path) -> int:
    total = 0
    for name in MODEL_FILES:
        try:
            total += (folder / name).stat().st_size
        except OSError:
            continue
    return total


def _parameters(file: Path) -> int | None:
    """Return how many numbers a network's weights hold, without building the network."""
    try:
        return count_parameters(file)
    except PresetError as error:
        _log.info("%s", error)
        return None
