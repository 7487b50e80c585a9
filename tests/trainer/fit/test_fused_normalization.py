from typing import Any

import keras
import numpy as np
import pytest

from trainer.fit.fused_normalization import fused_normalization

pytestmark = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="other backends fuse it by themselves"
)


def _train(fused: bool, policy: str, shape: tuple[int, ...], **options: Any) -> list[Any]:
    """Return the weights and answers after some steps."""
    keras.utils.set_random_seed(3)
    random = np.random.default_rng(3)
    images = random.normal(2.0, 3.0, (16, *shape)).astype(np.float32)
    targets = np.eye(3, dtype=np.float32)[random.integers(3, size=16)]
    layers = keras.layers
    network = keras.Sequential(
        [
            keras.Input(shape),
            layers.BatchNormalization(dtype=policy, momentum=0.8, **options),
            layers.Flatten(),
            layers.Dense(3, activation="softmax"),
        ]
    )
    network.compile("sgd", "categorical_crossentropy", jit_compile=False)
    if fused:
        with fused_normalization():
            losses = [network.train_on_batch(images, targets) for _ in range(5)]
    else:
        losses = [network.train_on_batch(images, targets) for _ in range(5)]
    return [losses, network.predict_on_batch(images), *network.get_weights()]


@pytest.mark.parametrize(
    ("policy", "shape", "options", "tolerance"),
    [
        ("float32", (6, 5, 4), {}, 1e-5),
        ("float32", (6, 5, 4), {"scale": False, "center": False}, 1e-5),
        ("float32", (6, 5, 4), {"axis": 1}, 1e-5),
        ("float32", (7,), {}, 1e-5),
        ("mixed_bfloat16", (6, 5, 4), {}, 0.03),
    ],
)
def test_training_is_what_it_is_in_keras(
    policy: str, shape: tuple[int, ...], options: dict[str, Any], tolerance: float
) -> None:
    for ours, theirs in zip(
        _train(True, policy, shape, **options), _train(False, policy, shape, **options), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, atol=tolerance, rtol=tolerance)


def test_a_frozen_layer_keeps_its_averages() -> None:
    layer = keras.layers.BatchNormalization(trainable=False)
    images = np.random.default_rng(0).normal(5, 2, (4, 3, 3, 2)).astype(np.float32)
    with fused_normalization():
        answer = layer(images, training=True)
    np.testing.assert_allclose(answer, images / np.sqrt(1 + layer.epsilon), rtol=1e-5)
    np.testing.assert_array_equal(layer.moving_mean, [0, 0])


def test_keras_is_left_as_it_was() -> None:
    original = keras.layers.BatchNormalization.call

    def stop() -> None:
        assert keras.layers.BatchNormalization.call is not original
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"), fused_normalization():
        stop()
    assert keras.layers.BatchNormalization.call is original
