"""A face cut out of a picture: the one function by which training and live use see it.

OpenCV does the resampling and is handed in by the caller: the contract itself needs only NumPy.
"""

import math
from types import ModuleType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from trainer.contract.crop import Box, CropGeometry, Point, crop_matrix
from trainer.contract.preset import Color

# Above this a crop's pixel is an average of so many samples that more change nothing.
_MAX_OVERSAMPLING: Final = 8
_ROI_MARGIN_PX: Final = 2
_EXACT_PX: Final = 1e-6


def crop_face(
    cv2: ModuleType,
    pixels: NDArray[np.uint8],
    box: Box,
    geometry: CropGeometry,
    size_px: int,
    color: Color,
    *,
    eyes: tuple[Point, Point] | None = None,
) -> NDArray[np.uint8]:
    """Return an upright crop, shape (size_px, size_px, channels), channels gray or RGB.

    Beyond the picture its border is repeated. Large faces are averaged, not sampled, on their way
    down to the model's few pixels.

    Args:
        cv2: the OpenCV module.
        pixels: the picture, BGR.
        box: x1, y1, x2, y2 of the face, pixels.
        geometry: which square around the face the model looks at.
        size_px: side of the crop.
        color: what the model takes.
        eyes: the person's right and left eye, pixels; without them the crop is not turned.
    """
    conversion = cv2.COLOR_BGR2GRAY if color == "gray" else cv2.COLOR_BGR2RGB
    shape = (size_px, size_px, 1 if color == "gray" else 3)
    side_px = geometry.scale * (box[2] - box[0])
    oversampling = min(max(math.ceil(side_px / size_px), 1), _MAX_OVERSAMPLING)
    drawn_px = size_px * oversampling
    matrix = crop_matrix(box, geometry, drawn_px, eyes=eyes)
    height_px, width_px = pixels.shape[:2]
    if (square := _whole_pixels(matrix, drawn_px, width_px, height_px)) is not None:
        left, top, side = square
        if side >= size_px:
            # Nothing lies between pixels: drawing them anew would only blur them.
            part = cv2.cvtColor(
                np.ascontiguousarray(pixels[top : top + side, left : left + side]), conversion
            )
            return _shrunk(cv2, part, shape)
    # Only the part of the picture that the crop sees is converted.
    left, top, right, bottom = _seen(matrix, drawn_px, width_px, height_px)
    part = cv2.cvtColor(np.ascontiguousarray(pixels[top:bottom, left:right]), conversion)
    matrix[:, 2] += matrix[:, :2] @ (left, top)
    drawn = cv2.warpAffine(
        part,
        matrix,
        (drawn_px, drawn_px),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return _shrunk(cv2, drawn, shape)


def _shrunk(
    cv2: ModuleType, pixels: NDArray[np.uint8], shape: tuple[int, int, int]
) -> NDArray[np.uint8]:
    if pixels.shape[0] != shape[0]:
        pixels = cv2.resize(pixels, shape[:2], interpolation=cv2.INTER_AREA)
    return pixels.reshape(shape)


def _whole_pixels(
    matrix: NDArray[np.float64], drawn_px: int, width_px: int, height_px: int
) -> tuple[int, int, int] | None:
    """Return left, top and side of an upright crop inside the picture that cuts no pixel."""
    zoom = float(matrix[0, 0])
    if matrix[0, 1] != 0.0 or zoom <= 0.0:
        return None
    # OpenCV's coordinates have pixel centres at whole numbers, and edges between them.
    exact = (
        (-0.5 - matrix[0, 2]) / zoom + 0.5,
        (-0.5 - matrix[1, 2]) / zoom + 0.5,
        drawn_px / zoom,
    )
    left, top, side = (round(value) for value in exact)
    if max(abs(left - exact[0]), abs(top - exact[1]), abs(side - exact[2])) > _EXACT_PX:
        return None
    if min(left, top) < 0 or left + side > width_px or top + side > height_px:
        return None
    return left, top, side


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
