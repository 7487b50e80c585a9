"""Opens ``model.tflite``, or the file with weights of 8 bits, once its checksum is right."""

from pathlib import Path
from typing import Final

from fer_desktop.errors import ModelError
from fer_desktop.vision.engines.base import EngineUnavailable, checked
from fer_desktop.vision.engines.litert import LiteRTEngine
from trainer.contract.preset import LITERT, ModelFile, Preset, read_verified

_MOST_FILE_BYTES: Final = 512 << 20
_OTHER_MODEL: Final = "Choose another model, or copy its folder again."


def open_litert(folder: Path, preset: Preset, file_format: str = LITERT) -> LiteRTEngine:
    """Return what runs a LiteRT file of a model folder, which must be trusted.

    Args:
        folder: of the model.
        preset: what the folder says of itself.
        file_format: which file, as the preset names it.

    Raises:
        EngineUnavailable: if the folder has no such file, or LiteRT cannot run it.
        ModelError: if the file is damaged, or not what its preset says.
    """
    entry = litert_entry(folder, preset, file_format)
    with checked():
        content = read_verified(folder, entry, _MOST_FILE_BYTES)
    engine = LiteRTEngine(content, name=file_format)
    _check_shapes(folder / entry.file, engine, preset)
    return engine


def litert_entry(folder: Path, preset: Preset, file_format: str = LITERT) -> ModelFile:
    """Return which file of a model folder is for LiteRT.

    Raises:
        EngineUnavailable: if there is none.
    """
    entry = preset.file_in(file_format)
    if entry is None or not (folder / entry.file).is_file():
        raise EngineUnavailable(
            f"The model {preset.name!r} has no file for LiteRT.",
            hint="Run it with Keras, or make the file with fer-train convert.",
        )
    return entry


def _check_shapes(file: Path, engine: LiteRTEngine, preset: Preset) -> None:
    wanted_in = (preset.input_size_px, preset.input_size_px, preset.channels)
    if engine.input_shape != wanted_in:
        problem = f"takes input of the shape {engine.input_shape}, but its preset says"
        raise ModelError(f"{file} {problem} {wanted_in}.", hint=_OTHER_MODEL)
    if engine.output_shape != (len(preset.labels),):
        problem = f"answers in the shape {engine.output_shape}, but its preset names"
        raise ModelError(f"{file} {problem} {len(preset.labels)} labels.", hint=_OTHER_MODEL)
