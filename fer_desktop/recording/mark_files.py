"""Marks in files of other programs: ELAN (.eaf), and the tables of events that BORIS knows."""

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET
from xml.parsers import expat

from fer_desktop.errors import StorageError
from fer_desktop.files import whole_file
from fer_desktop.recording.row_types import COLOR_PATTERN, Color
from fer_desktop.recording.session_format import Mark
from fer_desktop.recording.text_cells import cell_text, decimal_number, text_cell
from trainer.contract.checked_json import JsonError, Prose, decode_json
from trainer.contract.ordinary import refuse_others

_TIER: Final = "marks"
_TYPE: Final = "default"
_MOST_BYTES: Final = 64 << 20
_MOST_MARKS: Final = 100_000
_LONGEST_TEXT: Final = 1_000
_LATEST_US: Final = 10**12  # some eleven days
# ELAN keeps colours of tiers alone, and beside the file; what it does not know it leaves alone.
_COLORS: Final = "FER Desktop: colors by text"
# ELAN knows stretches alone; a moment is as short as one can be.
_MOMENT_MS: Final = 1
_COLUMNS: Final = (
    "Observation id", "Media file", "Behavior", "Behavior type", "Start (s)", "Stop (s)",
    "Duration (s)", "Color",
)  # fmt: skip


def known_by(mark: Mark) -> tuple[int, int | None, str]:
    """Return what is left of a mark in ELAN: its times in milliseconds, and its text.

    They are rounded such that a moment stays at its frame, and a stretch has all of its own.
    """
    text = mark.text.strip()
    if mark.end_us is None:
        return math.ceil(mark.timestamp_us / 1000), None, text
    return mark.timestamp_us // 1000, math.ceil(mark.end_us / 1000), text


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
    text = _eaf(marks, media) if path.suffix.lower() == ".eaf" else _table(marks, path.stem, media)
    with whole_file(path, overwrite=overwrite) as part:
        part.write_text(text, encoding="utf-8", errors="backslashreplace", newline="")


def read_marks(path: Path) -> list[Mark]:
    """Return the marks of an ELAN file, all tiers together, or of a table of events.

    Raises:
        StorageError: if it cannot be read, or holds nothing of that kind.
    """
    try:
        refuse_others(path)
        if path.stat().st_size > _MOST_BYTES:
            raise StorageError(f"{path.name} is too large for a file of marks.")
        content = path.read_bytes()
    except OSError as error:
        raise StorageError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    try:
        is_eaf = path.suffix.lower() == ".eaf" or content.lstrip()[:1] == b"<"
        found = list(_from_eaf(content) if is_eaf else _from_table(content))
    except (ET.ParseError, ValueError, LookupError, csv.Error) as error:
        raise StorageError(
            f"{path.name} cannot be read as marks: {error}.",
            hint="Choose an ELAN file (.eaf), or a table with the columns Behavior and Start (s).",
        ) from error
    return sorted(found, key=lambda mark: mark.timestamp_us)


def _eaf(marks: Sequence[Mark], media: str) -> str:
    root = ET.Element(
        "ANNOTATION_DOCUMENT",
        {
            "AUTHOR": "",
            "DATE": datetime.now(UTC).isoformat(timespec="seconds"),
            "FORMAT": "3.0",
            "VERSION": "3.0",
            "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
            # pympi reads no file without it.
            "xsi:noNamespaceSchemaLocation": "http://www.mpi.nl/tools/elan/EAFv3.0.xsd",
        },
    )
    head = ET.SubElement(root, "HEADER", {"MEDIA_FILE": "", "TIME_UNITS": "milliseconds"})
    if media:
        url = Path(media).as_uri() if Path(media).is_absolute() else media
        ET.SubElement(
            head, "MEDIA_DESCRIPTOR", {"MEDIA_URL": _xml_text(url), "MIME_TYPE": "video/*"}
        )
    colors = {mark.text: mark.color for mark in marks if mark.color}
    if colors:
        kept = ET.SubElement(head, "PROPERTY", {"NAME": _COLORS})
        kept.text = json.dumps(colors)
    order = ET.SubElement(root, "TIME_ORDER")
    tier = ET.SubElement(root, "TIER", {"LINGUISTIC_TYPE_REF": _TYPE, "TIER_ID": _TIER})
    for number, mark in enumerate(marks):
        begin_ms, end_ms, _ = known_by(mark)
        end_ms = begin_ms + _MOMENT_MS if end_ms is None else end_ms
        slots = [f"ts{2 * number + 1}", f"ts{2 * number + 2}"]
        for slot, value in zip(slots, (begin_ms, max(end_ms, begin_ms + 1)), strict=True):
            ET.SubElement(order, "TIME_SLOT", {"TIME_SLOT_ID": slot, "TIME_VALUE": str(value)})
        annotation = ET.SubElement(ET.SubElement(tier, "ANNOTATION"), "ALIGNABLE_ANNOTATION")
        annotation.attrib = {
            "ANNOTATION_ID": f"a{number + 1}",
            "TIME_SLOT_REF1": slots[0],
            "TIME_SLOT_REF2": slots[1],
        }
        ET.SubElement(annotation, "ANNOTATION_VALUE").text = _xml_text(mark.text)
    ET.SubElement(
        root,
        "LINGUISTIC_TYPE",
        {"GRAPHIC_REFERENCES": "false", "LINGUISTIC_TYPE_ID": _TYPE, "TIME_ALIGNABLE": "true"},
    )
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _xml_text(text: str) -> str:
    """Return a text without the signs that XML cannot hold."""
    return "".join(
        sign for sign in text if (sign >= " " and sign not in "\ufffe\uffff") or sign in "\t\n"
    )


def _from_eaf(content: bytes) -> Iterable[Mark]:
    _refuse_entities(content)
    root = ET.fromstring(content)
    if root.tag != "ANNOTATION_DOCUMENT":
        raise ValueError("it is no ELAN document")
    colors = _colors(root)
    times_ms = {
        slot.get("TIME_SLOT_ID"): float(slot.attrib["TIME_VALUE"])
        for slot in root.iter("TIME_SLOT")
        if "TIME_VALUE" in slot.attrib  # some stand between others, without a time
    }
    for number, annotation in enumerate(root.iter("ALIGNABLE_ANNOTATION")):
        if number >= _MOST_MARKS:
            raise ValueError(f"it has more than {_MOST_MARKS:,} annotations")
        begin, end = (times_ms.get(annotation.get(f"TIME_SLOT_REF{side}")) for side in (1, 2))
        if begin is None or end is None:
            continue
        text = annotation.findtext("ANNOTATION_VALUE") or ""
        end_s = None if end - begin <= _MOMENT_MS else end / 1000
        yield _mark(begin / 1000, end_s, text, colors.get(text, ""))


def _refuse_entities(content: bytes) -> None:
    """Refuse a document that can grow when it is read, in whatever encoding it is written."""

    def refuse(*_: object) -> None:
        raise ValueError("it defines entities, which no such file needs")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    with suppress(expat.ExpatError):  # which is told when it is read
        parser.Parse(content, True)


def _colors(root: ET.Element) -> dict[str, str]:
    """Return the colours of marks by their texts, where this program wrote the file."""
    for kept in root.iterfind("HEADER/PROPERTY"):
        if kept.get("NAME") == _COLORS:
            try:
                return decode_json(kept.text or "", dict[Prose, Color])
            except JsonError:
                return {}  # the marks themselves are not in doubt
    return {}


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


def _from_table(content: bytes) -> Iterable[Mark]:
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
