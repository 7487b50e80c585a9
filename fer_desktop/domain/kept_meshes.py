"""The latest meshes of faces: they are large, so older ones are given up."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.emotion import FaceAnalysis
from fer_desktop.domain.measures import MESH, Measurement, MeasureSpec

# About 115 megabytes: eleven minutes of one face.
MESHES_MAX: Final = 20_000


class KeptMeshes:
    """Meshes by frame and face."""

    def __init__(self) -> None:
        # The oldest first.
        self._meshes: dict[tuple[int, int], tuple[MeasureSpec, NDArray[np.float32]]] = {}

    def keep(self, frame_index: int, face: FaceAnalysis) -> None:
        """Take in the mesh of a face, if it has one."""
        for spec, numbers in face.measurements:
            if spec.key == MESH:
                self._meshes[frame_index, face.face_id] = spec, np.array(numbers, np.float32)
                if len(self._meshes) > MESHES_MAX:
                    del self._meshes[next(iter(self._meshes))]

    def of(self, frame_index: int, face_id: int) -> Measurement | None:
        """Return the mesh of a face in a frame, if it is still known."""
        found = self._meshes.get((frame_index, face_id))
        return None if found is None else Measurement(found[0], tuple(found[1].tolist()))
