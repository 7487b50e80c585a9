"""Reader of AffectNet as unpacked: each face with an annotation file."""

from pathlib import Path
from typing import Final

import numpy as np

from trainer.data.legends import LEGENDS, plain_number
from trainer.data.listing import Entry, Listing, PictureReader
from trainer.data.picture_tree import files_below, find_folder, is_picture, wrapped
from trainer.data.split_names import split_of
from trainer.errors import DataError

_SETS: Final = ("train_set", "val_set", "test_set")
_MOST_BYTES: Final = 4096
_NO_EXPRESSION: Final = {"8": "none of the expressions", "9": "uncertain", "10": "no face"}
_LEGEND: Final = LEGENDS["affectnet"]


class AffectNetReader(PictureReader):
    """``train_set/images/N.jpg`` with ``train_set/annotations/N_exp.npy``; so ``val_set``."""

    title = "AffectNet"
    # The labels are read with the pictures: there are hundreds of thousands of files.
    label_names = tuple(_LEGEND.values())

    @staticmethod
    def refusal(path: Path) -> str:
        """Return why a path is not AffectNet, nothing where it is."""
        return "" if _root(path) else "it has no train_set or val_set as AffectNet has"

    def list_pictures(self) -> Listing:
        """Return the pictures, each with the file that says what it shows."""
        root = _root(self.path)
        assert root is not None
        entries: list[Entry] = []
        notes = []
        for name in _SETS:
            folder = find_folder(root, name)
            if folder is None:
                continue
            images, labels = find_folder(folder, "images"), find_folder(folder, "annotations")
            if images is None or labels is None:
                missing = "images" if images is None else "annotations"
                raise DataError(
                    f"{folder} has no folder {missing}: AffectNet seems to be unpacked in part.",
                    hint="Unpack the rest of it, or give a folder for each label.",
                )
            entries += _entries(root, images, labels, split_of(name))
        absent = [name for name in _SETS[:2] if find_folder(root, name) is None]
        if absent:
            notes.append(f"There is no {absent[0]}: AffectNet seems to be unpacked in part.")
        return Listing(root, entries, "it has images and annotations as AffectNet has", notes)

    def label_of(self, entry: Entry) -> str:
        """Return what the annotation beside a picture says."""
        number = _number(self.listing.root / entry.beside)
        if number in _NO_EXPRESSION:
            raise DataError(f"it is annotated as {_NO_EXPRESSION[number]}")
        if number not in _LEGEND:
            raise DataError(f"its annotation {number!r} is no expression of AffectNet's")
        return _LEGEND[number]


def _root(path: Path) -> Path | None:
    if not path.is_dir():
        return None
    for place in wrapped(path):
        for name in _SETS[:2]:
            folder = find_folder(place, name)
            if folder and (find_folder(folder, "annotations") or _holds_images(folder)):
                return place
    return None


def _holds_images(folder: Path) -> bool:
    """Tell whether pictures lie in ``images`` themselves, as AffectNet's do."""
    images = find_folder(folder, "images")
    return images is not None and any(is_picture(entry) for entry in images.iterdir())


def _entries(root: Path, images: Path, labels: Path, split: int | None) -> list[Entry]:
    annotations = {file.name for file in files_below(labels)}
    entries, used = [], set()
    for file in files_below(images):
        name = (images / file).relative_to(root).as_posix()
        beside = f"{file.stem}_exp.npy"
        problem = ""
        if not is_picture(file):
            problem = "not an image file"
        elif beside not in annotations:
            problem = f"its annotation {beside} is missing"
        used.add(beside)
        entries.append(
            Entry(
                name=name,
                split=-1 if split is None else split,
                beside=(labels / beside).relative_to(root).as_posix(),
                problem=problem,
            )
        )
    for name in sorted(annotations - used):
        if name.endswith("_exp.npy"):
            place = (labels / name).relative_to(root).as_posix()
            entries.append(Entry(name=place, problem="its picture is missing"))
    return entries


def _number(file: Path) -> str:
    """Return the number in an annotation: a text or a number as NumPy writes it."""
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise DataError(f"its annotation {file.name} is too large to be one")
        value = np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DataError(f"its annotation {file.name} cannot be read") from error
    if value.size != 1:
        raise DataError(f"its annotation {file.name} holds {value.size:,} values, not one")
    text = str(value.reshape(-1)[0]).strip()
    try:
        return plain_number(str(int(float(text))))
    except ValueError:
        return text[:20]
