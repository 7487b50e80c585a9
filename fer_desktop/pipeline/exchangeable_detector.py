"""A detector in whose place another one comes while faces are being found."""

import threading
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.face import Detection
from fer_desktop.pipeline.handoff import Closed
from fer_desktop.vision.ports import FaceDetector


class ExchangeableDetector:
    """A detector that can be exchanged while face ids go on, and while another thread uses it."""

    def __init__(self, detector: FaceDetector) -> None:
        """Take the first one; whoever is taken is closed when another one comes."""
        self._lock = threading.Lock()
        self._detector: FaceDetector | None = detector

    def detect(self, pixels: NDArray[np.uint8], *, thorough: bool = False) -> list[Detection]:
        """Return the faces of a BGR picture, shape (height, width, 3).

        Raises:
            Closed: if there is no detector any more.
        """
        with self._lock:
            if self._detector is None:
                raise Closed
            return self._detector.detect(pixels, thorough=thorough)

    def copier(self) -> Callable[[], FaceDetector] | None:
        """Return what makes one with the same answers as the present one, if there can be one.

        It waits for nobody who is looking for faces.
        """
        detector = self._detector
        return None if detector is None else detector.copier()

    def exchange(self, detector: FaceDetector) -> None:
        """Find faces with another detector from now on."""
        self._replace(detector)

    def close(self) -> None:
        """Release the detector; may be called twice."""
        self._replace(None)

    def _replace(self, detector: FaceDetector | None) -> None:
        with self._lock:
            former, self._detector = self._detector, detector
        if former is not None:
            former.close()
