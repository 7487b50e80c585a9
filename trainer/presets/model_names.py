"""Models by their names, as the application knows them: those that ship with it, and the user's."""

import os
import sys
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import platformdirs

from trainer.contract.preset import MODEL_FILE, PRESET_FILE
from trainer.errors import RunError

# The application's names for these places; it cannot be imported from here.
_APPLICATION: Final = "FER Desktop"
_PROFILE_VARIABLE: Final = "FER_DESKTOP_PROFILE"
_PACKAGE: Final = Path(__file__).resolve().parents[1]


def model_places() -> tuple[Path, ...]:
    """Return the folders that hold model folders, those with shipped models first."""
    frozen = getattr(sys, "_MEIPASS", None)
    root = Path(frozen) if frozen is not None else _PACKAGE.parent
    profile = os.environ.get(_PROFILE_VARIABLE)
    data = Path(profile or platformdirs.user_data_dir(_APPLICATION, appauthor=False))
    # In a checkout beside the packages, in a wheel and a frozen build inside of the application.
    inside = root / "fer_desktop" / "bundled" / "models"
    return (inside if inside.is_dir() else root / "models", data / "models")


def model_folders() -> list[Path]:
    """Return the folders of all models that the application shows."""
    return [folder for _, folder in _named()]


def model_folder(text: str | Path) -> Path:
    """Return the folder of a model that is named by it, or by the name that the application shows.

    Raises:
        RunError: if there is none.
    """
    folder = Path(text).expanduser()
    if folder.exists():
        return folder
    known = dict(_named())
    if str(text) in known:
        return known[str(text)]
    near = get_close_matches(str(text), known, 1)
    meant = f" Did you mean {near[0]}?" if near else ""
    raise RunError(
        f"there is no model {str(text)!r}: {folder} is not a folder.",
        hint=f"Give a model folder, or one of: {', '.join(known)}.{meant}"
        if known
        else "Give a model folder.",
    )


def _named() -> Iterator[tuple[str, Path]]:
    seen: set[str] = set()
    for place in model_places():
        try:
            folders = sorted(path for path in place.iterdir() if path.is_dir())
        except OSError:
            continue
        for folder in folders:
            named = folder.name not in seen and not folder.name.startswith(".")
            if named and any((folder / name).is_file() for name in (PRESET_FILE, MODEL_FILE)):
                seen.add(folder.name)
                yield folder.name, folder
