"""Whether a face can be read well: how large it is, how much light is on it, and where it looks."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.face import BoundingBox, Detection

SMALL_PX: Final = 48  # what the smallest networks look at
# Gray value of the brightest parts: dark skin in good light is not too dark.
DARK: Final = 75
# Where the nose lies beside the middle of the eyes, in distances of the eyes. Of people who posed
# for a portrait 99 in 100 were within .14, of those in press photographs within .20.
TURNED: Final = 0.25

_BRIGHT_PERCENT: Final = 95
_MIDDLE: Final = 0.2  # this much on each side is no face
_SAMPLES: Final = 24  # a side; more would tell nothing more
_WEIGHTS: Final = np.array([0.114, 0.587, 0.299], np.float32)  # of blue, green and red


def light_on(pixels: NDArray[np.uint8], box: BoundingBox) -> float | None:
    """Return how bright the brightest parts of a face are, 0 to 255; None beyond the picture.

    Args:
        pixels: BGR, shape (height, width, 3).
        box: of the face.
    """
    inner = BoundingBox(
        box.x1 + _MIDDLE * box.width,
        box.y1 + _MIDDLE * box.height,
        box.x2 - _MIDDLE * box.width,
        box.y2 - _MIDDLE * box.height,
    ).clipped(pixels.shape[1], pixels.shape[0])
    rows = slice(int(inner.y1), int(np.ceil(inner.y2)), max(1, int(inner.height) // _SAMPLES))
    columns = slice(int(inner.x1), int(np.ceil(inner.x2)), max(1, int(inner.width) // _SAMPLES))
    middle = pixels[rows, columns]
    if not middle.size:
        return None
    return float(np.percentile(middle @ _WEIGHTS, _BRIGHT_PERCENT))


def nose_offset(face: Detection) -> NDArray[np.float64] | None:
    """Return where the nose lies between the eyes and below them, in distances of the eyes."""
    if face.eyes is None or "nose" not in face.landmarks:
        return None
    right, left = np.array(face.eyes)
    offset = nose_offsets(right, left, np.array(face.landmarks["nose"]))
    return None if np.isnan(offset).any() else offset


def nose_offsets(
    right: NDArray[np.float64], left: NDArray[np.float64], nose: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return where noses lie between the eyes and below them, in distances of the eyes.

    Args:
        right, left, nose: the person's right and left eye, and the nose, in pixels, shape (..., 2).

    Returns:
        Shape (..., 2), NaN where the eyes are in one place.
    """
    across = left - right
    squares = (across**2).sum(axis=-1, keepdims=True)
    down = np.stack([-across[..., 1], across[..., 0]], axis=-1)
    from_middle = nose - (right + left) / 2
    along = [(from_middle * axis).sum(axis=-1, keepdims=True) for axis in (across, down)]
    known = squares >= 1
    found: NDArray[np.float64] = np.where(
        known, np.concatenate(along, axis=-1) / np.where(known, squares, 1), np.nan
    )
    return found
