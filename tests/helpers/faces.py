"""Pictures of the one public-domain face, warped so that they differ."""

from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.helpers.data import astronaut

FACE_BOX = (175, 75, 275, 175)  # about where the face is in the portrait


def portrait(seed: int = 0, side_px: int = 480) -> NDArray[np.uint8]:
    """Return the portrait turned, moved and lit a little otherwise, BGR; always the same."""
    random = np.random.default_rng(seed)
    middle = (224.0, 125.0)
    matrix = cv2.getRotationMatrix2D(middle, random.uniform(-10, 10), random.uniform(1.0, 1.4))
    matrix[:, 2] += np.array([side_px / 2, side_px / 2]) - middle + random.uniform(-30, 30, 2)
    moved = cv2.warpAffine(astronaut(), matrix, (side_px, side_px), borderMode=cv2.BORDER_REPLICATE)
    return np.clip(moved * random.uniform(0.8, 1.15), 0, 255).astype(np.uint8)


@cache
def face_crops(count: int, side_px: int = 48) -> tuple[NDArray[np.uint8], ...]:
    """Return crops of the face, gray, that all differ."""
    crops = []
    for seed in range(count):
        random = np.random.default_rng(seed)
        matrix = cv2.getRotationMatrix2D(
            (224.0, 118.0), random.uniform(-15, 15), side_px / random.uniform(100, 125)
        )
        matrix[:, 2] += np.array([side_px / 2, side_px / 2]) - (224.0, 118.0)
        crop = cv2.warpAffine(astronaut(), matrix, (side_px, side_px))
        crops.append(cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY))
    return tuple(crops)


def save(path: Path, pixels: NDArray[np.uint8]) -> Path:
    """Write a picture, with the folders that it needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    done, data = cv2.imencode(path.suffix, pixels)
    assert done
    path.write_bytes(data.tobytes())
    return path


def texture(seed: int, side: int = 48) -> NDArray[np.uint8]:
    """Return a picture like no other seed's: blobs of light."""
    random = np.random.default_rng(seed)
    coarse = random.normal(0, 1, (7, 7)).astype(np.float32)
    fine = random.normal(0, 0.35, (14, 14)).astype(np.float32)
    whole = sum(
        cv2.resize(part, (side, side), interpolation=cv2.INTER_CUBIC) for part in (coarse, fine)
    )
    return np.asarray((128 + 45 * whole).clip(0, 255).astype(np.uint8))
