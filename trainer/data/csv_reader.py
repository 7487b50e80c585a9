"""Reader of the competition's csv: a label, pixels as text, and a usage on each row."""

import csv
import math
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from trainer.contract.labels import LABEL_SETS
from trainer.data.faces import FaceRow, ReadOptions
from trainer.data.images import fit_image
from trainer.errors import DataError

_USAGES: Final = {"training": 0, "publictest": 1, "privatetest": 2}
_NEEDED: Final = ("emotion", "pixels")


class CsvReader:
    """``fer2013.csv``, ``icml_face_data.csv`` and files like them.

    Columns are found by name: ``emotion`` (0 to 6), ``pixels`` (a square of gray values),
    ``Usage`` (Training, PublicTest or PrivateTest) and ``subject``; the last two may be missing.
    """

    label_names = LABEL_SETS["fer7"]

    def __init__(self, path: Path, options: ReadOptions) -> None:
        self._path = path
        self._size_px = options.size_px
        self._framing = options.framing

    @staticmethod
    def refusal(path: Path) -> str:
        """Return why a path is not such a file, nothing where it may be one."""
        return "" if path.is_file() else "it is not a file"

    def fingerprint(self) -> str:
        """Return a text that changes whenever the file does."""
        state = self._path.stat()
        return (
            f"csv {self._path.resolve()} {state.st_mtime_ns} {state.st_size} {self._size_px} "
            f"{self._framing}"
        )

    def rows(self) -> Iterator[FaceRow]:
        """Yield the faces; the first wrong row ends it.

        Raises:
            DataError: naming the file and the row.
        """
        try:
            with self._path.open(newline="", encoding="utf-8-sig") as file:
                yield from self._parse(csv.reader(file))
        except OSError as error:
            raise DataError(f"{self._path} cannot be read: {error.strerror}.") from error
        except UnicodeDecodeError as error:
            raise DataError(
                f"{self._path} is not a text file.", hint="Give a csv or a folder of images."
            ) from error
        except csv.Error as error:
            raise DataError(f"{self._path} is not a csv file: {error}.") from error

    def _parse(self, reader: Any) -> Iterator[FaceRow]:
        columns = {name.strip().lower(): at for at, name in enumerate(next(reader, []))}
        missing = [name for name in _NEEDED if name not in columns]
        if missing:
            raise DataError(
                f"{self._path}, row 1: no column {' and no column '.join(missing)}.",
                hint="The first row must name the columns emotion, pixels and Usage.",
            )
        side = 0
        for at, row in enumerate(reader):
            where = f"{self._path}, row {reader.line_num}"
            if len(row) < len(columns):
                raise DataError(f"{where}: {len(row)} columns where {len(columns)} are expected.")
            cells = {name: row[place].strip() for name, place in columns.items()}
            image = _image(where, cells["pixels"], side)
            side = image.shape[0]
            if side != self._size_px or self._framing.pictures != self._framing.wanted:
                image = fit_image(image, self._size_px, "gray", self._framing)
            yield FaceRow(
                image=image,
                label=_label(where, cells["emotion"]),
                split=_split(where, cells["usage"]) if "usage" in cells else -1,
                name=f"row {at}",
                subject=cells.get("subject", ""),
            )


def _label(where: str, text: str) -> int:
    count = len(CsvReader.label_names)
    if not (text.isascii() and text.isdecimal() and int(text) < count):
        raise DataError(f"{where}: emotion must be 0 to {count - 1}, not {text!r}.")
    return int(text)


def _split(where: str, text: str) -> int:
    split = _USAGES.get(text.lower())
    if split is None:
        raise DataError(
            f"{where}: Usage must be Training, PublicTest or PrivateTest, not {text!r}."
        )
    return split


def _image(where: str, text: str, side: int) -> NDArray[np.uint8]:
    try:
        with warnings.catch_warnings():
            # Older versions of NumPy only warn of text that is no number.
            warnings.simplefilter("error", DeprecationWarning)
            # Five times as fast as Python's own int() on each of them.
            pixels = np.fromstring(text, np.int64, sep=" ")
    except (ValueError, DeprecationWarning) as error:
        raise _not_pixels(where) from error
    if ((pixels < 0) | (pixels > 255)).any():
        raise _not_pixels(where)
    found = math.isqrt(len(pixels))
    if found * found != len(pixels) or not found:
        raise DataError(f"{where}: {len(pixels)} pixels do not make a square.")
    if side and found != side:
        raise DataError(f"{where}: {len(pixels)} pixels where {side * side} are expected.")
    return pixels.astype(np.uint8).reshape(found, found, 1)


def _not_pixels(where: str) -> DataError:
    return DataError(f"{where}: pixels must be whole numbers from 0 to 255.")
