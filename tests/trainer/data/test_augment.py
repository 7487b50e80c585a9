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


def test_blur_takes_detail_away_from_half_of_the_images_and_keeps_their_light() -> None:
    images = np.repeat(FACES[:1], 64, axis=0)
    (layer,) = augmentation_layers(Augmentation(blur=1.5), seed=0)
    changed = keras.ops.convert_to_numpy(layer(images, training=True))
    detail = np.abs(np.diff(changed, axis=2)).mean(axis=(1, 2, 3))
    sharp = np.isclose(detail, np.abs(np.diff(images[0], axis=1)).mean(), rtol=0.01)
    assert 16 < sharp.sum() < 48
    assert detail.min() < 0.6 * detail.max()
    np.testing.assert_allclose(changed.mean(axis=(1, 2, 3)), images.mean(), rtol=0.03)


def test_noise_differs_in_strength_and_stays_within_its_limit() -> None:
    images = np.full((64, 48, 48, 1), 128, np.float32)
    (layer,) = augmentation_layers(Augmentation(noise=0.05), seed=0)
    spread = keras.ops.convert_to_numpy(layer(images, training=True)).std(axis=(1, 2, 3))
    assert spread.min() < 2
    assert 9 < spread.max() < 1.1 * 0.05 * 255


def test_side_light_brightens_one_side_and_darkens_the_other() -> None:
    images = np.full((64, 48, 48, 1), 100, np.float32)
    (layer,) = augmentation_layers(Augmentation(side_light=0.4), seed=0)
    changed = keras.ops.convert_to_numpy(layer(images, training=True))
    left, right = changed[:, :, :8].mean(axis=(1, 2, 3)), changed[:, :, -8:].mean(axis=(1, 2, 3))
    assert (right - left).max() > 40
    assert (right - left).min() < -40
    np.testing.assert_allclose(left + right, 200, rtol=0.02)


def test_gamma_moves_middle_gray_both_ways_but_not_black_and_white() -> None:
    images = np.tile(np.array([0, 64, 255], np.float32).repeat(16), (64, 48, 1))[..., None]
    (layer,) = augmentation_layers(Augmentation(gamma=0.8), seed=0)
    changed = keras.ops.convert_to_numpy(layer(images, training=True))
    middle = changed[:, :, 20].mean(axis=(1, 2))
    assert middle.min() < 40
    assert middle.max() > 90
    np.testing.assert_allclose(changed[:, :, 0], 0, atol=1)
    np.testing.assert_allclose(changed[:, :, -1], 255, atol=1)


def test_tighter_frames_show_less_of_the_picture() -> None:
    ramp = np.tile(np.linspace(0, 255, 48, dtype=np.float32), (64, 48, 1))[..., None]
    (layer,) = augmentation_layers(Augmentation(tighten=0.3), seed=0)
    changed = keras.ops.convert_to_numpy(layer(ramp, training=True))
    seen = (changed[:, 24, -1] - changed[:, 24, 0])[:, 0] / 255
    assert seen.max() <= 1.001
    assert 0.69 < seen.min() < 0.8
