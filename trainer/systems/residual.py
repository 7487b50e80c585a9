"""Our own network: residual blocks with squeeze-and-excitation."""

from typing import Final

from trainer.config import Augmentation, Recipe
from trainer.systems.blocks import Tensor
from trainer.systems.lazy import layers
from trainer.systems.system import System

_SQUEEZE = 8


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
)
