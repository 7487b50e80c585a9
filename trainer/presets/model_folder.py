"""Using a model folder: load it in safe mode, and ask it for probabilities."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from trainer.contract.calibration import calibrate
from trainer.contract.network import load_network
from trainer.contract.preset import Preset, PresetError, read_preset, verify_checksum
from trainer.data.dataset import Dataset
from trainer.errors import RunError
from trainer.metrics.figures import restricted

Precision = Literal["float32", "int8"]

_BATCH = 256


@dataclass(frozen=True, eq=False)
class LoadedModel:
    """A network with its preset."""

    preset: Preset
    network: Any

    def read(self, crops: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Return calibrated probabilities of at least one crop, shape (faces, labels)."""
        answers = np.asarray(self.network.predict_on_batch(crops.astype(np.float32)))
        return calibrate(answers, self.preset.temperature)

    def probabilities(
        self, dataset: Dataset, rows: NDArray[np.int64], *, flip: bool = False
    ) -> NDArray[np.float64]:
        """Return calibrated probabilities of a dataset's rows, shape (rows, labels of the dataset).

        Args:
            dataset: its labels are the model's, or some of them: the answer is then one of these.
            flip: whether each face's mirror image is asked as well and the answers averaged.
        """
        raw = raw_probabilities(self.network, dataset, rows)
        if flip:
            mirrored = replace(dataset, images=dataset.images[:, :, ::-1])
            raw = np.mean([raw, raw_probabilities(self.network, mirrored, rows)], axis=0)
        calibrated = calibrate(raw, self.preset.temperature)
        if dataset.labels == self.preset.labels:
            return calibrated
        return restricted(calibrated, self.preset.labels, dataset.labels)


def model_preset(folder: Path) -> Preset:
    """Return what a model folder says of itself; its weights are not read.

    Raises:
        RunError: if it is none.
    """
    try:
        return read_preset(folder)
    except PresetError as error:
        raise RunError(f"{error}.", hint="Give a model folder.") from error


def load_model_folder(folder: Path, precision: Precision = "float32") -> LoadedModel:
    """Load a model folder; code inside the file is never run.

    Args:
        precision: of the weights; with 8 bits it has the file for LiteRT answer, and says so in
            the model's name.

    Raises:
        RunError: if the folder is not a usable model folder.
    """
    import keras

    try:
        preset = read_preset(folder)
        if precision == "int8":
            from trainer.presets.int8_network import Int8Network

            name = f"{preset.name} (int8)"
            return LoadedModel(replace(preset, name=name), Int8Network(folder, preset))
        verify_checksum(folder, preset)
        network = load_network(folder, preset, keras)
    except PresetError as error:
        raise RunError(f"{error}.", hint="Give another model folder.") from error
    return LoadedModel(preset, network)


def opinions_of(folder: Path) -> Callable[[Dataset, NDArray[np.int64]], NDArray[np.float64]]:
    """Return what asks a model about rows of a dataset, whatever the size of its pictures.

    Raises:
        RunError: if the folder is not a usable model folder.
    """
    from trainer.data.images import fit_image

    model = load_model_folder(folder)
    preset = model.preset

    def ask(dataset: Dataset, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        parts = []
        for start in range(0, len(rows), _BATCH):
            faces = [
                fit_image(dataset.images[row], preset.input_size_px, preset.color)
                for row in rows[start : start + _BATCH]
            ]
            batch = np.stack([*faces, *[faces[0]] * (_BATCH - len(faces))]).astype(np.float32)
            answers = np.asarray(model.network.predict_on_batch(batch))[: len(faces)]
            parts.append(calibrate(answers, preset.temperature))
        return np.concatenate(parts)

    return ask


def raw_probabilities(
    network: Any, dataset: Dataset, rows: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Return a network's own probabilities of a dataset's rows, shape (rows, labels)."""
    channels = network.input_shape[-1]
    parts = []
    for start in range(0, len(rows), _BATCH):
        part = rows[start : start + _BATCH]
        images = dataset.images[part]
        if images.shape[-1] < channels:
            images = np.repeat(images, channels, axis=-1)
        # The last batch is padded: a new shape would be compiled anew.
        padding = [(0, _BATCH - len(part))] + [(0, 0)] * 3 if start else [(0, 0)] * 4
        padded = np.pad(images, padding)
        parts.append(np.asarray(network.predict_on_batch(padded))[: len(part)])
    return np.concatenate(parts) if parts else np.zeros((0, network.output_shape[-1]), np.float32)
