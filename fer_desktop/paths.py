"""Where bundled files are, and where the user's files go.

Bundled files lie beside the package in a checkout, inside it in a wheel, and below the program in
a frozen build; the user's files lie where the platform wants them.
"""

import os
import sys
from pathlib import Path
from typing import Final

import platformdirs

APP_NAME: Final = "FER Desktop"
PROFILE_VARIABLE: Final = "FER_DESKTOP_PROFILE"
_PACKAGE: Final = Path(__file__).resolve().parent


def _bundled(name: str) -> Path:
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen is not None:
        return Path(frozen) / "fer_desktop" / "bundled" / name
    inside = _PACKAGE / "bundled" / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def assets_dir() -> Path:
    """Return the folder of detector networks, demo clip and icons."""
    return _bundled("assets")


def bundled_models_dir() -> Path:
    """Return the folder of models that ship with the application."""
    return _bundled("models")


def demo_clip() -> Path:
    """Return the clip that plays where there is no camera."""
    return assets_dir() / "demo" / "demo.mp4"


def _profile_dir() -> Path | None:
    override = os.environ.get(PROFILE_VARIABLE)
    return Path(override) if override else None


def settings_file() -> Path:
    """Return the file that keeps the user's choices."""
    profile = _profile_dir()
    folder = profile or Path(platformdirs.user_config_dir(APP_NAME, appauthor=False))
    return folder / "settings.json"


def data_dir() -> Path:
    """Return the folder for sessions and own models."""
    profile = _profile_dir()
    return profile or Path(platformdirs.user_data_dir(APP_NAME, appauthor=False))


def sessions_dir() -> Path:
    """Return the folder that keeps one SQLite file per session."""
    return data_dir() / "sessions"


def queue_file() -> Path:
    """Return the file that keeps what waits to be analysed."""
    return data_dir() / "queue.json"


def unfinished_dir() -> Path:
    """Return the folder of notes on what is being made, see ``ui/runtime/unfinished.py``."""
    return data_dir() / "unfinished"


def user_models_dir() -> Path:
    """Return the folder of the user's own models."""
    return data_dir() / "models"


def runs_dir() -> Path:
    """Return the folder of trainings that are not models yet."""
    return data_dir() / "runs"


def label_fixes_dir() -> Path:
    """Return the folder that keeps which labels of training pictures were put right."""
    return data_dir() / "label fixes"


def log_file() -> Path:
    """Return the application's log file."""
    profile = _profile_dir()
    folder = profile or Path(platformdirs.user_log_dir(APP_NAME, appauthor=False))
    return folder / "fer-desktop.log"


def pictures_dir() -> Path:
    """Return where snapshots go unless the user chooses another folder."""
    return (_profile_dir() or Path(platformdirs.user_pictures_dir())) / APP_NAME


def videos_dir() -> Path:
    """Return where recordings go unless the user chooses another folder."""
    return (_profile_dir() or Path(platformdirs.user_videos_dir())) / APP_NAME


def documents_dir() -> Path:
    """Return where exports go unless the user chooses another folder."""
    return _profile_dir() or Path(platformdirs.user_documents_dir())
