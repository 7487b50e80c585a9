"""A model folder reads faces, alike on every engine."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from fer_desktop.errors import ModelError
from fer_desktop.settings import EngineChoice
from fer_desktop.vision.classifier import ModelClassifier
from tests.helpers.data import astronaut
from tests.helpers.fakes import face_at
from tests.helpers.models import make_model_folder
from trainer.contract.calibration import calibrate
from trainer.contract.labels import LABEL_SETS
from trainer.contract.preset import MODEL_FILE, PRESET_FILE, update_preset

FACE = face_at((177, 82, 272, 177))
ENGINES: tuple[EngineChoice, ...] = ("litert", "keras")


@pytest.fixture(scope="module", params=ENGINES)
def classifier(request: pytest.FixtureRequest, converted_folder: Path) -> Iterator[ModelClassifier]:
    classifier = ModelClassifier.load(converted_folder, engine=request.param)
    yield classifier
    classifier.close()


def test_it_says_what_it_is(classifier: ModelClassifier) -> None:
    assert classifier.preset.labels == LABEL_SETS["fer7"]
    assert classifier.engine in ENGINES
    assert classifier.device == "CPU" or classifier.device.startswith("GPU")


def test_no_faces_no_rows(classifier: ModelClassifier) -> None:
    assert classifier.classify(astronaut(), []).shape == (0, 7)


@pytest.mark.parametrize("faces", [1, 3, 4, 5, 16, 19])
def test_every_face_gets_its_own_probabilities(classifier: ModelClassifier, faces: int) -> None:
    detections = [
        face_at((100 + 5 * i, 60 + 3 * i, 200 + 5 * i, 160 + 3 * i)) for i in range(faces)
    ]

    answers = classifier.classify(astronaut(), detections)

    assert answers.shape == (faces, 7)
    assert answers.dtype == np.float32
    np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-6)
    alone = np.concatenate([classifier.classify(astronaut(), [face]) for face in detections])
    np.testing.assert_allclose(answers, alone, atol=1e-5)
    assert len(np.unique(answers, axis=0)) == faces


def test_the_same_face_gives_the_same_numbers(classifier: ModelClassifier) -> None:
    first, second = (classifier.classify(astronaut(), [FACE] * 3) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_temperature_of_the_preset_is_used(
    converted_folder: Path, tmp_path: Path, engine: EngineChoice
) -> None:
    folder = Path(shutil.copytree(converted_folder, tmp_path / "warm"))
    plain, warm = (_classified(folder, engine, temperature) for temperature in (1.0, 3.0))
    np.testing.assert_allclose(warm, calibrate(plain, 3.0), atol=1e-5)


def _classified(folder: Path, engine: EngineChoice, temperature: float) -> np.ndarray:
    update_preset(folder, temperature=temperature)
    classifier = ModelClassifier.load(folder, engine=engine)
    try:
        return classifier.classify(astronaut(), [FACE])
    finally:
        classifier.close()
        classifier.close()


def test_colour_models_see_colours(tmp_path: Path) -> None:
    folder = make_model_folder(tmp_path / "rgb", ("sad", "happy"), size_px=64, color="rgb")
    classifier = ModelClassifier.load(folder)
    try:
        swapped = np.ascontiguousarray(astronaut()[:, :, ::-1])
        answers = [classifier.classify(pixels, [FACE]) for pixels in (astronaut(), swapped)]
    finally:
        classifier.close()
    assert np.abs(answers[0] - answers[1]).max() > 1e-4


@pytest.mark.parametrize("name", [MODEL_FILE, PRESET_FILE])
def test_a_folder_that_lacks_a_file_is_refused(
    converted_folder: Path, tmp_path: Path, name: str
) -> None:
    folder = Path(shutil.copytree(converted_folder, tmp_path / "copied"))
    (folder / name).unlink()
    with pytest.raises(ModelError, match=name) as caught:
        ModelClassifier.load(folder)
    assert caught.value.hint


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nowhere"):
        ModelClassifier.load(tmp_path / "nowhere")


@pytest.mark.parametrize("preset", ["", "[]", '{"name": "x"}', '{"format_version": 99}'])
def test_a_damaged_preset_is_refused(converted_folder: Path, tmp_path: Path, preset: str) -> None:
    folder = Path(shutil.copytree(converted_folder, tmp_path / "copied"))
    (folder / PRESET_FILE).write_text(preset)
    with pytest.raises(ModelError, match="cannot be used") as caught:
        ModelClassifier.load(folder)
    assert caught.value.hint


def test_logits_are_refused(tmp_path: Path) -> None:
    folder = make_model_folder(tmp_path / "logits", output_activation=None)
    with pytest.raises(ModelError, match="probabilities") as caught:
        ModelClassifier.load(folder)
    assert "softmax" in caught.value.hint
