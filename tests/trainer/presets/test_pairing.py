"""Two shipped models put together, on a tiny dataset."""

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from tests.helpers.models import make_model_folder, write_preset
from tests.trainer.conftest import FolderMaker, face, write_csv
from trainer.cli import main
from trainer.config import DataSource
from trainer.contract.labels import LABEL_SETS
from trainer.data.dataset import Dataset
from trainer.data.readers import load_dataset
from trainer.errors import RunError
from trainer.fit.fine_tuning import give_start
from trainer.presets.model_folder import LoadedModel, load_model_folder
from trainer.presets.pairing import PAIR_SYSTEM, Weighing, load_pair, paired_network
from trainer.systems.catalogue import get_system

SHIPPED = [Path(__file__).parents[3] / "models" / name for name in ("fer7", "ferplus7")]


@pytest.fixture(scope="module")
def members() -> tuple[LoadedModel, LoadedModel]:
    return load_pair(SHIPPED)


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


def test_a_pair_answers_with_the_weighed_answers_of_its_members_on_evened_faces(
    members: tuple[LoadedModel, LoadedModel], dataset: Dataset
) -> None:
    network = paired_network(members, Weighing(share=0.3), dataset)
    logits = [
        share * np.log(member.network.predict_on_batch(evened(dataset.images)))
        for share, member in zip((0.3, 0.7), members, strict=True)
    ]
    powers = np.exp(np.sum(logits, axis=0))
    expected = powers / powers.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(network.predict_on_batch(dataset.images), expected, atol=1e-4)


def test_brightness_and_contrast_of_a_picture_change_nothing(
    members: tuple[LoadedModel, LoadedModel], dataset: Dataset
) -> None:
    network = paired_network(members, Weighing(share=0.3), dataset)
    faces = dataset.images.astype(np.float32)
    np.testing.assert_allclose(
        network.predict_on_batch(faces * 0.4 + 20), network.predict_on_batch(faces), atol=5e-3
    )


def test_levelling_takes_off_what_the_members_answer_most(
    members: tuple[LoadedModel, LoadedModel], dataset: Dataset
) -> None:
    plain = paired_network(members, Weighing(share=0.3), dataset)
    levelled = paired_network(members, Weighing(share=0.3, levelling=1.0), dataset)
    before, after = (each.predict_on_batch(dataset.images) for each in (plain, levelled))
    favourite = before.mean(axis=0).argmax()
    assert after[:, favourite].mean() < before[:, favourite].mean()
    assert after.mean(axis=0).min() > before.mean(axis=0).min()


def test_a_pair_can_be_trained_on_for_other_labels(
    members: tuple[LoadedModel, LoadedModel], dataset: Dataset, tmp_path: Path
) -> None:
    network = paired_network(members, Weighing(share=0.3), dataset)
    start = make_model_folder(tmp_path / "pair")
    network.save(start / "model.keras")
    write_preset(start, LABEL_SETS["fer7"])
    fewer = get_system(PAIR_SYSTEM).build(("happy", "sad", "bored"))
    give_start(fewer, start, ("happy", "sad", "bored"))
    kernels = [each.get_layer("weighed").get_weights()[0] for each in (network, fewer)]
    np.testing.assert_array_equal(
        kernels[1][:, 0], kernels[0][:, LABEL_SETS["fer7"].index("happy")]
    )
    faces = keras.ops.convert_to_tensor(dataset.images[:2], "float32")
    opinions = [
        keras.Model(each.input, each.get_layer("opinions").output)(faces)
        for each in (network, fewer)
    ]
    np.testing.assert_allclose(opinions[0], opinions[1], atol=1e-5)


def test_only_two_of_our_own_networks_make_a_pair(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="a pair has 2 models"):
        load_pair(SHIPPED[:1])
    other = make_model_folder(tmp_path / "other")
    with pytest.raises(RunError, match="other is a tiny"):
        load_pair([SHIPPED[0], other])


def test_models_with_different_labels_are_no_pair(
    members: tuple[LoadedModel, LoadedModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    fewer = LoadedModel(replace(members[1].preset, labels=("happy", "sad")), members[1].network)
    found = iter((members[0], fewer))
    monkeypatch.setattr("trainer.presets.pairing.load_model_folder", lambda _: next(found))
    with pytest.raises(RunError, match="different labels"):
        load_pair(SHIPPED)


def test_the_command_writes_a_calibrated_pair_with_its_card(
    tmp_path: Path, face_folder: FolderMaker, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        (label, face(label, seed, side=48), usage)
        for seed, usage in enumerate(("Training", "Training", "PublicTest", "PrivateTest"))
        for label in range(7)
    ]
    data, out = write_csv(tmp_path / "fer2013.csv", rows), tmp_path / "both"
    words = ["pair", "--data", str(data), "--calibrate-on", str(face_folder("happy", "sad"))]
    for folder in SHIPPED:
        words += ["--model", str(folder)]
    assert main([*words, "--crop", "1.08,0.075", "--share", "0.3", "--out", str(out)]) == 0
    assert "7 test faces of FER2013" in capsys.readouterr().out
    model = load_model_folder(out)
    assert model.preset.crop.scale == 1.08
    assert model.preset.system == PAIR_SYSTEM
    card = (out / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "30% of its logits are those of `fer7`" in card
    assert "the 8 faces of faces" in card
