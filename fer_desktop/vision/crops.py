"""Faces cut out of a picture the way a model learned them."""

import math
from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.face import Detection
from trainer.contract.crop import CropGeometry, crop_matrix
from trainer.contract.preset import Color

# Above this a crop's pixel is an average of so many samples that more change nothing.
_MAX_OVERSAMPLING: Final = 8
_ROI_MARGIN_PX: Final = 2


def crop_faces(
    pixels: NDArray[np.uint8],
    detections: Sequence[Detection],
    geometry: CropGeometry,
    size_px: int,
    color: Color,
) -> NDArray[np.uint8]:
    """Return upright crops, shape (faces, size, size, channels), channels gray or RGB.

    Beyond the picture its border is repeated. Large faces are averaged, not sampled, on their way
    down to the model's few pixels.

    Args:
        pixels: the picture, BGR.
        detections: the faces in it.
        geometry: which square around a face the model looks at.
        size_px: side of a crop.
        color: what the model takes.
    """
    channels = 1 if color == "gray" else 3
    crops = np.empty((len(detections), size_px, size_px, channels), np.uint8)
    conversion = cv2.COLOR_BGR2GRAY if color == "gray" else cv2.COLOR_BGR2RGB
    for crop, detection in zip(crops, detections, strict=True):
        _crop_into(crop, pixels, detection, geometry, conversion)
    return crops


def _crop_into(
    crop: NDArray[np.uint8],
    pixels: NDArray[np.uint8],
    detection: Detection,
    geometry: CropGeometry,
    conversion: int,
) -> None:
    size_px = crop.shape[0]
    box = detection.box
    corners = (box.x1, box.y1, box.x2, box.y2)
    side_px = geometry.scale * box.width
    oversampling = min(max(math.ceil(side_px / size_px), 1), _MAX_OVERSAMPLING)
    drawn_px = size_px * oversampling
    matrix = crop_matrix(corners, geometry, drawn_px, eyes=detection.eyes)
    # Only the part of the picture that the crop sees is converted.
    left, top, right, bottom = _seen(matrix, drawn_px, pixels.shape[1], pixels.shape[0])
    part = cv2.cvtColor(np.ascontiguousarray(pixels[top:bottom, left:right]), conversion)
    matrix[:, 2] += matrix[:, :2] @ (left, top)
    drawn = cv2.warpAffine(
        part,
        matrix,
        (drawn_px, drawn_px),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    if oversampling > 1:
        drawn = cv2.resize(drawn, (size_px, size_px), interpolation=cv2.INTER_AREA)
    crop[...] = drawn.reshape(crop.shape)


def _seen(
    matrix: NDArray[np.float64], drawn_px: int, width_px: int, height_px: int
) -> tuple[int, int, int, int]:
    """Return the part of a picture under a crop: left, top, right, bottom; never empty."""
    edge = np.array([[0, 0], [drawn_px, 0], [0, drawn_px], [drawn_px, drawn_px]], np.float64)
    corners = np.linalg.solve(matrix[:, :2], (edge - matrix[:, 2]).T)
    low = np.floor(corners.min(axis=1)) - _ROI_MARGIN_PX
    high = np.ceil(corners.max(axis=1)) + _ROI_MARGIN_PX
    left, top = (int(min(max(low[i], 0), size - 1)) for i, size in enumerate((width_px, height_px)))
    right, bottom = (
        int(min(max(high[i], first + 1), size))
        for i, (size, first) in enumerate(((width_px, left), (height_px, top)))
    )
    return left, top, right, bottom
