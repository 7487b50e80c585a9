"""How a head is held, from the mesh of its face.

The canonical face is turned, scaled and moved until its points lie on the face's, each as far as it
says something of the head (weighted orthogonal Procrustes: S. Umeyama, IEEE PAMI 13(4), 1991).
Angles are those against the line from the camera to the face.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_desktop.vision.landmarks.task_file import CanonicalFace


@dataclass(frozen=True, slots=True, eq=False)
class HeadPose:
    """How a head is turned.

    Attributes:
        rotation: shape (3, 3), from the head (x to its left, y up, z out of the face) to the
            picture (x to the right, y up, z towards the camera): the identity for a head that
            faces the camera upright.
        yaw, pitch, roll: degrees: to the person's left, up, and clockwise in the picture. The head
            is raised first, then turned, then tilted: a turned picture changes nothing but roll.
    """

    rotation: NDArray[np.float64]

    @property
    def yaw(self) -> float:
        """Turned to the person's left, which is the picture's right, in degrees."""
        return math.degrees(math.asin(float(np.clip(-self.rotation[2, 0], -1, 1))))

    @property
    def pitch(self) -> float:
        """Raised, in degrees."""
        return math.degrees(math.atan2(-self.rotation[2, 1], self.rotation[2, 2]))

    @property
    def roll(self) -> float:
        """Tilted clockwise in the picture, to the person's left shoulder, in degrees."""
        return math.degrees(math.atan2(-self.rotation[1, 0], self.rotation[0, 0]))


def head_pose(points: NDArray[np.float32], face: CanonicalFace) -> HeadPose:
    """Return how the head is held whose mesh this is.

    Args:
        points: shape (n, 3) as ``FaceMesh`` has them, at least as many as the canonical face has.
        face: the canonical face.
    """
    used = np.flatnonzero(face.weights)
    weights = face.weights[used, None] / face.weights[used].sum()
    # The picture's y grows downwards and its z away from the camera.
    seen = points[used].astype(np.float64) * (1, -1, -1)
    straight = face.points[used].astype(np.float64)
    seen -= (weights * seen).sum(0)
    straight -= (weights * straight).sum(0)
    left, _, right = np.linalg.svd((weights * seen).T @ straight)
    mirror = np.diag((1, 1, np.sign(np.linalg.det(left @ right))))
    return HeadPose(left @ mirror @ right)
