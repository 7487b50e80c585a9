"""Where models are found: those that ship with the application, and the user's own."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fer_desktop.errors import ModelError
from fer_desktop.paths import bundled_models_dir, user_models_dir
from trainer.contract.preset import MODEL_FILE, PRESET_FILE, Preset, PresetError, read_preset

HIDDEN: Final = ".fer-"  # begins the name of a folder that is coming or going
_PREFERRED: Final = ("seven-expressions", "ferplus7", "fer7")


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model folder that was found.

    Attributes:
        name: what the user calls it: the folder's name.
        folder: where it is.
        bundled: whether it ships with the application.
        preset: what it is; None where it cannot be used.
        problem: why it cannot be used; empty where it can.
    """

    name: str
    folder: Path
    bundled: bool
    preset: Preset | None
    problem: str


def available_models() -> list[ModelEntry]:
    """Return every model folder, bundled ones first, sorted by name; weights are not touched."""
    return [*_models_in(bundled_models_dir(), True), *_models_in(user_models_dir(), False)]


def resolve_model(name_or_dir: str) -> Path:
    """Return the folder of a model.

    Args:
        name_or_dir: name of an available model, or a model folder; empty for the default.

    Raises:
        ModelError: if there is none.
    """
    models = available_models()
    if not name_or_dir:
        return _default(models)
    for model in models:
        if model.name == name_or_dir:
            return model.folder
    folder = Path(name_or_dir).expanduser()
    if folder.is_dir():
        return folder
    names = ", ".join(dict.fromkeys(model.name for model in models if not model.problem))
    raise ModelError(
        f"There is no model {name_or_dir!r}.",
        hint=f"Name a model folder, or one of: {names}." if names else "Give a model folder.",
    )


def _default(models: list[ModelEntry]) -> Path:
    usable = [model for model in models if not model.problem]
    if not usable:
        raise ModelError(
            "No model is installed.", hint="Name a model folder, or train a model with fer-train."
        )
    bundled = {model.name: model for model in usable if model.bundled}
    for name in _PREFERRED:
        if name in bundled:
            return bundled[name].folder
    return usable[0].folder


def _models_in(parent: Path, bundled: bool) -> list[ModelEntry]:
    try:
        folders = sorted(
            path for path in parent.iterdir() if path.is_dir() and not path.name.startswith(HIDDEN)
        )
    except OSError:
        return []
    return [
        _entry(folder, bundled)
        for folder in folders
        if any((folder / name).is_file() for name in (PRESET_FILE, MODEL_FILE))
    ]


def _entry(folder: Path, bundled: bool) -> ModelEntry:
    try:
        preset = read_preset(folder)
    except PresetError as error:
        return ModelEntry(folder.name, folder, bundled, None, str(error))
    return ModelEntry(folder.name, folder, bundled, preset, "")
