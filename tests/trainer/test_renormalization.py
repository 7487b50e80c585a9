from pathlib import Path

import keras
import numpy as np
from keras import layers

from tests.trainer.conftest import SIDE
from trainer.config import DataSource
from trainer.data.readers import load_dataset
from trainer.renormalization import renormalize


def test_statistics_become_those_of_the_training_faces(faces_csv: Path) -> None:
    dataset = load_dataset(
        DataSource(path=faces_csv),
        labels=("angry", "disgust", "fear"),
        size_px=SIDE,
        color="gray",
    )
    pixels = keras.Input((SIDE, SIDE, 1))
    x = layers.BatchNormalization()(pixels)
    network = keras.Model(pixels, layers.Dense(3)(layers.Flatten()(x)))
    first = network.layers[1]
    before = [np.array(value) for value in network.trainable_weights]
    renormalize(network, dataset)
    faces = dataset.images[dataset.rows("train")].astype(np.float64)
    np.testing.assert_allclose(np.array(first.moving_mean), faces.mean(), rtol=1e-3)
    np.testing.assert_allclose(np.array(first.moving_variance), faces.var(), rtol=1e-3)
    assert first.momentum == 0.99
    for value, was in zip(network.trainable_weights, before, strict=True):
        np.testing.assert_array_equal(np.array(value), was)
