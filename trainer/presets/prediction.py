"""Labels for single face crops."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trainer.contract.calibration import calibrate
from trainer.data.images import read_image
from trainer.errors import DataError
from trainer.presets.model_folder import LoadedModel, load_model_folder

# Images that are decoded before the network is asked.
_BATCH = 64
_SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """A model's answer for one face.

    Attributes:
        file: the image as it was named.
        emotion: the most probable label.
        confidence: its probability.
        unsure: whether the confidence is below the model's threshold.
        probabilities: calibrated, in the model's label order, summing to 1.
    """

    file: str
    emotion: str
    confidence: float
    unsure: bool
    probabilities: dict[str, float]


@dataclass(frozen=True)
class Refusal:
    """An image that cannot be read, and why."""

    file: str
    reason: str


def predict(model: LoadedModel, paths: Sequence[Path]) -> Iterator[Prediction | Refusal]:
    """Yield the model's answer for each image, in the order of the paths.

    An image is a face crop, framed as the model's training faces; size and colour are adapted.
    """
    remaining = iter(paths)
    while batch := list(islice(remaining, _BATCH)):
        read = [_read(model, path) for path in batch]
        images = [image for image in read if not isinstance(image, Refusal)]
        rows = iter(_probabilities(model, np.stack(images)) if images else ())
        for path, image in zip(batch, read, strict=True):
            yield image if isinstance(image, Refusal) else _prediction(model, path, next(rows))


def print_predictions(folder: Path, paths: Sequence[Path], *, as_json: bool) -> int:
    """Print a line for each image and return the exit status, 1 if one could not be read.

    Raises:
        RunError: if the folder is not a usable model folder.
    """
    status = 0
    for found in predict(load_model_folder(folder), paths):
        if isinstance(found, Refusal):
            print(f"fer-train: {found.reason}", file=sys.stderr)
            status = 1
        else:
            line = json.dumps(vars(found), ensure_ascii=False) if as_json else _text(found)
            print(line, flush=True)
    return status


def _read(model: LoadedModel, path: Path) -> NDArray[np.uint8] | Refusal:
    try:
        if not path.is_file():
            raise DataError(f"{path} is not a file." if path.exists() else f"{path} is missing.")
        return read_image(path, model.preset.input_size_px, model.preset.color)
    except DataError as error:
        return Refusal(str(path), str(error))


def _probabilities(model: LoadedModel, images: NDArray[np.uint8]) -> NDArray[np.float64]:
    answers = np.asarray(model.network.predict_on_batch(images.astype(np.float32)))
    return calibrate(answers, model.preset.temperature)


def _prediction(model: LoadedModel, path: Path, row: NDArray[np.float64]) -> Prediction:
    best = int(row.argmax())
    return Prediction(
        file=str(path),
        emotion=model.preset.labels[best],
        confidence=float(row[best]),
        unsure=bool(row[best] < model.preset.unsure_below),
        probabilities=dict(zip(model.preset.labels, row.tolist(), strict=True)),
    )


def _text(found: Prediction) -> str:
    ranked = sorted(found.probabilities.items(), key=lambda item: -item[1])[:_SHOWN]
    shares = ", ".join(f"{label} {probability:.3f}" for label, probability in ranked)
    return f"{found.file}: {'unsure' if found.unsure else found.emotion} ({shares})"
