"""Where files go that the person asks for, and where those of sessions are looked for."""

from contextlib import suppress
from pathlib import Path

from fer_desktop import paths
from fer_desktop.settings import Settings


def output_folder(chosen: str, usual: Path) -> Path:
    """Return the folder chosen in the settings, or the usual one where that is not there.

    A folder that is gone is not made again: it may belong to a drive that is not plugged in.
    """
    if chosen and Path(chosen).is_dir():
        return Path(chosen)
    with suppress(OSError):  # said where something cannot be written to it
        usual.mkdir(parents=True, exist_ok=True)
    return usual


def picture_folders(settings: Settings) -> list[Path]:
    """Return where the videos of sessions may be after they were moved, if not beside them."""
    recent = [Path(file).parent for file in settings.recent_files]
    recorded = [Path(settings.recording_dir)] if settings.recording_dir else []
    return [*recent, *recorded, paths.videos_dir()]
