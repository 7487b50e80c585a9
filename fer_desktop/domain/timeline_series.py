"""Numbers of one face over source time, kept small and quick to draw however long they last.

Samples lie in sorted arrays. Beside them stand summaries: mean, lowest and highest value of each
label in time bins of .128 s, .512 s, and so on, so that any stretch is drawn from a number of rows
that depends on the points wanted, not on the time covered. Summaries are brought up to date where
samples changed, at the latest after a minute of them.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

GAP_US: Final = 1_000_000
_LONGEST_JOIN_US: Final = 5_000_000  # slower sources are joined up to this far
# Samples, drawn in bins of 8 ms at least; then the bins of the summaries, up to 35 minutes.
_WIDTHS_US: Final = (8_000, *(128_000 * 4**level for level in range(8)))
_ROWS_PER_POINT: Final = 4  # rows read at most for each point wanted
_STALE_MAX_US: Final = 60_000_000
_FEW: Final = 1024  # samples that are summarised when somebody asks, if ever
_RAW_MAX: Final = 1_000_000  # 9 hours at 30 analyses a second; older stretches keep their summaries
_MIDDLE, _LOW, _HIGH = 0, 1, 2  # a sample is its own mean


@dataclass(frozen=True, slots=True, eq=False)
class TimelineWindow:
    """A stretch of the timeline, ready to draw.

    Attributes:
        times_us: shape (points,), rising.
        values: samples, or means of bins, shape (points, labels), float32; NaN where the curve is
            interrupted.
        extremes: lowest and highest value of each bin, shape (points, 2, labels); None where
            points are samples.
    """

    times_us: NDArray[np.int64]
    values: NDArray[np.float32]
    extremes: NDArray[np.float32] | None


class _Rows:
    """Rows sorted by time in arrays that grow by half."""

    def __init__(self, kinds: int, labels: int) -> None:
        """Keep for each label one value (a sample) or three (mean, lowest and highest)."""
        self._times_us = np.empty(0, np.int64)
        self._cells = np.empty((0, kinds, labels), np.float16)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    @property
    def times_us(self) -> NDArray[np.int64]:
        """Sample times, or where bins start."""
        return self._times_us[: self._size]

    @property
    def cells(self) -> NDArray[np.float16]:
        """Values, shape (rows, kinds, labels)."""
        return self._cells[: self._size]

    @property
    def nbytes(self) -> int:
        """Memory set aside."""
        return self._times_us.nbytes + self._cells.nbytes

    def find(self, time_us: int) -> int:
        """Return the first row at or after a time."""
        return int(np.searchsorted(self.times_us, time_us))

    def splice(
        self, start: int, stop: int, times_us: NDArray[np.int64], cells: NDArray[np.float32]
    ) -> None:
        """Put rows in the place of others."""
        added = len(times_us)
        size = self._size - (stop - start) + added
        if size > len(self._times_us):
            self._reallocate(max(64, size * 3 // 2), self._cells.shape[2])
        if start + added != stop:
            self._times_us[start + added : size] = self._times_us[stop : self._size]
            self._cells[start + added : size] = self._cells[stop : self._size]
        self._times_us[start : start + added] = times_us
        self._cells[start : start + added] = cells
        self._size = size

    def widen(self, labels: int) -> None:
        """Make room for more labels, unknown so far."""
        self._reallocate(len(self._times_us), labels)

    def _reallocate(self, capacity: int, labels: int) -> None:
        known = self._cells.shape[2]
        times_us = np.empty(capacity, np.int64)
        cells = np.empty((capacity, self._cells.shape[1], labels), np.float16)
        times_us[: self._size] = self.times_us
        cells[: self._size, :, :known] = self.cells
        cells[: self._size, :, known:] = np.nan
        self._times_us, self._cells = times_us, cells


def _binned(
    rows: _Rows, start: int, stop: int, width_us: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return where the bins of some rows start, and their summaries, shape (bins, 3, labels)."""
    starts_us = rows.times_us[start:stop] // width_us * width_us
    cells = rows.cells[start:stop].astype(np.float32)
    if not len(starts_us):
        return starts_us, np.empty((0, 3, cells.shape[2]), np.float32)
    firsts = np.concatenate(([0], np.flatnonzero(np.diff(starts_us)) + 1))
    kinds = cells.shape[1]
    middles = cells[:, _MIDDLE]
    is_known = np.isfinite(middles)
    counts = np.add.reduceat(is_known, firsts, dtype=np.float32)
    sums = np.add.reduceat(np.where(is_known, middles, np.float32(0)), firsts)
    summaries = (
        np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0),
        np.fmin.reduceat(cells[:, _LOW % kinds], firsts),
        np.fmax.reduceat(cells[:, _HIGH % kinds], firsts),
    )
    return starts_us[firsts], np.stack(summaries, axis=1)


