"""Augmentation as Keras layers: whole batches, on the device that trains."""

import math
from typing import Any

import keras
from keras import ops

from trainer.config import Augmentation

Tensor = Any


class RandomWarp(keras.layers.Layer):  # type: ignore[misc]
    """Flip, rotation, zoom and shift in one resampling, so that an image is blurred only once."""

    def __init__(self, settings: Augmentation, seed: int, **kwargs: Any) -> None:
        super().__init__(dtype="float32", **kwargs)
        self.settings = settings
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, images: Tensor, training: bool = False) -> Tensor:
        """Return the images warped while training, as they are otherwise."""
        if not training:
            return images
        count, height, width = ops.shape(images)[0], images.shape[1], images.shape[2]

        def spread(limit: float) -> Tensor:
            return keras.random.uniform((count,), -limit, limit, seed=self.seed_generator)

        angle = spread(math.radians(self.settings.rotate_deg))
        size = 1.0 + spread(self.settings.zoom)
        mirror = ops.where(spread(1.0) < 0, -1.0, 1.0) if self.settings.flip else 1.0
        right, down = spread(self.settings.shift) * width, spread(self.settings.shift) * height
        cos, sin = ops.cos(angle) * size, ops.sin(angle) * size
        # The matrix maps output pixels to input pixels, about the middle of the image.
        a, b, c, d = cos * mirror, -sin, sin * mirror, cos
        mid_x, mid_y = (width - 1) / 2, (height - 1) / 2
        shift_x = mid_x - a * mid_x - b * mid_y + right
        shift_y = mid_y - c * mid_x - d * mid_y + down
        zero = ops.zeros_like(a)
        matrix = ops.stack([a, b, shift_x, c, d, shift_y, zero, zero], axis=1)
        return ops.image.affine_transform(
            images, matrix, interpolation="bilinear", fill_mode="nearest"
        )


class RandomLight(keras.layers.Layer):  # type: ignore[misc]
    """Brightness and contrast of each image, about its own mean."""

    def __init__(self, settings: Augmentation, seed: int, **kwargs: Any) -> None:
        super().__init__(dtype="float32", **kwargs)
        self.settings = settings
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, images: Tensor, training: bool = False) -> Tensor:
        """Return the images relit while training, as they are otherwise."""
        if not training:
            return images
        shape = (ops.shape(images)[0], 1, 1, 1)
        gain_limit, lift_limit = self.settings.contrast, 255.0 * self.settings.brightness
        gain = keras.random.uniform(shape, 1 - gain_limit, 1 + gain_limit, seed=self.seed_generator)
        lift = keras.random.uniform(shape, -lift_limit, lift_limit, seed=self.seed_generator)
        mean = ops.mean(images, axis=(1, 2, 3), keepdims=True)
        return ops.clip((images - mean) * gain + mean + lift, 0.0, 255.0)


class MixUp(keras.layers.Layer):  # type: ignore[misc]
    """Blends each image of a batch with another one, and the targets in the same shares.

    Keras' own layer of this name changes images and labels in one call, which a network that is
    given its images only cannot make; this one remembers between the two calls of a step.
    Source: Zhang et al., "mixup: Beyond Empirical Risk Minimization", ICLR 2018.
    """

    def __init__(self, alpha: float, seed: int, **kwargs: Any) -> None:
        super().__init__(dtype="float32", **kwargs)
        self.alpha = alpha
        self.seed_generator = keras.random.SeedGenerator(seed)
        self._drawn: tuple[Tensor, Tensor] = (None, None)

    def call(self, images: Tensor, training: bool = False) -> Tensor:
        """Return the images blended while training, as they are otherwise."""
        if not training:
            return images
        count = ops.shape(images)[0]
        other = keras.random.shuffle(ops.arange(count), seed=self.seed_generator)
        share = keras.random.beta((count,), self.alpha, self.alpha, seed=self.seed_generator)
        # The image's own label stays the likelier one, so that accuracy keeps its meaning.
        self._drawn = (other, ops.maximum(share, 1.0 - share))
        return self.blended(ops.cast(images, "float32"))

    def blended(self, values: Tensor) -> Tensor:
        """Return values of the batch last seen, blended as its images were."""
        other, share = self._drawn
        wide = ops.reshape(share, (-1, *[1] * (len(values.shape) - 1)))
        return wide * values + (1.0 - wide) * ops.take(values, other, axis=0)


def augmentation_layers(settings: Augmentation, seed: int) -> list[Any]:
    """Return the layers that change training images as the settings say, in order."""
    chosen: list[Any] = []
    if settings.flip or settings.rotate_deg or settings.shift or settings.zoom:
        chosen.append(RandomWarp(settings, seed))
    if settings.brightness or settings.contrast:
        chosen.append(RandomLight(settings, seed + 1))
    if settings.sharpness:
        # Keras blurs most at 0, changes nothing at .5, and sharpens most at 1.
        bounds = (0.5 - settings.sharpness / 2, 0.5 + settings.sharpness / 2)
        chosen.append(keras.layers.RandomSharpness(bounds, seed=seed + 4, dtype="float32"))
    if settings.erase:
        chosen.append(
            keras.layers.RandomErasing(
                factor=settings.erase, scale=(0.02, 0.2), seed=seed + 2, dtype="float32"
            )
        )
    return chosen
