"""Marks as annotations of ELAN (.eaf), which pympi reads and writes.

pympi wants more of a file than the format does, and keeps one of several tiers or annotations of
one name. So it gets a document with those parts alone that hold marks, under names of ours. Nothing
that a file refers to is looked for.
"""

import json
import math
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from fer_desktop.recording.row_types import Color
from fer_desktop.recording.session_format import Mark
from trainer.contract.checked_json import JsonError, Prose, decode_json

# Begin and end in seconds, the end of a moment None; text and colour.
Annotation = tuple[float, float | None, str, str]

_TIER: Final = "marks"
_SCHEMA: Final = "http://www.w3.org/2001/XMLSchema-instance"
# ELAN keeps colours of tiers alone, and beside the file; what it does not know it leaves alone.
_COLORS: Final = "FER Desktop: colors by text"
# ELAN knows stretches alone; a moment is as short as one can be.
_MOMENT_MS: Final = 1
_PIECE_BYTES: Final = 1 << 16
_DEEPEST: Final = 100
_ANNOTATIONS: Final = ("ALIGNABLE_ANNOTATION", "REF_ANNOTATION")  # the latter belong to others
# What is kept of a document, and within what it stands there.
_WITHIN: Final = {
    "ANNOTATION_DOCUMENT": "",
    "HEADER": "ANNOTATION_DOCUMENT",
    "PROPERTY": "HEADER",
    "TIME_ORDER": "ANNOTATION_DOCUMENT",
    "TIME_SLOT": "TIME_ORDER",
    "TIER": "ANNOTATION_DOCUMENT",
    "ANNOTATION": "TIER",
    "ALIGNABLE_ANNOTATION": "ANNOTATION",
    "ANNOTATION_VALUE": "ALIGNABLE_ANNOTATION",
}


def known_by(mark: Mark) -> tuple[int, int | None, str]:
    """Return what is left of a mark in ELAN: its times in milliseconds, and its text.

    They are rounded such that a moment stays at its frame, and a stretch has all of its own.
    """
    text = mark.text.strip()
    if mark.end_us is None:
        return math.ceil(mark.timestamp_us / 1000), None, text
    return mark.timestamp_us // 1000, math.ceil(mark.end_us / 1000), text


def elan_text(marks: Sequence[Mark], media: str) -> str:
    """Return an ELAN document.

    Args:
        marks: in the order of the source.
        media: path or name of what was analysed; may be empty.
    """
    from pympi.Elan import Eaf, to_string

    document = Eaf(author="")
    document.remove_tier("default")
    document.properties.clear()
    document.adocument.update(
        # pympi's own date is none where a zone is not whole hours from Greenwich.
        {
            "DATE": datetime.now(UTC).isoformat(timespec="seconds"),
            "FORMAT": "3.0",
            "VERSION": "3.0",
            "xsi:noNamespaceSchemaLocation": "http://www.mpi.nl/tools/elan/EAFv3.0.xsd",
        }
    )
    document.header.update({"MEDIA_FILE": "", "TIME_UNITS": "milliseconds"})
    if media:
        url = Path(media).as_uri() if Path(media).is_absolute() else media
        document.add_linked_file(_xml_text(url), mimetype="video/*")
    colors = {_xml_text(mark.text): mark.color for mark in marks if mark.color}
    if colors:
        document.add_property(_COLORS, json.dumps(colors))
    document.add_tier(_TIER)
    for mark in marks:
        begin_ms, end_ms, _ = known_by(mark)
        end_ms = begin_ms + _MOMENT_MS if end_ms is None else max(end_ms, begin_ms + 1)
        document.add_annotation(_TIER, begin_ms, end_ms, _xml_text(mark.text))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{to_string(document)}\n'


def _xml_text(text: str) -> str:
    """Return a text without the signs that XML cannot hold."""
    return "".join(
        sign for sign in text if (sign >= " " and sign not in "\ufffe\uffff") or sign in "\t\n"
    )


