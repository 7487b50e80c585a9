"""What the timeline shows, apart from how it is drawn."""

from dataclasses import dataclass, field

import numpy as np

from fer_desktop.domain.timeline import GAP_US, Timeline, TimelineSeries
from fer_desktop.ui.look.tokens import Tokens
from fer_desktop.ui.look.wording import confidence_text, label_text, time_text
from fer_desktop.ui.timeline.visible_stretch import VisibleStretch


@dataclass(frozen=True, slots=True)
class Readout:
    """What stands beside the cursor.

    Attributes:
        time_us: the time of the sample that is read.
        values: labels with probabilities, likeliest first.
        mark: text of the mark under the cursor.
    """

    time_us: int
    values: tuple[tuple[str, float], ...]
    mark: str = ""

    @property
    def title(self) -> str:
        """Time and mark."""
        time = time_text(self.time_us, tenths=True)
        return f"{time}  {self.mark}" if self.mark else time

    def text(self) -> str:
        """Return all of it, a line each."""
        lines = [f"{label_text(label)} {confidence_text(value)}" for label, value in self.values]
        return "\n".join([self.title, *lines])


@dataclass(slots=True, eq=False)
class TimelineContent:
    """Curves of one face over a stretch of time, and what belongs to them.

    Attributes:
        timeline: what is known.
        stretch: which part of it is in view.
        tokens: the colours in use.
        face_id: whose curves.
        hidden: labels whose curves are switched off.
        marks: times with texts, rising.
        playhead_us: where a video stands; None without one.
        is_seekable: whether a click asks for another position.
    """

    timeline: Timeline
    stretch: VisibleStretch
    tokens: Tokens
    face_id: int | None = None
    hidden: set[str] = field(default_factory=set)
    marks: list[tuple[int, str]] = field(default_factory=list)
    playhead_us: int | None = None
    is_seekable: bool = False

    @property
    def series(self) -> TimelineSeries | None:
        """What is known of the face."""
        return self.timeline.series(self.face_id)

    def readout(self, pointed_us: int, near_us: int) -> Readout | None:
        """Return the values at a time, if a sample is near enough.

        Args:
            pointed_us: the time under the cursor.
            near_us: how far from it a mark still counts as pointed at.
        """
        series = self.series
        found = None if series is None else series.nearest(pointed_us, max(near_us, GAP_US // 2))
        if found is None:
            return None
        time_us, values = found
        named = [
            (label, float(value))
            for label, value in zip(self.timeline.labels, values, strict=False)
            if label not in self.hidden and np.isfinite(value)
        ]
        named.sort(key=lambda pair: -pair[1])
        near = [text for mark_us, text in self.marks if abs(mark_us - pointed_us) <= near_us]
        return Readout(time_us, tuple(named), near[-1] if near else "")
