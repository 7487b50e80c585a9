"""Reader of the competition's csv: a label, pixels as text, and a usage on each row."""

import math
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from trainer.contract.labels import LABEL_SETS
from trainer.contract.text import label_problem
from trainer.data.columns import (
    LABEL_COLUMNS,
    PIXEL_COLUMNS,
    SPLIT_COLUMNS,
    SUBJECT_COLUMNS,
    find_column,
)
from trainer.data.faces import FaceRow, ReadOptions, Skipped
from trainer.data.images import fit_image
from trainer.data.legends import LEGENDS
from trainer.data.picture_tree import is_ignored, wrapped
from trainer.data.split_names import split_of
from trainer.data.tables import TABLE_SUFFIXES, header, records
from trainer.errors import DataError

_NUMBERS: Final = LEGENDS["fer2013"]
_MOST_LABELS: Final = 1000


class CsvReader:
    """``fer2013.csv``, ``icml_face_data.csv``, CK+'s csv and files like them.

    Columns are found by name: ``emotion`` (0 to 6, 7 for CK+'s contempt, or words), ``pixels`` (a
    square of gray values), ``Usage`` (Training, PublicTest or PrivateTest, or other usual names of
    splits) and ``subject``; the last two may be missing. Commas, semicolons and tabs may stand
    between them. A wrong row is listed as skipped.
    """

    title = "FER2013's csv"

    def __init__(self, path: Path, options: ReadOptions) -> None:
        self._path = path if path.is_file() else _tables(path)[0]
        self._given = path
        self._options = options
        self._names = list(LABEL_SETS["fer7"])

    @staticmethod
    def refusal(path: Path) -> str:
        """Return why a path is not such a file, nothing where it may be one."""
        return "" if path.is_file() else "it is not a file"

    @property
    def label_names(self) -> tuple[str, ...]:
        """FER2013's labels, and what else the rows name; all of it after reading."""
        return tuple(self._names)

    @property
    def why(self) -> str:
        """What it was recognized by."""
        return f"{self._path.name} has the columns emotion and pixels"

    @property
    def notes(self) -> tuple[str, ...]:
        """Which other tables lie beside it."""
        if self._given.is_file():
            return ()
        others = [table.name for table in _tables(self._given) if table != self._path]
        return (f"Only {self._path.name} is read, not {', '.join(others)}.",) if others else ()

    def fingerprint(self) -> str:
        """Return a text that changes whenever the file does."""
        state = self._path.stat()
        options = self._options
        return (
            f"csv {self._path.resolve()} {state.st_mtime_ns} {state.st_size} {options.size_px} "
            f"{options.framing}"
        )

    def rows(self) -> Iterator[FaceRow | Skipped]:
        """Yield the faces, and the rows that are wrong.

        Raises:
            DataError: if columns are missing, or the pattern for subjects finds no names.
        """
        if self._options.subject_pattern:
            raise DataError(
                f"the subject pattern finds nobody in {self._path}: its faces have no file names.",
                hint="Name persons in a column subject.",
            )
        table = records(self._path)
        _, names = next(table, (0, ()))
        place = {
            what: names.index(name)
            for what, usual in (
                ("emotion", LABEL_COLUMNS),
                ("pixels", PIXEL_COLUMNS),
                ("usage", SPLIT_COLUMNS),
                ("subject", SUBJECT_COLUMNS),
            )
            if (name := find_column(names, usual))
        }
        _check_columns(self._path, names, place)
        side, at = 0, -1
        for number, row in table:
            if not any(row):
                continue
            at += 1
            try:
                cells = {what: row[where] for what, where in place.items()}
            except IndexError:
                yield Skipped(
                    f"row {number}", f"{len(row)} columns where {len(names)} are expected"
                )
                continue
            try:
                label = self._label(cells["emotion"])
                split = _split(cells["usage"]) if "usage" in cells else -1
                image = _image(cells["pixels"], side)
            except DataError as error:
                yield Skipped(f"row {number}", str(error))
                continue
            side = image.shape[0]
            framing = self._options.framing
            if side != self._options.size_px or framing.pictures != framing.wanted:
                image = fit_image(image, self._options.size_px, "gray", framing)
            yield FaceRow(
                image=image,
                label=label,
                split=split,
                name=f"row {at}",
                subject=cells.get("subject", ""),
            )

    def _label(self, text: str) -> int:
        """Return the index of a label; one that is new is added to the names."""
        if text.isascii() and text.removeprefix("-").removesuffix(".0").isdecimal():
            name = _NUMBERS.get(text.removesuffix(".0").lstrip("0") or "0", "")
            if not name:
                raise DataError(f"emotion must be 0 to 6, or 7 for contempt, not {text!r}")
        else:
            name = text
            if problem := label_problem(name):
                raise DataError(f"emotion {text[:40]!r} can be no label: {problem}")
        if name not in self._names:
            if len(self._names) > _MOST_LABELS:
                raise DataError(f"emotion {name!r}: there are too many different labels")
            self._names.append(name)
        return self._names.index(name)


