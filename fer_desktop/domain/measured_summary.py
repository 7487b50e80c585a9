"""What measures say of a person in an interval: blinks, talking, looks, and how good it was."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.blinks import Blink, find_blinks
from fer_desktop.domain.talking import find_talking

# Columns of tables from which it is reckoned.
SUMMED: Final = (
    "quality_usable",
    "eyes_open_right",
    "eyes_open_left",
    "mouth_open",
    "looks_at_camera",
    "valence",
    "valence_corrected",
    "arousal",
    "arousal_corrected",
)
_US: Final = 1e6
_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MeasuredSummary:
    """Of one person in an interval; None stands for what was not measured.

    Attributes:
        usable: share of the time in which the picture of the face was good enough.
        at_camera: share of the time with the gaze at the camera.
        talking: share of the time in which the mouth moved as in talking.
        blinks: how many.
        blinks_per_min: by the time in which the eyes were seen.
        blink_s: how long they lasted in the mean.
        valence, valence_corrected, arousal, arousal_corrected: means over time.
    """

    usable: float | None
    at_camera: float | None
    talking: float | None
    blinks: int | None
    blinks_per_min: float | None
    blink_s: float | None
    valence: float | None
    valence_corrected: float | None
    arousal: float | None
    arousal_corrected: float | None

    @property
    def is_empty(self) -> bool:
        """Whether nothing of this was measured."""
        return all(getattr(self, name) is None for name in self.__slots__)


class PersonMeasures:
    """A person's measures over a session; blinks and talking are looked for once in all of it."""

    def __init__(
        self,
        faces: NDArray[np.int64],
        times_us: NDArray[np.int64],
        columns: Mapping[str, NDArray[np.float32]],
    ) -> None:
        """Take the columns named ``SUMMED``.

        Args:
            faces: numbers of the faces that are the person, rising, shape (n,).
            times_us: of these faces, not falling, shape (n,).
            columns: shape (n,) each, NaN where nothing was measured.
        """
        self._faces = faces
        self._columns = {name: columns[name].astype(np.float64) for name in SUMMED}
        times_s = times_us / _US
        # Two tracks may be called one person at the same time: the first one is looked at.
        first = np.flatnonzero(np.diff(times_us, prepend=times_us[:1] - 1) > 0)
        self._usual_s = float(np.median(np.diff(times_s[first]))) if len(first) > 1 else 0.0
        eyes = (self._columns["eyes_open_right"] + self._columns["eyes_open_left"]) / 2
        self._eyes = eyes
        self._blinks = find_blinks(times_s[first], eyes[first])
        self._talks = find_talking(times_s[first], self._columns["mouth_open"][first])
        self._times_s = times_s

    def summary(
        self, faces: NDArray[np.int64], weights: _Floats, start_s: float, end_s: float
    ) -> MeasuredSummary:
        """Return what they come to in an interval.

        Args:
            faces: numbers of the person's faces that lie in it.
            weights: for how long each of these counts, microseconds.
            start_s, end_s: the interval.
        """
        rows = np.searchsorted(self._faces, faces)
        means = {name: _mean(self._columns[name][rows], weights) for name in SUMMED}
        eyes_s = float(weights[np.isfinite(self._eyes[rows])].sum()) / _US
        blinks = [blink for blink in self._blinks if start_s <= blink.start_s < end_s]
        are_known = eyes_s > 0
        return MeasuredSummary(
            usable=means["quality_usable"],
            at_camera=means["looks_at_camera"],
            talking=self._talking(rows, weights),
            blinks=len(blinks) if are_known else None,
            blinks_per_min=60 * len(blinks) / eyes_s if are_known else None,
            blink_s=self._duration(blinks),
            valence=means["valence"],
            valence_corrected=means["valence_corrected"],
            arousal=means["arousal"],
            arousal_corrected=means["arousal_corrected"],
        )

    def _talking(self, rows: NDArray[np.int64], weights: _Floats) -> float | None:
        times_s = self._times_s[rows]
        starts, ends = (
            np.array([getattr(talk, name) for talk in self._talks]) for name in ("start_s", "end_s")
        )
        begun = np.searchsorted(starts, times_s, side="right")
        within = (begun > np.searchsorted(ends, times_s, side="left")).astype(np.float64)
        within[~np.isfinite(self._columns["mouth_open"][rows])] = np.nan
        return _mean(within, weights)

    def _duration(self, blinks: list[Blink]) -> float | None:
        """Return how long blinks last in the mean: the last frame of each counts, too."""
        if not blinks:
            return None
        return float(np.mean([one.end_s - one.start_s for one in blinks])) + self._usual_s


def _mean(values: _Floats, weights: _Floats) -> float | None:
    known = np.isfinite(values)
    total = float(weights[known].sum())
    return float((values[known] * weights[known]).sum() / total) if total else None
