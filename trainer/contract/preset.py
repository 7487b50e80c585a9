"""A released model: a folder with ``model.keras`` and the ``preset.json`` that describes it.

``preset.json`` is the contract between whoever trained the model and whoever runs it: the labels in
output order, what the input looks like, how faces are cropped, and the checksum of the weights.
The network takes pixels from 0 to 255, shape (faces, size, size, channels), and returns
probabilities, shape (faces, labels); normalization lives inside it.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from trainer.contract.crop import CropGeometry

FORMAT_VERSION: Final = 1
MODEL_FILE: Final = "model.keras"
PRESET_FILE: Final = "preset.json"
METRICS_FILE: Final = "metrics.json"
CARD_FILE: Final = "MODEL_CARD.md"

Color = Literal["gray", "rgb"]


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

    name: str
    labels: tuple[str, ...]
    input_size_px: int
    color: Color
    sha256: str
    system: str
    training_data: str
    licence: str
    crop: CropGeometry = field(default_factory=CropGeometry)
    temperature: float = 1.0
    unsure_below: float = 0.0
    description: str = ""
    format_version: int = FORMAT_VERSION

    def __post_init__(self) -> None:
        if self.format_version != FORMAT_VERSION:
            raise PresetError(
                f"format version {self.format_version} is not supported "
                f"(this version reads {FORMAT_VERSION})"
            )
        if len(self.labels) < 2 or len(set(self.labels)) != len(self.labels):
            raise PresetError(f"labels must be at least two different names: {self.labels}")
        if not all(isinstance(label, str) and label.strip() for label in self.labels):
            raise PresetError(f"labels must be names: {self.labels}")
        if not 16 <= self.input_size_px <= 1024:
            raise PresetError(f"input_size_px must lie between 16 and 1024: {self.input_size_px}")
        if self.color not in ("gray", "rgb"):
            raise PresetError(f"color must be 'gray' or 'rgb': {self.color!r}")
        if not (math.isfinite(self.temperature) and self.temperature > 0):
            raise PresetError(f"temperature must be a positive number: {self.temperature}")
        if not 0 <= self.unsure_below <= 1:
            raise PresetError(f"unsure_below must lie between 0 and 1: {self.unsure_below}")
        if len(self.sha256) != 64 or set(self.sha256) - set("0123456789abcdef"):
            raise PresetError(f"sha256 must be 64 hexadecimal digits: {self.sha256!r}")

    @property
    def channels(self) -> int:
        """Number of channels of the input."""
        return 1 if self.color == "gray" else 3


def preset_to_json(preset: Preset) -> str:
    """Return the text of ``preset.json``."""
    return json.dumps(asdict(preset), indent=2, ensure_ascii=False) + "\n"


def preset_from_mapping(raw: Mapping[str, Any]) -> Preset:
    """Build a preset from parsed JSON; unknown fields are left for newer versions.

    Raises:
        PresetError: if a field is missing or has the wrong form.
    """
    try:
        crop = raw.get("crop", {})
        return Preset(
            name=str(raw["name"]),
            labels=tuple(raw["labels"]),
            input_size_px=int(raw["input_size_px"]),
            color=raw["color"],
            sha256=str(raw["sha256"]).lower(),
            system=str(raw.get("system", "")),
            training_data=str(raw.get("training_data", "")),
            licence=str(raw.get("licence", "")),
            crop=CropGeometry(
                scale=float(crop.get("scale", CropGeometry().scale)),
                shift_up=float(crop.get("shift_up", CropGeometry().shift_up)),
                max_tilt_deg=float(crop.get("max_tilt_deg", CropGeometry().max_tilt_deg)),
            ),
            temperature=float(raw.get("temperature", 1.0)),
            unsure_below=float(raw.get("unsure_below", 0.0)),
            description=str(raw.get("description", "")),
            format_version=int(raw["format_version"]),
        )
    except PresetError:
        raise
    except KeyError as error:
        raise PresetError(f"{PRESET_FILE} lacks {error}") from error
    except (AttributeError, TypeError, ValueError) as error:
        raise PresetError(f"{PRESET_FILE} has a field of the wrong form: {error}") from error


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
        raw = json.loads((folder / PRESET_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PresetError(f"{folder / PRESET_FILE} cannot be read: {error}") from error
    if not isinstance(raw, dict):
        raise PresetError(f"{folder / PRESET_FILE} is not a JSON object")
    return preset_from_mapping(raw)


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
        found = file_sha256(folder / MODEL_FILE)
    except OSError as error:
        raise PresetError(f"{folder / MODEL_FILE} cannot be read: {error}") from error
    if found != preset.sha256:
        raise PresetError(
            f"{folder / MODEL_FILE} does not match its checksum: it is damaged or was replaced"
        )
