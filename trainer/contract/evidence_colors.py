"""A map of what speaks for a label, as colours over a face: the same in windows and on pages.

Orange speaks for it and blue against it, which colour-blind people tell apart (Okabe and Ito's
vermilion and blue); the more there is, the less of the face shines through.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

FOR_COLOR: Final = "#D55E00"
AGAINST_COLOR: Final = "#0072B2"
_MOST_OPACITY: Final = 0.75
_BEND: Final = 1.5


def evidence_pixels(evidence: NDArray[np.float64], full: float) -> NDArray[np.uint8]:
    """Return colours to be laid over a face, RGBA, shape (height, width, 4).

    Args:
        evidence: shape (height, width), positive where it speaks for the label.
        full: how much has the strongest colour; more has the same.
    """
    # Bent, so that the little that is everywhere does not tint the whole face.
    share = np.clip(np.abs(evidence) / full, 0, 1) ** _BEND
    colors = np.array([_channels(AGAINST_COLOR), _channels(FOR_COLOR)], np.uint8)
    pixels = np.empty((*evidence.shape, 4), np.uint8)
    pixels[..., :3] = colors[(evidence > 0).astype(np.intp)]
    pixels[..., 3] = np.rint(255 * _MOST_OPACITY * share)
    return pixels


def _channels(color: str) -> tuple[int, ...]:
    return tuple(int(color[at : at + 2], 16) for at in (1, 3, 5))