class CsvFolder(CsvReader):
    """A folder with such a file, as the competition's archive has it."""

    @staticmethod
    def refusal(path: Path) -> str:
        """Return why a path is not such a folder, nothing where it is one."""
        if not path.is_dir():
            return "it is not a folder"
        return "" if _tables(path) else "it has no csv with the columns emotion and pixels"


def _check_columns(path: Path, names: tuple[str, ...], place: dict[str, int]) -> None:
    missing = [name for name in ("emotion", "pixels") if name not in place]
    if not missing:
        return
    listed = ", ".join(name[:40] or "(without a name)" for name in names[:12])
    hint = f"Its first row is: {listed}." if names else "It is empty."
    if "pixels" in missing and names:
        hint += (
            " Faces stand in a column pixels, as in fer2013.csv; or name picture files in a column "
            "file, and what they show in a column label."
        )
    elif names:
        hint += " What the faces show stands in a column emotion."
    raise DataError(f"{path}, row 1: no column {' and no column '.join(missing)}.", hint=hint)


def _tables(folder: Path) -> list[Path]:
    """Return the tables of a folder that hold faces, the most complete one first."""
    found = []
    for place in wrapped(folder):
        for entry in sorted(place.iterdir()):
            if not entry.is_file() or is_ignored(entry.name):
                continue
            if entry.suffix.lower() not in TABLE_SUFFIXES:
                continue
            try:
                names = header(entry)
            except DataError:
                continue
            if find_column(names, PIXEL_COLUMNS) and find_column(names, LABEL_COLUMNS):
                found.append((not find_column(names, SPLIT_COLUMNS), -entry.stat().st_size, entry))
    return [entry for _, _, entry in sorted(found)]


def _split(text: str) -> int:
    split = split_of(text)
    if split is None:
        raise DataError(f"Usage must be Training, PublicTest or PrivateTest, not {text[:40]!r}")
    return split


def _image(text: str, side: int) -> NDArray[np.uint8]:
    try:
        with warnings.catch_warnings():
            # Older versions of NumPy only warn of text that is no number.
            warnings.simplefilter("error", DeprecationWarning)
            # Five times as fast as Python's own int() on each of them.
            pixels = np.fromstring(text, np.int64, sep=" ")
    except (ValueError, DeprecationWarning) as error:
        raise _not_pixels() from error
    if ((pixels < 0) | (pixels > 255)).any():
        raise _not_pixels()
    found = math.isqrt(len(pixels))
    if found * found != len(pixels) or not found:
        raise DataError(f"{len(pixels)} pixels do not make a square")
    if side and found != side:
        raise DataError(f"{len(pixels)} pixels where {side * side} are expected")
    return pixels.astype(np.uint8).reshape(found, found, 1)


def _not_pixels() -> DataError:
    return DataError("pixels must be whole numbers from 0 to 255")
