"""Opens ``model.keras`` without running anything that hides in it."""

from pathlib import Path
from typing import Any

from fer_desktop.errors import ModelError
from trainer.contract import network
from trainer.contract.preset import Preset, PresetError


def load_network(folder: Path, preset: Preset) -> Any:
    """Return the Keras network of a model folder, not yet compiled.

    Raises:
        ModelError: if it is damaged, unsafe or too large, or does not fit its preset.
    """
    import keras

    try:
        return network.load_network(folder, preset, keras)
    except PresetError as error:
        raise ModelError(
            f"The model cannot be used: {error}.",
            hint="Choose another model, for instance one made by fer-train.",
        ) from error
