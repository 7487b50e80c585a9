from collections.abc import Iterator
from pathlib import Path

import pytest

from fer_desktop.vision.detection.detector import MediaPipeFaceDetector
from tests.helpers.models import make_model_folder


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model_folder(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def detector() -> Iterator[MediaPipeFaceDetector]:
    detector = MediaPipeFaceDetector()
    yield detector
    detector.close()


@pytest.fixture(scope="session")
def converted_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder whose network lies there for LiteRT, too."""
    from trainer.presets.conversion.convert import add_litert

    folder = make_model_folder(tmp_path_factory.mktemp("models") / "converted")
    add_litert(folder)
    return folder
