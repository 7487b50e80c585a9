"""Pictures that show little of a face: blurred, dark, too bright, or without contrast."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

_SIDE: Final = 48
# Of FER2013's faces the half percent with the fewest edges have 0.15; blurred by a Gaussian of 1.5
# pixels, nearly all have less than 0.05.
_BLURRED: Final = 0.04
_DARK: Final = 30
_BRIGHT: Final = 225
_FAINT: Final = 12


def poor_pictures(
    images: NDArray[np.uint8], rows: NDArray[np.int64]
) -> dict[str, NDArray[np.int64]]:
    """Return which rows are ``blurred``, ``dark``, ``bright`` and ``faint``; one has one fault.

    Pictures of one colour are none of these.

    Args:
        images: shape (faces, height, width, channels); may be mapped from a file.
        rows: of the pictures that are looked at.
    """
    import cv2

    mean, spread, edges = (np.empty(len(rows)) for _ in range(3))
    for at, row in enumerate(rows):
        gray = images[row].mean(axis=-1, dtype=np.float32)
        if gray.shape != (_SIDE, _SIDE):
            gray = cv2.resize(gray, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
        mean[at], spread[at] = gray.mean(), gray.std()
        edges[at] = cv2.Laplacian(gray, cv2.CV_32F).var() / max(float(spread[at]) ** 2, 1.0)
    flat = spread == 0
    faults = {
        "dark": mean < _DARK,
        "bright": mean > _BRIGHT,
        "faint": spread < _FAINT,
        "blurred": edges < _BLURRED,
    }
    found, free = {}, ~flat
    for name, has in faults.items():
        found[name] = rows[has & free]
        free &= ~has
    return found
