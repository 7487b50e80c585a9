"""What a session says: for how long each person showed what, and how well that could be seen.

Every frame counts for the time until the next one, not as one of many rows: frames of cameras and
of some videos are not equally far apart. After a gap a frame counts for as long as usual.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.block_bootstrap import block_length, ratio_intervals
from fer_desktop.domain.distinct import distinct
from fer_desktop.domain.face_quality import DARK, SMALL_PX
from fer_desktop.domain.measured_summary import SUMMED, MeasuredSummary, PersonMeasures
from fer_desktop.domain.observations import Observations
from fer_desktop.domain.shared_time import mean_over_time, shared
from fer_desktop.domain.timeline_series import GAP_US

Flaw = Literal["dark", "small", "turned", "few frames"]

FLAWED_SHARE: Final = 0.2  # of the time in which a face was seen
FEW_FRAMES: Final = 30
PEOPLE_MAX: Final = 100
_USUAL_STEPS: Final = 3  # a pause of more is a gap, if it is longer than GAP_US too
_BIN_US: Final = 100_000
_BINS_MAX: Final = 20_000
_LEAST_BLOCK_US: Final = 1_000_000
_ONE_FRAME_US: Final = 1_000_000  # what a still picture counts for; only shares are told of it

_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A part of a session.

    Attributes:
        name: what was marked; empty for the session as a whole.
        start_us, end_us: on the source's clock.
    """

    name: str
    start_us: int
    end_us: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share or a mean, and where it lies with 95 % confidence.

    Attributes:
        value: None where nothing was read.
        low, high: None where there is too little to tell.
    """

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class PersonSummary:
    """What one person showed in an interval.

    Attributes:
        name: of the person, or of the face.
        face_ids: the faces that are this person.
        frames: in which the person was read.
        seen_s: for how long the person was seen.
        read_s: for how long the expression was read; what shares and means refer to.
        shares: of each label, the share of that time in which the screen showed it.
        means: of each label, the mean probability over that time.
        unsure, dark, small, turned: shares of the time; None where that is not known.
        block_s: length of the blocks of time that the intervals come from; None without any.
        flaws: what the numbers suffer from.
        measured: what measures say.
    """

    name: str
    face_ids: tuple[int, ...]
    frames: int
    seen_s: float
    read_s: float
    shares: tuple[Estimate, ...]
    means: tuple[Estimate, ...]
    unsure: float | None
    dark: float | None
    small: float | None
    turned: float | None
    block_s: float | None
    flaws: tuple[Flaw, ...]
    measured: MeasuredSummary


@dataclass(frozen=True, slots=True)
class IntervalSummary:
    """What was shown in an interval.

    Attributes:
        interval: which one.
        seconds: for how long frames were analysed in it.
        frames: how many.
        missing: share of that time without any face; None where that is not known.
        people: those seen in it, in the order of their names in the session; of very many those
            that were seen longest.
        left_out: how many more there are.
    """

    interval: Interval
    seconds: float
    frames: int
    missing: float | None
    people: tuple[PersonSummary, ...]
    left_out: int = 0


def summarize(seen: Observations, marked: Sequence[Interval] = ()) -> tuple[IntervalSummary, ...]:
    """Return what the session says as a whole, and in each interval that was marked.

    Args:
        seen: the session.
        marked: intervals, which may overlap and reach beyond its ends.
    """
    if not len(seen.times_us):
        return ()
    lasting_us = _lasting_us(seen.times_us)
    whole = Interval("", int(seen.times_us[0]), int(seen.times_us[-1] + lasting_us[-1]))
    faces = _faces_of(seen)
    measures = [_measures_of(seen, mine) for mine in faces]
    sharing = _sharing(seen)
    return tuple(_summary(seen, lasting_us, sharing, part, measures) for part in (whole, *marked))


def _faces_of(seen: Observations) -> list[NDArray[np.int64]]:
    """Return which faces are each person, in order."""
    order = np.argsort(seen.people, kind="stable")
    ends = np.searchsorted(seen.people[order], np.arange(1, len(seen.names)))
    return np.split(order, ends)


def _sharing(seen: Observations) -> NDArray[np.int64]:
    """Return of each face how many in its frame are this person, who share the frame's time."""
    of_person = seen.rows.astype(np.int64) * max(1, len(seen.names)) + seen.people
    _, places, counts = np.unique(of_person, return_inverse=True, return_counts=True)
    found: NDArray[np.int64] = counts[places]
    return found


def _measures_of(seen: Observations, faces: NDArray[np.int64]) -> PersonMeasures:
    columns = {name: seen.column(name)[faces] for name in SUMMED}
    times_us = seen.times_us[seen.rows[faces]]
    return PersonMeasures(faces, seen.face_ids[faces], times_us, columns)


