"""What a picture of a face is worth: its size, sharpness and light.

The limits of light and sharpness were set on films of faces and on a portrait made darker and
blurred step by step: faces that a person calls sharp had a sharpness of .054 and more, .020 and
less was called blurred.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.face import BoundingBox, Detection
from fer_desktop.domain.face_quality import DARK
from fer_desktop.domain.picture_problem import Problem
from trainer.contract.crop import CropGeometry

LOOK_PX: Final = 96
SHARP: Final = 0.022
_BRIGHT: Final = 250
_BRIGHT_SHARE: Final = 0.25
_MIDDLE: Final = slice(LOOK_PX // 5, -LOOK_PX // 5)  # without what surrounds the face
_LEAST_INSIDE: Final = 0.9  # share of the box
# Chosen, not measured: half of what the networks look at, and where the far half of a face is
# about to vanish.
_LEAST_FACE_PX: Final = 24
_MOST_TURNED_DEG: Final = 40


def gray_face(pixels: NDArray[np.uint8], face: Detection) -> NDArray[np.float32]:
    """Return a face as models see it, gray, of 96 x 96 pixels.

    Args:
        pixels: the picture, BGR, shape (height, width, 3).
        face: where it is.
    """
    from fer_desktop.vision.crops import crop_faces

    return crop_faces(pixels, [face], CropGeometry(), LOOK_PX, "gray")[0, :, :, 0].astype(
        np.float32
    )


def sharpness(gray: NDArray[np.float32]) -> float:
    """Return how much of the contrast lies in fine detail; light and contrast do not matter."""
    import cv2

    detail = cv2.Laplacian(gray, cv2.CV_32F)
    return float(detail.var() / max(float(gray.var()), 1.0))


def light(gray: NDArray[np.float32]) -> float:
    """Return how bright the brightest parts of a face are, 0 to 255."""
    return float(np.percentile(gray[_MIDDLE, _MIDDLE], 95))


def is_too_bright(gray: NDArray[np.float32]) -> bool:
    """Tell whether a good part of a face is nothing but white."""
    return bool((gray[_MIDDLE, _MIDDLE] >= _BRIGHT).mean() > _BRIGHT_SHARE)


def is_cut_off(box: BoundingBox, width_px: int, height_px: int) -> bool:
    """Tell whether a good part of a face lies beyond the picture."""
    return box.clipped(width_px, height_px).area < _LEAST_INSIDE * box.area


def problem(
    gray: NDArray[np.float32],
    face: Detection,
    size_px: tuple[int, int],
    turned_deg: float | None,
) -> Problem:
    """Return the first thing that is wrong with the picture of a face.

    Args:
        gray: what ``gray_face`` returns.
        face: where it is.
        size_px: width and height of the picture.
        turned_deg: how far it is turned away; None where no mesh was found in it, as in a face that
            something covers.
    """
    checks = (
        (Problem.SMALL, face.box.width < _LEAST_FACE_PX),
        (Problem.CUT_OFF, is_cut_off(face.box, *size_px)),
        (Problem.DARK, light(gray) < DARK),
        (Problem.BRIGHT, is_too_bright(gray)),
        (Problem.BLURRED, sharpness(gray) < SHARP),
        (Problem.COVERED, turned_deg is None),
        (Problem.TURNED, turned_deg is not None and turned_deg > _MOST_TURNED_DEG),
    )
    return next((found for found, is_so in checks if is_so), Problem.NONE)
