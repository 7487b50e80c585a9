"""Reader of CK+ as it is unpacked: sequences of pictures, and a label for the last of each."""

from collections import defaultdict
from pathlib import Path, PurePosixPath
from typing import Final

from trainer.contract.text import counted
from trainer.data.legends import LEGENDS
from trainer.data.listing import Entry, Listing, PictureReader
from trainer.data.picture_tree import files_below, find_folder, is_picture, wrapped
from trainer.errors import DataError

_IMAGES: Final = ("cohn-kanade-images", "extended-cohn-kanade-images")
_LABELS: Final = ("Emotion", "Emotion_labels", "Emotions")
_LEGEND: Final = LEGENDS["ck+"]
_MOST_BYTES: Final = 1024


class CkReader(PictureReader):
    """``cohn-kanade-images/S005/001/*.png`` with ``Emotion/S005/001/*_emotion.txt``.

    Each sequence leads from a neutral face to an expression. Its last picture has the label, its
    first is neutral; those between are not used.
    """

    title = "CK+"

    @staticmethod
    def refusal(path: Path) -> str:
        """Return why a path is not CK+, nothing where it is."""
        return "" if _root(path) else "it has no cohn-kanade-images as CK+ has"

    def list_pictures(self) -> Listing:
        """Return the first and last picture of each sequence that has a label."""
        root = _root(self.path)
        assert root is not None
        images, labels = find_folder(root, *_IMAGES), find_folder(root, *_LABELS)
        if images is None or labels is None:
            missing = _IMAGES[0] if images is None else _LABELS[0]
            raise DataError(
                f"{root} has no folder {missing}: CK+ seems to be unpacked in part.",
                hint=f"Unpack {_LABELS[0]}_labels.zip and extended-cohn-kanade-images.zip into one "
                "folder.",
            )
        if nested := find_folder(images, _IMAGES[0]):
            images = nested
        if nested := find_folder(labels, *_LABELS):
            labels = nested
        sequences: dict[PurePosixPath, list[PurePosixPath]] = defaultdict(list)
        for file in files_below(images):
            if is_picture(file):
                sequences[file.parent].append(file)
        given = {file.parent: file for file in files_below(labels) if file.suffix == ".txt"}
        base = images.relative_to(root)
        entries, between = [], 0
        for place, files in sequences.items():
            name = (base / files[-1]).as_posix()
            subject = place.parts[0] if place.parts else ""
            if place not in given:
                entries.append(Entry(name=name, problem="its sequence has no label"))
                between += len(files) - 1
                continue
            number = _number(labels / given[place])
            problem = "" if number in _LEGEND else f"{given[place].name} holds no label of CK+'s"
            label = _LEGEND.get(number, "")
            if len(files) > 1:
                first = (base / files[0]).as_posix()
                entries.append(Entry(name=first, label="neutral", subject=subject))
            entries.append(Entry(name=name, label=label, subject=subject, problem=problem))
            between += max(0, len(files) - 2)
        for place in sorted(given.keys() - sequences.keys()):
            lone = (labels.relative_to(root) / given[place]).as_posix()
            entries.append(Entry(name=lone, problem="its sequence has no pictures"))
        note = (
            "Of each sequence the last picture has its label and the first is neutral; "
            f"{counted(between, 'picture')} between or without a label are not used."
        )
        return Listing(
            root,
            entries,
            f"it has {images.name} and {labels.name}",
            [note],
            subjects_from="the folders of CK+'s persons",
        )


def _root(path: Path) -> Path | None:
    if not path.is_dir():
        return None
    for place in wrapped(path):
        images, labels = find_folder(place, *_IMAGES), find_folder(place, *_LABELS)
        if images is not None or (labels is not None and any(labels.rglob("*_emotion.txt"))):
            return place
    return None


def _number(file: Path) -> str:
    try:
        text = file.read_bytes()[:_MOST_BYTES].decode("ascii").strip()
        return str(int(float(text)))
    except (OSError, UnicodeDecodeError, ValueError, OverflowError):
        return ""
