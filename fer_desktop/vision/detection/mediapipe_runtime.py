"""MediaPipe's face networks in its own graph, for computers that LiteRT has no wheel for."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_desktop.vision.detection.lean_mediapipe import import_mediapipe
from fer_desktop.vision.detection.runtime import SUPPRESSION, RawFace

# Where EGL looks for graphics drivers, on Linux.
_EGL_DRIVERS: Final = "__EGL_VENDOR_LIBRARY_FILENAMES"


class MediaPipeRuntime:
    """A face network in MediaPipe's mode for single pictures.

    Its modes for films are no faster and find nothing more; they only forbid to go back.
    """

    def __init__(self, content: bytes, min_score: float) -> None:
        """Load a network.

        Args:
            content: of its file; MediaPipe cannot open every name that a folder can have.
            min_score: weaker answers are dropped.

        Raises:
            ImportError: if MediaPipe is not installed.
            RuntimeError, ValueError: if it cannot run the file.
        """
        mp = import_mediapipe()
        vision = mp.tasks.vision
        options = vision.FaceDetectorOptions(
            base_options=mp.tasks.BaseOptions(model_asset_buffer=content),
            running_mode=vision.RunningMode.IMAGE,
            min_detection_confidence=min_score,
            min_suppression_threshold=SUPPRESSION,
        )
        # It is closed by us. MediaPipe's own destructor raises where the interpreter ends.
        vision.FaceDetector.__del__ = lambda network: None
        with _no_graphics_driver():
            self._network: Any = vision.FaceDetector.create_from_options(options)
        self._make_image = mp.Image
        self._rgb = mp.ImageFormat.SRGB

    def faces(self, picture: NDArray[np.uint8]) -> list[RawFace]:
        """Return the faces of a BGR picture, the surest first."""
        rgb = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_BGR2RGB)
        answer = self._network.detect(self._make_image(image_format=self._rgb, data=rgb))
        height, width = picture.shape[:2]
        return [_raw_face(found, width, height) for found in answer.detections]

    def close(self) -> None:
        """Release the network."""
        self._network.close()


def _raw_face(found: Any, width: int, height: int) -> RawFace:
    box = found.bounding_box
    return RawFace(
        float(found.categories[0].score),
        box.origin_x,
        box.origin_y,
        box.width,
        box.height,
        [(point.x * width, point.y * height) for point in found.keypoints],
    )


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
