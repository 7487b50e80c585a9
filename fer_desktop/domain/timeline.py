"""Probabilities of every face of a session, and what else is measured of it, over source time."""

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.distinct import distinct
from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.domain.joined_series import JoinedSeries
from fer_desktop.domain.measures import CHANNELS_MAX, MeasureSpec
from fer_desktop.domain.people import BEGINNING_US, People, Span
from fer_desktop.domain.scores import EmotionScores
from fer_desktop.domain.timeline_series import GAP_US, TimelineSeries
from trainer.contract.labels import canonical

_FACES_MAX: Final = 128


class Timeline:
    """The probabilities of every face of a session, and what else was measured of it.

    Attributes:
        labels: every label met so far, in the order of the columns. A model that says
            ``happiness`` goes on in the column of one that said ``happy``.
        measures: every measure met so far that has few channels.
    """

    def __init__(self, labels: Iterable[str] = ()) -> None:
        self.labels: tuple[str, ...] = ()
        self.measures: tuple[MeasureSpec, ...] = ()
        self._measured: dict[tuple[int, MeasureSpec], TimelineSeries] = {}
        self._columns: dict[tuple[str, ...], NDArray[np.intp]] = {}
        self._series: dict[int, TimelineSeries] = {}
        self._extent_us: tuple[int, int] | None = None
        self._newest_us = 0
        self.add_labels(tuple(labels))

    @property
    def extent_us(self) -> tuple[int, int] | None:
        """First and last time analysed; None before anything was."""
        return self._extent_us

    @property
    def nbytes(self) -> int:
        """Memory set aside for numbers."""
        return sum(series.nbytes for series in (*self._series.values(), *self._measured.values()))

    def add_labels(self, labels: tuple[str, ...]) -> None:
        """Make room for a model's labels; a synonym goes on where the first name stands."""
        columns = {canonical(label): column for column, label in enumerate(self.labels)}
        for label in labels:
            if columns.setdefault(canonical(label), len(columns)) == len(self.labels):
                self.labels += (label,)
        self._columns[labels] = np.array([columns[canonical(label)] for label in labels], np.intp)

    @property
    def faces(self) -> tuple[int, ...]:
        """Every face of which something is known, also those that have left."""
        return tuple(sorted(self._series))

    def series(self, face_id: int | None) -> TimelineSeries | None:
        """Return what is known of a face."""
        return None if face_id is None else self._series.get(face_id)

    def measured(self, face_id: int | None, measure: MeasureSpec) -> TimelineSeries | None:
        """Return what was measured of a face; its columns are the measure's channels."""
        return None if face_id is None else self._measured.get((face_id, measure))

    def spans(self) -> dict[int, Span]:
        """Return first and last time of every face."""
        return {face_id: (one.first_us, one.last_us) for face_id, one in self._series.items()}

    def of_person(
        self, people: People, number: int | None, measure: MeasureSpec | None = None
    ) -> TimelineSeries | JoinedSeries | None:
        """Return what is known of a person, whose tracks may be several.

        Args:
            people: who is who.
            number: the person's.
            measure: what was measured; None asks for the probabilities.
        """
        if number is None:
            return None
        parts = []
        for part, until_us in people.parts_of(number):
            face_id = part.face_id
            found = self.measured(face_id, measure) if measure else self.series(face_id)
            if found is not None:
                parts.append((found, part.from_us, -BEGINNING_US if until_us is None else until_us))
        if len(parts) == 1 and parts[0][1:] == (BEGINNING_US, -BEGINNING_US):
            return parts[0][0]
        return JoinedSeries(parts) if parts else None

    def together(self, people: People, number: int, other: int) -> int:
        """Return in how many samples two persons are there at the same time."""
        one, two = self._times_of(people, number), self._times_of(people, other)
        return len(np.intersect1d(one, two, assume_unique=True))

    def append(self, analysis: FrameAnalysis) -> None:
        """Take a frame in; a stretch that is played again replaces what was there."""
        time_us = analysis.timestamp_us
        scores = {face.face_id: face.smoothed for face in analysis.faces if face.smoothed}
        if self._extent_us is None:
            self._extent_us = time_us, time_us
        first_us, last_us = self._extent_us
        if time_us <= last_us:
            self._clear_for(time_us, scores.keys())
        self._extent_us = min(first_us, time_us), max(last_us, time_us)
        self._newest_us = time_us
        for face_id, smoothed in scores.items():
            self._series_of(face_id).put(time_us, self._row(smoothed))
        for face in analysis.faces:
            if face.face_id in self._series:  # which are not many
                self._put_measured(time_us, face)

    def load(
        self,
        extent_us: tuple[int, int],
        scores: Iterable[tuple[int, tuple[str, ...], NDArray[np.int64], NDArray[np.float32]]],
        measured: Iterable[tuple[int, MeasureSpec, NDArray[np.int64], NDArray[np.float32]]],
    ) -> None:
        """Take in a whole session at once, in place of what is there.

        Args:
            extent_us: first and last time analysed.
            scores: face, labels, times rising, and probabilities, shape (times, labels), of each
                face and model, in the order of time.
            measured: face, measure, times rising, and numbers, shape (times, channels).
        """
        self._extent_us = extent_us
        self._newest_us = extent_us[1]
        parts: dict[int, list[tuple[NDArray[np.int64], NDArray[np.float32]]]] = {}
        for face_id, labels, times_us, values in scores:
            if labels not in self._columns:
                self.add_labels(labels)
            rows = np.full((len(times_us), len(self.labels)), np.nan, np.float32)
            rows[:, self._columns[labels]] = values
            parts.setdefault(face_id, []).append((times_us, rows))
        # As when they come one by one: of too many faces those stay that were seen last.
        latest = sorted(parts, key=lambda face_id: int(parts[face_id][-1][0][-1]))
        for face_id in latest[-_FACES_MAX:]:
            times = np.concatenate([times_us for times_us, _ in parts[face_id]])
            cells = np.full((len(times), len(self.labels)), np.nan, np.float32)
            at = 0
            for times_us, rows in parts[face_id]:
                cells[at : at + len(times_us), : rows.shape[1]] = rows
                at += len(times_us)
            self._series[face_id] = series = TimelineSeries(len(self.labels))
            series.fill(times, cells)
        for face_id, spec, times_us, numbers in measured:
            if face_id not in self._series or len(spec.channels) > CHANNELS_MAX:
                continue
            if spec not in self.measures:
                self.measures += (spec,)
            self._measured[face_id, spec] = series = TimelineSeries(len(spec.channels))
            series.fill(times_us, np.clip(numbers, -6e4, 6e4))

    def _times_of(self, people: People, number: int) -> NDArray[np.int64]:
        """Return when a person was there, each time once."""
        times = [np.empty(0, np.int64)]
        for part, until_us in people.parts_of(number):
            series = self._series.get(part.face_id)
            if series is not None:
                end_us = -BEGINNING_US if until_us is None else until_us
                known = series.times_us
                times.append(known[(known >= part.from_us) & (known < end_us)])
        return distinct(np.concatenate(times))

    def _clear_for(self, time_us: int, face_ids: Iterable[int]) -> None:
        is_playing_on = 0 < time_us - self._newest_us <= GAP_US
        since_us = self._newest_us if is_playing_on else time_us - 1
        for face_id, series in self._series.items():
            series.erase(since_us, time_us - (face_id in face_ids))
        for series in self._measured.values():
            series.erase(since_us, time_us)

    def _put_measured(self, time_us: int, face: FaceAnalysis) -> None:
        for spec, numbers in face.measurements:
            if len(spec.channels) > CHANNELS_MAX:
                continue
            if spec not in self.measures:
                self.measures += (spec,)
            place = face.face_id, spec
            if place not in self._measured:
                self._measured[place] = TimelineSeries(len(numbers))
            # Beyond what half a float holds nobody could read a curve.
            self._measured[place].put(time_us, np.clip(np.array(numbers, np.float32), -6e4, 6e4))

    def _row(self, scores: EmotionScores) -> NDArray[np.float32]:
        if scores.labels not in self._columns:
            self.add_labels(scores.labels)
        row = np.full(len(self.labels), np.nan, np.float32)
        row[self._columns[scores.labels]] = scores.probabilities
        return row

    def _series_of(self, face_id: int) -> TimelineSeries:
        if face_id not in self._series:
            if len(self._series) >= _FACES_MAX:
                eldest = min(self._series, key=lambda key: self._series[key].last_us)
                del self._series[eldest]
                for measure in self.measures:
                    self._measured.pop((eldest, measure), None)
            self._series[face_id] = TimelineSeries(len(self.labels))
        return self._series[face_id]
