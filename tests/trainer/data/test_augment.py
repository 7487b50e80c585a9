import keras
import numpy as np

from tests.helpers.data import astronaut
from trainer.config import STANDARD_AUGMENTATION, Augmentation
from trainer.data.augment import MixUp, augmentation_layers

FACES = np.stack([astronaut()[60:108, at : at + 48, :1] for at in (165, 175, 185, 195)]).astype(
    "float32"
)
TARGETS = np.eye(4, dtype="float32")


def test_mixup_blends_images_and_targets_in_the_same_shares() -> None:
    layer = MixUp(1.0, seed=1)
    mixed = keras.ops.convert_to_numpy(layer(FACES, training=True))
    targets = keras.ops.convert_to_numpy(layer.blended(keras.ops.convert_to_tensor(TARGETS)))
    assert np.abs(mixed - FACES).max() > 1
    np.testing.assert_allclose(targets.sum(axis=1), 1, atol=1e-6)
    # What the targets say of each image is what was done to it.
    np.testing.assert_allclose(mixed, np.tensordot(targets, FACES, axes=1), atol=1e-3)


def test_mixup_leaves_images_alone_outside_of_training() -> None:
    np.testing.assert_array_equal(MixUp(1.0, seed=1)(FACES), FACES)


def test_every_training_image_is_changed_in_its_own_way() -> None:
    images = np.repeat(FACES[:1], 4, axis=0)
    for layer in augmentation_layers(STANDARD_AUGMENTATION, seed=0):
        changed = keras.ops.convert_to_numpy(layer(images, training=True))
        assert changed.shape == images.shape
        assert changed.min() >= 0
        assert changed.max() <= 255
        assert all(np.abs(changed[0] - other).max() > 1 for other in changed[1:])
        np.testing.assert_array_equal(layer(images, training=False), images)


def test_sharpness_goes_both_ways_and_keeps_the_light() -> None:
    images = np.repeat(FACES[:1], 32, axis=0)
    (layer,) = augmentation_layers(Augmentation(sharpness=0.8), seed=0)
    changed = keras.ops.convert_to_numpy(layer(images, training=True))
    inner = (slice(None), slice(2, -2), slice(2, -2))

    def detail(faces: np.ndarray) -> np.ndarray:
        return np.abs(np.diff(faces[inner], axis=2)).mean(axis=(1, 2, 3))

    assert detail(changed).min() < 0.8 * detail(images)[0]
    assert detail(changed).max() > 1.2 * detail(images)[0]
    np.testing.assert_allclose(changed[inner].mean(axis=(1, 2, 3)), images[inner].mean(), rtol=0.03)
    np.testing.assert_array_equal(layer(images, training=False), images)
