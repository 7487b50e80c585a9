"""Reader of ExpW: ``label.lst`` names photographs, with a box and a label for each face in them."""

from pathlib import Path
from typing import Final

from trainer.data.legends import LEGENDS, plain_number
from trainer.data.listing import Entry, Listing, PictureReader
from trainer.data.picture_tree import find_file, find_folder, wrapped
from trainer.data.text_lists import read_list
from trainer.errors import DataError

_LIST: Final = "label.lst"
_LEGEND: Final = LEGENDS["expw"]
_FOLDERS: Final = ("origin", "image", "images", "image/origin", "aligned", ".")


class ExpwReader(PictureReader):
    """Faces cut out of ExpW's photographs by the boxes of its list.

    A line: picture, number of the face in it, top, left, right, bottom, the detector's confidence,
    label.
    """

    title = "ExpW"

    @staticmethod
    def refusal(path: Path) -> str:
        """Return why a path is not ExpW, nothing where it is."""
        return "" if _list(path) else f"it has no {_LIST} as ExpW has"

    def list_pictures(self) -> Listing:
        """Return the faces in the order of the list."""
        table = _list(self.path)
        assert table is not None
        lines = list(read_list(table, 8))
        root = _pictures(table, [cells[0] for _, cells in lines[:20]])
        entries, faces = [], set[tuple[str, str]]()
        for number, (name, face, top, left, right, bottom, _, label) in lines:
            problem, box = "", None
            try:
                box = (float(left), float(top), float(right), float(bottom))
            except ValueError:
                problem = f"line {number} of {_LIST}: its box is not written in numbers"
            if plain_number(label) not in _LEGEND:
                problem = f"line {number} of {_LIST}: {label!r} is no label of ExpW's"
            elif (name, face) in faces:
                problem = f"line {number} of {_LIST}: the face is named more than once"
            faces.add((name, face))
            label = _LEGEND.get(plain_number(label), "")
            entries.append(Entry(name=name, label=label, box=box, problem=problem))
        return Listing(
            root,
            entries,
            f"it has {_LIST} with a box and a label for each face",
            ["The faces are cut out of the photographs by the boxes of the list."],
        )


def _list(path: Path) -> Path | None:
    if path.is_file():
        return path if path.name.lower() == _LIST else None
    if not path.is_dir():
        return None
    for place in wrapped(path):
        found = find_file(place, _LIST)
        inside = find_folder(place, "label", "labels")
        if found is None and inside is not None:
            found = find_file(inside, _LIST)
        if found is not None:
            return found
    return None


def _pictures(table: Path, names: list[str]) -> Path:
    roots = [table.parent, table.parent.parent]
    places = [root / folder for root in roots for folder in _FOLDERS]
    best = max(places, key=lambda place: sum((place / name).is_file() for name in names))
    if names and not any((best / name).is_file() for name in names):
        raise DataError(
            f"{table} names pictures such as {names[0]}, which are not there.",
            hint="Unpack ExpW's pictures into a folder origin beside the list.",
        )
    return best
