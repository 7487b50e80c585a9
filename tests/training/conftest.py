"""What the tests of collecting and cropping have in common."""

from collections.abc import Iterator

import pytest

from fer_desktop.vision.detection.detector import MediaPipeFaceDetector


@pytest.fixture(scope="module")
def detector() -> Iterator[MediaPipeFaceDetector]:
    """The application's own detector."""
    detector = MediaPipeFaceDetector()
    yield detector
    detector.close()