def _lasting_us(times_us: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for how long each frame counts."""
    steps = np.diff(times_us)
    if not len(steps):
        return np.array([_ONE_FRAME_US], np.int64)
    usual = int(np.median(steps))
    is_gap = steps > max(GAP_US, _USUAL_STEPS * usual)
    found: NDArray[np.int64] = np.append(np.where(is_gap, usual, steps), usual)
    return found


def _summary(
    seen: Observations,
    lasting_us: NDArray[np.int64],
    sharing: NDArray[np.int64],
    part: Interval,
    measures: Sequence[PersonMeasures],
) -> IntervalSummary:
    starts = np.maximum(seen.times_us, part.start_us)
    ends = np.minimum(seen.times_us + lasting_us, part.end_us)
    weights_us = np.maximum(ends - starts, 0).astype(np.float64)
    total_us = float(weights_us.sum())
    has_face = np.zeros(len(weights_us), bool)
    has_face[seen.rows] = True
    missing = float(weights_us[~has_face].sum() / total_us) if total_us else None
    of_faces = weights_us[seen.rows]
    inside = np.flatnonzero(of_faces > 0)
    clock = _Bins(seen.times_us, weights_us, part)
    shares_us = of_faces[inside] / sharing[inside]
    seen_us = np.bincount(seen.people[inside], shares_us, len(seen.names))
    longest = np.argsort(-seen_us, kind="stable")[:PEOPLE_MAX]
    people = tuple(
        _person(seen, inside[seen.people[inside] == at], of_faces, clock, at, part, measures[at])
        for at in np.sort(longest[seen_us[longest] > 0]).tolist()
    )
    left_out = int(np.count_nonzero(seen_us)) - len(people)
    frames = int(np.count_nonzero(weights_us))
    known = missing if seen.has_all_frames else None
    return IntervalSummary(part, total_us / 1e6, frames, known, people, left_out)


class _Bins:
    """An interval cut into equal bins of time."""

    def __init__(self, times_us: NDArray[np.int64], weights_us: _Floats, part: Interval) -> None:
        inside = times_us[weights_us > 0]
        begin_us = max(part.start_us, int(inside[0])) if len(inside) else part.start_us
        end_us = int(inside[-1]) + 1 if len(inside) else begin_us + 1
        usual = float(np.median(np.diff(inside))) if len(inside) > 1 else 0.0
        self.width_us = max(_BIN_US, usual, (end_us - begin_us) / _BINS_MAX)
        self.count = int((end_us - begin_us) / self.width_us) + 1
        self._of_frames = np.clip((times_us - begin_us) // self.width_us, 0, self.count - 1).astype(
            np.int64
        )

    def sums(self, rows: NDArray[np.int64], values: _Floats) -> _Floats:
        """Return the sums in each bin, shape (bins, columns), of values, (faces, columns)."""
        at = self._of_frames[rows]
        columns = [np.bincount(at, column, self.count) for column in values.T]
        return np.stack(columns, axis=1) if columns else np.empty((self.count, 0))


def _person(
    seen: Observations,
    faces: NDArray[np.int64],
    lasting_us: _Floats,
    clock: _Bins,
    at: int,
    part: Interval,
    measures: PersonMeasures,
) -> PersonSummary:
    rows, lasting = seen.rows[faces], lasting_us[faces]
    is_read = seen.shown[faces] >= 0
    read = faces[is_read]
    weight = shared(rows[is_read], lasting[is_read])
    labels = np.arange(len(seen.labels))
    shown = (seen.shown[read, None] == labels) * weight[:, None]
    told = np.repeat(weight[:, None], len(labels), axis=1)
    known = np.isfinite(seen.probabilities[read])
    likely = np.where(known, seen.probabilities[read], 0) * weight[:, None]
    of_likely = known * weight[:, None]
    numerators = clock.sums(seen.rows[read], np.hstack([shown, likely]))
    denominators = clock.sums(seen.rows[read], np.hstack([told, of_likely]))
    estimates, block_s = _estimates(numerators, denominators, clock.width_us)
    seen_s, read_s = float(shared(rows, lasting).sum()) / 1e6, float(weight.sum()) / 1e6
    unsure = mean_over_time(seen.unsure[read], rows[is_read], lasting[is_read])
    found = {
        "dark": mean_over_time(_below(seen.light[faces], DARK), rows, lasting),
        "small": mean_over_time(_below(seen.widths_px[faces], SMALL_PX), rows, lasting),
        "turned": mean_over_time(seen.turned[faces], rows, lasting),
    }
    # Two faces in one frame may both be called this person.
    frames = len(distinct(seen.rows[read]))
    flaws: list[Flaw] = [
        flaw for flaw in ("dark", "small", "turned") if (found[flaw] or 0) >= FLAWED_SHARE
    ]
    if frames < FEW_FRAMES:
        flaws.append("few frames")
    measured = measures.summary(faces, rows, lasting, part.start_us / 1e6, part.end_us / 1e6)
    return PersonSummary(
        name=seen.names[at],
        face_ids=tuple(np.unique(seen.face_ids[faces]).tolist()),
        frames=frames,
        seen_s=seen_s,
        read_s=read_s,
        shares=estimates[: len(labels)],
        means=estimates[len(labels) :],
        unsure=unsure,
        dark=found["dark"],
        small=found["small"],
        turned=found["turned"],
        block_s=block_s,
        flaws=tuple(flaws),
        measured=measured,
    )


def _estimates(
    numerators: _Floats, denominators: _Floats, width_us: float
) -> tuple[tuple[Estimate, ...], float | None]:
    """Return ratios with their intervals, and the length of the blocks these come from."""
    totals = denominators.sum(axis=0)
    values = np.divide(
        numerators.sum(axis=0), totals, out=np.full(len(totals), np.nan), where=totals > 0
    )
    # What a bin moves a ratio by; a bin without the person moves nothing.
    moves = numerators - np.nan_to_num(values) * denominators
    least = int(np.ceil(_LEAST_BLOCK_US / width_us))
    block = max([least, *(int(np.ceil(block_length(column))) for column in moves.T)])
    bounds = ratio_intervals(numerators, denominators, block)
    found = []
    for at, value in enumerate(values.tolist()):
        if not np.isfinite(value):
            found.append(Estimate(None))
        elif bounds is None:
            found.append(Estimate(value))
        else:
            found.append(Estimate(value, float(bounds[0][at]), float(bounds[1][at])))
    return tuple(found), None if bounds is None else block * width_us / 1e6


def _below(values: NDArray[np.float32], limit: float) -> NDArray[np.float32]:
    found: NDArray[np.float32] = np.where(np.isnan(values), np.nan, values < limit)
    return found
