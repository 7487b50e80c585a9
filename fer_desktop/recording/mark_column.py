"""What is marked at each frame, as the last column of a table."""

from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from typing import Final

from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.recording.column import Column
from fer_desktop.recording.csv_columns import ExtraColumn
from fer_desktop.recording.session_format import Mark

_JOINT: Final = "; "
MARKS: Final = Column(
    "marks",
    "text",
    "",
    "texts of the marks at this frame, joined by semicolons: a moment stands at the frame on screen"
    " then, an interval at every frame in it",
)


def mark_column(marks: Sequence[Mark], times_us: Sequence[int]) -> list[ExtraColumn]:
    """Return a column ``marks``; none where no mark has a text.

    A moment stands at the frame that is on screen then, a stretch at every frame in it.

    Args:
        marks: in the order of the source.
        times_us: of the frames.
    """
    if not times_us or not any(mark.text for mark in marks):
        return []
    times_us = sorted(times_us)
    moments: dict[int, list[str]] = {}
    stretches = [
        (mark.timestamp_us, mark.end_us, mark.text) for mark in marks if mark.end_us is not None
    ]
    # Between two neighbouring edges all frames are in the same stretches.
    edges = sorted({edge for begin_us, end_us, _ in stretches for edge in (begin_us, end_us + 1)})
    for mark in marks:
        if mark.end_us is None:
            at = max(0, bisect_right(times_us, mark.timestamp_us) - 1)
            moments.setdefault(times_us[at], []).append(mark.text)

    @cache
    def around(place: int) -> list[str]:
        edge_us = edges[place]
        return [text for begin_us, end_us, text in stretches if begin_us <= edge_us <= end_us]

    def texts(frame: FrameAnalysis, _: FaceAnalysis | None) -> str:
        time_us = frame.timestamp_us
        place = bisect_right(edges, time_us) - 1
        found = around(place) if place >= 0 else ()
        return _JOINT.join(text for text in (*found, *moments.get(time_us, ())) if text)

    return [ExtraColumn(MARKS, texts)]
