"""Faces cut out of a picture the way a model learned them."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.face import Detection
from trainer.contract.crop import CropGeometry
from trainer.contract.face_crop import crop_face
from trainer.contract.preset import Color


def crop_faces(
    pixels: NDArray[np.uint8],
    detections: Sequence[Detection],
    geometry: CropGeometry,
    size_px: int,
    color: Color,
) -> NDArray[np.uint8]:
    """Return upright crops, shape (faces, size, size, channels), channels gray or RGB.

    Args:
        pixels: the picture, BGR.
        detections: the faces in it.
        geometry: which square around a face the model looks at.
        size_px: side of a crop.
        color: what the model takes.
    """
    crops = np.empty((len(detections), size_px, size_px, 1 if color == "gray" else 3), np.uint8)
    for at, detection in enumerate(detections):
        box = detection.box
        corners = (box.x1, box.y1, box.x2, box.y2)
        crops[at] = crop_face(cv2, pixels, corners, geometry, size_px, color, eyes=detection.eyes)
    return crops
