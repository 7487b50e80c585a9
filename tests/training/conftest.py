"""What the tests of collecting and cropping have in common."""

from collections.abc import Iterator

import pytest

from fer_desktop.vision.detection.detector import MediaPipeFaceDetector
from tests.helpers.models import run_trials_here


@pytest.fixture(scope="module")
def detector() -> Iterator[MediaPipeFaceDetector]:
    """The application's own detector."""
    detector = MediaPipeFaceDetector()
    yield detector
    detector.close()


@pytest.fixture(autouse=True)
def trials_here(monkeypatch: pytest.MonkeyPatch) -> None:
    run_trials_here(monkeypatch)
