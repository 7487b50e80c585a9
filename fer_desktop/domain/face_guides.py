"""Lines over a face that show what was measured of it: the head's axes, the gaze, and the mesh."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.emotion import FaceAnalysis
from fer_desktop.domain.face import Point
from fer_desktop.domain.measures import MESH

Segment = tuple[Point, Point]

_ANGLES: Final = 3  # of a head as of a gaze
_AXIS_LENGTH: Final = 0.45  # in widths of the face's box
_GAZE_LENGTH: Final = 0.7
_EYE_ASIDE, _EYE_RISE = 0.2, 0.26
# The red, green and blue that axes have everywhere; the gaze is seen on any of them.
AXIS_COLORS: Final = ("#e5484d", "#46a758", "#3e8ef7")
GAZE_COLOR: Final = "#ffc53d"


@dataclass(frozen=True, slots=True, eq=False)
class FaceGuides:
    """What is drawn over a face, in pixels of the picture.

    Attributes:
        axes: of the head: to the person's left, up, and out of the face; empty if not measured.
        gaze: a ray from each eye; empty if not measured.
        mesh: points, shape (n, 2); None if not measured.
    """

    axes: tuple[Segment, ...]
    gaze: tuple[Segment, ...]
    mesh: NDArray[np.float32] | None


def face_guides(face: FaceAnalysis) -> FaceGuides | None:
    """Return what can be drawn of a face's measures, None if that is nothing."""
    # A session may come from anywhere: what has another number of channels is another measure.
    found = {(spec.key, len(numbers)): numbers for spec, numbers in face.measurements}
    pose, gaze = (found.get((key, _ANGLES)) for key in ("head_pose", "gaze"))
    mesh = next((found[key, n] for key, n in found if key == MESH and n % 3 == 0), None)
    axes: tuple[Segment, ...] = ()
    rays: tuple[Segment, ...] = ()
    width = face.detection.box.width
    if pose is not None:
        rotation = head_rotation(*pose)
        middle = face.detection.landmarks.get("nose", face.detection.box.center)
        axes = tuple(_segment(middle, rotation[:, at], _AXIS_LENGTH * width) for at in range(3))
        if gaze is not None:
            direction = rotation @ gaze_in_head(*map(math.radians, gaze[:2]))
            rays = tuple(
                _segment(eye, direction, _GAZE_LENGTH * width) for eye in _eyes(face, rotation)
            )
    points = None if mesh is None else np.array(mesh, np.float32).reshape(-1, 3)[:, :2]
    if not axes and points is None:
        return None
    return FaceGuides(axes, rays, points)


def _eyes(face: FaceAnalysis, rotation: NDArray[np.float64]) -> tuple[Point, Point]:
    """Return where the eyes are, or about: of recorded faces only the box is known."""
    if face.detection.eyes is not None:
        return face.detection.eyes
    (x, y), width = face.detection.box.center, face.detection.box.width
    places = (rotation @ np.array((side * _EYE_ASIDE, _EYE_RISE, 0.0)) for side in (-1, 1))
    right, left = ((x + width * place[0], y - width * place[1]) for place in places)
    return right, left


def gaze_in_head(yaw: float, pitch: float) -> NDArray[np.float64]:
    """Return where eyes look in a head, shape (3,): to its left, up, and out of the face.

    Args:
        yaw, pitch: to the person's left and up, radians.
    """
    across = math.cos(pitch)
    return np.array((math.sin(yaw) * across, math.sin(pitch), math.cos(yaw) * across))


def head_rotation(yaw: float, pitch: float, roll: float) -> NDArray[np.float64]:
    """Return the rotation from a head to the picture, shape (3, 3), of its angles in degrees.

    The head's axes go to its left, up, and out of the face, the picture's to the right, up, and
    towards the camera. Yaw is positive to the person's left, pitch upwards, and roll clockwise in
    the picture. The head is raised first, then turned, then tilted in the picture.
    """
    sin_yaw, sin_pitch, sin_roll = (math.sin(math.radians(angle)) for angle in (yaw, pitch, roll))
    cos_yaw, cos_pitch, cos_roll = (math.cos(math.radians(angle)) for angle in (yaw, pitch, roll))
    about_y = np.array([[cos_yaw, 0, sin_yaw], [0, 1, 0], [-sin_yaw, 0, cos_yaw]])
    about_x = np.array([[1, 0, 0], [0, cos_pitch, sin_pitch], [0, -sin_pitch, cos_pitch]])
    about_z = np.array([[cos_roll, sin_roll, 0], [-sin_roll, cos_roll, 0], [0, 0, 1]])
    rotation: NDArray[np.float64] = about_z @ about_y @ about_x
    return rotation


def _segment(start: Point, direction: NDArray[np.float64], length: float) -> Segment:
    x, y, _ = direction.tolist()
    return start, (start[0] + length * x, start[1] - length * y)
