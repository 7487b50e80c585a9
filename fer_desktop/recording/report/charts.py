"""Charts of a report as SVG: shares of time as bars, and what was shown when as strips.

Only what Qt's SVG reader knows too is used, so that a PDF has the same charts.
"""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.expression_summary import Estimate, Interval
from fer_desktop.domain.observations import Observations
from fer_desktop.domain.palette import color_for, text_color_on
from trainer.contract.text import one_line

_WIDTH: Final = 900
_NAME_WIDTH: Final = 160
_ROW: Final = 22
_GAP: Final = 8
_FONT: Final = 12
_LEGEND_ROW: Final = 20
_MOMENT_ROW: Final = 20
_LETTER: Final = 6.4  # width of a letter, on average
_NAME_LETTERS: Final = 21
_TEXT: Final = "#222222"
_MUTED: Final = "#6b6b6b"
_EMPTY: Final = "#ececec"
_MARK: Final = "#2b6cb0"
_TOLD: Final = 0.07  # narrower bars have no number
_BINS: Final = 750
_TICK_STEPS_S: Final = (
    0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800
)  # fmt: skip
_TICKS_MAX: Final = 10
_MARKS_MAX: Final = 40


@dataclass(frozen=True, slots=True)
class BarRow:
    """One bar: a name, and the share of each label."""

    name: str
    shares: Sequence[Estimate]


def share_bars(rows: Sequence[BarRow], labels: Sequence[str]) -> str:
    """Return bars of full length, parted by the shares of the labels, with a legend below."""
    parts = []
    room = _WIDTH - _NAME_WIDTH
    for at, row in enumerate(rows):
        top = at * (_ROW + _GAP)
        parts.append(_name(row.name, top))
        parts.append(_rect(_NAME_WIDTH, top, room, _ROW, _EMPTY))
        left = float(_NAME_WIDTH)
        for label, share in zip(labels, row.shares, strict=True):
            width = room * (share.value or 0)
            if width <= 0:
                continue
            color = color_for(label)
            parts.append(_rect(left, top, width, _ROW, color, f"{label}: {share.value:.1%}"))
            if (share.value or 0) >= _TOLD:
                middle, base = left + width / 2, top + _ROW / 2 + 4
                told = f"{share.value:.0%}".replace("%", " %")
                parts.append(_text(middle, base, told, text_color_on(color), "middle"))
            left += width
    return _with_legend(parts, len(rows) * (_ROW + _GAP), labels)


def expression_strips(
    seen: Observations,
    people: Sequence[int],
    marked: Sequence[Interval],
    extent_us: tuple[int, int],
    moments: Sequence[tuple[int, str]] = (),
) -> str:
    """Return a strip over time for each person: which label was shown, pale where none was.

    Args:
        seen: the session.
        people: positions of the persons among its names.
        marked: intervals, drawn above the strips.
        extent_us: where the strips begin and end, on the source's clock.
        moments: when something was marked, and what, in order of time; lines through the strips.
    """
    begin_us, end_us = extent_us
    span_us = max(end_us - begin_us, 1)
    room = _WIDTH - _NAME_WIDTH
    parts: list[str] = []
    top = 0.0
    inside = [(at_us, text) for at_us, text in moments if begin_us <= at_us <= end_us][:_MARKS_MAX]
    lines = [_NAME_WIDTH + room * (at_us - begin_us) / span_us for at_us, _ in inside]
    for (_, text), left, right in zip(inside, lines, [*lines, _WIDTH][1:], strict=True):
        top = float(_MOMENT_ROW)
        fitting = int((right - left) / _LETTER)
        if fitting >= 2:
            parts.append(_text(left, top - 6, one_line(text, fitting), _MARK, "start"))
    if marked:
        top += _ROW
        for part in marked[:_MARKS_MAX]:
            left = _NAME_WIDTH + room * np.clip((part.start_us - begin_us) / span_us, 0, 1)
            right = _NAME_WIDTH + room * np.clip((part.end_us - begin_us) / span_us, 0, 1)
            parts.append(_rect(left, top - 5, max(right - left, 1), 3, _MARK, part.name))
            fitting = int((right - left) / _LETTER)
            if fitting >= 2:
                parts.append(_text(left, top - 9, one_line(part.name, fitting), _MARK, "start"))
    for person in people:
        parts.append(_name(seen.names[person], top))
        parts.append(_rect(_NAME_WIDTH, top, room, _ROW, _EMPTY))
        for first, last, label in _runs(_shown(seen, person, begin_us, span_us)):
            left, width = _NAME_WIDTH + room * first / _BINS, room * (last - first) / _BINS
            parts.append(_rect(left, top, width, _ROW, color_for(seen.labels[label])))
        top += _ROW + _GAP
    for (_, text), left in zip(inside, lines, strict=True):
        parts.append(_rect(left, _MOMENT_ROW - 4, 1, top - _GAP - _MOMENT_ROW + 6, _MARK, text))
    parts += _time_axis(begin_us, span_us, top)
    return _with_legend(parts, top + _ROW, seen.labels)


