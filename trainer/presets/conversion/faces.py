"""Faces to compare a converted network on."""

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from trainer.config import DataSource
from trainer.contract.preset import Color
from trainer.data.readers import read_faces

_MOST: Final = 512
_VARIANTS: Final = 64
# NASA's portrait of the astronaut Eileen Collins, in the public domain.
_PORTRAIT: Final = Path(__file__).with_name("portrait.png")


def faces_of(data: Path, size_px: int, color: Color) -> NDArray[np.uint8]:
    """Return faces spread evenly over a dataset, shape (faces, size_px, size_px, channels).

    Raises:
        DataError: if there is nothing usable.
    """
    return some_of(read_faces(DataSource(path=data), size_px=size_px, color=color).images)


def some_of(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return as many faces as are worth comparing, spread evenly."""
    rows = np.linspace(0, len(images) - 1, min(_MOST, len(images))).round().astype(int)
    return np.asarray(images[rows])


def portrait_variants(size_px: int, color: Color) -> NDArray[np.uint8]:
    """Return one portrait, differently framed and lit, shape (faces, size_px, size_px, channels).

    The same faces every time.
    """
    from PIL import Image, ImageEnhance

    random = np.random.default_rng(0)
    with Image.open(_PORTRAIT) as opened:
        portrait = opened.convert("L" if color == "gray" else "RGB")
    made = []
    for _ in range(_VARIANTS):
        side = portrait.width * random.uniform(0.7, 0.95)
        left, top = random.uniform(0, portrait.width - side, size=2)
        face = portrait.rotate(random.uniform(-15, 15), Image.Resampling.BILINEAR)
        face = face.resize(
            (size_px, size_px),
            Image.Resampling.BILINEAR,
            box=(left, top, left + side, top + side),
        )
        face = ImageEnhance.Brightness(face).enhance(random.uniform(0.5, 1.4))
        made.append(np.asarray(face, np.uint8).reshape(size_px, size_px, -1))
    return np.stack(made)
