"""Reader of JAFFE and KDEF: person and label stand in the names of the files."""

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from trainer.contract.labels import expression_of
from trainer.contract.text import counted
from trainer.data.listing import Entry, Listing, PictureReader
from trainer.data.picture_tree import files_below, is_picture

# As many of the pictures must be named so, and others are left out with that reason.
_MOST_OF_THEM: Final = 0.8
_FROM_THE_SIDE: Final = ("FL", "FR")


@dataclass(frozen=True)
class _Scheme:
    title: str
    pattern: re.Pattern[str]
    labels: dict[str, str]


_SCHEMES: Final = (
    _Scheme(
        "JAFFE",
        re.compile(r"(?P<who>[A-Z]{2})[.-](?P<what>[A-Z]{2})\d[.-]\d+$"),
        {
            "AN": "angry", "DI": "disgust", "FE": "fear", "HA": "happy", "NE": "neutral",
            "SA": "sad", "SU": "surprise",
        },
    ),
    _Scheme(
        "KDEF",
        re.compile(r"[AB](?P<who>[FM]\d{2})(?P<what>[A-Z]{2})(?P<side>FL|HL|S|HR|FR)$"),
        {
            "AF": "fear", "AN": "angry", "DI": "disgust", "HA": "happy", "NE": "neutral",
            "SA": "sad", "SU": "surprise",
        },
    ),
)  # fmt: skip


class NamedFilesReader(PictureReader):
    """``KA.AN1.39.tiff`` (JAFFE: KA, angry) and ``AF01HAS.JPG`` (KDEF: woman 01, happy)."""

    @staticmethod
    def refusal(path: Path) -> str:
        """Return why a path is neither, nothing where it is one of them."""
        if not path.is_dir():
            return "it is not a folder"
        return "" if _scheme(_pictures(path)) else "its files are not named as JAFFE's or KDEF's"

    def list_pictures(self) -> Listing:
        """Return the pictures in the order of their paths."""
        files = files_below(self.path)
        scheme = _scheme([file for file in files if is_picture(file)])
        assert scheme is not None
        self.title = scheme.title
        entries, profiles = [], 0
        for file in files:
            name = file.as_posix()
            if not is_picture(file):
                entries.append(Entry(name=name, problem="not an image file"))
                continue
            found = scheme.pattern.match(file.stem.upper())
            label = scheme.labels.get(found["what"], "") if found else ""
            problem = "" if label else f"it is not named as {scheme.title}'s pictures are"
            who = found["who"] if found else ""
            profiles += bool(found and found.groupdict().get("side") in _FROM_THE_SIDE)
            entries.append(Entry(name=name, label=label, subject=who, problem=problem))
        notes = []
        if profiles:
            notes.append(
                f"Seen fully from the side, which the application does not read: "
                f"{counted(profiles, 'face')}."
            )
        return Listing(
            self.path,
            entries,
            f"its files are named as {scheme.title}'s",
            notes,
            subjects_from="the file names",
        )


def _pictures(path: Path) -> list[PurePosixPath]:
    return [file for file in files_below(path) if is_picture(file)]


def _scheme(pictures: list[PurePosixPath]) -> _Scheme | None:
    # Where folders name expressions these count, whatever the files are called.
    if not pictures or any(expression_of(name) for file in pictures for name in file.parent.parts):
        return None
    for scheme in _SCHEMES:
        hits = sum(bool(scheme.pattern.match(file.stem.upper())) for file in pictures)
        if hits >= _MOST_OF_THEM * len(pictures):
            return scheme
    return None
