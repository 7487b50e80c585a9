"""What is marked at each frame, as the last column of a table."""

from bisect import bisect_right
from collections.abc import Sequence
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
    stretches = [mark for mark in marks if mark.end_us is not None]
    for mark in marks:
        if mark.end_us is None:
            at = max(0, bisect_right(times_us, mark.timestamp_us) - 1)
            moments.setdefault(times_us[at], []).append(mark.text)

    def texts(frame: FrameAnalysis, _: FaceAnalysis | None) -> str:
        time_us = frame.timestamp_us
        found = [
            mark.text
            for mark in stretches
            if mark.end_us is not None and mark.timestamp_us <= time_us <= mark.end_us
        ]
        return _JOINT.join(text for text in (*found, *moments.get(time_us, ())) if text)

    return [ExtraColumn(MARKS, texts)]
