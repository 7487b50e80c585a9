"""A model's network with weights of 8 bits, asked as a Keras network is."""

from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from trainer.contract.preset import LITERT_INT8, Preset, PresetError, read_verified

_MOST_BYTES: Final = 512 << 20


class Int8Network:
    """What ``fer-train convert --precision int8`` has made, run by LiteRT.

    Attributes:
        input_shape: shape of faces, the first size open.
        output_shape: shape of their answers.
    """

    def __init__(self, folder: Path, preset: Preset) -> None:
        """Load the file of a model folder.

        Raises:
            PresetError: if there is none, or it cannot be used.
        """
        entry = preset.files.get(LITERT_INT8)
        if entry is None:
            raise PresetError(
                f"{preset.name} has no file with weights of 8 bits; make it with fer-train convert"
                f" {folder} --precision int8"
            )
        content = read_verified(folder, entry, _MOST_BYTES)
        size = preset.input_size_px
        self.input_shape = (None, size, size, preset.channels)
        self.output_shape = (None, len(preset.labels))
        try:
            litert = import_module("ai_edge_litert.interpreter")
            self._interpreter: Any = litert.Interpreter(model_content=content)
        except (ImportError, RuntimeError, ValueError) as error:
            raise PresetError(f"LiteRT cannot run {folder / entry.file}: {error}") from error
        self._faces = 0

    def predict_on_batch(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """Return the probabilities of faces, shape (faces, labels)."""
        interpreter = self._interpreter
        (pixels,), (answer,) = interpreter.get_input_details(), interpreter.get_output_details()
        if len(images) != self._faces:
            interpreter.resize_tensor_input(pixels["index"], images.shape, strict=True)
            interpreter.allocate_tensors()
            self._faces = len(images)
        interpreter.set_tensor(pixels["index"], images.astype(np.float32))
        interpreter.invoke()
        return np.asarray(interpreter.get_tensor(answer["index"]))
