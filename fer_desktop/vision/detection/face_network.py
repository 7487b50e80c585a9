"""One of MediaPipe's face networks, kept behind our own types."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.face import LEFT_EYE, RIGHT_EYE, BoundingBox, Detection
from fer_desktop.errors import DetectorError
from fer_desktop.vision.detection.lean_mediapipe import import_mediapipe

SHORT_RANGE_FILE: Final = "face_detection_short_range.tflite"
FULL_RANGE_FILE: Final = "face_detection_full_range_sparse.tflite"

# Boxes of the full-range network relative to those of the short-range one, which the crop geometry
# was measured with. Medians over 599 FER2013 faces and 72 faces of photographs and films, each seen
# by both at several distances: 1.07 (1.04 to 1.09) times as wide, their centre .05 (.04 to .06) of
# a width higher.
_FULL_RANGE_WIDTH: Final = 1.07
_FULL_RANGE_RISE: Final = 0.05

_LANDMARKS: Final = (RIGHT_EYE, LEFT_EYE, "nose", "mouth", "right_ear", "left_ear")
_SUPPRESSION: Final = 0.3
_TFLITE_MARK: Final = b"TFL3"  # at byte 4
# Where EGL looks for graphics drivers, on Linux.
_EGL_DRIVERS: Final = "__EGL_VENDOR_LIBRARY_FILENAMES"


class FaceNetwork:
    """Finds faces in pictures of any size, each by itself: same picture, same answer.

    MediaPipe's modes for films are no faster and find nothing more; they only forbid to go back.
    """

    def __init__(self, file: Path, min_score: float) -> None:
        """Load a network.

        Args:
            file: one of the two network files.
            min_score: weaker answers are dropped.

        Raises:
            DetectorError: if it cannot be loaded.
        """
        try:
            # Not by its path: MediaPipe cannot open every name that a folder can have.
            content = file.read_bytes()
            if content[4:8] != _TFLITE_MARK:
                raise ValueError(f"{file} is damaged")
            mp = import_mediapipe()
            vision = mp.tasks.vision
            options = vision.FaceDetectorOptions(
                base_options=mp.tasks.BaseOptions(model_asset_buffer=content),
                running_mode=vision.RunningMode.IMAGE,
                min_detection_confidence=min_score,
                min_suppression_threshold=_SUPPRESSION,
            )
            # It is closed by us. MediaPipe's own destructor raises where the interpreter ends.
            vision.FaceDetector.__del__ = lambda network: None
            with _no_graphics_driver():
                self._network: Any = vision.FaceDetector.create_from_options(options)
        except (ImportError, OSError, RuntimeError, ValueError) as error:
            raise DetectorError(
                f"The face detector cannot be loaded: {error}.", hint="Install FER Desktop again."
            ) from error
        self._make_image = mp.Image
        self._rgb = mp.ImageFormat.SRGB
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
            picture: the part, RGB, contiguous.
            offset: where its top left corner lies in the whole.
            scale: by how much it was enlarged.
        """
        answer = self._network.detect(self._make_image(image_format=self._rgb, data=picture))
        height, width = picture.shape[:2]
        return [
            self._detection(raw, width / scale, height / scale, offset, scale)
            for raw in answer.detections
        ]

    def close(self) -> None:
        """Release the network; may be called twice. Nobody else does it."""
        with self._closing:
            network, self._network = self._network, None
        if network is not None:
            network.close()

    def _detection(
        self, raw: Any, width: float, height: float, offset: tuple[float, float], scale: float
    ) -> Detection:
        left, top = offset
        box = raw.bounding_box
        x1, y1 = left + box.origin_x / scale, top + box.origin_y / scale
        found = BoundingBox(x1, y1, x1 + box.width / scale, y1 + box.height / scale)
        points = {
            name: (left + point.x * width, top + point.y * height)
            for name, point in zip(_LANDMARKS, raw.keypoints, strict=True)
        }
        box = _as_short_range(found) if self._is_full_range else found
        return Detection(box, float(raw.categories[0].score), points)


@contextmanager
def _no_graphics_driver() -> Iterator[None]:
    """Keep MediaPipe, which computes on the processor here, from loading a graphics driver.

    It would open one that it never uses. Mesa's brings a second LLVM into the process, which
    overwrites parts of TensorFlow's own: the next network that is compiled crashes. EGL looks only
    once, so programs that are started later find their drivers as ever.
    """
    former = os.environ.get(_EGL_DRIVERS)
    os.environ[_EGL_DRIVERS] = os.devnull
    try:
        yield
    finally:
        if former is None:
            del os.environ[_EGL_DRIVERS]
        else:
            os.environ[_EGL_DRIVERS] = former


def _as_short_range(box: BoundingBox) -> BoundingBox:
    """Return the box that the short-range network would have drawn."""
    half = box.width / _FULL_RANGE_WIDTH / 2
    x, y = box.center
    y += _FULL_RANGE_RISE * 2 * half
    return BoundingBox(x - half, y - half, x + half, y + half)
