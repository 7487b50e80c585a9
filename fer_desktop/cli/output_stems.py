"""How the results of files are called."""

import os
from collections.abc import Iterable, Mapping, Sequence
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


def output_stems(
    files: Sequence[Path],
    out: Path,
    former: Mapping[Path, str] | None = None,
    *,
    tables: Iterable[Path] = (),
) -> list[str]:
    """Return a file stem for the results of each input: all different, and never an input's own.

    Args:
        files: the inputs.
        out: the folder for the results.
        former: stems that inputs have already; they keep them.
        tables: what the same run writes of all files, and no result may be called.
    """
    former = former or {}
    inputs = {os.path.realpath(path) for path in files}
    folder, present = os.path.realpath(out), _names_in(out)
    taken = {stem.casefold() for stem in former.values()}
    taken |= {path.stem.casefold() for path in tables if os.path.realpath(path.parent) == folder}

    def is_input(stem: str) -> bool:
        for suffix in _SUFFIXES:
            path = os.path.join(folder, stem + suffix)
            # A name that is there may be a link; for the many others nobody asks the disk.
            if path in inputs or (
                (stem + suffix).casefold() in present and os.path.realpath(path) in inputs
            ):
                return True
        return False

    stems = []
    for path in files:
        if path in former:
            stems.append(former[path])
            continue
        wanted = _shortened(path.stem)
        stem = distinct_name(wanted, taken)
        while is_input(stem):
            taken.add(stem.casefold())
            stem = distinct_name(wanted, taken)
        taken.add(stem.casefold())
        stems.append(stem)
    return stems


def _names_in(folder: Path) -> set[str]:
    """Return the names in a folder, case-folded, as some file systems compare them."""
    try:
        return {name.casefold() for name in os.listdir(folder)}
    except OSError:
        return set()


def _shortened(stem: str) -> str:
    """Return as much of a stem as leaves room for a number and the longest suffix."""
    longest = _NAME_BYTES - _NUMBER_BYTES - max(map(len, _SUFFIXES))
    while len(os.fsencode(stem)) > longest:
        stem = stem[:-1]
    return stem
