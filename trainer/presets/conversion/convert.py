"""A model folder as a file that other programs run, checked against the Keras network."""

import importlib.util
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from trainer.contract.calibration import calibrate
from trainer.contract.preset import Preset
from trainer.errors import RunError
from trainer.presets.conversion import litert_format, onnx_format
from trainer.presets.conversion.faces import faces_of, portrait_variants
from trainer.presets.conversion.specification import INPUT_NAME, OUTPUT_NAME
from trainer.presets.model_folder import LoadedModel, load_model_folder
from trainer.runs.quiet_keras import silent_stderr

Format = Literal["litert", "onnx"]
# Rounding in float32 stays far below it, a wrong layer far above.
TOLERANCE: Final = 1e-4
_SMALLEST_PROBABILITY: Final = 1e-12


@dataclass(frozen=True)
class _Writer:
    title: str
    packages: tuple[str, ...]
    write: Callable[[Any, Preset, Path], None]
    run: Callable[[Path, NDArray[np.float32]], NDArray[np.float32]]


_WRITERS: Final[dict[Format, _Writer]] = {
    "litert": _Writer("LiteRT", litert_format.PACKAGES, litert_format.write, litert_format.run),
    "onnx": _Writer("ONNX", onnx_format.PACKAGES, onnx_format.write, onnx_format.run),
}


@dataclass(frozen=True, kw_only=True)
class Conversion:
    """A file that was written.

    Attributes:
        difference: largest one between its probabilities and those of the Keras network.
        faces: how many they were compared on.
        faces_from: where these came from.
        size_bytes: of the file.
    """

    file: Path
    labels: tuple[str, ...]
    difference: float
    faces: int
    faces_from: str
    size_bytes: int

    def __str__(self) -> str:
        return (
            f"{self.file}: {self.size_bytes:,} bytes, {len(self.labels)} labels; largest "
            f"difference from Keras {self.difference:.1e} over {self.faces} faces "
            f"({self.faces_from}), {TOLERANCE:.0e} allowed"
        )


def convert_model(
    folder: Path, out: Path, file_format: Format, *, data: Path | None = None
) -> Conversion:
    """Write a model folder as one file that gives calibrated probabilities.

    Args:
        out: the file; replaced if it exists, and only by a file that passed the comparison.
        data: a dataset whose faces are compared; without one a portrait is.

    Raises:
        TrainerError: if packages are missing, the model or data cannot be used, the network cannot
            be converted, or the file's answers differ from the network's.
    """
    import keras

    writer = _WRITERS[file_format]
    _check_surroundings(writer)
    if out.is_dir():
        raise RunError(f"{out} is a folder.", hint="Give --out a file name.")
    # On the processor, as other programs run it: accelerators round differently.
    with keras.device("cpu:0"):
        model = load_model_folder(folder)
        preset = model.preset
        shape = (preset.input_size_px, preset.color)
        faces = portrait_variants(*shape) if data is None else faces_of(data, *shape)
        images = faces.astype(np.float32)
        wanted = calibrate(np.asarray(model.network.predict_on_batch(images)), preset.temperature)
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=out.parent, prefix=".export-") as scratch:
                made = Path(scratch) / "made"
                given = _write_and_run(writer, model, made, images)
                difference = float(np.abs(given - wanted).max())
                if not difference <= TOLERANCE:
                    raise RunError(
                        f"the {writer.title} file answers differently: by up to {difference:.1e}, "
                        f"more than the {TOLERANCE:.0e} allowed. It was not kept."
                    )
                size_bytes = made.stat().st_size
                made.replace(out)
        except OSError as error:
            raise RunError(f"{out} cannot be written: {error.strerror or error}.") from error
    return Conversion(
        file=out,
        labels=preset.labels,
        difference=difference,
        faces=len(images),
        faces_from="a portrait, varied" if data is None else data.name,
        size_bytes=size_bytes,
    )


def _check_surroundings(writer: _Writer) -> None:
    import keras

    missing = [name for name in writer.packages if importlib.util.find_spec(name) is None]
    if missing:
        raise RunError(
            f"{writer.title} files need the Python packages {', '.join(writer.packages)}; "
            f"missing: {', '.join(missing)}.",
            hint='Install them with: pip install "fer-desktop[export]"',
        )
    if keras.backend.backend() != "tensorflow":
        raise RunError(
            f"models are converted on the TensorFlow backend, not on {keras.backend.backend()}.",
            hint="Set KERAS_BACKEND=tensorflow for this command.",
        )


def _write_and_run(
    writer: _Writer, model: LoadedModel, path: Path, images: NDArray[np.float32]
) -> NDArray[np.float32]:
    network = _calibrated(model)
    try:
        with silent_stderr():
            writer.write(network, model.preset, path)
            return writer.run(path, images)
    except OSError:
        raise
    except Exception as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise RunError(
            f"{model.preset.name} cannot be converted to {writer.title}: {reason}"
        ) from error


def _calibrated(model: LoadedModel) -> Any:
    """Return the network with its temperature inside."""
    import keras
    from keras import ops

    size, channels = model.preset.input_size_px, model.preset.channels
    pixels = keras.Input((size, size, channels), name=INPUT_NAME)
    answer = model.network(pixels)
    if model.preset.temperature != 1:
        logs = ops.log(ops.maximum(answer, _SMALLEST_PROBABILITY))
        answer = ops.softmax(logs / model.preset.temperature)
    return keras.Model(pixels, {OUTPUT_NAME: answer})
