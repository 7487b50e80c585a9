from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from tests.helpers.models import make_model_folder, write_preset
from trainer.config import Recipe, gentle
from trainer.contract.preset import MODEL_FILE
from trainer.errors import RunError
from trainer.fit.fine_tuning import give_start
from trainer.presets.model_folder import load_model_folder, model_preset
from trainer.systems.catalogue import get_system

OLD, NEW = ("angry", "sad", "happy"), ("Sadness", "wink", "anger")


def test_labels_keep_what_was_learned_of_them(tmp_path: Path) -> None:
    start = make_model_folder(tmp_path / "old", OLD)
    learned = load_model_folder(start).network.get_weights()
    for labels, again in ((OLD, [0, 1, 2]), (NEW, [1, None, 0]), (("happy", "sad"), [2, 1])):
        network = load_model_folder(
            make_model_folder(tmp_path / f"new {labels[0]}", labels)
        ).network
        fresh = network.get_weights()
        fresh[-1][:] = 5
        network.set_weights(fresh)
        give_start(network, start, labels)
        found = network.get_weights()
        np.testing.assert_array_equal(found[0], learned[0])
        for at, before in enumerate(again):
            for place in (-2, -1):
                wanted = fresh[place][..., at] if before is None else learned[place][..., before]
                np.testing.assert_array_equal(found[place][..., at], wanted)


def test_normalized_answers_are_told_by_label_too(tmp_path: Path) -> None:
    def ending(seed: int) -> keras.Model:
        # As many features as labels: only the last kernel and what follows it go by label.
        pixels = keras.Input((48, 48, 1))
        x = layers.Dense(3)(layers.GlobalAveragePooling2D()(pixels))
        network = keras.Model(pixels, layers.BatchNormalization()(layers.Dense(3)(x)))
        random = np.random.default_rng(seed)
        network.set_weights([random.random(value.shape) for value in network.get_weights()])
        return network

    start, network = make_model_folder(tmp_path / "old", OLD), ending(1)
    ending(0).save(start / MODEL_FILE)
    write_preset(start, OLD)
    learned = ending(0).get_weights()
    give_start(network, start, ("happy", "angry", "sad"))
    for at, (value, before) in enumerate(zip(network.get_weights(), learned, strict=True)):
        np.testing.assert_array_equal(value, before if at < 2 else before[..., [2, 0, 1]])


def test_other_networks_are_refused(tmp_path: Path) -> None:
    start = make_model_folder(tmp_path / "old", OLD)
    other = load_model_folder(make_model_folder(tmp_path / "larger", OLD, size_px=64)).network
    for network in (other, get_system("study_d_cnn_1").build(OLD)):
        with pytest.raises(RunError, match=r"old do not fit .*this version"):
            give_start(network, start, OLD)
    with pytest.raises(RunError, match=r"is not a folder.*a model folder"):
        model_preset(tmp_path / "none")


def test_a_start_is_improved_gently() -> None:
    recipe = gentle(Recipe(learning_rate=1e-3, epochs=60, ema=0.999))
    assert (recipe.learning_rate, recipe.epochs, recipe.ema) == (1e-4, 15, 0)
    assert gentle(Recipe(epochs=3)).epochs == 3


def test_both_heads_begin_as_the_models_one(tmp_path: Path, tiny_systems: None) -> None:
    labels = ("angry", "disgust", "fear")
    system = get_system("tiny")
    folder = tmp_path / "model"
    folder.mkdir()
    system.build(labels).save(folder / MODEL_FILE)
    write_preset(folder, labels, size_px=16)
    network = system.build_parts(labels, auxiliary=True).whole
    give_start(network, folder, labels)
    pixels = np.random.default_rng(0).integers(0, 256, (2, 16, 16, 1)).astype("float32")
    learned = load_model_folder(folder).network.predict_on_batch(pixels)
    for answer in network.predict_on_batch(pixels).values():
        np.testing.assert_allclose(answer, learned, atol=1e-6)
