"""A released model: a folder with ``model.keras`` and the ``preset.json`` that describes it.

``preset.json`` is the contract between whoever trained the model and whoever runs it: the labels in
output order, what the input looks like, how faces are cropped, and the checksum of the weights.
The network takes pixels from 0 to 255, shape (faces, size, size, channels), and returns
probabilities, shape (faces, labels); normalization lives inside it.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from trainer.contract.checked_json import JsonError, Prose, Share, decode_json, read_bounded
from trainer.contract.crop import CropGeometry
from trainer.contract.text import LONGEST_NAME, MOST_LABELS, is_clean, labels_problem

FORMAT_VERSION: Final = 1
MODEL_FILE: Final = "model.keras"
PRESET_FILE: Final = "preset.json"
METRICS_FILE: Final = "metrics.json"
CARD_FILE: Final = "MODEL_CARD.md"

Color = Literal["gray", "rgb"]

_MOST_PRESET_BYTES: Final = 1 << 20
_MOST_MODEL_BYTES: Final = 2 << 30


class PresetError(ValueError):
    """A model folder that cannot be used; the message says what is wrong with it."""


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
    """

    name: Annotated[str, Meta(max_length=LONGEST_NAME)]
    labels: Annotated[tuple[str, ...], Meta(max_length=MOST_LABELS)]
    input_size_px: Annotated[int, Meta(ge=16, le=1024)]
    color: Color
    sha256: Annotated[str, Meta(pattern=r"\A[0-9a-fA-F]{64}\Z")]
    system: Prose = ""
    training_data: Prose = ""
    licence: Prose = ""
    crop: CropGeometry = field(default_factory=CropGeometry)
    temperature: Annotated[float, Meta(ge=0.01, le=100)] = 1.0
    unsure_below: Share = 0.0
    description: Prose = ""
    format_version: int = FORMAT_VERSION

    def __post_init__(self) -> None:
        if problem := labels_problem(self.labels):
            raise PresetError(problem)
        if not is_clean(self.name):
            raise PresetError("its name holds characters that cannot be seen")

    @property
    def channels(self) -> int:
        """Number of channels of the input."""
        return 1 if self.color == "gray" else 3


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
    return replace(preset, sha256=preset.sha256.lower())


def renamed_json(text: bytes, name: str) -> bytes:
    """Return the text of ``preset.json`` with another name; all else stays, known or not.

    Raises:
        PresetError: if it cannot be read, or the name cannot be had.
    """
    try:
        fields = decode_json(text, dict[str, msgspec.Raw])
    except JsonError as error:
        raise PresetError(f"{PRESET_FILE} cannot be used: {error}") from error
    fields["name"] = msgspec.Raw(msgspec.json.encode(name))
    renamed = msgspec.json.format(msgspec.json.encode(fields), indent=2) + b"\n"
    preset_from_json(renamed)
    return renamed


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


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, lower-case hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify_checksum(folder: Path, preset: Preset) -> None:
    """Check that the weights are the ones that the preset describes.

    Raises:
        PresetError: if they are not, or cannot be read.
    """
    try:
        if (folder / MODEL_FILE).stat().st_size > _MOST_MODEL_BYTES:
            raise PresetError(f"{folder / MODEL_FILE} is larger than a model can be")
        found = file_sha256(folder / MODEL_FILE)
    except OSError as error:
        raise PresetError(f"{folder / MODEL_FILE} cannot be read: {error}") from error
    if found != preset.sha256:
        raise PresetError(
            f"{folder / MODEL_FILE} does not match its checksum: it is damaged or was replaced"
        )
