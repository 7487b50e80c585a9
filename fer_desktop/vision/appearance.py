"""What a face looks like, in few numbers: enough to know it again for some seconds, no more.

A gray thumbnail between the eyes and the chin, without its brightness and contrast, and the colours
of the head with what is worn around it. Nothing of it is kept when a source ends.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.face import Detection
from trainer.contract.crop import CropGeometry
from trainer.contract.face_crop import crop_face

# The same frame whatever model reads the face, so that numbers do not depend on it.
_GEOMETRY: Final = CropGeometry(scale=1.0, shift_up=0.0, max_tilt_deg=0.0)
_SIZE_PX: Final = 24
_BLUR: Final = 6.0  # pixels of the thumbnail: slower changes are light, not the face
_HEAD: Final = (1.9, 2.4)  # width and height of what colours are taken from, in face widths
_HEAD_DOWN: Final = 0.25  # how far its centre lies below the face's
_COLOR_SAMPLES: Final = (24, 30)
_FACE_SHARE: Final = 0.35  # of the thumbnail in the likeness; the rest is that of the colours


@dataclass(frozen=True, slots=True, eq=False)
class Appearance:
    """A face's looks.

    Attributes:
        face: its thumbnail, shape (576,), float32, of mean 0 and length 1.
        colors: square roots of the shares of colours, shape (192,), float32, of length 1.
    """

    face: NDArray[np.float32]
    colors: NDArray[np.float32]


def appearance_of(pixels: NDArray[np.uint8], detection: Detection) -> Appearance:
    """Return what a face looks like.

    Args:
        pixels: the picture, shape (height, width, 3), BGR.
        detection: the face in it.
    """
    return Appearance(_face(pixels, detection), _colors(pixels, detection))


def likeness(one: Appearance, other: Appearance) -> float:
    """Return how alike two faces look: near 1 for one face at once, less for others and later."""
    face = float(one.face @ other.face)
    colors = float(one.colors @ other.colors)
    return _FACE_SHARE * face + (1 - _FACE_SHARE) * colors


def _face(pixels: NDArray[np.uint8], detection: Detection) -> NDArray[np.float32]:
    import cv2

    box = detection.box
    corners = (box.x1, box.y1, box.x2, box.y2)
    crop = crop_face(cv2, pixels, corners, _GEOMETRY, _SIZE_PX, "gray", eyes=detection.eyes)
    gray = crop.reshape(_SIZE_PX, _SIZE_PX).astype(np.float32)
    detail = cv2.GaussianBlur(gray, (0, 0), 1.0) - cv2.GaussianBlur(gray, (0, 0), _BLUR)
    return _unit(detail.ravel() - detail.mean())


def _colors(pixels: NDArray[np.uint8], detection: Detection) -> NDArray[np.float32]:
    """Return hue and saturation, and brightness, in four parts of the head's surroundings."""
    import cv2

    height_px, width_px = pixels.shape[:2]
    x, y = detection.box.center
    side = max(detection.box.width, 2.0)
    y += _HEAD_DOWN * side
    across, down = side * _HEAD[0] / 2, side * _HEAD[1] / 2
    columns = np.linspace(x - across, x + across, _COLOR_SAMPLES[0]).astype(int)
    rows = np.linspace(y - down, y + down, _COLOR_SAMPLES[1]).astype(int)
    columns, rows = columns.clip(0, width_px - 1), rows.clip(0, height_px - 1)
    samples = np.ascontiguousarray(pixels[rows[:, np.newaxis], columns])
    hsv = cv2.cvtColor(samples, cv2.COLOR_BGR2HSV)
    bins = ((hsv[..., 0] // 23).astype(int) * 2 + hsv[..., 1] // 128) * 4 + hsv[..., 2] // 64
    thirds = np.repeat(np.arange(3), _COLOR_SAMPLES[1] // 3)[:, np.newaxis]
    counts = np.bincount((bins + 64 * thirds).ravel(), minlength=192)
    return _unit(np.sqrt(counts.astype(np.float32)))


def _unit(numbers: NDArray[np.float32]) -> NDArray[np.float32]:
    return numbers / np.float32(max(float(np.linalg.norm(numbers)), 1e-6))
