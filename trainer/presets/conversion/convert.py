"""A model folder as a file that other programs run, checked against the Keras network."""

import importlib.util
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from trainer.contract.calibration import calibrate
from trainer.contract.native_notes import hidden_native_notes
from trainer.contract.preset import (
    KERAS,
    LITERT,
    LITERT_FILE,
    LITERT_INT8,
    LITERT_INT8_FILE,
    MODEL_FILE,
    ModelFile,
    Preset,
    file_sha256,
    update_preset,
)
from trainer.errors import RunError
from trainer.presets.conversion import litert_format, onnx_format
from trainer.presets.conversion.faces import faces_of, portrait_variants
from trainer.presets.conversion.specification import INPUT_NAME, OUTPUT_NAME
from trainer.presets.model_folder import LoadedModel, Precision, load_model_folder

Format = Literal["litert", "onnx"]
# Rounding in float32 stays far below it, a wrong layer far above.
TOLERANCE: Final = 1e-4
# Weights of 8 bits change a few faces by some hundredths; how accurate a model then is, only an
# evaluation tells.
INT8_TOLERANCE: Final = 0.1
# On which other programs run the files: accelerators round differently.
_PROCESSOR: Final = "cpu:0"
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
        tolerance: how large it may be.
        faces: how many they were compared on.
        faces_from: where these came from.
        size_bytes: of the file.
    """

    file: Path
    labels: tuple[str, ...]
    difference: float
    tolerance: float
    faces: int
    faces_from: str
    size_bytes: int

    def __str__(self) -> str:
        return (
            f"{self.file}: {self.size_bytes:,} bytes, {len(self.labels)} labels; largest "
            f"difference from Keras {self.difference:.1e} over {self.faces} faces "
            f"({self.faces_from}), {self.tolerance:.0e} allowed"
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
    if out.is_dir():
        raise RunError(f"{out} is a folder.", hint="Give --out a file name.")
    writer = _WRITERS[file_format]
    _check_surroundings(writer)
    model = _load(folder)
    return _convert(model, out, writer, _faces(model.preset, data), is_calibrated=True)


def add_litert(
    folder: Path,
    *,
    data: Path | None = None,
    faces: NDArray[np.uint8] | None = None,
    precision: Precision = "float32",
) -> Conversion:
    """Write a model folder's network once more for LiteRT, and name the file in its preset.

    The file gives what ``model.keras`` gives, with weights of 8 bits nearly so: calibration is left
    to who reads the preset.

    Args:
        folder: of the model.
        data: a dataset whose faces are compared; without one a portrait is.
        faces: to be compared instead, shape (faces, size, size, channels).
        precision: of the weights.

    Raises:
        TrainerError: as ``convert_model`` does; the folder is then as it was.
    """
    if precision == "int8":
        entry, name, write = LITERT_INT8, LITERT_INT8_FILE, litert_format.write_int8
        tolerance = INT8_TOLERANCE
    else:
        entry, name, write = LITERT, LITERT_FILE, litert_format.write_bare
        tolerance = TOLERANCE
    writer = replace(_WRITERS["litert"], write=write)
    _check_surroundings(writer)
    model, out = _load(folder), folder / name
    compared = _faces(model.preset, data) if faces is None else _Faces(faces, "of the training")
    done = _convert(model, out, writer, compared, is_calibrated=False, tolerance=tolerance)
    files = {
        KERAS: ModelFile(MODEL_FILE, model.preset.sha256),
        entry: ModelFile(name, file_sha256(out)),
    }
    try:
        update_preset(folder, files={**model.preset.files, **files})
    except OSError as error:
        raise RunError(f"{folder} cannot be written: {error.strerror or error}.") from error
    return done


def _load(folder: Path) -> LoadedModel:
    import keras

    with keras.device(_PROCESSOR):
        return load_model_folder(folder)


def _convert(
    model: LoadedModel,
    out: Path,
    writer: _Writer,
    faces: "_Faces",
    *,
    is_calibrated: bool,
    tolerance: float = TOLERANCE,
) -> Conversion:
    """Write a file, and keep it if it answers as the network does.

    Args:
        is_calibrated: whether the file's own answers shall be calibrated.
        tolerance: how much a probability may differ.
    """
    import keras

    preset = model.preset
    images = faces.images.astype(np.float32)
    with keras.device(_PROCESSOR):
        network = _named(model, is_calibrated=is_calibrated)
        wanted = calibrate(np.asarray(model.network.predict_on_batch(images)), preset.temperature)
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=out.parent, prefix=".export-") as scratch:
                made = Path(scratch) / "made"
                answer = _write_and_run(writer, network, preset, made, images)
                given = answer if is_calibrated else calibrate(answer, preset.temperature)
                difference = float(np.abs(given - wanted).max())
                if not difference <= tolerance:
                    raise RunError(
                        f"the {writer.title} file gives different predictions: by up to "
                        f"{difference:.1e}, more than the {tolerance:.0e} allowed. It was not kept."
                    )
                size_bytes = made.stat().st_size
                made.replace(out)
        except OSError as error:
            raise RunError(f"{out} cannot be written: {error.strerror or error}.") from error
    return Conversion(
        file=out,
        labels=preset.labels,
        difference=difference,
        tolerance=tolerance,
        faces=len(images),
        faces_from=faces.origin,
        size_bytes=size_bytes,
    )


@dataclass(frozen=True, eq=False)
class _Faces:
    images: NDArray[np.uint8]
    origin: str


def _faces(preset: Preset, data: Path | None) -> _Faces:
    shape = (preset.input_size_px, preset.color)
    if data is None:
        return _Faces(portrait_variants(*shape), "a portrait, varied")
    return _Faces(faces_of(data, *shape), data.name)


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
    writer: _Writer, network: Any, preset: Preset, path: Path, images: NDArray[np.float32]
) -> NDArray[np.float32]:
    try:
        with hidden_native_notes():
            writer.write(network, preset, path)
            return writer.run(path, images)
    except OSError:
        raise
    except Exception as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise RunError(f"{preset.name} cannot be converted to {writer.title}: {reason}") from error


def _named(model: LoadedModel, *, is_calibrated: bool) -> Any:
    """Return the network with the names that files give its ends, its temperature inside or not."""
    import keras
    from keras import ops

    size, channels = model.preset.input_size_px, model.preset.channels
    pixels = keras.Input((size, size, channels), name=INPUT_NAME)
    answer = model.network(pixels)
    if is_calibrated and model.preset.temperature != 1:
        logs = ops.log(ops.maximum(answer, _SMALLEST_PROBABILITY))
        answer = ops.softmax(logs / model.preset.temperature)
    return keras.Model(pixels, {OUTPUT_NAME: answer})