def _shown(seen: Observations, person: int, begin_us: int, span_us: int) -> NDArray[np.int64]:
    """Return the label that was shown most in each bin of time, -1 where there is none."""
    mine = np.flatnonzero((seen.people == person) & (seen.shown >= 0))
    found = np.full(_BINS, -1, np.int64)
    if not len(mine):
        return found
    times_us = seen.times_us[seen.rows[mine]]
    bins = np.clip((times_us - begin_us) * _BINS // span_us, 0, _BINS - 1)
    counts = np.zeros((_BINS, len(seen.labels)), np.int64)
    np.add.at(counts, (bins, seen.shown[mine]), 1)
    has_any = counts.any(axis=1)
    found[has_any] = counts[has_any].argmax(axis=1)
    # Frames that are farther apart than bins: a bin between two of them shows what was shown.
    steps = np.diff(seen.times_us)
    usual = float(np.median(steps)) if len(steps) else float(span_us)
    reach = int(np.ceil(usual * _BINS / span_us))
    filled = np.flatnonzero(has_any)
    before = np.searchsorted(filled, np.arange(_BINS), side="right") - 1
    nearest = filled[np.maximum(before, 0)]
    is_near = (before >= 0) & (np.arange(_BINS) - nearest <= reach)
    found[is_near] = found[nearest[is_near]]
    return found


def _runs(labels: NDArray[np.int64]) -> list[tuple[int, int, int]]:
    """Return where each run of a label begins and ends."""
    edges = [0, *(np.flatnonzero(np.diff(labels)) + 1).tolist(), len(labels)]
    return [
        (first, last, int(labels[first])) for first, last in pairwise(edges) if labels[first] >= 0
    ]


def _time_axis(begin_us: int, span_us: int, top: float) -> list[str]:
    room = _WIDTH - _NAME_WIDTH
    span_s = span_us / 1e6
    step = next((step for step in _TICK_STEPS_S if span_s / step <= _TICKS_MAX), span_s)
    first = int(np.ceil(begin_us / 1e6 / step))
    last = int((begin_us + span_us) / 1e6 / step)
    found = []
    for tick in range(first, last + 1):
        left = _NAME_WIDTH + room * (tick * step - begin_us / 1e6) / span_s
        found.append(_rect(left, top - _GAP + 2, 1, 4, _MUTED))
        found.append(_text(left, top + 11, time_text(tick * step), _MUTED, "middle"))
    return found


def time_text(seconds: float) -> str:
    """Return a time as m:ss or h:mm:ss, with tenths where there are any."""
    minutes, rest = divmod(round(seconds, 1), 60)
    hours, minutes = divmod(int(minutes), 60)
    text = f"{rest:02.0f}" if rest % 1 == 0 else f"{rest:04.1f}"
    return f"{hours}:{minutes:02}:{text}" if hours else f"{minutes}:{text}"


def _with_legend(parts: list[str], top: float, labels: Sequence[str]) -> str:
    left = float(_NAME_WIDTH)
    top += 4
    for label in labels:
        text = one_line(label, _NAME_LETTERS)
        width = 18 + _LETTER * len(text) + 16
        if left + width > _WIDTH and left > _NAME_WIDTH:
            left, top = float(_NAME_WIDTH), top + _LEGEND_ROW
        parts.append(_rect(left, top, 12, 12, color_for(label)))
        parts.append(_text(left + 18, top + 10, text, _TEXT, "start"))
        left += width
    height = round(top + _LEGEND_ROW)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH + 20}" height="{height}"'
        f' viewBox="-4 -4 {_WIDTH + 20} {height}" font-family="sans-serif" font-size="{_FONT}">'
        + "".join(parts)
        + "</svg>"
    )


def _name(name: str, top: float) -> str:
    return _text(0, top + _ROW / 2 + 4, one_line(name, _NAME_LETTERS), _TEXT, "start")


def _rect(left: float, top: float, width: float, height: float, color: str, title: str = "") -> str:
    place = f'x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}"'
    inside = f"<title>{html.escape(one_line(title))}</title>" if title else ""
    return f'<rect {place} fill="{color}">{inside}</rect>'


def _text(left: float, base: float, text: str, color: str, anchor: str) -> str:
    return (
        f'<text x="{left:.1f}" y="{base:.1f}" fill="{color}" text-anchor="{anchor}">'
        f"{html.escape(text)}</text>"
    )