class TimelineSeries:
    """The probabilities of one face over time, or one of its measures: channels are labels then."""

    def __init__(self, labels: int) -> None:
        self._raw = _Rows(1, labels)
        self._levels = [self._raw, *(_Rows(3, labels) for _ in _WIDTHS_US[1:])]
        self._labels = labels
        self._stale_us: tuple[int, int] | None = None
        self._raw_since_us: int | None = None  # older samples were given up

    def __len__(self) -> int:
        return len(self._raw)

    @property
    def labels(self) -> int:
        """How many there are."""
        return self._labels

    @property
    def first_us(self) -> int:
        """Time of the first sample that is still there; -1 without any."""
        return int(self._raw.times_us[0]) if len(self._raw) else -1

    @property
    def times_us(self) -> NDArray[np.int64]:
        """Times of the samples that are still there; not to be kept, they change."""
        return self._raw.times_us

    @property
    def last_us(self) -> int:
        """Time of the latest sample; -1 without any."""
        return int(self._raw.times_us[-1]) if len(self._raw) else -1

    @property
    def nbytes(self) -> int:
        """Memory set aside for numbers."""
        return sum(rows.nbytes for rows in self._levels)

    def put(self, time_us: int, values: NDArray[np.float32]) -> None:
        """Add a sample, or replace the one at this very time.

        Args:
            time_us: anywhere, also before samples that are there.
            values: shape (labels,), NaN where unknown; more labels than before widen the series.
        """
        if len(values) > self._labels:
            self._labels = len(values)
            for rows in self._levels:
                rows.widen(self._labels)
        self._touch(time_us, time_us)
        row = self._raw.find(time_us)
        is_there = row < len(self._raw) and self._raw.times_us[row] == time_us
        self._raw.splice(row, row + is_there, np.array([time_us]), values[np.newaxis, np.newaxis])
        if len(self._raw) > _RAW_MAX:
            self._forget(_RAW_MAX // 4)

    def fill(self, times_us: NDArray[np.int64], values: NDArray[np.float32]) -> None:
        """Take samples in, in place of all that are there, and summarise them.

        Args:
            times_us: rising.
            values: shape (times, labels), NaN where unknown.
        """
        self._raw.splice(0, len(self._raw), times_us, values[:, np.newaxis])
        if len(times_us):
            self._stale_us = int(times_us[0]), int(times_us[-1])
        if len(self._raw) > _FEW:
            self._summarise()  # now, where nobody waits to see it
        while len(self._raw) > _RAW_MAX:
            self._forget(_RAW_MAX // 4)

    def erase(self, after_us: int, until_us: int) -> None:
        """Remove the samples later than one time and not later than another."""
        start, stop = self._raw.find(after_us + 1), self._raw.find(until_us + 1)
        if start < stop:
            self._touch(after_us + 1, until_us)
            self._remove(start, stop)

    def window(self, start_us: int, end_us: int, max_points: int) -> TimelineWindow:
        """Return what to draw between two times, at a cost that depends on the points wanted.

        Args:
            start_us, end_us: the stretch; one more row on either side lets curves reach the edges.
            max_points: more samples than this are summarised in half as many equal bins.
        """
        level = 0 if self._raw_since_us is None or self._raw_since_us <= start_us else 1
        while True:
            if level:
                self._summarise()
            rows, width_us = self._levels[level], _WIDTHS_US[level]
            start = max(0, rows.find(start_us) - 1)
            stop = min(len(rows), rows.find(end_us) + 1)
            if stop - start <= max_points * _ROWS_PER_POINT or rows is self._levels[-1]:
                break
            level += 1
        if rows is self._raw and stop - start <= max_points:
            times_us = rows.times_us[start:stop].copy()
            return interrupted(times_us, rows.cells[start:stop].astype(np.float32), GAP_US)
        # Whole multiples of a fixed width, so that bins stay where they are while a view moves.
        bins_wanted = max(1, max_points // 2)
        width_us *= -(-(end_us - start_us) // (bins_wanted * width_us))
        times_us, cells = _binned(rows, start, stop, width_us)
        return interrupted(times_us + width_us // 2, cells, max(GAP_US, width_us * 3 // 2))

    def nearest(self, time_us: int, tolerance_us: int) -> tuple[int, NDArray[np.float32]] | None:
        """Return the sample nearest to a time, unless it is farther than the tolerance."""
        rows = self._raw
        if self._raw_since_us is not None and time_us < self._raw_since_us:
            rows = self._levels[1]
        row = rows.find(time_us)
        candidates = [index for index in (row - 1, row) if 0 <= index < len(rows)]
        if not candidates:
            return None
        best = min(candidates, key=lambda index: abs(int(rows.times_us[index]) - time_us))
        found_us = int(rows.times_us[best])
        if abs(found_us - time_us) > tolerance_us:
            return None
        return found_us, rows.cells[best, _MIDDLE].astype(np.float32)

    def _touch(self, start_us: int, end_us: int) -> None:
        """Note that summaries no longer hold somewhere, in one stretch that stays short."""
        if self._stale_us is not None:
            low, high = self._stale_us
            if low <= start_us <= high + _LONGEST_JOIN_US and start_us < low + _STALE_MAX_US:
                self._stale_us = low, max(high, end_us)
                return
            self._summarise()
        self._stale_us = start_us, end_us

    def _summarise(self) -> None:
        if self._stale_us is None:
            return
        low, high = self._stale_us
        for finer, rows, width_us in zip(
            self._levels, self._levels[1:], _WIDTHS_US[1:], strict=False
        ):
            start_us, end_us = low // width_us * width_us, (high // width_us + 1) * width_us
            times_us, cells = _binned(finer, finer.find(start_us), finer.find(end_us), width_us)
            rows.splice(rows.find(start_us), rows.find(end_us), times_us, cells)
        self._stale_us = None

    def _forget(self, count: int) -> None:
        self._summarise()
        self._raw_since_us = int(self._raw.times_us[count])
        self._remove(0, count)

    def _remove(self, start: int, stop: int) -> None:
        nothing = np.empty((0, 1, self._labels), np.float32)
        self._raw.splice(start, stop, np.empty(0, np.int64), nothing)


def interrupted(
    times_us: NDArray[np.int64], cells: NDArray[np.float32], gap_us: int
) -> TimelineWindow:
    """Return rows one after another, with NaN between those that lie too far apart.

    Args:
        times_us: rising, shape (rows,).
        cells: shape (rows, 1 or 3, labels): samples, or means, lowest and highest values.
        gap_us: what is too far; rows that always lie farther apart are joined up to five seconds.
    """
    steps_us = np.diff(times_us)
    if len(steps_us):
        # A slow source is no row of gaps, but far apart stays apart, however few samples there are.
        gap_us = max(gap_us, min(3 * int(np.median(steps_us)), _LONGEST_JOIN_US))
    breaks = np.flatnonzero(steps_us > gap_us) + 1
    times_us = np.insert(times_us, breaks, (times_us[breaks - 1] + times_us[breaks]) // 2)
    cells = np.insert(cells, breaks, np.nan, axis=0)
    is_binned = cells.shape[1] > 1
    return TimelineWindow(times_us, cells[:, _MIDDLE], cells[:, _LOW:] if is_binned else None)
