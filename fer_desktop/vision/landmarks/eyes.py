"""Eyes: how far they are open, and where they look, from the mesh of a face."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.face_guides import gaze_in_head
from fer_desktop.vision.landmarks.head_pose import HeadPose

# Points of the mesh: outer and inner corner, iris, and three pairs of upper and lower lid.
_RIGHT: Final = (33, 133, 468, ((159, 145), (158, 153), (160, 144)))
_LEFT: Final = (263, 362, 473, ((386, 374), (385, 380), (387, 373)))
# Height of a usual open eye in widths of the eye: that of people who look at the camera.
_USUAL_HEIGHT: Final = 0.30
# An eyeball's radius, 12 mm, in widths of the visible eye, 29 mm.
_EYEBALL: Final = 0.42
# How far above the line of its corners an iris stands that looks straight ahead, in widths of the
# eye: the median of two people in films who look at the camera.
_LEVEL: Final = 0.04
_LARGEST_SINE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Gaze:
    """Where a person looks, in degrees.

    Attributes:
        yaw, pitch: of the eyes in the head, to the person's left and up.
        off_camera: angle between the gaze, head and eyes together, and the line to the camera.
        direction: of the gaze in the picture: x to the right, y up, z towards the camera.
    """

    yaw: float
    pitch: float
    off_camera: float
    direction: tuple[float, float, float]


def eye_openness(points: NDArray[np.float32]) -> tuple[float, float]:
    """Return how far the right and the left eye are open: 0 closed, 1 like a usual open eye.

    It is the height between the lids, a mean of three places, by the width between the corners
    (the eye aspect ratio: T. Soukupová and J. Čech, CVWW 2016), by that of a usual eye.
    """
    right, left = (
        float(np.mean([_distance(points, upper, lower) for upper, lower in lids]))
        / max(_distance(points, outer, inner), 1e-6)
        / _USUAL_HEIGHT
        for outer, inner, _, lids in (_RIGHT, _LEFT)
    )
    return right, left


def gaze(points: NDArray[np.float32], pose: HeadPose) -> Gaze:
    """Return where the eyes look, from where the irises stand between the corners.

    Args:
        points: of the mesh, shape (478, 3).
        pose: how the head is held.
    """
    seen = points.astype(np.float64) * (1, -1, -1)
    straight = seen @ pose.rotation  # as if the head faced the camera
    offsets = []
    for outer, inner, iris, _ in (_RIGHT, _LEFT):
        corners = straight[[outer, inner], :2]
        width = max(float(np.linalg.norm(corners[0] - corners[1])), 1e-6)
        offsets.append((straight[iris, :2] - corners.mean(0)) / width)
    across, up = np.mean(offsets, axis=0)
    yaw, pitch = (
        math.asin(float(np.clip(offset / _EYEBALL, -_LARGEST_SINE, _LARGEST_SINE)))
        for offset in (across, up - _LEVEL)
    )
    x, y, z = (pose.rotation @ gaze_in_head(yaw, pitch)).tolist()
    off_camera = math.degrees(math.acos(max(-1.0, min(1.0, z))))
    return Gaze(math.degrees(yaw), math.degrees(pitch), off_camera, (x, y, z))


def _distance(points: NDArray[np.float32], first: int, second: int) -> float:
    return float(np.linalg.norm(points[first] - points[second]))
