"""Labels for single face crops."""

import csv
import io
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trainer.contract.preset import Preset
from trainer.contract.text import counted
from trainer.contract.text_cells import text_cell
from trainer.data.images import read_picture
from trainer.data.picture_tree import files_below, is_picture
from trainer.data.settled_labels import is_photograph
from trainer.errors import DataError
from trainer.presets.model_folder import LoadedModel, load_model_folder
from trainer.presets.photographs import faces_of
from trainer.runs.checkpoint import make_folder, write_atomically

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
        photograph: whether the image has the size and shape of a whole photograph, of which the
            model saw the middle.
    """

    file: str
    emotion: str
    confidence: float
    unsure: bool
    probabilities: dict[str, float]
    photograph: bool = False


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
        read = [read_face(model.preset, path) for path in batch]
        images = [each[0] for each in read if not isinstance(each, Refusal)]
        rows = iter(model.read(np.stack(images)) if images else ())
        for path, each in zip(batch, read, strict=True):
            if isinstance(each, Refusal):
                yield each
            else:
                found = _prediction(model, path, next(rows))
                yield replace(found, photograph=is_photograph(*each[1]))


def print_predictions(
    folder: Path,
    paths: Sequence[Path],
    *,
    as_json: bool,
    table: Path | None = None,
    are_photos: bool = False,
) -> int:
    """Print a line for each image and return the exit status, 1 if one could not be read.

    Args:
        folder: the model's.
        paths: images, and folders of which all images are meant.
        as_json: whether a line is a JSON object.
        table: csv that gets a row for each image; lines are then printed as JSON only.
        are_photos: whether faces are cut out of the images first, by the application.

    Raises:
        RunError: if the folder is not a usable model folder, or the table cannot be written.
        DataError: if a folder cannot be read.
    """
    model, status, photographs = load_model_folder(folder), 0, 0
    images = list(pictures_at(paths))
    rows = [("file", "emotion", "confidence", "unsure", *(f"p_{n}" for n in model.preset.labels))]
    for found in predictions(model, folder, images, are_photos=are_photos):
        if isinstance(found, Refusal):
            print(f"fer-train: {found.reason}", file=sys.stderr)
            status = 1
            continue
        photographs += found.photograph
        if as_json or table is None:
            line = json.dumps(vars(found), ensure_ascii=False) if as_json else _text(found)
            print(line, flush=True)
        numbers = (f"{value:.6f}" for value in found.probabilities.values())
        head = (text_cell(found.file), text_cell(found.emotion), f"{found.confidence:.6f}")
        rows.append((*head, str(int(found.unsure)), *numbers))
    if table is not None:
        _write(table, rows)
    if photographs:
        print(
            f"{counted(photographs, 'picture')} of {len(images):,} have the size and shape of "
            "whole photographs, of which the model saw the middle: --photos cuts the faces out.",
            file=sys.stderr,
        )
    return status


def predictions(
    model: LoadedModel, folder: Path, paths: Sequence[Path], *, are_photos: bool = False
) -> Iterator[Prediction | Refusal]:
    """Yield what a model reads off images, and off all images below folders.

    Args:
        model: with its folder.
        paths: images and folders.
        are_photos: whether faces are cut out of the images first, by the application.

    Raises:
        DataError: if a folder cannot be read, or photographs not be cropped.
    """
    images = list(pictures_at(paths))
    return _of_photos(model, folder, images) if are_photos else predict(model, images)


def _of_photos(
    model: LoadedModel, folder: Path, photos: Sequence[Path]
) -> Iterator[Prediction | Refusal]:
    """Yield the model's answer for the face in each photograph."""
    with faces_of(photos, folder) as cut:
        found = predict(model, [each.face for each in cut if each.face is not None])
        for each in cut:
            if each.face is None:
                yield Refusal(str(each.photo), each.reason or f"{each.photo} has no face.")
                continue
            answer = next(found)
            yield replace(answer, file=str(each.photo))


def pictures_at(paths: Sequence[Path]) -> Iterator[Path]:
    """Yield images as they are named, and all images below folders."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        below = [path / name for name in files_below(path) if is_picture(name)]
        yield from below or [path]


def _write(table: Path, rows: Sequence[Sequence[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    make_folder(table.absolute().parent)
    write_atomically(table, text.getvalue().encode("utf-8", "surrogateescape"))


def read_face(preset: Preset, path: Path) -> tuple[NDArray[np.uint8], tuple[int, int]] | Refusal:
    """Return a face crop as a model takes it, and the size of its picture; or why it cannot be."""
    try:
        if not path.is_file():
            raise DataError(f"{path} has no pictures." if path.exists() else f"{path} is missing.")
        return read_picture(path, preset.input_size_px, preset.color)
    except DataError as error:
        return Refusal(str(path), str(error))


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
