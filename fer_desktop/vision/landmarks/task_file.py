"""What Google's face landmarker file holds: two networks, and a face to compare others with.

The file is an archive of four parts; its detector is not used, for faces are found before. The
geometry is a message of protocol buffers, of which three fields matter (MediaPipe,
``geometry_pipeline_metadata.proto``), so few that they are read here by hand.
"""

import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.errors import DetectorError
from fer_desktop.paths import assets_dir

TASK_FILE: Final = "face_landmarker.task"
_MESH_PART: Final = "face_landmarks_detector.tflite"
_BLENDSHAPES_PART: Final = "face_blendshapes.tflite"
_GEOMETRY_PART: Final = "geometry_pipeline_metadata_landmarks.binarypb"
_LARGEST_PART: Final = 16 << 20  # bytes; the mesh network has 2.6 million

# Numbers of fields, and how fields are packed.
_CANONICAL_MESH, _BASIS = 1, 2
_VERTICES, _TRIANGLES = 3, 4
_LANDMARK, _WEIGHT = 1, 2
_VARINT, _BYTES, _FLOAT = 0, 2, 5
_VERTEX: Final = 5  # x, y, z and a place in a texture


@dataclass(frozen=True, slots=True, eq=False)
class CanonicalFace:
    """A face that looks straight ahead and shows nothing.

    Attributes:
        points: shape (468, 3), centimetres: x to the face's left, y up, z out of the face.
        triangles: shape (n, 3), indices of the points that span its surface.
        weights: shape (468,), how much each point says of the head's attitude; most say nothing,
            for expressions move them.
    """

    points: NDArray[np.float32]
    triangles: NDArray[np.int32]
    weights: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class LandmarkerParts:
    """The networks, as LiteRT takes them, and the canonical face."""

    mesh: bytes
    blendshapes: bytes
    face: CanonicalFace


def read_task_file(file: Path | None = None) -> LandmarkerParts:
    """Return the parts of the face landmarker.

    Args:
        file: the application's own unless given.

    Raises:
        DetectorError: if the file is missing or damaged.
    """
    file = file or assets_dir() / "mediapipe" / TASK_FILE
    try:
        with zipfile.ZipFile(file) as archive:
            parts = [
                _part(archive, name) for name in (_MESH_PART, _BLENDSHAPES_PART, _GEOMETRY_PART)
            ]
        return LandmarkerParts(parts[0], parts[1], _canonical_face(parts[2]))
    except (OSError, ValueError, KeyError, IndexError, struct.error, zipfile.BadZipFile) as error:
        raise DetectorError(
            f"The face landmarker cannot be loaded: {file.name} is missing or damaged.",
            hint="Install FER Desktop again.",
        ) from error


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > _LARGEST_PART:
        raise ValueError(f"{name} is too large")
    return archive.read(name)


def _canonical_face(content: bytes) -> CanonicalFace:
    vertices: list[float] = []
    triangles: list[int] = []
    basis: list[tuple[int, float]] = []
    for field, value in _fields(content):
        if field == _CANONICAL_MESH and isinstance(value, bytes):
            for inner, number in _fields(value):
                if inner == _VERTICES and isinstance(number, float):
                    vertices.append(number)
                elif inner == _TRIANGLES and isinstance(number, int):
                    triangles.append(number)
        elif field == _BASIS and isinstance(value, bytes):
            entry = dict(_fields(value))
            basis.append((int(entry.get(_LANDMARK, 0)), float(entry[_WEIGHT])))
    points = np.array(vertices, np.float32).reshape(-1, _VERTEX)[:, :3]
    corners = np.array(triangles, np.int32).reshape(-1, 3)
    weights = np.zeros(len(points), np.float32)
    for landmark, weight in basis:
        weights[landmark] = weight
    if not len(corners) or not weights.any() or corners.max() >= len(points):
        raise ValueError("the canonical face is incomplete")
    return CanonicalFace(points, corners, weights)


def _fields(content: bytes) -> Iterator[tuple[int, int | float | bytes]]:
    """Yield number and value of each field of a message, in order."""
    at = 0
    while at < len(content):
        key, at = _varint(content, at)
        field, packing = key >> 3, key & 7
        if packing == _VARINT:
            value, at = _varint(content, at)
            yield field, value
        elif packing == _FLOAT:
            yield field, struct.unpack_from("<f", content, at)[0]
            at += 4
        elif packing == _BYTES:
            length, at = _varint(content, at)
            yield field, content[at : at + length]
            at += length
        else:
            raise ValueError(f"fields of kind {packing} are not known")


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value, shift = 0, 0
    while True:
        byte = content[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
