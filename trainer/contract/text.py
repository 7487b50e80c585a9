"""Untrusted texts: labels, names and messages that are shown in windows, tables and terminals."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

MOST_LABELS: Final = 100
LONGEST_LABEL: Final = 64
LONGEST_NAME: Final = 255  # what file systems take
LONGEST_LINE: Final = 300

_ELLIPSIS: Final = "…"
# They join or part letters in Persian, Hindi and emoji; by themselves nobody sees them.
_JOINERS: Final = "\u200c\u200d"
_UNSEEN: Final = dict.fromkeys(map(ord, _JOINERS))
# Letters that are drawn like Latin ones, and survive Unicode's own normalization.
_LIKE_LATIN: Final = str.maketrans(
    "авеікмнорстухѕјһԁԛԝүαβεικνορτυχ",
    "abeikmhopctyxsjhdqwyabeikvoptyx",
)


def is_clean(text: str) -> bool:
    """Tell whether a text has nothing but characters that are seen where they stand.

    Control characters, line ends, and marks that turn the direction of writing are none.
    """
    return text.translate(_UNSEEN).isprintable()


def one_line(text: str, longest: int = LONGEST_LINE) -> str:
    """Return a text for one line of a window or a terminal: nothing unseen, and not too long."""
    # Cut before the rest of it is looked at: it may be megabytes long.
    start = text[: longest + 1]
    seen = start
    if not is_clean(start):
        seen = "".join(sign if is_clean(sign) else " " for sign in start)
    line = re.sub(r"\s{2,}", " ", seen).strip()
    if len(text) <= longest:
        return line
    return line[: longest - 1].rstrip() + _ELLIPSIS


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: "1 frame", "2,000 frames"."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"


def label_problem(label: str) -> str:
    """Return why a text cannot be a label, as the end of a sentence; empty if it can."""
    if not label.strip():
        return "it is empty"
    if len(label) > LONGEST_LABEL:
        return f"it has more than {LONGEST_LABEL} characters"
    if not is_clean(label):
        return "it contains invisible characters"
    return ""


def look(text: str) -> str:
    """Return the same text for all texts that look alike to a person."""
    plain = unicodedata.normalize("NFKC", text.translate(_UNSEEN)).casefold()
    return " ".join(plain.translate(_LIKE_LATIN).split())


def labels_problem(labels: Sequence[str]) -> str:
    """Return why texts cannot be the labels of one model; empty if they can."""
    if len(labels) < 2:
        return "there must be at least two labels"
    if len(labels) > MOST_LABELS:
        return f"there are {len(labels):,} labels, more than {MOST_LABELS}"
    places: dict[str, int] = {}
    for at, label in enumerate(labels):
        if problem := label_problem(label):
            return f"the label {one_line(label, 40)!r} cannot be used: {problem}"
        first = places.setdefault(look(label), at)
        if first != at and labels[first] == label:
            return f"the label {label!r} occurs twice"
        if first != at:
            return f"the labels {labels[first]!r} and {label!r} look alike"
    return ""
