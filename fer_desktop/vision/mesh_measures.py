"""The application's measures of a face's mesh: its head, eyes, mouth, actions, and their worth.

How well each one measures is told by ``packaging/check_measures.py``.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.arousal import AROUSAL, AROUSAL_CORRECTED
from fer_desktop.domain.emotion import FaceAnalysis
from fer_desktop.domain.facial_actions import LIPS, MOUTH, UPPER
from fer_desktop.domain.frame import Frame
from fer_desktop.domain.measures import MESH, MeasureSpec
from fer_desktop.domain.picture_problem import QUALITY, Problem
from fer_desktop.vision import picture_quality
from fer_desktop.vision.landmarks.eyes import Gaze, eye_openness, gaze
from fer_desktop.vision.landmarks.face_mesh import (
    BLENDSHAPES,
    DEAD_BLENDSHAPES,
    POINTS,
    FaceMesh,
)
from fer_desktop.vision.landmarks.facial_actions import PAIRED, action, arousal, sides
from fer_desktop.vision.landmarks.head_pose import HeadPose, head_pose
from fer_desktop.vision.landmarks.task_file import CanonicalFace, read_task_file
from fer_desktop.vision.measuring import MeshMeasure

_LIVE: Final = tuple(name for name in BLENDSHAPES if name not in DEAD_BLENDSHAPES)
_LIVE_INDEX: Final = [BLENDSHAPES.index(name) for name in _LIVE]
# Whoever looks no further past the camera than this looks at it.
AT_CAMERA_DEG: Final = 12.0
# Focal length in picture widths of a usual webcam, which sees 60 degrees across.
_FOCAL_LENGTH: Final = 0.866
_LIPS: Final = (13, 14)  # inner edges of the upper and lower lip, in the middle
_MOUTH_CORNERS: Final = (61, 291)


def _measure(spec: MeasureSpec, of: Callable[[Frame, FaceMesh], Sequence[float]]) -> MeshMeasure:
    """Return a measure that cannot be told of a face without a mesh."""

    def known(frame: Frame, _: FaceAnalysis, mesh: FaceMesh | None) -> Sequence[float] | None:
        return None if mesh is None else of(frame, mesh)

    return MeshMeasure(spec, known)


# Several measures ask for the same; a frame has few faces.
_remembered = lru_cache(maxsize=32)


@_remembered
def _pose(mesh: FaceMesh) -> HeadPose:
    return head_pose(mesh.points, _canonical_face())


@_remembered
def _gaze_of(mesh: FaceMesh) -> Gaze:
    return gaze(mesh.points, _pose(mesh))


@lru_cache(maxsize=1)
def _canonical_face() -> CanonicalFace:
    return read_task_file().face


def _head(_: Frame, mesh: FaceMesh) -> tuple[float, ...]:
    pose = _pose(mesh)
    return pose.yaw, pose.pitch, pose.roll


def _gaze(_: Frame, mesh: FaceMesh) -> tuple[float, ...]:
    found = _gaze_of(mesh)
    return found.yaw, found.pitch, found.off_camera


def _at_camera(_: Frame, mesh: FaceMesh) -> tuple[float]:
    return (float(_gaze_of(mesh).off_camera <= AT_CAMERA_DEG),)


def _distance(frame: Frame, mesh: FaceMesh) -> tuple[float]:
    # The mesh's own width, turned to the front: a face does not move away when it turns.
    straight = (mesh.points.astype(np.float64) * (1, -1, -1)) @ _pose(mesh).rotation
    width_px = max(float(np.ptp(straight[:, 0])), 1.0)
    return (_FOCAL_LENGTH * max(frame.size_px) / width_px,)


def mouth_openness(points: NDArray[np.float32]) -> float:
    """Return how far a mouth is open, by its width.

    Args:
        points: of the mesh, shape (478, 3).
    """
    height, width = (
        float(np.linalg.norm(points[first] - points[second]))
        for first, second in (_LIPS, _MOUTH_CORNERS)
    )
    return height / max(width, 1e-6)


def _actions(names: tuple[str, ...]) -> Callable[[Frame, FaceMesh], Sequence[float]]:
    return lambda _, mesh: [action(mesh, name) for name in names]


def _sides(_: Frame, mesh: FaceMesh) -> list[float]:
    return [number for name in PAIRED for number in sides(mesh, name)]


def _asymmetry(_: Frame, mesh: FaceMesh) -> list[float]:
    both = (sides(mesh, name) for name in PAIRED)
    return [left - right for right, left in both]


def _arousal_corrected(_: Frame, face: FaceAnalysis, mesh: FaceMesh | None) -> tuple[float] | None:
    rest = None if face.baseline is None else face.baseline.arousal
    return None if rest is None or mesh is None else (arousal(mesh) - rest,)


def _quality(frame: Frame, face: FaceAnalysis, mesh: FaceMesh | None) -> tuple[float, ...]:
    gray = picture_quality.gray_face(frame.pixels, face.detection)
    turned_deg = None
    if mesh is not None:
        pose = _pose(mesh)
        turned_deg = max(abs(pose.yaw), abs(pose.pitch))
    found = picture_quality.problem(gray, face.detection, frame.size_px, turned_deg)
    return (
        face.detection.box.width,
        picture_quality.sharpness(gray),
        picture_quality.light(gray),
        float(found),
        float(found is Problem.NONE),
    )


_SHARE: Final = (0.0, 1.0)
MESH_MEASURES: Final = (
    _measure(MeasureSpec("head_pose", ("yaw", "pitch", "roll"), "deg", (-45.0, 45.0)), _head),
    _measure(MeasureSpec("distance", ("distance",), "face_widths", (0.0, 10.0)), _distance),
    _measure(
        MeasureSpec("eyes_open", ("right", "left"), "", _SHARE),
        lambda _, mesh: eye_openness(mesh.points),
    ),
    _measure(MeasureSpec("gaze", ("yaw", "pitch", "off_camera"), "deg", (-45.0, 45.0)), _gaze),
    _measure(MeasureSpec("looks_at_camera", ("looks_at_camera",), "", _SHARE), _at_camera),
    _measure(
        MeasureSpec("mouth_open", ("mouth_open",), "", _SHARE),
        lambda _, mesh: (mouth_openness(mesh.points),),
    ),
    _measure(MeasureSpec("actions_upper", UPPER, "", _SHARE), _actions(UPPER)),
    _measure(MeasureSpec("actions_mouth", MOUTH, "", _SHARE), _actions(MOUTH)),
    _measure(MeasureSpec("actions_lips", LIPS, "", _SHARE), _actions(LIPS)),
    _measure(
        MeasureSpec(
            "actions_sides",
            tuple(f"{name}_{side}" for name in PAIRED for side in ("right", "left")),
            "",
            _SHARE,
        ),
        _sides,
    ),
    _measure(MeasureSpec("actions_asymmetry", PAIRED, "", (-1.0, 1.0)), _asymmetry),
    _measure(AROUSAL, lambda _, mesh: (arousal(mesh),)),
    MeshMeasure(AROUSAL_CORRECTED, _arousal_corrected),
    MeshMeasure(QUALITY, _quality),
    _measure(
        MeasureSpec("blendshapes", _LIVE, "", _SHARE),
        lambda _, mesh: mesh.blendshapes[_LIVE_INDEX].tolist(),
    ),
    _measure(
        MeasureSpec(MESH, tuple(f"{axis}{at}" for at in range(POINTS) for axis in "xyz"), "px"),
        lambda _, mesh: mesh.points.ravel().tolist(),
    ),
)
