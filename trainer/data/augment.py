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
        size -= keras.random.uniform((count,), 0.0, self.settings.tighten, seed=self.seed_generator)
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
    """Contrast, brightness, gamma and light from one side, drawn for each image."""

    def __init__(self, settings: Augmentation, seed: int, **kwargs: Any) -> None:
        super().__init__(dtype="float32", **kwargs)
        self.settings = settings
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, images: Tensor, training: bool = False) -> Tensor:
        """Return the images relit while training, as they are otherwise."""
        if not training:
            return images
        shape = (ops.shape(images)[0], 1, 1, 1)

        def spread(limit: float) -> Tensor:
            return keras.random.uniform(shape, -limit, limit, seed=self.seed_generator)

        gain, lift = 1.0 + spread(self.settings.contrast), 255.0 * spread(self.settings.brightness)
        mean = ops.mean(images, axis=(1, 2, 3), keepdims=True)
        images = ops.clip((images - mean) * gain + mean + lift, 0.0, 255.0)
        if self.settings.gamma:
            exponent = ops.exp(spread(math.log1p(self.settings.gamma)))
            # The gradient of a power is not finite at zero.
            images = 255.0 * ops.power((images + 1e-3) / 255.1, exponent)
        if self.settings.side_light:
            height, width = images.shape[1:3]
            across = ops.reshape(ops.linspace(-1.0, 1.0, width), (1, 1, width, 1))
            down = ops.reshape(ops.linspace(-1.0, 1.0, height), (1, height, 1, 1))
            limit = self.settings.side_light
            images = images * (1.0 + spread(limit) * across + spread(limit) * down / 2.0)
            images = ops.clip(images, 0.0, 255.0)
        return images


class RandomBlur(keras.layers.Layer):  # type: ignore[misc]
    """A Gaussian blur of another strength for each image; half of them stay sharp.

    What a camera out of focus, a small face enlarged or a strong compression leaves.
    """

    _REACH_PX = 3

    def __init__(self, largest_px: float, seed: int, **kwargs: Any) -> None:
        super().__init__(dtype="float32", **kwargs)
        self.largest_px = largest_px
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, images: Tensor, training: bool = False) -> Tensor:
        """Return the images blurred while training, as they are otherwise."""
        if not training:
            return images
        count = ops.shape(images)[0]
        # The half below zero stays sharp.
        drawn = keras.random.uniform(
            (count, 1), -self.largest_px, self.largest_px, seed=self.seed_generator
        )
        deviation = ops.maximum(drawn, 0.05)
        places = ops.arange(-self._REACH_PX, self._REACH_PX + 1, dtype="float32")
        kernel = ops.exp(-0.5 * ops.square(places[None] / deviation))
        kernel = kernel / ops.sum(kernel, axis=1, keepdims=True)
        return self._along(self._along(images, kernel, axis=1), kernel, axis=2)

    def _along(self, images: Tensor, kernel: Tensor, axis: int) -> Tensor:
        padding = [[0, 0]] * 4
        padding[axis] = [self._REACH_PX, self._REACH_PX]
        padded = ops.pad(images, padding, mode="reflect")
        size = images.shape[axis]
        return sum(
            kernel[:, at, None, None, None]
            * (padded[:, at : at + size] if axis == 1 else padded[:, :, at : at + size])
            for at in range(2 * self._REACH_PX + 1)
        )


class RandomNoise(keras.layers.Layer):  # type: ignore[misc]
    """Gaussian noise of another strength for each image, as a dark camera picture has it."""

    def __init__(self, largest: float, seed: int, **kwargs: Any) -> None:
        super().__init__(dtype="float32", **kwargs)
        self.largest = largest
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, images: Tensor, training: bool = False) -> Tensor:
        """Return the images with noise while training, as they are otherwise."""
        if not training:
            return images
        shape = (ops.shape(images)[0], 1, 1, 1)
        strength = keras.random.uniform(shape, 0.0, self.largest, seed=self.seed_generator)
        noise = keras.random.normal(ops.shape(images), seed=self.seed_generator)
        return ops.clip(images + 255.0 * strength * noise, 0.0, 255.0)


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
    if settings.flip or settings.rotate_deg or settings.shift or settings.zoom or settings.tighten:
        chosen.append(RandomWarp(settings, seed))
    if settings.brightness or settings.contrast or settings.gamma or settings.side_light:
        chosen.append(RandomLight(settings, seed + 1))
    if settings.sharpness:
        # Keras blurs most at 0, changes nothing at .5, and sharpens most at 1.
        bounds = (0.5 - settings.sharpness / 2, 0.5 + settings.sharpness / 2)
        chosen.append(keras.layers.RandomSharpness(bounds, seed=seed + 4, dtype="float32"))
    if settings.blur:
        chosen.append(RandomBlur(settings.blur, seed + 5))
    if settings.noise:
        chosen.append(RandomNoise(settings.noise, seed + 6))
    if settings.erase:
        chosen.append(
            keras.layers.RandomErasing(
                factor=settings.erase, scale=(0.02, 0.2), seed=seed + 2, dtype="float32"
            )
        )
    return chosen
