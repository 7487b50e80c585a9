"""Reader of FER+'s folders: ``FER2013Train``, ``FER2013Valid``, ``FER2013Test`` with votes."""

from pathlib import Path
from typing import Final

import numpy as np

from trainer.contract.labels import LABEL_SETS
from trainer.data.listing import Entry, Listing, PictureReader, twice_named
from trainer.data.picture_tree import files_below, find_file, find_folder, is_picture, wrapped
from trainer.data.tables import records
from trainer.data.votes import COLUMNS, vote_targets
from trainer.errors import DataError

_SPLITS: Final = ("FER2013Train", "FER2013Valid", "FER2013Test")
_LIST: Final = "label.csv"
_LABELS: Final = LABEL_SETS["ferplus8"]


class FerPlusReader(PictureReader):
    """Pictures with ten people's votes in ``label.csv``: file, box, and a count for each answer.

    The label is what more than half of them say, by the protocol of FER+'s authors: single votes
    do not count, and a picture without a majority is left out.
    """

    title = "FER+ folders"

    @staticmethod
    def refusal(path: Path) -> str:
        """Return why a path is not FER+'s folder, nothing where it is."""
        return "" if _root(path) else f"it has no {_SPLITS[0]} as FER+ has"

    def list_pictures(self) -> Listing:
        """Return the pictures in the order of the lists."""
        root = _root(self.path)
        assert root is not None
        entries: list[Entry] = []
        for split, name in enumerate(_SPLITS):
            folder = find_folder(root, name)
            if folder is not None:
                entries += _entries(root, folder, split)
        absent = [name for name in _SPLITS if find_folder(root, name) is None]
        notes = [
            "The label is what more than half of FER+'s voters say; train with fer2013.csv and "
            "--votes for their shares."
        ]
        if absent:
            notes.append(f"There is no {', no '.join(absent)}.")
        return Listing(root, twice_named(entries, _LIST), f"its split folders hold {_LIST}", notes)


def _root(path: Path) -> Path | None:
    if not path.is_dir():
        return None
    for place in [*wrapped(path), path / "data"]:
        if not place.is_dir():
            continue
        folders = [folder for name in _SPLITS if (folder := find_folder(place, name)) is not None]
        if any(find_file(folder, _LIST) or _has_pictures(folder) for folder in folders):
            return place
    return None


def _has_pictures(folder: Path) -> bool:
    return any(is_picture(entry) for entry in folder.iterdir())


def _entries(root: Path, folder: Path, split: int) -> list[Entry]:
    table = find_file(folder, _LIST)
    if table is None:
        raise DataError(
            f"{folder} has no {_LIST}.",
            hint="Copy it from FER+'s repository (data/FER2013Train, ...), or give fer2013.csv "
            "with --votes fer2013new.csv.",
        )
    there = {file.as_posix() for file in files_below(folder)}
    base = folder.relative_to(root).as_posix()
    names: list[str] = []
    votes: list[list[int]] = []
    problems: list[str] = []
    for number, cells in records(table):
        if not any(cells) or (number == 1 and not is_picture(Path(cells[0]))):
            continue
        counts = cells[-len(COLUMNS) :] if len(cells) > len(COLUMNS) else ()
        good = bool(counts) and all(text.isascii() and text.isdecimal() for text in counts)
        names.append(cells[0])
        votes.append([min(int(text), 1000) for text in counts] if good else [0] * len(COLUMNS))
        problems.append("" if good else f"row {number} of {base}/{_LIST} has no ten votes")
    decided = vote_targets(np.array(votes, np.int64).reshape(-1, len(COLUMNS)), _LABELS)
    entries = []
    for at, name in enumerate(names):
        problem = problems[at]
        if not problem and name not in there:
            problem = "there is no such file"
        if not problem and not decided.decided[at]:
            problem = "no majority of the votes is for one of the expressions"
        label = _LABELS[int(decided.majority[at].argmax())]
        entries.append(Entry(name=f"{base}/{name}", label=label, split=split, problem=problem))
    for name in sorted(there - set(names) - {table.name}):
        what = f"{_LIST} does not name it" if is_picture(Path(name)) else "not an image file"
        entries.append(Entry(name=f"{base}/{name}", problem=what))
    return entries
