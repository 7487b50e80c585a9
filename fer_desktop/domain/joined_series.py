"""Parts of several series read as one: the tracks that are one person's."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.timeline_series import (
    GAP_US,
    TimelineSeries,
    TimelineWindow,
    interrupted,
)

_BIN_JOIN: Final = 1.5  # bins that are so many widths apart are not joined


class JoinedSeries:
    """Series, each from one moment up to another; it holds no numbers of its own."""

    def __init__(self, parts: Sequence[tuple[TimelineSeries, int, int]]) -> None:
        """Take series with from when on, and before when, each is read."""
        self._parts = parts

    def window(self, start_us: int, end_us: int, max_points: int) -> TimelineWindow:
        """Return what to draw between two times; see ``TimelineSeries.window``."""
        found = []
        for series, from_us, until_us in self._parts:
            if from_us <= end_us and start_us < until_us:
                window = series.window(start_us, end_us, max_points)
                found.append(_between(window, from_us, until_us))
        found = [window for window in found if len(window.times_us)]
        if not found:
            labels = max((series.labels for series, _, _ in self._parts), default=0)
            return TimelineWindow(
                np.empty(0, np.int64), np.empty((0, labels), np.float32), extremes=None
            )
        return _joined(found)

    def nearest(self, time_us: int, tolerance_us: int) -> tuple[int, NDArray[np.float32]] | None:
        """Return the sample nearest to a time, unless it is farther than the tolerance."""
        samples = [
            sample
            for series, from_us, until_us in self._parts
            if (sample := series.nearest(min(max(time_us, from_us), until_us - 1), tolerance_us))
            and from_us <= sample[0] < until_us
            and abs(sample[0] - time_us) <= tolerance_us
        ]
        return min(samples, key=lambda sample: abs(sample[0] - time_us), default=None)


def _between(window: TimelineWindow, from_us: int, until_us: int) -> TimelineWindow:
    """Return the rows of a window that lie in a part, without the gaps between them."""
    is_in = (window.times_us >= from_us) & (window.times_us < until_us)
    is_in &= np.isfinite(window.values).any(axis=1)
    extremes = None if window.extremes is None else window.extremes[is_in]
    return TimelineWindow(window.times_us[is_in], window.values[is_in], extremes)


def _joined(windows: Sequence[TimelineWindow]) -> TimelineWindow:
    """Return the rows of several windows in the order of time, interrupted where none are."""
    labels = max(window.values.shape[1] for window in windows)
    is_binned = any(window.extremes is not None for window in windows)
    gap_us = GAP_US
    cells = []
    for window in windows:
        rows = np.full((len(window.times_us), 3 if is_binned else 1, labels), np.nan, np.float32)
        known = window.values.shape[1]
        rows[:, :, :known] = window.values[:, np.newaxis]  # a sample is its own extremes
        if window.extremes is not None:
            rows[:, 1:, :known] = window.extremes
            if len(window.times_us) > 1:
                width_us = float(np.median(np.diff(window.times_us)))
                gap_us = max(gap_us, round(_BIN_JOIN * width_us))
        cells.append(rows)
    times_us = np.concatenate([window.times_us for window in windows])
    order = np.argsort(times_us, kind="stable")
    return interrupted(times_us[order], np.concatenate(cells)[order], gap_us)
