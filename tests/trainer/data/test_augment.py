import keras
import numpy as np

from tests.helpers.data import astronaut
from trainer.config import STANDARD_AUGMENTATION
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
