import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from fer_desktop.errors import ModelError
from fer_desktop.vision.engines.keras import KerasEmotionClassifier, padded_size
from tests.helpers.data import astronaut
from tests.helpers.fakes import face_at, fake_preset
from tests.helpers.models import make_model_folder, write_preset
from trainer.contract.calibration import calibrate
from trainer.contract.labels import LABEL_SETS
from trainer.contract.preset import MODEL_FILE, PRESET_FILE

FACE = face_at((177, 82, 272, 177))


@pytest.fixture(scope="module")
def classifier(model_folder: Path) -> Iterator[KerasEmotionClassifier]:
    classifier = KerasEmotionClassifier.load(model_folder)
    yield classifier
    classifier.close()


@pytest.fixture
def copied(model_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(model_folder, tmp_path / "copied"))


def test_it_says_what_it_is(classifier: KerasEmotionClassifier) -> None:
    assert classifier.preset.labels == LABEL_SETS["fer7"]
    assert classifier.device == "CPU" or classifier.device.startswith("GPU")


def test_no_faces_no_rows(classifier: KerasEmotionClassifier) -> None:
    assert classifier.classify(astronaut(), []).shape == (0, 7)


@pytest.mark.parametrize("faces", [1, 3, 16, 19])
def test_every_face_gets_its_own_probabilities(
    classifier: KerasEmotionClassifier, faces: int
) -> None:
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


def test_the_same_face_gives_the_same_numbers(classifier: KerasEmotionClassifier) -> None:
    first, second = (classifier.classify(astronaut(), [FACE] * 3) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(("faces", "padded"), [(1, 1), (2, 2), (3, 4), (5, 8), (9, 16), (16, 16)])
def test_numbers_of_faces_are_padded_to_compiled_ones(faces: int, padded: int) -> None:
    assert padded_size(faces) == padded


def test_the_temperature_of_the_preset_is_used(
    classifier: KerasEmotionClassifier, copied: Path
) -> None:
    write_preset(copied, LABEL_SETS["fer7"], temperature=3.0)
    warm = KerasEmotionClassifier.load(copied)
    try:
        plain = classifier.classify(astronaut(), [FACE]).astype(np.float64)
        np.testing.assert_allclose(
            warm.classify(astronaut(), [FACE]), calibrate(plain, 3.0), atol=1e-5
        )
    finally:
        warm.close()
        warm.close()


def test_colour_models_see_colours(tmp_path: Path) -> None:
    folder = make_model_folder(tmp_path / "rgb", ("sad", "happy"), size_px=64, color="rgb")
    classifier = KerasEmotionClassifier.load(folder)
    try:
        swapped = np.ascontiguousarray(astronaut()[:, :, ::-1])
        answers = [classifier.classify(pixels, [FACE]) for pixels in (astronaut(), swapped)]
    finally:
        classifier.close()
    assert np.abs(answers[0] - answers[1]).max() > 1e-4


def assert_refused(folder: Path, *words: str, verify: bool = True) -> None:
    with pytest.raises(ModelError) as caught:
        KerasEmotionClassifier.load(folder, verify=verify)
    assert caught.value.hint
    for word in words:
        assert word in caught.value.message
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", [MODEL_FILE, PRESET_FILE])
def test_a_folder_that_lacks_a_file_is_refused(copied: Path, name: str) -> None:
    (copied / name).unlink()
    assert_refused(copied, name)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    assert_refused(tmp_path / "nowhere", "nowhere")


def test_changed_weights_are_refused(copied: Path) -> None:
    with (copied / MODEL_FILE).open("ab") as file:
        file.write(b"x")
    assert_refused(copied, "checksum")


@pytest.mark.parametrize("preset", ["", "[]", '{"name": "x"}', '{"format_version": 99}'])
def test_a_damaged_preset_is_refused(copied: Path, preset: str) -> None:
    (copied / PRESET_FILE).write_text(preset)
    assert_refused(copied, PRESET_FILE)


@pytest.mark.parametrize("damage", ["empty", "text", "cut", "no weights", "no config"])
def test_a_damaged_archive_is_refused(copied: Path, damage: str) -> None:
    file = copied / MODEL_FILE
    whole = file.read_bytes()
    file.write_bytes(
        {"empty": b"", "text": b"hello", "cut": whole[: len(whole) // 2]}.get(damage, whole)
    )
    if damage.startswith("no "):
        left_out = "model.weights.h5" if damage == "no weights" else "config.json"
        with zipfile.ZipFile(file) as archive:
            kept = {name: archive.read(name) for name in archive.namelist() if name != left_out}
        with zipfile.ZipFile(file, "w") as archive:
            for name, content in kept.items():
                archive.writestr(name, content)
    write_preset(copied, LABEL_SETS["fer7"])
    assert_refused(copied, MODEL_FILE)


def test_labels_that_do_not_fit_are_refused(copied: Path) -> None:
    write_preset(copied, LABEL_SETS["fer4"])
    assert_refused(copied, "4 labels")


@pytest.mark.parametrize("fields", [{"size_px": 64}, {"color": "rgb"}])
def test_an_input_that_does_not_fit_is_refused(copied: Path, fields: dict[str, object]) -> None:
    write_preset(copied, LABEL_SETS["fer7"], **fields)
    assert_refused(copied, "input")


def test_logits_are_refused(tmp_path: Path) -> None:
    folder = make_model_folder(tmp_path / "logits", output_activation=None)
    assert_refused(folder, "probabilities")


def test_a_lambda_layer_is_refused(tmp_path: Path) -> None:
    import keras

    folder = make_model_folder(
        tmp_path / "lambda", extra_layer=lambda: keras.layers.Lambda(lambda x: x * 2)
    )
    assert_refused(folder, "Lambda", "refused")


def test_layers_nobody_knows_are_refused(copied: Path) -> None:
    file = copied / MODEL_FILE
    with zipfile.ZipFile(file) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(contents["config.json"])
    layer = config["config"]["layers"][2]
    layer.update(module="somewhere", class_name="Strange", registered_name="Custom>Strange")
    contents["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    write_preset(copied, LABEL_SETS["fer7"])
    assert_refused(copied, "cannot be loaded")


def test_a_backend_that_is_not_there_is_said(
    model_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setitem(sys.modules, "keras", None)
    with pytest.raises(ModelError, match="'jax'") as caught:
        KerasEmotionClassifier.load(model_folder)
    assert "KERAS_BACKEND" in caught.value.hint


class UncompilableNetwork:
    """Answers only when the compiler is left out."""

    def compile(self, *, jit_compile: bool) -> None:
        self.is_compiled = jit_compile

    def predict_on_batch(self, crops: np.ndarray) -> np.ndarray:
        if self.is_compiled:
            raise RuntimeError("no compiler for this card")
        return np.full((len(crops), 7), 1 / 7, np.float32)


def test_a_network_that_cannot_be_compiled_runs_all_the_same() -> None:
    classifier = KerasEmotionClassifier(fake_preset(), UncompilableNetwork())
    np.testing.assert_allclose(classifier.classify(astronaut(), [FACE]), 1 / 7, atol=1e-6)
    classifier.close()
