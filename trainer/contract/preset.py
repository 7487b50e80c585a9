"""A released model: a folder with ``model.keras`` and the ``preset.json`` that describes it.

``model.keras`` is the truth. The same network may lie beside it in other formats, which engines run
that are quicker than Keras, and the fingerprints of the faces that it learned from; ``files`` names
them, each with its checksum.

``preset.json`` is the contract between whoever trained the model and whoever runs it: the labels in
output order, what the input looks like, how faces are cropped, and the checksum of the weights.
The network takes pixels from 0 to 255, shape (faces, size, size, channels), and returns
probabilities, shape (faces, labels); normalization lives inside it.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from trainer.contract.checked_json import JsonError, Line, Prose, Share, decode_json, read_bounded
from trainer.contract.crop import CropGeometry
from trainer.contract.ordinary import refuse_others
from trainer.contract.text import LONGEST_NAME, MOST_LABELS, is_clean, labels_problem
from trainer.contract.whole_file import replacing

FORMAT_VERSION: Final = 1
MODEL_FILE: Final = "model.keras"
LITERT_FILE: Final = "model.tflite"
LITERT_INT8_FILE: Final = "model.int8.tflite"
FACES_FILE: Final = "faces.bin"
PRESET_FILE: Final = "preset.json"
METRICS_FILE: Final = "metrics.json"
CARD_FILE: Final = "MODEL_CARD.md"

# The formats of ``files``; others are for engines that this version does not know.
KERAS: Final = "keras"
LITERT: Final = "litert"
LITERT_INT8: Final = "litert-int8"  # its weights are rounded to 8 bits
# Not a format: what lies beside the network to know its training faces again.
FACES: Final = "faces"

Color = Literal["gray", "rgb"]

_MOST_PRESET_BYTES: Final = 1 << 20
_MOST_MODEL_BYTES: Final = 2 << 30
MOST_FACES_BYTES: Final = 64 << 20  # of four million faces
_MOST_FILES: Final = 20

_Sha256 = Annotated[str, Meta(pattern=r"\A[0-9a-fA-F]{64}\Z")]


class PresetError(ValueError):
    """A model folder that cannot be used; the message says what is wrong with it."""


@dataclass(frozen=True)
class ModelFile:
    """A file of a model folder.

    Attributes:
        file: its name.
        sha256: its checksum, lower-case hexadecimal.
    """

    file: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")]
    sha256: _Sha256


@dataclass(frozen=True, kw_only=True)
class Preset:
    """What the application must know to use a model.

    Attributes:
        name: the model's name, also that of its folder.
        labels: class names in the order of the model's outputs.
        input_size_px: side of the square input.
        color: ``gray`` (one channel) or ``rgb`` (three).
        crop: where in a picture the model looks.
        temperature: probabilities p are calibrated to softmax(log(p) / temperature).
        sha256: checksum of ``model.keras``, lower-case hexadecimal.
        system: name of the trainer's system that built the network.
        training_data: the dataset it learned from.
        licence: terms of the weights.
        unsure_below: confidence under which the application says "unsure".
        description: one sentence for the model menu.
        files: the files that hold the network, by their formats, and the fingerprints of its
            training faces (``FACES``); none in old folders.
    """

    name: Annotated[str, Meta(max_length=LONGEST_NAME)]
    labels: Annotated[tuple[str, ...], Meta(max_length=MOST_LABELS)]
    input_size_px: Annotated[int, Meta(ge=16, le=1024)]
    color: Color
    sha256: _Sha256
    system: Prose = ""
    training_data: Prose = ""
    licence: Prose = ""
    crop: CropGeometry = field(default_factory=CropGeometry)
    temperature: Annotated[float, Meta(ge=0.01, le=100)] = 1.0
    unsure_below: Share = 0.0
    description: Prose = ""
    files: Annotated[dict[Line, ModelFile], Meta(max_length=_MOST_FILES)] = field(
        default_factory=dict
    )
    format_version: int = FORMAT_VERSION

    def __post_init__(self) -> None:
        if problem := labels_problem(self.labels):
            raise PresetError(problem)
        if not is_clean(self.name):
            raise PresetError("its name contains invisible characters")
        named = self.files.get(KERAS, self._keras_file)
        if (named.file, named.sha256.lower()) != (MODEL_FILE, self.sha256.lower()):
            raise PresetError(f"files names another {KERAS} file than {MODEL_FILE} and its sha256")

    @property
    def channels(self) -> int:
        """Number of channels of the input."""
        return 1 if self.color == "gray" else 3

    @property
    def _keras_file(self) -> ModelFile:
        return ModelFile(MODEL_FILE, self.sha256)

    def file_in(self, file_format: str) -> ModelFile | None:
        """Return the file that holds the network in a format, None where there is none."""
        return self._keras_file if file_format == KERAS else self.files.get(file_format)


@dataclass(frozen=True)
class _Version:
    format_version: Annotated[int, Meta(ge=0, le=10**6)]


def preset_to_json(preset: Preset) -> str:
    """Return the text of ``preset.json``.

    Raises:
        PresetError: if a preset like this would not be read again.
    """
    text = json.dumps(asdict(preset), indent=2, ensure_ascii=False) + "\n"
    preset_from_json(text)
    return text


def preset_from_json(text: bytes | str) -> Preset:
    """Build a preset from the text of ``preset.json``; unknown fields are left for newer versions.

    Raises:
        PresetError: if a field is missing or has the wrong form.
    """
    try:
        version = decode_json(text, _Version).format_version
        if version != FORMAT_VERSION:  # said first: other fields may be others there, too
            raise PresetError(
                f"{PRESET_FILE} cannot be used: format version {version} is not supported (this "
                f"version reads {FORMAT_VERSION})"
            )
        preset = decode_json(text, Preset)
    except JsonError as error:
        raise PresetError(f"{PRESET_FILE} cannot be used: {error}") from error
    files = {
        name: replace(entry, sha256=entry.sha256.lower()) for name, entry in preset.files.items()
    }
    return replace(preset, sha256=preset.sha256.lower(), files=files)


def read_preset(folder: Path) -> Preset:
    """Read ``preset.json`` of a model folder; the weights are not touched.

    Raises:
        PresetError: if the folder is not a usable model folder.
    """
    if not folder.is_dir():
        raise PresetError(f"{folder} is not a folder")
    for name in (PRESET_FILE, MODEL_FILE):
        if not (folder / name).is_file():
            raise PresetError(f"{folder} lacks {name}")
    try:
        return preset_from_json(read_bounded(folder / PRESET_FILE, _MOST_PRESET_BYTES))
    except (OSError, JsonError) as error:
        raise PresetError(f"{folder / PRESET_FILE} cannot be read: {error}") from error


def update_preset(folder: Path, **fields: Any) -> None:
    """Change fields of a ``preset.json``; all else stays as it is, known or not.

    Args:
        folder: of the model.
        fields: as a ``Preset`` has them.

    Raises:
        PresetError: if it cannot be read, or not with these fields.
        OSError: if it cannot be written; the former one is kept.
    """
    path = folder / PRESET_FILE
    try:
        kept = decode_json(path.read_bytes(), dict[str, msgspec.Raw])
    except JsonError as error:
        raise PresetError(f"{PRESET_FILE} cannot be used: {error}") from error
    changed = {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in fields.items()}
    text = msgspec.json.format(msgspec.json.encode(kept | changed), indent=2) + b"\n"
    preset_from_json(text)
    with replacing(path) as part:
        part.write_bytes(text)


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, lower-case hexadecimal."""
    refuse_others(path)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify_checksum(folder: Path, preset: Preset) -> None:
    """Check that ``model.keras`` is the one that the preset describes.

    Raises:
        PresetError: if it is not, or cannot be read.
    """
    path = folder / MODEL_FILE
    try:
        if path.stat().st_size > _MOST_MODEL_BYTES:
            raise PresetError(f"{path} is larger than a model can be")
        found = file_sha256(path)
    except OSError as error:
        raise PresetError(f"{path} cannot be read: {error}") from error
    _compare_checksums(path, found, preset.sha256)


def read_verified(folder: Path, entry: ModelFile, most_bytes: int) -> bytes:
    """Return the content of a file that a preset names.

    Raises:
        PresetError: if it is another content than the preset describes, too large, or unreadable.
    """
    path = folder / entry.file
    try:
        content = read_bounded(path, most_bytes)
    except (OSError, JsonError) as error:
        raise PresetError(f"{path} cannot be read: {error}") from error
    _compare_checksums(path, hashlib.sha256(content).hexdigest(), entry.sha256)
    return content


def _compare_checksums(path: Path, found: str, expected: str) -> None:
    if found != expected:
        raise PresetError(f"{path} does not match its checksum: it is damaged or was replaced")
