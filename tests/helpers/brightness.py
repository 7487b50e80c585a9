"""A model that reads the brightness of a picture, so that a test decides what it answers."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from tests.helpers.models import write_preset
from trainer.contract.preset import MODEL_FILE

LABELS = ("angry", "happy", "neutral")
SIDE = 16


def level(label: str, labels: Sequence[str] = LABELS) -> int:
    """Return the brightness that stands for a label."""
    return round(255 * (labels.index(label) + 0.5) / len(labels))


def make_brightness_model(
    folder: Path, labels: Sequence[str] = LABELS, *, sharpness: float = 400.0, **preset: object
) -> Path:
    """Write a model folder that answers with the label whose brightness is the nearest.

    Args:
        sharpness: how sure it is.
        preset: fields of the preset.
    """
    import keras

    levels = np.array([level(label, labels) for label in labels], np.float32) / 255
    answer = keras.layers.Dense(len(labels), activation="softmax")
    network = keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 1)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.GlobalAveragePooling2D(),
            answer,
        ]
    )
    # The square of the distance to a level, less what all labels share, is linear in brightness.
    answer.set_weights([2 * sharpness * levels[np.newaxis], -sharpness * levels**2])
    folder.mkdir(parents=True)
    network.save(folder / MODEL_FILE)
    write_preset(folder, labels, size_px=SIDE, **preset)
    return folder


def write_picture(path: Path, answer: str | int, labels: Sequence[str] = LABELS) -> Path:
    """Write a picture to which the model gives this answer, or of this brightness."""
    path.parent.mkdir(parents=True, exist_ok=True)
    value = answer if isinstance(answer, int) else level(answer, labels)
    Image.new("RGB", (40, 40), (value, value, value)).save(path)
    return path


def write_set(root: Path, faces: Sequence[tuple[str, str]], **columns: Sequence[str]) -> Path:
    """Write a set with an ``index.csv``.

    Args:
        faces: the label and the model's answer of each.
        columns: others of the index.
    """
    lines = [",".join(["file", "label", *columns])]
    for at, (label, answer) in enumerate(faces):
        write_picture(root / f"{at}.png", answer)
        lines.append(",".join([f"{at}.png", label, *(cells[at] for cells in columns.values())]))
    root.mkdir(parents=True, exist_ok=True)
    (root / "index.csv").write_text("\n".join(lines) + "\n")
    return root
