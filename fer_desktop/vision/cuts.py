"""Where a film is cut: from one frame to the next nearly all of the picture is another one."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

_SAMPLES: Final = (64, 36)  # pixels that are looked at, across and down
_BLOCKS: Final = (16, 9)  # means of them, which noise and small movements do not change
_BITS: Final = 2  # of each colour, in the histogram: 64 bins
# How much must differ: the mean of all blocks, and one of them to count as another, of 255; the
# share of such blocks; and the share of samples in other bins of the histogram, which panning keeps
# as it is. In eight films without cuts the most was 5.8, 0.19 and 0.08; between scenes of different
# films nine in ten had more than 42, 0.90 and 0.39. A cut within one set, as from one person before
# a wall to the next, may differ by little more than movement does (9.6, 0.35, 0.08): it is a jump,
# and faces tell the rest.
_JUMPED: Final = 4.0
_MOVED: Final = 8.0
_OTHER: Final = 10.0
_OTHER_SHARE: Final = 0.5
_RECOLORED: Final = 0.1
# Blocks must also differ so many times more than they have done lately.
_JUMP: Final = 3.0
_FORGET: Final = 0.2  # share of a new difference in what is usual


class CutDetector:
    """Tells hard cuts from movement, by some thousand pixels of each frame.

    Attributes:
        is_jump: whether the last frame differs more from the one before than is usual, so that
            there may be a cut between them whatever ``take`` returned.
    """

    def __init__(self) -> None:
        self.is_jump = False
        self._blocks: NDArray[np.float32] | None = None
        self._samples: NDArray[np.uint8] | None = None
        self._usual = 0.0

    def take(self, pixels: NDArray[np.uint8]) -> bool:
        """Return whether a cut lies between the frame before and this one.

        Args:
            pixels: the next frame, shape (height, width, 3), BGR.
        """
        import cv2

        samples = cv2.resize(pixels, _SAMPLES, interpolation=cv2.INTER_NEAREST)
        blocks = cv2.resize(samples, _BLOCKS, interpolation=cv2.INTER_AREA).astype(np.float32)
        former_blocks, self._blocks = self._blocks, blocks
        former_samples, self._samples = self._samples, samples
        if former_blocks is None or former_samples is None:
            self.is_jump = False
            return False
        differences = np.abs(blocks - former_blocks).mean(axis=2)
        moved = float(differences.mean())
        self.is_jump = moved >= max(_JUMPED, _JUMP * self._usual)
        is_cut = (
            self.is_jump
            and moved >= _MOVED
            and float((differences >= _OTHER).mean()) >= _OTHER_SHARE
            and _recolored(former_samples, samples) >= _RECOLORED
        )
        if not is_cut:
            self._usual += _FORGET * (moved - self._usual)
        return is_cut

    def reset(self) -> None:
        """Begin another source."""
        self._blocks = self._samples = None
        self._usual, self.is_jump = 0.0, False


def _recolored(former: NDArray[np.uint8], samples: NDArray[np.uint8]) -> float:
    """Return the share of samples in other bins of the histogram than before."""
    return float(np.abs(_histogram(samples) - _histogram(former)).sum()) / 2


def _histogram(samples: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return which share of the samples each of 64 colours has."""
    bins = samples >> (8 - _BITS)
    index = (bins[..., 0] << (2 * _BITS)) | (bins[..., 1] << _BITS) | bins[..., 2]
    counts = np.bincount(index.ravel(), minlength=1 << (3 * _BITS))
    return counts.astype(np.float32) / np.float32(index.size)
