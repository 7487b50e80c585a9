"""From a recipe to Keras' optimizer, and randomness that depends only on the seed and the epoch."""

from collections.abc import Iterable
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from trainer.config import Recipe


def make_optimizer(recipe: Recipe, steps_per_epoch: int) -> Any:
    """Return the recipe's optimizer with its schedule."""
    rate: Any = recipe.learning_rate
    if recipe.schedule == "cosine":
        warmup = int(recipe.warmup_epochs * steps_per_epoch)
        rate = keras.optimizers.schedules.CosineDecay(
            recipe.learning_rate / 20,
            decay_steps=max(recipe.epochs * steps_per_epoch - warmup, 1),
            warmup_target=recipe.learning_rate,
            warmup_steps=warmup,
        )
    shared: dict[str, Any] = {"learning_rate": rate}
    if recipe.clip_norm:
        shared["global_clipnorm"] = recipe.clip_norm
    if recipe.ema:
        shared |= {"use_ema": True, "ema_momentum": recipe.ema}
    match recipe.optimizer:
        case "adam":
            return keras.optimizers.Adam(**shared)
        case "nadam":
            return keras.optimizers.Nadam(**shared)
        case "sgd":
            return keras.optimizers.SGD(momentum=0.9, nesterov=True, **shared)
        case "adamw":
            made = keras.optimizers.AdamW(weight_decay=recipe.weight_decay, **shared)
            # Decay pulls kernels together; scales and offsets are few and should stay free.
            made.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
            return made


def epoch_seed(seed: int, epoch: int) -> int:
    """Return a number for the libraries' own generators that depends only on seed and epoch."""
    return int(np.random.default_rng([seed, epoch]).integers(2**31))


def reseed(network: Any, seed: int, epoch: int) -> None:
    """Give every random layer a state that depends only on the seed and the epoch."""
    for at, layer in enumerate(network._flatten_layers()):
        for value in list(vars(layer).values()):
            if isinstance(value, keras.random.SeedGenerator):
                state = np.random.default_rng([seed, epoch, at]).integers(0, 2**31, size=2)
                value.state.assign(state.astype("uint32"))


def copied(variables: Iterable[Any]) -> list[NDArray[Any]]:
    """Return the values of variables, apart from the memory that training goes on to change."""
    return [np.array(variable.numpy()) for variable in variables]
