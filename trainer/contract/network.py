"""Opens the network of a model folder, wherever the folder comes from.

Keras is handed in by whoever calls: this package stays without it.
"""

import json
import math
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from trainer.contract.keras_archive import CONFIG_FILE, judge_network_file, judge_weights
from trainer.contract.preset import MODEL_FILE, Preset, PresetError
from trainer.contract.text import one_line

# For comparison: a VGG-16 of 1,000 classes has 138 million parameters, its first layer answers with
# 3.2 million numbers, and it multiplies 15 thousand million times a picture.
MOST_PARAMETERS: Final = 200_000_000
MOST_OUTPUTS: Final = 1 << 23
MOST_MULTIPLICATIONS: Final = 200_000_000_000


def load_network(folder: Path, preset: Preset, keras: Any) -> Any:
    """Return the Keras network of a model folder, not compiled; code inside is never run.

    Args:
        folder: holds ``model.keras``; its checksum is not looked at.
        preset: what the network must fit.
        keras: the module.

    Raises:
        PresetError: if the file is damaged or unsafe, its network too large, or another one than
            the preset describes.
    """
    file = folder / MODEL_FILE
    judge_network_file(file)
    try:
        judge_weights(file, _sketched(lambda: _judge_sketch(file, preset, keras), keras))
        return keras.models.load_model(file, compile=False, safe_mode=True)
    except PresetError:
        raise
    except Exception as error:  # Keras lets through whatever its parsers raise
        reason = one_line(str(error)) or type(error).__name__
        raise PresetError(f"{file} cannot be loaded: {reason}") from error


def _sketched(build: Callable[[], int], keras: Any) -> int:
    """Return what a function finds out where networks have their shapes, but take no memory.

    Keras remembers for each thread which variables still want their numbers, to give them at the
    next opportunity: in a thread of its own they are forgotten with it.
    """

    def sketch() -> int:
        with keras.StatelessScope(initialize_variables=False):
            return build()

    with ThreadPoolExecutor(1, thread_name_prefix="network sketch") as thread:
        return thread.submit(sketch).result()


def _judge_sketch(file: Path, preset: Preset, keras: Any) -> int:
    """Check what a network takes and gives, and how large it is; return its parameters' number."""
    with zipfile.ZipFile(file) as archive:
        config = {**json.loads(archive.read(CONFIG_FILE)), "compile_config": None}
    sketch = keras.saving.deserialize_keras_object(config, safe_mode=True)
    if not isinstance(sketch, keras.Model):
        raise PresetError(f"{file} contains no network")
    numbers: int = sum(math.prod(variable.shape) for variable in sketch.variables)
    if numbers > MOST_PARAMETERS:
        raise PresetError(
            f"{file} is refused: its network has {numbers:,} parameters, more than a model can "
            f"have ({MOST_PARAMETERS:,})"
        )
    size_px = preset.input_size_px
    wanted = (None, size_px, size_px, preset.channels)
    if not _fits(sketch.input_shape, wanted):
        raise PresetError(
            f"{file} expects input of shape {sketch.input_shape}, but its preset says {wanted}"
        )
    answer = _Measure(file, keras).follow(sketch, keras.Input(wanted[1:], name="measured"))
    if not _fits(getattr(answer, "shape", None), (None, len(preset.labels))):
        raise PresetError(
            f"{file} outputs the shape {sketch.output_shape}, but its preset names "
            f"{len(preset.labels)} labels"
        )
    return numbers


class _Measure:
    """Follows a picture through a network, and counts what it would take, without computing it."""

    def __init__(self, file: Path, keras: Any) -> None:
        self._file = file
        self._keras = keras
        self._multiplications = 0

    def follow(self, network: Any, inputs: Any) -> Any:
        """Return what a network answers with, symbolically."""
        if isinstance(network, self._keras.Sequential):
            answer = inputs
            for layer in network.layers:
                answer = self._call(layer, answer)
            return answer
        return self._keras.models.clone_model(
            network,
            input_tensors=inputs,
            clone_function=lambda layer: layer,
            call_function=self._call,
        ).output

    def _call(self, layer: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(layer, self._keras.Model):
            # Inputs of its own: a network may hold two that see the same tensor, and whose layers
            # have the same names.
            apart = self._keras.tree.map_structure(
                lambda tensor: self._keras.Input(batch_shape=tensor.shape, dtype=tensor.dtype),
                args[0],
            )
            self.follow(layer, apart)
            return layer(*args, **kwargs)
        answer = layer(*args, **kwargs)
        self._count(layer, answer)
        return answer

    def _count(self, layer: Any, answer: Any) -> None:
        for output in self._keras.tree.flatten(answer):
            size = math.prod(side or 1 for side in output.shape[1:])
            if size > MOST_OUTPUTS:
                raise PresetError(
                    f"{self._file} is refused: its layer {one_line(layer.name, 60)!r} answers "
                    f"with {size:,} numbers, more than a model can have ({MOST_OUTPUTS:,})"
                )
            for weight in getattr(layer, "weights", ()):
                self._multiplications += _multiplications(layer, tuple(weight.shape), size)
        if self._multiplications > MOST_MULTIPLICATIONS:
            raise PresetError(f"{self._file} is refused: one face would take minutes")


def _multiplications(layer: Any, weight: tuple[int, ...], outputs: int) -> int:
    """Return how often a weight's numbers are used for outputs, at most."""
    each = weight[:-2] if hasattr(layer, "depth_multiplier") else weight[:-1]
    return math.prod(each) * outputs


def _fits(shape: Any, wanted: tuple[int | None, ...]) -> bool:
    """Tell whether a shape is the wanted one; a network may leave its sizes open."""
    return (
        isinstance(shape, tuple)
        and len(shape) == len(wanted)
        and all(have in (None, want) for have, want in zip(shape[1:], wanted[1:], strict=True))
    )
