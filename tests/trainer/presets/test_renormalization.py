from pathlib import Path

import keras
import numpy as np
from keras import layers

from tests.trainer.conftest import SIDE
from trainer.config import DataSource
from trainer.data.readers import load_dataset
from trainer.presets.renormalization import renormalize


def test_statistics_become_those_of_sharp_and_resampled_training_faces(faces_csv: Path) -> None:
    dataset = load_dataset(
        DataSource(path=faces_csv),
        labels=("angry", "disgust", "fear"),
        size_px=SIDE,
        color="gray",
    )
    pixels = keras.Input((SIDE, SIDE, 1))
    # The difference of neighbours: resampling takes its variance away.
    fine = layers.Conv2D(1, (1, 2), use_bias=False)
    x = layers.BatchNormalization()(fine(pixels))
    network = keras.Model(pixels, layers.Dense(3)(layers.Flatten()(x)))
    fine.set_weights([np.array([-1.0, 1.0]).reshape(1, 2, 1, 1)])
    first = network.layers[2]
    before = [np.array(value) for value in network.trainable_weights]
    renormalize(network, dataset)
    faces = dataset.images[dataset.rows("train")].astype(np.float64)
    steps = np.diff(faces, axis=2)
    np.testing.assert_allclose(np.array(first.moving_mean), steps.mean(), atol=0.1 * steps.std())
    assert 0.5 * steps.var() < float(np.array(first.moving_variance)[0]) < 0.95 * steps.var()
    assert first.momentum == 0.99
    for value, was in zip(network.trainable_weights, before, strict=True):
        np.testing.assert_array_equal(np.array(value), was)