def elan_annotations(content: bytes, most: int) -> tuple[list[Annotation], int]:
    """Return the annotations of all tiers of an ELAN document, and how many were left out.

    Those are left out that have no times of their own, because they belong to others or lie
    somewhere between them.

    Args:
        content: the file's.
        most: how many annotations there may be.

    Raises:
        ValueError: if it is no such document, or not bounded.
        ET.ParseError: if it is no XML.
        OSError: if there is no room for what pympi reads.
    """
    from pympi.Elan import Eaf

    sieve = _Sieve(most)
    parser = ET.XMLParser(target=sieve)
    for at in range(0, len(content), _PIECE_BYTES):
        parser.feed(content[at : at + _PIECE_BYTES])
    kept = parser.close()
    with tempfile.TemporaryDirectory(prefix="fer-desktop-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "marks.eaf"
        ET.ElementTree(kept).write(path, encoding="utf-8")
        del kept
        try:
            document = Eaf(str(path), suppress_version_warning=True)
        except Exception as error:  # pympi passes on whatever goes wrong in it
            raise ValueError("it is not as ELAN writes it") from error
    colors = _colors(document.properties)
    times_ms = document.timeslots
    found: list[Annotation] = []
    for aligned, *_ in document.tiers.values():
        for begin, end, text, _ in aligned.values():
            begin_ms, end_ms = times_ms.get(begin), times_ms.get(end)
            if begin_ms is None or end_ms is None:
                continue
            end_s = None if end_ms - begin_ms <= _MOMENT_MS else end_ms / 1000
            found.append((begin_ms / 1000, end_s, text, colors.get(text, "")))
    return found, sieve.annotations - len(found)


class _Sieve:
    """Builds what pympi shall see of a document while that is parsed.

    Attributes:
        annotations: how many the document has, those included that are not kept.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._builder = ET.TreeBuilder()
        self._open = [""]
        self._left_out = 0  # elements that are open within what is not kept
        self._parts = 0
        self.annotations = 0
        self._slots: dict[str, str] = {}

    def doctype(self, *_: object) -> None:
        """Refuse what can make a document grow when it is read."""
        raise ValueError("it defines entities, which no such file needs")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Keep an element, or leave it out with all that is in it."""
        if len(self._open) == 1 and tag != "ANNOTATION_DOCUMENT":
            raise ValueError("it is no ELAN document")
        if tag in _ANNOTATIONS:
            self.annotations += 1
            if self.annotations > self._most:
                raise ValueError(f"it has more than {self._most:,} annotations")
        if self._left_out or _WITHIN.get(tag) != self._open[-1]:
            self._left_out += 1
            if self._left_out > _DEEPEST:
                raise ValueError("its parts stand too deep within each other")
            return
        self._open.append(tag)
        self._parts += 1
        if self._parts > 10 * self._most:  # one with its times takes five
            raise ValueError("it has too many parts")
        self._builder.start(tag, self._attributes(tag, attributes))

    def end(self, tag: str) -> None:
        """End an element."""
        if self._left_out:
            self._left_out -= 1
            return
        self._open.pop()
        element = self._builder.end(tag)
        if tag == "ALIGNABLE_ANNOTATION" and not len(element):
            ET.SubElement(element, "ANNOTATION_VALUE")  # pympi takes it for granted

    def data(self, text: str) -> None:
        """Take the text of an element."""
        if not self._left_out and self._open[-1] in ("ANNOTATION_VALUE", "PROPERTY"):
            self._builder.data(text)

    def close(self) -> ET.Element:
        """Return the document."""
        return self._builder.close()

    def _attributes(self, tag: str, given: dict[str, str]) -> dict[str, str]:
        """Return what pympi needs of an element's attributes.

        It looks for numbers in names, and for times without decimals.
        """
        match tag:
            case "ANNOTATION_DOCUMENT":
                return {f"{{{_SCHEMA}}}noNamespaceSchemaLocation": ""}
            case "PROPERTY":
                return {"NAME": given.get("NAME", "")}
            case "TIER":
                return {"TIER_ID": str(self._parts)}
            case "TIME_SLOT":
                value = given.get("TIME_VALUE")  # some stand between others, without a time
                times = {} if value is None else {"TIME_VALUE": _whole_ms(value)}
                return {"TIME_SLOT_ID": self._slot(given, "TIME_SLOT_ID"), **times}
            case "ALIGNABLE_ANNOTATION":
                sides = ("TIME_SLOT_REF1", "TIME_SLOT_REF2")
                slots = {side: self._slot(given, side) for side in sides}
                return {"ANNOTATION_ID": f"a{self.annotations}", **slots}
        return {}

    def _slot(self, given: dict[str, str], attribute: str) -> str:
        return self._slots.setdefault(given.get(attribute, ""), f"ts{len(self._slots) + 1}")


def _whole_ms(text: str) -> str:
    try:
        return str(round(float(text)))
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text[:20]} is no time in milliseconds") from error


def _colors(properties: Sequence[tuple[str, str | None]]) -> dict[str, str]:
    """Return the colours of marks by their texts, where this program wrote the file."""
    for name, text in properties:
        if name == _COLORS:
            try:
                return decode_json(text or "", dict[Prose, Color])
            except JsonError:
                return {}  # the marks themselves are not in doubt
    return {}
