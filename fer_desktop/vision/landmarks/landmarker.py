"""Google's face landmarker on faces that are already found.

Its two networks run in LiteRT on a square around each face, upright and half again as large as the
face's box, as MediaPipe cuts it out for them (``face_landmarker_graph.cc``). There is no detection
of its own and no memory of other frames: the same picture gives the same numbers.
"""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.cores import worthwhile_threads
from fer_desktop.domain.face import Detection
from fer_desktop.errors import DetectorError
from fer_desktop.vision.landmarks.face_mesh import POINTS, FaceMesh
from fer_desktop.vision.landmarks.task_file import (
    CanonicalFace,
    LandmarkerParts,
    read_task_file,
)

_SIDE_PX: Final = 256
_SCALE: Final = 1.5
_LEAST_PRESENCE: Final = 0.0  # logit: as likely a face as not
_MOST_THREADS: Final = 2  # more do not make networks of this size faster
# The points that the second network looks at (MediaPipe, face_blendshapes_graph.cc).
_SUBSET: Final = np.array(
    [
        *(0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63),
        *(65, 66, 67, 70, 78, 80, 81, 82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132),
        *(133, 136, 144, 145, 146, 148, 149, 150, 152, 153, 154, 155, 157, 158, 159, 160, 161),
        *(162, 163, 168, 172, 173, 176, 178, 181, 185, 191, 195, 197, 234, 246, 249, 251, 263),
        *(267, 269, 270, 276, 282, 283, 284, 285, 288, 291, 293, 295, 296, 297, 300, 308, 310),
        *(311, 312, 314, 317, 318, 321, 323, 324, 332, 334, 336, 338, 356, 361, 362, 365, 373),
        *(374, 375, 377, 378, 379, 380, 381, 382, 384, 385, 386, 387, 388, 389, 390, 397, 398),
        *(400, 402, 405, 409, 415, 454, 466, 468, 469, 470, 471, 472, 473, 474, 475, 476, 477),
    ]
)


class FaceLandmarker:
    """Finds the mesh of faces; used by one thread, and closed by it.

    A lone face is looked at by two threads. Of several faces two are looked at at the same time, by
    a thread each, which is as quick and takes a fifth less of the processors. The numbers are the
    same, bit by bit.

    Attributes:
        canonical_face: what the mesh is compared with.
    """

    def __init__(self, file: Path | None = None) -> None:
        """Load the networks.

        Args:
            file: the landmarker file; the application's own unless given.

        Raises:
            DetectorError: if it is missing or damaged, or cannot be run.
        """
        self._parts = read_task_file(file)
        self.canonical_face: CanonicalFace = self._parts.face
        self._threads = min(worthwhile_threads(), _MOST_THREADS)
        self._alone = self._finder(self._threads)
        self._pair: tuple[_Finder, _Finder] | None = None
        self._other_thread: ThreadPoolExecutor | None = None

    def find(
        self, pixels: NDArray[np.uint8], detections: Sequence[Detection]
    ) -> list[FaceMesh | None]:
        """Return the mesh of each face, None where the network sees no face.

        Args:
            pixels: the picture, BGR, shape (height, width, 3).
            detections: the faces in it.
        """
        if len(detections) < 2 or self._threads < 2:
            return [self._alone.find(pixels, detection) for detection in detections]
        if self._pair is None or self._other_thread is None:
            self._pair = self._finder(1), self._finder(1)
            self._other_thread = ThreadPoolExecutor(1, "landmarker")
        mine, other = self._pair
        found: list[FaceMesh | None] = [None] * len(detections)
        others = self._other_thread.submit(
            lambda: [other.find(pixels, detection) for detection in detections[1::2]]
        )
        found[::2] = [mine.find(pixels, detection) for detection in detections[::2]]
        found[1::2] = others.result()
        return found

    def close(self) -> None:
        """End its thread; may be called twice."""
        if self._other_thread is not None:
            self._other_thread.shutdown()
        self._pair = self._other_thread = None

    def _finder(self, threads: int) -> "_Finder":
        """Load both networks.

        Raises:
            DetectorError: if they cannot be run.
        """
        try:
            return _Finder(self._parts, threads)
        except ImportError as error:
            raise DetectorError(
                "The face landmarker needs LiteRT, which is not installed.",
                hint="Without it only head_roll, valence and valence_corrected can be measured:"
                " there is no LiteRT for Macs with Intel processors; elsewhere install FER Desktop"
                " again.",
            ) from error
        except (RuntimeError, ValueError) as error:
            raise DetectorError(
                f"The face landmarker cannot be loaded: {error}.", hint="Install FER Desktop again."
            ) from error


