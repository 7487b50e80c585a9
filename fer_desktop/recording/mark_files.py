"""Marks in files of other programs: ELAN (.eaf), and the tables of events that BORIS knows."""

import csv
import io
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from fer_desktop.errors import StorageError
from fer_desktop.files import whole_file
from fer_desktop.recording.elan_file import elan_annotations, elan_text
from fer_desktop.recording.row_types import COLOR_PATTERN
from fer_desktop.recording.session_format import Mark
from fer_desktop.recording.text_cells import cell_text, decimal_number, text_cell
from trainer.contract.ordinary import refuse_others

_MOST_BYTES: Final = 64 << 20
_MOST_MARKS: Final = 100_000
_LONGEST_TEXT: Final = 1_000
_LATEST_US: Final = 10**12  # some eleven days
_COLUMNS: Final = (
    "Observation id", "Media file", "Behavior", "Behavior type", "Start (s)", "Stop (s)",
    "Duration (s)", "Color",
)  # fmt: skip


def write_marks(marks: Sequence[Mark], path: Path, media: str, *, overwrite: bool = False) -> None:
    """Write marks as ELAN or as a table, as the suffix says.

    Args:
        marks: in the order of the source.
        path: ends with ``.eaf`` or ``.csv``.
        media: path or name of what was analysed.
        overwrite: whether a file that is there already is replaced.

    Raises:
        StorageError: if the file exists or cannot be written.
    """
    text = (
        elan_text(marks, media)
        if path.suffix.lower() == ".eaf"
        else _table(marks, path.stem, media)
    )
    with whole_file(path, overwrite=overwrite) as part:
        part.write_text(text, encoding="utf-8", errors="backslashreplace", newline="")


@dataclass(frozen=True, slots=True)
class FoundMarks:
    """What a file of another program holds.

    Attributes:
        marks: in the order of their times.
        timeless: how many annotations were left out because they have no times of their own.
    """

    marks: list[Mark]
    timeless: int = 0


def read_marks(path: Path) -> FoundMarks:
    """Return the marks of an ELAN file, all tiers together, or of a table of events.

    Raises:
        StorageError: if it cannot be read, or holds nothing of that kind.
    """
    try:
        refuse_others(path)
        if path.stat().st_size > _MOST_BYTES:
            raise StorageError(f"{path.name} is too large for a file of marks.")
        content = path.read_bytes()
        is_eaf = path.suffix.lower() == ".eaf" or content.lstrip()[:1] == b"<"
        found = _from_eaf(content) if is_eaf else FoundMarks([*_from_table(content)])
    except OSError as error:
        raise StorageError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    except (ET.ParseError, ValueError, LookupError, csv.Error) as error:
        raise StorageError(
            f"{path.name} cannot be read as marks: {error}.",
            hint="Choose an ELAN file (.eaf), or a table with the columns Behavior and Start (s).",
        ) from error
    found.marks.sort(key=lambda mark: mark.timestamp_us)
    return found


def _from_eaf(content: bytes) -> FoundMarks:
    annotations, timeless = elan_annotations(content, _MOST_MARKS)
    return FoundMarks([_mark(*annotation) for annotation in annotations], timeless)


def _table(marks: Sequence[Mark], name: str, media: str) -> str:
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(_COLUMNS)
    for mark in marks:
        end_us = mark.timestamp_us if mark.end_us is None else mark.end_us
        kind = "POINT" if mark.end_us is None else "STATE"
        times = (mark.timestamp_us, end_us, end_us - mark.timestamp_us)
        cells = [text_cell(name), text_cell(media), text_cell(mark.text), kind]
        table.writerow(cells + [f"{time_us / 1e6:.6f}" for time_us in times] + [mark.color])
    return text.getvalue()


def _from_table(content: bytes) -> Iterator[Mark]:
    text = content.decode("utf-8-sig")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    table = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    names = {(name or "").strip().casefold(): name for name in table.fieldnames or ()}
    behavior, begin = names.get("behavior"), names.get("start (s)")
    if behavior is None or begin is None:
        raise ValueError("it has no columns Behavior and Start (s)")
    end, color = names.get("stop (s)"), names.get("color", "")
    for number, row in enumerate(table):
        if number >= _MOST_MARKS:
            raise ValueError(f"it has more than {_MOST_MARKS:,} rows")
        begin_s = decimal_number(row[begin] or "nan", delimiter)
        stop = row[end] if end is not None else ""
        end_s = decimal_number(stop, delimiter) if stop else begin_s
        drawn = (row.get(color) or "") if color else ""
        later_s = end_s if end_s > begin_s else None
        text = cell_text(row[behavior] or "")
        yield _mark(begin_s, later_s, text, drawn if _is_color(drawn) else "")


def _is_color(text: str) -> bool:
    return re.fullmatch(COLOR_PATTERN, text) is not None


def _mark(begin_s: float, end_s: float | None, text: str, color: str) -> Mark:
    times = (begin_s,) if end_s is None else (begin_s, end_s)
    if not all(math.isfinite(time) and 0 <= time * 1e6 <= _LATEST_US for time in times):
        raise ValueError(f"a mark cannot be at {begin_s:g} s")
    end_us = None if end_s is None else round(end_s * 1e6)
    return Mark(round(begin_s * 1e6), text.strip()[:_LONGEST_TEXT], end_us, color)
