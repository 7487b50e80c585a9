"""Keras runs ``model.keras``, and refuses what hides or does not fit."""

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from fer_desktop.errors import ModelError
from fer_desktop.vision.engines.keras import KerasEngine, load_keras, padded_size
from tests.helpers.fakes import fake_preset
from tests.helpers.models import make_model_folder, write_preset
from trainer.contract.labels import LABEL_SETS
from trainer.contract.preset import MODEL_FILE, read_preset

CROPS = np.zeros((3, 48, 48, 1), np.uint8)


@pytest.fixture
def copied(model_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(model_folder, tmp_path / "copied"))


@pytest.mark.parametrize(("faces", "padded"), [(1, 1), (2, 2), (3, 4), (5, 8), (9, 16), (16, 16)])
def test_numbers_of_faces_are_padded_to_compiled_ones(faces: int, padded: int) -> None:
    assert padded_size(faces) == padded


def assert_refused(folder: Path, *words: str) -> None:
    with pytest.raises(ModelError) as caught:
        load_keras(folder, read_preset(folder), warm_up=False)
    assert caught.value.hint
    for word in words:
        assert word in caught.value.message
    assert "\n" not in str(caught.value)


def test_changed_weights_are_refused(copied: Path) -> None:
    with (copied / MODEL_FILE).open("ab") as file:
        file.write(b"x")
    assert_refused(copied, "checksum")


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
        load_keras(model_folder, read_preset(model_folder), warm_up=False)
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
    engine = KerasEngine(UncompilableNetwork(), fake_preset())
    np.testing.assert_allclose(engine.predict(CROPS), 1 / 7, atol=1e-6)
    engine.close()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems load otherwise")
def test_the_large_libraries_are_there_before_the_import() -> None:
    program = (
        "import sys\nfrom pathlib import Path\n"
        "from fer_desktop.vision.engines.keras_backend import load_tensorflow_libraries\n"
        "load_tensorflow_libraries()\nassert 'tensorflow' not in sys.modules\n"
        "print('libtensorflow_cc' in Path('/proc/self/maps').read_text())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "True\n", done.stderr
