"""Whether a camera's frame is fit to learn from, and if not, why."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.face import Detection
from fer_desktop.domain.face_quality import DARK, SMALL_PX
from fer_desktop.training.photo_crops import face_crop
from fer_desktop.vision.picture_quality import (
    SHARP,
    gray_face,
    is_cut_off,
    is_too_bright,
    light,
    sharpness,
)
from trainer.contract.crop import CropGeometry, crop_matrix

_STEP: Final = 8  # every pixel would tell no more
_ALIKE_PX: Final = 24
_ALIKE_BLUR: Final = 3.0
# Mean difference of gray values. A still picture with a camera's noise had 3.2 and less, for the
# detector frames it a little otherwise each time; people who talk had 6.6 and more in a second.
_ALIKE: Final = 3.5


class Flaw(Enum):
    """Why a frame is not taken."""

    NO_FACE = auto()
    SEVERAL_FACES = auto()
    TOO_FAR = auto()
    CUT_OFF = auto()
    TOO_DARK = auto()
    TOO_BRIGHT = auto()
    BLURRED = auto()
    ALIKE = auto()


@dataclass(frozen=True, slots=True, eq=False)
class FaceLook:
    """A face that can be learned from.

    Attributes:
        crop: RGB, square.
        thumb: small and gray, to tell whether another one looks alike.
    """

    crop: NDArray[np.uint8]
    thumb: NDArray[np.float32]

    def is_like(self, other: "FaceLook | None") -> bool:
        """Tell whether another picture would teach the same."""
        return other is not None and float(np.abs(self.thumb - other.thumb).mean()) < _ALIKE


def look_at(pixels: NDArray[np.uint8], faces: Sequence[Detection]) -> FaceLook | Flaw:
    """Return the one face of a BGR picture, or why it cannot be learned from."""
    if not faces:
        # In the dark there may be one that nobody can see.
        is_dark = np.percentile(pixels[::_STEP, ::_STEP], 95) < DARK
        return Flaw.TOO_DARK if is_dark else Flaw.NO_FACE
    if len(faces) > 1:
        return Flaw.SEVERAL_FACES
    (face,) = faces
    if face.box.width < SMALL_PX:
        return Flaw.TOO_FAR
    height, width = pixels.shape[:2]
    if is_cut_off(face.box, width, height):
        return Flaw.CUT_OFF
    gray = gray_face(pixels, face)
    if light(gray) < DARK:
        return Flaw.TOO_DARK
    if is_too_bright(gray):
        return Flaw.TOO_BRIGHT
    if sharpness(gray) < SHARP:
        return Flaw.BLURRED
    return FaceLook(face_crop(pixels, face), _thumb(gray))


def crop_corners(face: Detection) -> list[tuple[float, float]]:
    """Return the corners of what is cut out around a face, in the picture's pixels, clockwise."""
    box = face.box
    matrix = crop_matrix((box.x1, box.y1, box.x2, box.y2), CropGeometry(), 1, eyes=face.eyes)
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) - 0.5  # pixel centres are whole numbers
    found = np.linalg.solve(matrix[:, :2], (corners - matrix[:, 2]).T).T + 0.5
    return [(float(x), float(y)) for x, y in found]


def _shrunk(gray: NDArray[np.float32], side_px: int) -> NDArray[np.float32]:
    import cv2

    how = cv2.INTER_AREA if gray.shape[0] > side_px else cv2.INTER_LINEAR
    small: NDArray[np.float32] = cv2.resize(gray, (side_px, side_px), interpolation=how)
    return small


def _thumb(gray: NDArray[np.float32]) -> NDArray[np.float32]:
    import cv2

    return _shrunk(cv2.GaussianBlur(gray, (0, 0), _ALIKE_BLUR), _ALIKE_PX)
