"""Corrections in a table of their own, to be kept, handed to others and read back."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from msgspec import convert

from fer_desktop.domain.corrections import Correction, in_order
from fer_desktop.errors import StorageError
from fer_desktop.files import whole_file
from fer_desktop.recording.row_types import CorrectionRow
from fer_desktop.recording.text_cells import cell_text, decimal_number, text_cell
from trainer.contract.ordinary import refuse_others

_COLUMNS: Final = ("rater", "face_id", "label", "begin_s", "end_s")
_MOST_BYTES: Final = 16 << 20
_MOST_ROWS: Final = 100_000
_LATEST_S: Final = 1e6  # some eleven days


def write_corrections(
    corrections: Sequence[Correction], path: Path, *, overwrite: bool = False
) -> None:
    """Write a table with a row for each correction; ``end_s`` of a moment is empty.

    Raises:
        StorageError: if the file exists or cannot be written.
    """
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(_COLUMNS)
    for one in in_order(corrections):
        end = "" if one.end_us is None else f"{one.end_us / 1e6:.6f}"
        names = text_cell(one.rater), one.face_id, text_cell(one.label)
        table.writerow([*names, f"{one.begin_us / 1e6:.6f}", end])
    with whole_file(path, overwrite=overwrite) as part:
        part.write_text(text.getvalue(), encoding="utf-8", newline="")


def read_corrections(path: Path) -> list[Correction]:
    """Return the corrections of such a table.

    Raises:
        StorageError: if it cannot be read, or is none.
    """
    try:
        refuse_others(path)
        if path.stat().st_size > _MOST_BYTES:
            raise StorageError(f"{path.name} is too large for a table of corrections.")
        content = path.read_bytes().decode("utf-8-sig")
        return in_order(_rows(content))
    except OSError as error:
        raise StorageError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    except (ValueError, TypeError, csv.Error) as error:
        raise StorageError(
            f"{path.name} cannot be read as corrections: {error}.",
            hint=f"Choose a table with the columns {', '.join(_COLUMNS)}.",
        ) from error


def _rows(content: str) -> Iterator[Correction]:
    first = content.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    table = csv.DictReader(io.StringIO(content), delimiter=delimiter)
    missing = [name for name in _COLUMNS if name not in (table.fieldnames or ())]
    if missing:
        raise ValueError(f"it has no column {missing[0]}")
    for number, row in enumerate(table, start=2):
        if number > _MOST_ROWS:
            raise ValueError(f"it has more than {_MOST_ROWS:,} rows")
        try:
            begin_us = _microseconds(row["begin_s"], delimiter)
            end_us = _microseconds(row["end_s"], delimiter) if row["end_s"] else None
            if end_us is not None and end_us < begin_us:
                raise ValueError("it ends before it begins")
            face_id = int(row["face_id"])
            names = (cell_text(row[name]).strip() for name in ("rater", "label"))
            rater, label = names
            found = convert((rater, face_id, label, begin_us, end_us), CorrectionRow)
        except (ValueError, TypeError, AttributeError) as error:
            raise ValueError(f"row {number}: {error}") from error
        yield Correction(*found)


def _microseconds(text: str, delimiter: str) -> int:
    seconds = decimal_number(text, delimiter)
    if not 0 <= seconds <= _LATEST_S:  # not so for NaN either
        raise ValueError(f"nothing can be at {text} s")
    return round(seconds * 1e6)
