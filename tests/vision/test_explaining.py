"""Why a model reads a face as it does, with real networks."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest

from fer_desktop.domain.emotion import FaceAnalysis
from fer_desktop.domain.frame import Frame
from fer_desktop.errors import DetectorError
from fer_desktop.models.catalogue import resolve_model
from fer_desktop.vision import explaining
from fer_desktop.vision.classifier import ModelClassifier
from fer_desktop.vision.detection.detector import MediaPipeFaceDetector
from fer_desktop.vision.explaining import explain_face, with_actions
from fer_desktop.vision.landmarks.landmarker import FaceLandmarker
from tests.helpers.data import astronaut
from tests.helpers.models import write_preset
from trainer.contract.preset import MODEL_FILE

LIPS = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40)


@pytest.fixture(scope="module")
def shipped() -> Iterator[ModelClassifier]:
    with closing(ModelClassifier.load(resolve_model(""))) as model:
        yield model


def look_at_upper_right(folder: Path) -> Path:
    """Write a model that calls a face happy for what detail there is in one quadrant."""
    import keras

    edges = np.array([[0, -1, 0], [-1, 4, -1], [0, -1, 0]], np.float32)[..., None, None]
    layers = keras.layers
    network = keras.Sequential(
        [
            keras.Input((48, 48, 1)),
            layers.Rescaling(1 / 255),
            layers.Cropping2D(((0, 24), (24, 0))),
            layers.Conv2D(1, 3, activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(2, activation="softmax"),
        ]
    )
    network.set_weights([edges, np.zeros(1), np.array([[120.0, 0.0]]), np.array([-3.0, 0.0])])
    folder.mkdir()
    network.save(folder / MODEL_FILE)
    write_preset(folder, ("happy", "neutral"))
    return folder


def test_a_network_that_looks_at_one_quadrant_is_found_out(
    tmp_path: Path, detector: MediaPipeFaceDetector
) -> None:
    (face,) = detector.detect(astronaut(), thorough=True)
    with closing(
        ModelClassifier.load(look_at_upper_right(tmp_path / "eye"), engine="keras")
    ) as model:
        found = explain_face(model, astronaut(), face)
    speaks_for = np.maximum(found.evidence.map(0, 48), 0)
    assert speaks_for[:24, 24:].sum() / speaks_for.sum() > 0.75  # of any map: a quarter


def test_a_smile_is_seen_at_the_mouth(
    shipped: ModelClassifier, detector: MediaPipeFaceDetector
) -> None:
    (face,) = detector.detect(astronaut(), thorough=True)
    (mesh,) = FaceLandmarker().find(astronaut(), [face])
    assert mesh is not None
    found = explain_face(shipped, astronaut(), face)
    assert found.scores.emotion == "happy"
    at, size = shipped.preset.labels.index("happy"), 96
    speaks_for = np.maximum(found.evidence.map(at, size), 0)
    back = np.linalg.inv(found.to_picture[:, :2])
    lips = (mesh.points[list(LIPS), :2] + 0.5 - found.to_picture[:, 2]) @ back.T
    lips = (lips - lips.mean(axis=0)) * 1.5 + lips.mean(axis=0)
    mouth = np.zeros((size, size), np.uint8)
    cv2.fillConvexPoly(mouth, cv2.convexHull(np.rint(size * lips).astype(np.int32)), 1)
    share = speaks_for[mouth == 1].sum() / speaks_for.sum()
    assert share > 3 * mouth.mean()
    assert found.evidence.without_for[at] < 0.2 < 0.8 < found.evidence.without_random[at]


def test_the_map_lies_over_the_face_in_the_picture(
    shipped: ModelClassifier, detector: MediaPipeFaceDetector
) -> None:
    tilted = cv2.warpAffine(astronaut(), cv2.getRotationMatrix2D((224, 125), 40, 1), (512, 512))
    (face,) = detector.detect(tilted, thorough=True)
    found = explain_face(shipped, tilted, face)
    size = shipped.preset.input_size_px
    # Drawn with this map the crop is the picture again.
    matrix = found.to_picture.copy()
    matrix[:, :2] /= size
    matrix[:, 2] += matrix[:, :2].sum(axis=1) / 2 - 0.5
    again = cv2.warpAffine(tilted, matrix, (size, size), flags=cv2.WARP_INVERSE_MAP)
    gray = cv2.cvtColor(again, cv2.COLOR_BGR2GRAY).astype(float)
    assert np.corrcoef(gray.ravel(), found.crop.ravel())[0, 1] > 0.95


def test_actions_stand_beside_it(detector: MediaPipeFaceDetector) -> None:
    (face,) = detector.detect(astronaut(), thorough=True)
    found = with_actions(Frame(0, 0, 0, astronaut()), FaceAnalysis(1, face, None, None))
    numbers = {
        channel: number
        for spec, row in found.measurements
        for channel, number in zip(spec.channels, row, strict=True)
    }
    assert numbers["AU12"] > 0.5 > numbers["AU15"]
    assert numbers["usable"] == 1


def test_without_the_landmarker_it_says_so(
    monkeypatch: pytest.MonkeyPatch, detector: MediaPipeFaceDetector, tmp_path: Path
) -> None:
    monkeypatch.setattr(explaining, "FaceLandmarker", lambda: FaceLandmarker(tmp_path / "none"))
    (face,) = detector.detect(astronaut(), thorough=True)
    with pytest.raises(DetectorError):
        with_actions(Frame(0, 0, 0, astronaut()), FaceAnalysis(1, face, None, None))
