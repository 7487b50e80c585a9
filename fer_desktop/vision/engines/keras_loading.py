"""Opens ``model.keras`` without running anything that hides in it."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from fer_desktop.errors import ModelError
from trainer.contract.preset import MODEL_FILE, Preset

# Layers that carry code, or fetch it from elsewhere. Keras' safe mode refuses most of them too.
_UNSAFE_LAYERS: Final = frozenset(
    {"Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"}
)
_OTHER_MODEL: Final = "Choose another model, for instance one made by fer-train."


def load_network(folder: Path, preset: Preset) -> Any:
    """Return the Keras network of a model folder, not yet compiled.

    Raises:
        ModelError: if it is damaged or unsafe, or does not fit its preset.
    """
    file = folder / MODEL_FILE
    _refuse_unsafe_layers(file)
    import keras

    try:
        network = keras.models.load_model(file, compile=False, safe_mode=True)
    except Exception as error:
        # Keras lets through whatever its parsers raise; the log has the whole of it.
        raise ModelError(
            f"{file} cannot be loaded: {_first_line(error)}", hint=_OTHER_MODEL
        ) from error
    _check_shapes(network, preset)
    return network


def _refuse_unsafe_layers(file: Path) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            config = json.loads(archive.read("config.json"))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, NotImplementedError) as error:
        raise ModelError(
            f"{file} is damaged or not a Keras model.",
            hint="Copy the model folder again, or choose another model.",
        ) from error
    unsafe = sorted(_class_names(config) & _UNSAFE_LAYERS)
    if unsafe:
        raise ModelError(
            f"{file} holds a {unsafe[0]} layer, which can hide a program: refused.",
            hint=_OTHER_MODEL,
        )


def _class_names(config: Any) -> set[str]:
    return {str(node["class_name"]) for node in _nodes(config) if "class_name" in node}


def _nodes(config: Any) -> Iterator[dict[str, Any]]:
    pending = [config]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            yield node
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)


def _check_shapes(network: Any, preset: Preset) -> None:
    size_px = preset.input_size_px
    wanted_in = (None, size_px, size_px, preset.channels)
    wanted_out = (None, len(preset.labels))
    if not _fits(network.input_shape, wanted_in):
        raise ModelError(
            f"The model {preset.name!r} takes input of the shape {network.input_shape}, but its "
            f"preset promises {wanted_in}.",
            hint="Correct its preset.json, or choose another model.",
        )
    if not _fits(network.output_shape, wanted_out):
        raise ModelError(
            f"The model {preset.name!r} answers in the shape {network.output_shape}, but its "
            f"preset names {len(preset.labels)} labels.",
            hint="Correct its preset.json, or choose another model.",
        )


def _fits(shape: Any, wanted: tuple[int | None, ...]) -> bool:
    """Tell whether a shape is the wanted one; a network may leave its sizes open."""
    return (
        isinstance(shape, tuple)
        and len(shape) == len(wanted)
        and all(have in (None, want) for have, want in zip(shape[1:], wanted[1:], strict=True))
    )


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
