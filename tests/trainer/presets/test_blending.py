"""Two shipped models in one, on a tiny dataset."""

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from tests.helpers.models import make_model_folder
from tests.trainer.conftest import FolderMaker, face, write_csv
from trainer.cli import main
from trainer.config import DataSource
from trainer.contract.labels import LABEL_SETS
from trainer.data.dataset import Dataset
from trainer.data.readers import load_dataset
from trainer.errors import RunError
from trainer.presets.blending import blended_network, load_models
from trainer.presets.heads import Blend
from trainer.presets.model_folder import LoadedModel, load_model_folder

SHIPPED = [Path(__file__).parents[3] / "models" / name for name in ("fer7", "ferplus7")]


@pytest.fixture(scope="module")
def models() -> tuple[LoadedModel, LoadedModel]:
    return load_models(SHIPPED)


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    usages = ("Training", "PublicTest", "PrivateTest")
    rows = [
        (label, face(label, seed, side=48), usages[seed % 3])
        for seed in range(3)
        for label in range(7)
    ]
    return load_dataset(
        DataSource(path=write_csv(tmp_path / "fer2013.csv", rows)), labels=LABEL_SETS["fer7"]
    )


def evened(faces: np.ndarray) -> np.ndarray:
    pixels = faces.astype(np.float64)
    mean = pixels.mean(axis=(1, 2, 3), keepdims=True)
    return (pixels - mean) / np.sqrt(pixels.var(axis=(1, 2, 3), keepdims=True) + 1) * 56 + 130


def test_a_blend_weighs_both_last_layers_on_the_first_trunk_and_evened_faces(
    models: tuple[LoadedModel, LoadedModel], dataset: Dataset
) -> None:
    network = blended_network(models, Blend(share=0.4, levelling=0.0), dataset)
    first = models[0].network
    last = [layer for layer in first.layers if isinstance(layer, keras.layers.Dense)][-1]
    features = keras.Model(first.input, last.input).predict_on_batch(evened(dataset.images))
    heads = [model.network.get_weights()[-2:] for model in models]
    logits = sum(
        share * (features @ kernel + bias)
        for share, (kernel, bias) in zip((0.4, 0.6), heads, strict=True)
    )
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    expected = powers / powers.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(network.predict_on_batch(dataset.images), expected, atol=1e-4)


def test_brightness_and_contrast_of_a_picture_change_nothing(
    models: tuple[LoadedModel, LoadedModel], dataset: Dataset
) -> None:
    network = blended_network(models, Blend(share=0.4, levelling=0.0), dataset)
    faces = dataset.images.astype(np.float32)
    np.testing.assert_allclose(
        network.predict_on_batch(faces * 0.4 + 20), network.predict_on_batch(faces), atol=5e-3
    )


def test_only_two_of_our_own_networks_make_a_blend(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="made of 2 models"):
        load_models(SHIPPED[:1])
    other = make_model_folder(tmp_path / "other")
    with pytest.raises(RunError, match="other is a tiny"):
        load_models([SHIPPED[0], other])


def test_models_with_different_labels_are_no_blend(
    models: tuple[LoadedModel, LoadedModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    fewer = LoadedModel(replace(models[1].preset, labels=("happy", "sad")), models[1].network)
    found = iter((models[0], fewer))
    monkeypatch.setattr("trainer.presets.blending.load_model_folder", lambda _: next(found))
    with pytest.raises(RunError, match="different labels"):
        load_models(SHIPPED)


def test_the_command_writes_a_calibrated_blend_with_its_card(
    tmp_path: Path, face_folder: FolderMaker, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        (label, face(label, seed, side=48), usage)
        for seed, usage in enumerate(("Training", "Training", "PublicTest", "PrivateTest"))
        for label in range(7)
    ]
    data, out = write_csv(tmp_path / "fer2013.csv", rows), tmp_path / "both"
    words = ["blend", "--data", str(data), "--calibrate-on", str(face_folder("happy", "sad"))]
    for folder in SHIPPED:
        words += ["--model", str(folder)]
    assert main([*words, "--crop", "1.08,0.075", "--share", "0.4", "--out", str(out)]) == 0
    assert "7 test faces of FER2013" in capsys.readouterr().out
    model = load_model_folder(out)
    assert model.preset.crop.scale == 1.08
    assert model.preset.system == "residual_se_even"
    card = (out / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "The last layer is 40% that of the same model and 60% that of `ferplus7`" in card
    assert "the 8 faces of faces" in card
