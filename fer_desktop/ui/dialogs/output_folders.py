"""Where files go that the person asks for."""

from contextlib import suppress
from pathlib import Path


def output_folder(chosen: str, usual: Path) -> Path:
    """Return the folder chosen in the settings, or the usual one where that is not there.

    A folder that is gone is not made again: it may belong to a drive that is not plugged in.
    """
    if chosen and Path(chosen).is_dir():
        return Path(chosen)
    with suppress(OSError):  # said where something cannot be written to it
        usual.mkdir(parents=True, exist_ok=True)
    return usual
