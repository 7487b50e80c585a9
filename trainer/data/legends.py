"""What numbers stand for in published datasets, and in those that bring a list of their own."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from trainer.contract.checked_json import JsonError, decode_json, read_bounded
from trainer.contract.labels import LABEL_SETS
from trainer.contract.text import label_problem
from trainer.data.picture_tree import find_file

Legend = dict[str, str]


def _counted(names: Iterable[str], start: int = 0) -> Legend:
    return {str(at): name for at, name in enumerate(names, start)}


# By the names that ``--map`` takes.
LEGENDS: Final[dict[str, Legend]] = {
    "fer2013": _counted((*LABEL_SETS["fer7"], "contempt")),
    "ferplus": _counted(LABEL_SETS["ferplus8"]),
    "affectnet": _counted(
        ("neutral", "happy", "sad", "surprise", "fear", "disgust", "angry", "contempt")
    ),
    "raf-db": _counted(("surprise", "fear", "disgust", "happy", "sad", "angry", "neutral"), 1),
    "ck+": _counted(
        ("neutral", "angry", "contempt", "disgust", "fear", "happy", "sad", "surprise")
    ),
    "expw": _counted(("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")),
}

_LEGEND_FILES: Final = (
    "classes.txt", "class_names.txt", "labels.txt", "label.txt", "emotions.txt", "legend.txt",
    "legend.csv", "classes.csv", "label_map.csv", "classes.json", "class_indices.json",
    "labels.json", "legend.json", "label_map.json", "id2label.json",
)  # fmt: skip
_MOST_BYTES: Final = 64 << 10
_LINE: Final = re.compile(r"\s*(\d{1,4})\s*[:=,;\t -]\s*(\S.*?)\s*$")
_TURNED: Final = re.compile(r"\s*(\S.*?)\s*[:=,;\t]\s*(\d{1,4})\s*$")


def is_number(label: str) -> bool:
    """Tell whether a label is a number, which says nothing by itself."""
    return label.isascii() and label.isdecimal()


def plain_number(label: str) -> str:
    """Return a number without zeros in front."""
    return str(int(label)) if is_number(label) else label


def legend_beside(folder: Path) -> tuple[Legend, Path] | None:
    """Return what a file beside a dataset's folders says that numbers stand for, and the file."""
    file = find_file(folder, *_LEGEND_FILES)
    if file is None:
        return None
    legend = _from_json(file) if file.suffix.lower() == ".json" else _from_text(file)
    usable = {number: name for number, name in legend.items() if not label_problem(name)}
    return (usable, file) if usable else None


def _from_json(file: Path) -> Legend:
    try:
        content = read_bounded(file, _MOST_BYTES)
    except (JsonError, OSError):
        return {}
    try:
        return _counted(decode_json(content, list[str]))
    except JsonError:
        pass
    try:
        raw = decode_json(content, dict[str, str | int])
    except JsonError:
        return {}
    pairs = [(key, str(value)) for key, value in raw.items()]
    if all(is_number(value) for _, value in pairs):
        pairs = [(value, key) for key, value in pairs]
    return {plain_number(key): value for key, value in pairs if is_number(key)}


def _from_text(file: Path) -> Legend:
    try:
        if file.stat().st_size > _MOST_BYTES:
            return {}
        lines = [line for line in file.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError):
        return {}
    found: Legend = {}
    for line in lines:
        if match := _LINE.fullmatch(line):
            found[plain_number(match[1])] = match[2]
        elif match := _TURNED.fullmatch(line):
            found[plain_number(match[2])] = match[1]
    # A plain list of names counts from zero.
    return found or _counted(line.strip() for line in lines)
