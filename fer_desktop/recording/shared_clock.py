"""Sessions of several cameras on one clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Final, Literal

from fer_desktop.recording.column import Column
from fer_desktop.recording.row_types import SpanRow
from fer_desktop.recording.session_format import read_info
from fer_desktop.recording.session_reader import SessionReader, reading
from trainer.contract.checked_json import as_type

SHARED_TIME: Final = Column(
    "shared_time_s",
    "number",
    "s",
    "seconds since the first of the sessions in this table began, on the clock that they share;"
    " empty for files",
)
ClockKind = Literal["monotonic", "wall"]


@dataclass(frozen=True, slots=True)
class LiveSpan:
    """When a live session took place.

    Attributes:
        clock: which monotonic clock it noted; empty for none.
        zero_ns: what that said at the source's time 0.
        wall_zero_ns: the same moment since 1970.
        begin_us, end_us: times of the first and the last frame in the source.
    """

    clock: str
    zero_ns: int
    wall_zero_ns: int
    begin_us: int
    end_us: int


@dataclass(frozen=True, slots=True)
class SharedClock:
    """Where sessions begin on the clock that they share.

    Attributes:
        kind: the computer's monotonic clock, which nobody can put right or wrong, or wall time.
        starts_us: the source's time 0 of each session by its name, since the first frame of all.
    """

    kind: ClockKind
    starts_us: Mapping[str, int]

    def cell(self, session: str, timestamp_us: int) -> str:
        """Return a moment of a session for a table."""
        start_us = self.starts_us.get(session)
        return "" if start_us is None else f"{(start_us + timestamp_us) / 1e6:.6f}"


def live_span(reader: SessionReader) -> LiveSpan | None:
    """Return when a session took place; None for a file, and before its first frame.

    Raises:
        StorageError: if it is damaged.
    """
    with reading(reader.path):
        info, _ = read_info(reader.connection)
        row = reader.connection.execute(
            "SELECT MIN(timestamp_us), MAX(timestamp_us), MIN(wall_ns - 1000 * timestamp_us)"
            " FROM frames WHERE wall_ns IS NOT NULL"
        ).fetchone()
        found = as_type(row, SpanRow)
    if not info.source.is_live or found.begin_us is None or found.end_us is None:
        return None
    assert found.wall_zero_ns is not None  # as there are frames with wall times
    is_noted = bool(info.clock) and info.zero_ns is not None
    return LiveSpan(
        info.clock if is_noted else "",
        (info.zero_ns or 0) if is_noted else 0,
        found.wall_zero_ns,
        found.begin_us,
        found.end_us,
    )


def clock_of(paths: Sequence[Path]) -> SharedClock | None:
    """Return the clock of sessions, by their paths as text; see ``shared_clock``.

    Raises:
        StorageError: if one cannot be read.
    """
    spans: dict[str, LiveSpan] = {}
    for path in paths:
        with SessionReader(path) as reader:
            if (span := live_span(reader)) is not None:
                spans[str(path)] = span
    return shared_clock(spans)


def shared_clock(spans: Mapping[str, LiveSpan]) -> SharedClock | None:
    """Return the clock of live sessions, by their names; None if no two went on at the same time.

    Wall times of one computer are one clock as well, unless somebody sets it meanwhile.
    """
    clocks = {span.clock for span in spans.values()}
    kind: ClockKind = "monotonic" if len(clocks) == 1 and "" not in clocks else "wall"

    def zero_us(span: LiveSpan) -> int:
        return (span.zero_ns if kind == "monotonic" else span.wall_zero_ns) // 1000

    times = {
        name: (zero_us(span) + span.begin_us, zero_us(span) + span.end_us)
        for name, span in spans.items()
    }
    if not any(max(a[0], b[0]) < min(a[1], b[1]) for a, b in combinations(times.values(), 2)):
        return None
    first_us = min(begin for begin, _ in times.values())
    return SharedClock(kind, {name: zero_us(span) - first_us for name, span in spans.items()})
