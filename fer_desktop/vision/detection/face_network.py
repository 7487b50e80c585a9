"""One of MediaPipe's face networks, kept behind our own types."""

import threading
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.face import LEFT_EYE, RIGHT_EYE, BoundingBox, Detection
from fer_desktop.errors import DetectorError
from fer_desktop.vision.detection.litert_runtime import LiteRTRuntime
from fer_desktop.vision.detection.mediapipe_runtime import MediaPipeRuntime
from fer_desktop.vision.detection.runtime import RawFace, Runtime

SHORT_RANGE_FILE: Final = "face_detection_short_range.tflite"
FULL_RANGE_FILE: Final = "face_detection_full_range_sparse.tflite"

# Boxes of the full-range network relative to those of the short-range one, which the crop geometry
# was measured with. Medians over 599 FER2013 faces and 72 faces of photographs and films, each seen
# by both at several distances: 1.07 (1.04 to 1.09) times as wide, their centre .05 (.04 to .06) of
# a width higher.
_FULL_RANGE_WIDTH: Final = 1.07
_FULL_RANGE_RISE: Final = 0.05

_LANDMARKS: Final = (RIGHT_EYE, LEFT_EYE, "nose", "mouth", "right_ear", "left_ear")
_TFLITE_MARK: Final = b"TFL3"  # at byte 4


class FaceNetwork:
    """Finds faces in pictures of any size, each by itself: same picture, same answer."""

    def __init__(self, file: Path, min_score: float, threads: int = 1) -> None:
        """Load a network.

        Args:
            file: one of the two network files.
            min_score: weaker answers are dropped.
            threads: how many share the work, where LiteRT runs it.

        Raises:
            DetectorError: if it cannot be loaded.
        """
        try:
            content = file.read_bytes()
            if content[4:8] != _TFLITE_MARK:
                raise ValueError(f"{file} is damaged")
            self._runtime: Runtime | None = _runtime(content, min_score, threads)
        except (ImportError, OSError, RuntimeError, ValueError) as error:
            raise DetectorError(
                f"The face detector cannot be loaded: {error}.", hint="Install FER Desktop again."
            ) from error
        self._is_full_range = file.name == FULL_RANGE_FILE
        self._closing = threading.Lock()

    def find(
        self,
        picture: NDArray[np.uint8],
        *,
        offset: tuple[float, float] = (0.0, 0.0),
        scale: float = 1.0,
    ) -> list[Detection]:
        """Return the faces in a part of a picture, in the whole picture's pixels.

        Args:
            picture: the part, BGR.
            offset: where its top left corner lies in the whole.
            scale: by how much it was enlarged.
        """
        runtime = self._runtime
        if runtime is None:
            raise RuntimeError("the network was closed")
        return [self._detection(raw, offset, scale) for raw in runtime.faces(picture)]

    @property
    def is_light(self) -> bool:
        """Whether each thread can have one of its own that needs not be closed."""
        return isinstance(self._runtime, LiteRTRuntime)

    def close(self) -> None:
        """Release the network; may be called twice. Nobody else does it."""
        with self._closing:
            runtime, self._runtime = self._runtime, None
        if runtime is not None:
            runtime.close()

    def _detection(self, raw: RawFace, offset: tuple[float, float], scale: float) -> Detection:
        left, top = offset
        x1, y1 = left + raw.left / scale, top + raw.top / scale
        found = BoundingBox(x1, y1, x1 + raw.width / scale, y1 + raw.height / scale)
        points = {
            name: (left + x / scale, top + y / scale)
            for name, (x, y) in zip(_LANDMARKS, raw.points, strict=True)
        }
        box = _as_short_range(found) if self._is_full_range else found
        return Detection(box, raw.score, points)


def _runtime(content: bytes, min_score: float, threads: int) -> Runtime:
    try:
        return LiteRTRuntime(content, min_score, threads)
    except ImportError:  # no wheel for this computer
        return MediaPipeRuntime(content, min_score)


def _as_short_range(box: BoundingBox) -> BoundingBox:
    """Return the box that the short-range network would have drawn."""
    half = box.width / _FULL_RANGE_WIDTH / 2
    x, y = box.center
    y += _FULL_RANGE_RISE * 2 * half
    return BoundingBox(x - half, y - half, x + half, y + half)