class _Finder:
    """Both networks, for one face at a time and one thread."""

    def __init__(self, parts: LandmarkerParts, threads: int) -> None:
        self._mesh = _Network(parts.mesh, threads)
        # So small that a second thread would be awake too late.
        self._blendshapes = _Network(parts.blendshapes, 1)

    def find(self, pixels: NDArray[np.uint8], detection: Detection) -> FaceMesh | None:
        import cv2

        to_picture = _square_around(detection)
        if to_picture is None:
            return None
        # OpenCV counts from the middle of a pixel, the networks from its corner.
        by_middles = to_picture.copy()
        by_middles[:, 2] += 0.5 * (to_picture[:, 0] + to_picture[:, 1]) - 0.5
        crop = cv2.warpAffine(
            pixels,
            by_middles,
            (_SIDE_PX, _SIDE_PX),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        rgb = np.multiply(cv2.cvtColor(crop, cv2.COLOR_BGR2RGB), 1 / 255, dtype=np.float32)[None]
        # The mesh is the largest of the answers, whether there is a face at all the second.
        places, presence, *_ = self._mesh.run(rgb)
        if presence.item() < _LEAST_PRESENCE:
            return None
        found = places.reshape(POINTS, 3)
        points = np.empty((POINTS, 3), np.float32)
        points[:, :2] = found[:, :2] @ to_picture[:, :2].T + to_picture[:, 2]
        points[:, 2] = found[:, 2] * math.hypot(*to_picture[:, 0])
        (blendshapes,) = self._blendshapes.run(points[None, _SUBSET, :2])
        if not (np.isfinite(points).all() and np.isfinite(blendshapes).all()):
            return None
        return FaceMesh(points, blendshapes)


class _Network:
    """One of the networks, for one face at a time."""

    def __init__(self, content: bytes, threads: int) -> None:
        from ai_edge_litert.interpreter import Interpreter

        self._interpreter: Any = Interpreter(model_content=content, num_threads=threads)
        self._interpreter.allocate_tensors()
        (self._taken,) = (entry["index"] for entry in self._interpreter.get_input_details())
        self._given = [entry["index"] for entry in self._interpreter.get_output_details()]

    def run(self, numbers: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        self._interpreter.set_tensor(self._taken, numbers)
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(index) for index in self._given]


def _square_around(detection: Detection) -> NDArray[np.float64] | None:
    """Return where a square's pixels lie in the picture, shape (2, 3); None for a face of no size.

    The square is upright where the line of the eyes is level.
    """
    box = detection.box
    side_px = _SCALE * max(box.width, box.height)
    if side_px < 1:
        return None
    angle = 0.0
    if detection.eyes is not None:
        (right_x, right_y), (left_x, left_y) = detection.eyes
        angle = math.atan2(left_y - right_y, left_x - right_x)
    scale = side_px / _SIDE_PX
    cos, sin = scale * math.cos(angle), scale * math.sin(angle)
    turn = np.array([[cos, -sin], [sin, cos]])
    middle = np.array(box.center)
    shift = middle - turn @ np.full(2, _SIDE_PX / 2)
    return np.column_stack((turn, shift))
