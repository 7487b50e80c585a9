"""What the timeline shows, apart from how it is drawn."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from fer_desktop.domain.corrections import Correction
from fer_desktop.domain.joined_series import JoinedSeries
from fer_desktop.domain.measures import MeasureSpec
from fer_desktop.domain.people import People
from fer_desktop.domain.picture_problem import QUALITY
from fer_desktop.domain.timeline import Timeline
from fer_desktop.domain.timeline_series import GAP_US, TimelineSeries
from fer_desktop.recording.session_format import Mark
from fer_desktop.ui.look.tokens import Tokens
from fer_desktop.ui.look.wording import (
    channel_text,
    confidence_text,
    label_text,
    measured_text,
    time_text,
)
from fer_desktop.ui.timeline.visible_stretch import VisibleStretch
from trainer.contract.text import one_line

Curves = TimelineSeries | JoinedSeries


@dataclass(frozen=True, slots=True)
class Readout:
    """What stands beside the cursor.

    Attributes:
        time_us: the time of the sample that is read.
        values: labels with probabilities, likeliest first.
        measured: names with what was measured or said by people, in words.
        mark: text of the mark under the cursor.
    """

    time_us: int
    values: tuple[tuple[str, float], ...]
    mark: str = ""
    measured: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        """Time and mark."""
        time = time_text(self.time_us, tenths=True)
        return f"{time}  {self.mark}" if self.mark else time

    def text(self) -> str:
        """Return all of it, a line each."""
        lines = [f"{label_text(label)} {confidence_text(value)}" for label, value in self.values]
        lines += [f"{name} {number}" for name, number in self.measured]
        return "\n".join([self.title, *lines])


@dataclass(slots=True, eq=False)
class TimelineContent:
    """Curves of one person over a stretch of time, and what belongs to them.

    Attributes:
        timeline: what is known.
        stretch: which part of it is in view.
        tokens: the colours in use.
        person: whose curves.
        people: who is who.
        hidden: labels whose curves are switched off.
        marks: in the order of time.
        corrections: what people say of faces, those that may be seen.
        playhead_us: where a video stands; None without one.
        is_seekable: whether a click asks for another position.
        has_measures: whether rows of what else was measured are wanted.
    """

    timeline: Timeline
    stretch: VisibleStretch
    tokens: Tokens
    person: int | None = None
    people: People = field(default_factory=People)
    hidden: set[str] = field(default_factory=set)
    marks: list[Mark] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    playhead_us: int | None = None
    is_seekable: bool = False
    has_measures: bool = True

    @property
    def measures(self) -> tuple[MeasureSpec, ...]:
        """What has a row of its own."""
        known = self.timeline.measures if self.has_measures else ()
        return tuple(spec for spec in known if spec != QUALITY)

    @property
    def series(self) -> Curves | None:
        """What is known of the person."""
        return self.timeline.of_person(self.people, self.person)

    def measured(self, measure: MeasureSpec) -> Curves | None:
        """Return what was measured of the person."""
        return self.timeline.of_person(self.people, self.person, measure)

    def set_marks(self, marks: Iterable[Mark]) -> None:
        """Take these marks in place of those that are there."""
        self.marks[:] = sorted(marks, key=lambda mark: mark.timestamp_us)

    def rated(self) -> list[Correction]:
        """Return what was said of the person that is shown."""
        number_of = self.people.number_of
        return [
            one for one in self.corrections if number_of(one.face_id, one.begin_us) == self.person
        ]

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
        near = [
            mark.text
            for mark in self.marks
            if mark.timestamp_us - near_us <= pointed_us
            and pointed_us <= (mark.timestamp_us if mark.end_us is None else mark.end_us) + near_us
        ]
        others = (*self._rated_at(pointed_us, near_us), *self._measured(time_us))
        return Readout(time_us, tuple(named), near[-1] if near else "", others)

    def _rated_at(self, pointed_us: int, near_us: int) -> tuple[tuple[str, str], ...]:
        found = {}
        for one in self.rated():
            reach_us = near_us if one.end_us is None else 0
            is_there = one.begin_us - reach_us <= pointed_us <= one.last_us + reach_us
            # A moment counts before the stretch around it.
            if is_there and (one.end_us is None or one.rater not in found):
                found[one.rater] = label_text(one.label)
        return tuple((one_line(rater), label) for rater, label in found.items())

    def _measured(self, time_us: int) -> tuple[tuple[str, str], ...]:
        found = []
        for measure in self.measures:
            series = self.measured(measure)
            sample = None if series is None else series.nearest(time_us, 0)
            if sample is not None:
                found += [
                    (channel_text(measure, channel), measured_text(measure, float(number)))
                    for channel, number in zip(measure.channels, sample[1], strict=True)
                    if np.isfinite(number)
                ]
        return tuple(found)
