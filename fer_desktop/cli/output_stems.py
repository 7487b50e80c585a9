"""How the results of files are called."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from fer_desktop.files import distinct_name
from fer_desktop.recording.mesh_file import MESH_SUFFIX
from fer_desktop.recording.table_files import TABLE_SUFFIXES

_NAME_BYTES: Final = 255  # what file systems take
_NUMBER_BYTES: Final = 6  # "-2", "-3" and so on
_PICTURED: Final = ("annotated", "clean", "blurred")
_SUFFIXES: Final = (
    *TABLE_SUFFIXES,
    *(".meta.json", ".timeline.png", MESH_SUFFIX),
    *(f".{kind}{suffix}" for kind in _PICTURED for suffix in (".mp4", ".png")),
)


def output_stems(files: Sequence[Path], out: Path) -> list[str]:
    """Return a file stem for the results of each input: all different, and never an input's own."""
    inputs = {os.path.realpath(path) for path in files}
    taken: set[str] = set()
    stems = []
    for path in files:
        wanted = _shortened(path.stem)
        stem = distinct_name(wanted, taken)
        while any(os.path.realpath(out / f"{stem}{suffix}") in inputs for suffix in _SUFFIXES):
            taken.add(stem.casefold())
            stem = distinct_name(wanted, taken)
        taken.add(stem.casefold())
        stems.append(stem)
    return stems


def _shortened(stem: str) -> str:
    """Return as much of a stem as leaves room for a number and the longest suffix."""
    longest = _NAME_BYTES - _NUMBER_BYTES - max(map(len, _SUFFIXES))
    while len(os.fsencode(stem)) > longest:
        stem = stem[:-1]
    return stem
