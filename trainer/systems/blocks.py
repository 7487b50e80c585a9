"""The parts that the published networks share; each reads like a piece of its table's row."""

from typing import Any

from trainer.systems.lazy import layers

Tensor = Any


def conv_bn_leaky(x: Tensor, filters: int, kernel: int = 2, *, slope: float = 0.1) -> Tensor:
    """Return ``C filters kernel, BN, LR slope, MP``."""
    x = layers.Conv2D(filters, kernel, padding="same")(x)
    x = layers.BatchNormalization()(x)
    x = layers.LeakyReLU(slope)(x)
    return layers.MaxPooling2D()(x)


def conv_relu_dropout(x: Tensor, filters: int, kernel: int, *, dropout: float = 0.2) -> Tensor:
    """Return ``C filters kernel, ReLU, MP, DO dropout``."""
    x = layers.Conv2D(filters, kernel, padding="same", activation="relu")(x)
    x = layers.MaxPooling2D()(x)
    return layers.Dropout(dropout)(x)


def conv_bn_relu(x: Tensor, filters: int, kernel: int, *, dropout: float) -> Tensor:
    """Return ``C filters kernel, BN, ReLU, MP, DO dropout``."""
    x = layers.Conv2D(filters, kernel, padding="same")(x)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    x = layers.MaxPooling2D()(x)
    return layers.Dropout(dropout)(x)


def dense_relu(x: Tensor, *units: int, dropout: float = 0.0) -> Tensor:
    """Return ``FC n ReLU`` for each width, each followed by ``DO dropout`` if there is any."""
    for width in units:
        x = layers.Dense(width, activation="relu")(x)
        if dropout:
            x = layers.Dropout(dropout)(x)
    return x


def dense_bn_leaky(x: Tensor, units: int, *, slope: float) -> Tensor:
    """Return ``FC units, BN, LR slope``."""
    x = layers.Dense(units)(x)
    x = layers.BatchNormalization()(x)
    return layers.LeakyReLU(slope)(x)


def dense_bn_relu(x: Tensor, units: int, *, dropout: float = 0.0) -> Tensor:
    """Return ``FC units, BN, ReLU`` and ``DO dropout`` if there is any."""
    x = layers.Dense(units)(x)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    return layers.Dropout(dropout)(x) if dropout else x


def study_a_head(x: Tensor, labels: int, *, dropout: float = 0.0) -> Tensor:
    """Return ``FC 512, FC 128, FC 64, BN, ReLU`` and the logits.

    The tables name no activation after the first two; without one these three would collapse into
    a single linear layer, so they get ReLU like the same study's other networks.
    """
    x = dense_relu(x, 512, 128, dropout=dropout)
    return layers.Dense(labels)(dense_bn_relu(x, 64))
