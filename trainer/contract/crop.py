"""Where a model looks: the square of a picture that becomes its input.

One definition serves training (raw photographs are cropped before training) and live use, so that
a model always sees faces framed as it learned them.
"""

import math
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class CropGeometry:
    """A square around a face, relative to the width of its bounding box.

    The defaults reproduce the framing of FER2013 as MediaPipe's short-range detector sees it:
    the median face box is .86 of the image's side, centred at .500 across and .564 down.

    Attributes:
        scale: side of the square in box widths.
        shift_up: how far the square's centre lies above the box's centre, in box widths.
        max_tilt_deg: how far the line of the eyes may tilt. A face that tilts further is turned
            back to this; less is left alone, because the faces that a model learns from tilt as
            well, and a detector's eyes are not exact. 180 never turns.
    """

    scale: float = 1.16
    shift_up: float = 0.075
    max_tilt_deg: float = 15.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.scale) and 0.2 <= self.scale <= 5.0):
            raise ValueError(f"crop scale must lie between 0.2 and 5. Received: {self.scale}")
        if not (math.isfinite(self.shift_up) and -2.0 <= self.shift_up <= 2.0):
            raise ValueError(f"crop shift_up must lie between -2 and 2. Received: {self.shift_up}")
        if not 0.0 <= self.max_tilt_deg <= 180.0:
            raise ValueError(
                f"crop max_tilt_deg must lie between 0 and 180. Received: {self.max_tilt_deg}"
            )

    def to_dict(self) -> dict[str, float]:
        """Return the fields as they stand in ``preset.json``."""
        return asdict(self)


def eye_angle(right_eye: Point, left_eye: Point) -> float:
    """Return the angle of the line from the right to the left eye, radians, clockwise positive.

    "Right" is the person's right eye, which lies on the left of an unmirrored picture.
    """
    return math.atan2(left_eye[1] - right_eye[1], left_eye[0] - right_eye[0])


def crop_matrix(
    box: Box,
    geometry: CropGeometry,
    size_px: int,
    *,
    eyes: tuple[Point, Point] | None = None,
) -> NDArray[np.float64]:
    """Return the affine map from picture pixels to crop pixels, shape (2, 3).

    Pixel centres lie at whole numbers, as in OpenCV: the matrix is what ``cv2.warpAffine`` takes.

    Args:
        box: x1, y1, x2, y2 of the face, pixels.
        geometry: the square's place relative to the box.
        size_px: side of the crop.
        eyes: the person's right and left eye, pixels; without them the crop is not turned.
    """
    x1, y1, x2, y2 = box
    width = max(x2 - x1, 1e-6)
    tilt = eye_angle(*eyes) if eyes is not None else 0.0
    most = math.radians(geometry.max_tilt_deg)
    # Without a jump at the limit, so that a head that tilts slowly is turned slowly.
    angle = tilt - min(max(tilt, -most), most)
    cos, sin = math.cos(angle), math.sin(angle)
    # "Up" turns with the face.
    shift = geometry.shift_up * width
    centre_x = (x1 + x2) / 2 + shift * sin
    centre_y = (y1 + y2) / 2 - shift * cos
    zoom = size_px / (geometry.scale * width)
    middle = size_px / 2
    # Continuous coordinates have pixel centres at .5; OpenCV's have them at whole numbers.
    linear = zoom * np.array([[cos, sin], [-sin, cos]])
    offset = np.array([middle - 0.5, middle - 0.5]) - linear @ np.array(
        [centre_x - 0.5, centre_y - 0.5]
    )
    return np.column_stack([linear, offset])


def box_of_crop(square: Box, geometry: CropGeometry) -> Box:
    """Return the upright face's box whose crop is the given square: ``crop_matrix`` undone.

    Args:
        square: x1, y1, x2, y2 of the crop, pixels.
        geometry: by which it was cut.
    """
    x1, y1, x2, y2 = square
    width = (x2 - x1) / geometry.scale
    centre_x, centre_y = (x1 + x2) / 2, (y1 + y2) / 2 + geometry.shift_up * width
    half = width / 2
    return (centre_x - half, centre_y - half, centre_x + half, centre_y + half)
