"""Fine-tuning: starting from the weights of a model instead of random ones."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.contract.labels import canonical
from trainer.errors import RunError
from trainer.presets.model_folder import load_model_folder
from trainer.systems.backbones import give_weights

Values = NDArray[Any]


def give_start(network: Any, folder: Path, labels: Sequence[str]) -> None:
    """Give a network the weights of a model that the same system made.

    Answers for labels that the model knew keep what it learned of them, whatever their order; new
    ones begin as they are.

    Raises:
        RunError: if the folder is no usable model, or another kind of network.
    """
    model = load_model_folder(folder)
    old, new = ([canonical(name) for name in names] for names in (model.preset.labels, labels))
    learned, fresh = model.network.get_weights(), network.get_weights()
    # A second head begins as the first one does.
    new *= max(1, fresh[-1].shape[-1] // len(labels))
    first_answer = _first_answer(learned, len(old))
    try:
        joined = [
            _by_label(*pair, old, new) if at >= first_answer else pair[0]
            for at, pair in enumerate(zip(learned, fresh, strict=True))
        ]
        give_weights(network, joined)
    except ValueError as error:
        raise RunError(
            f"the weights of {folder} do not fit {network.name} as this version builds it.",
            hint="Choose the system that made it, or train without --start.",
        ) from error


def _first_answer(learned: list[Values], labels: int) -> int:
    """Return the place of the first variable that has a number for each label: a kernel."""
    for at in range(len(learned) - 1, -1, -1):
        if learned[at].shape[-1:] != (labels,):
            return at + 1
        if learned[at].ndim > 1:
            return at
    return 0


def _by_label(learned: Values, fresh: Values, old: list[str], new: list[str]) -> Values:
    if learned.shape[:-1] != fresh.shape[:-1]:
        raise ValueError("the layers before the last one differ")
    joined = np.array(fresh)
    for at, name in enumerate(new):
        if name in old:
            joined[..., at] = learned[..., old.index(name)]
    return joined
