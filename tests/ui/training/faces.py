"""A small real data set: one face, cropped and warped in ways that two labels differ by."""

from pathlib import Path

import numpy as np
from PIL import Image

from tests.helpers.data import astronaut

_FACE = (150, 40, 300, 190)  # left, top, right, bottom of the portrait's face with a margin
_SIDE_PX = 48


def write_faces(folder: Path, labels: tuple[str, ...] = ("happy", "sad"), count: int = 24) -> Path:
    """Write a folder of faces for each label, no two alike; return their parent."""
    portrait = Image.fromarray(np.ascontiguousarray(astronaut()[:, :, ::-1]))
    for at, label in enumerate(labels):
        (folder / label).mkdir(parents=True)
        for number in range(count):
            warped = _warped(portrait, at, np.random.default_rng([at, number]))
            warped.save(folder / label / f"{number:02}.png")
    return folder


def _warped(portrait: Image.Image, label: int, random: np.random.Generator) -> Image.Image:
    shift = random.integers(-10, 11, 2)
    left, top, right, bottom = _FACE
    box = (left + shift[0], top + shift[1], right + shift[0], bottom + shift[1])
    face = portrait.rotate(random.uniform(-8, 8), Image.Resampling.BILINEAR, center=(225, 115))
    face = face.crop(tuple(map(int, box))).resize((_SIDE_PX, _SIDE_PX))
    # Upside down, or narrowed: what a label stands for is seen at once.
    if label == 1:
        face = face.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    elif label == 2:
        face = face.resize((_SIDE_PX // 2, _SIDE_PX)).resize((_SIDE_PX, _SIDE_PX))
    noise = random.normal(0, 6, (_SIDE_PX, _SIDE_PX, 3))
    return Image.fromarray((np.asarray(face) + noise).clip(0, 255).astype(np.uint8))
