"""Our own network: residual blocks with squeeze-and-excitation."""

from typing import Final

from trainer.config import Augmentation, Recipe
from trainer.systems.blocks import Tensor
from trainer.systems.lazy import layers
from trainer.systems.system import System

_SQUEEZE = 8

# Of the pixels of FER2013's faces, as shares of the full range.
_MEAN: Final = 130 / 255
_DEVIATION: Final = 56 / 255
# A picture of one gray has no deviation to divide by.
_LEAST_VARIANCE: Final = 1 / 255**2


def _squeeze_excite(x: Tensor) -> Tensor:
    channels = x.shape[-1]
    weight = layers.GlobalAveragePooling2D(keepdims=True)(x)
    weight = layers.Conv2D(channels // _SQUEEZE, 1, activation="relu")(weight)
    weight = layers.Conv2D(channels, 1, activation="sigmoid")(weight)
    return layers.Multiply()([x, weight])


def _residual(x: Tensor, filters: int, stride: int) -> Tensor:
    shortcut = x
    if stride > 1:
        # Averaging first keeps what a strided 1 x 1 convolution would skip.
        shortcut = layers.AveragePooling2D(stride)(shortcut)
    if x.shape[-1] != filters:
        shortcut = layers.Conv2D(filters, 1, use_bias=False)(shortcut)
        shortcut = layers.BatchNormalization()(shortcut)
    x = layers.Conv2D(
        filters, 3, strides=stride, padding="same", use_bias=False, kernel_initializer="he_normal"
    )(x)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False, kernel_initializer="he_normal")(x)
    # A block that starts as the identity trains more steadily.
    x = layers.BatchNormalization(gamma_initializer="zeros")(x)
    return layers.ReLU()(layers.Add()([_squeeze_excite(x), shortcut]))


def residual_body(x: Tensor, labels: int) -> Tensor:
    """Return the logits of the residual network."""
    x = layers.Conv2D(32, 3, padding="same", use_bias=False, kernel_initializer="he_normal")(x)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.MaxPooling2D()(x)
    for filters, stride in ((48, 1), (96, 2), (96, 1), (192, 2), (192, 1), (384, 2)):
        x = _residual(x, filters, stride)
    x = layers.GlobalAveragePooling2D()(x)
    return layers.Dense(labels)(layers.Dropout(0.4)(x))


def residual_even_body(x: Tensor, labels: int) -> Tensor:
    """Return the logits of the residual network that sees every face equally light and rich."""
    even = layers.LayerNormalization(
        axis=(1, 2, 3), epsilon=_LEAST_VARIANCE, center=False, scale=False, dtype="float32"
    )(x)
    even = layers.Rescaling(_DEVIATION, offset=_MEAN, name="as_fer2013")(even)
    return residual_body(even, labels)


_ROBUST: Final = Augmentation(
    flip=True,
    rotate_deg=15,
    shift=0.1,
    zoom=0.12,
    tighten=0.16,
    brightness=0.12,
    contrast=0.4,
    gamma=0.6,
    side_light=0.35,
    blur=1.0,
    noise=0.02,
    erase=0.3,
)

SYSTEMS: Final = (
    System(
        name="residual_se",
        study="ours",
        title="residual network with squeeze-and-excitation",
        layers="C 32 3, BN, ReLU, MP; residual blocks of two C 3 with squeeze-and-excitation "
        "48, 96 /2, 96, 192 /2, 192, 384 /2; global average, DO .4",
        body=residual_body,
        labels="fer7",
        parameters=(3_650_709, 3_645_173),
        recipe=Recipe(
            # At 2e-3 it diverges after a few epochs: see EXPERIMENTS.md.
            warmup_epochs=3,
            batch_size=128,
            epochs=50,
            clip_norm=1.0,
            augmentation=Augmentation(
                flip=True,
                rotate_deg=15,
                shift=0.1,
                zoom=0.16,
                brightness=0.1,
                contrast=0.2,
                erase=0.5,
                mixup=0.2,
            ),
        ),
    ),
    System(
        name="residual_se_even",
        study="ours",
        title="residual network that sees every face equally light and rich",
        layers="each face brought to the mean and deviation of FER2013's; then as residual_se",
        body=residual_even_body,
        labels="fer7",
        begins_as="residual_se",
        parameters=(3_650_709, 3_645_173),
        recipe=Recipe(
            warmup_epochs=3, batch_size=128, epochs=50, clip_norm=1.0, augmentation=_ROBUST
        ),
    ),
)
