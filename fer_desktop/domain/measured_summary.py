"""What measures say of a person in an interval: blinks, talking, looks, and how good it was."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import chain
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.blinks import Blink, find_blinks
from fer_desktop.domain.distinct import distinct
from fer_desktop.domain.shared_time import mean_over_time, shared
from fer_desktop.domain.talking import Talk, find_talking

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
_SAME_FRAMES: Final = 1.5  # two faces of a person need not begin or end in the same frame
_Floats = NDArray[np.float64]
_Stretch = TypeVar("_Stretch", Blink, Talk)


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
        face_ids: NDArray[np.int64],
        times_us: NDArray[np.int64],
        columns: Mapping[str, NDArray[np.float32]],
    ) -> None:
        """Take the columns named ``SUMMED``.

        Args:
            faces: numbers of the faces that are the person, rising, shape (n,).
            face_ids: tracks that they belong to, shape (n,).
            times_us: of these faces, not falling, shape (n,).
            columns: shape (n,) each, NaN where nothing was measured.
        """
        self._faces = faces
        self._columns = {name: columns[name].astype(np.float64) for name in SUMMED}
        self._times_s = times_us / _US
        steps_us = np.diff(distinct(times_us))
        self._usual_s = float(np.median(steps_us)) / _US if len(steps_us) else 0.0
        self._eyes = (self._columns["eyes_open_right"] + self._columns["eyes_open_left"]) / 2
        series = _series(face_ids, times_us)
        self._blinks = self._found(find_blinks, self._eyes, series)
        self._talks = self._found(find_talking, self._columns["mouth_open"], series)

    def _found(
        self,
        find: Callable[[_Floats, _Floats], list[_Stretch]],
        column: _Floats,
        series: Sequence[NDArray[np.int64]],
    ) -> list[_Stretch]:
        """Return what is found in any of the series; what is seen in several is there once."""
        found = (find(self._times_s[rows], column[rows]) for rows in series)
        apart_s = _SAME_FRAMES * self._usual_s if len(series) > 1 else 0.0
        joined: list[_Stretch] = []
        for one in sorted(chain.from_iterable(found), key=lambda one: one.start_s):
            if joined and one.start_s - joined[-1].end_s < apart_s:
                joined[-1] = replace(joined[-1], end_s=max(joined[-1].end_s, one.end_s))
            else:
                joined.append(one)
        return joined

    def summary(
        self,
        faces: NDArray[np.int64],
        frames: NDArray[np.int64],
        lasting_us: _Floats,
        start_s: float,
        end_s: float,
    ) -> MeasuredSummary:
        """Return what they come to in an interval.

        Args:
            faces: numbers of the person's faces that lie in it.
            frames: numbers of the frames that these are in, not falling.
            lasting_us: for how long that frame counts.
            start_s, end_s: the interval.
        """
        rows = np.searchsorted(self._faces, faces)
        means = {
            name: mean_over_time(self._columns[name][rows], frames, lasting_us) for name in SUMMED
        }
        are_seen = np.isfinite(self._eyes[rows])
        eyes_s = float(shared(frames[are_seen], lasting_us[are_seen]).sum()) / _US
        blinks = [blink for blink in self._blinks if start_s <= blink.start_s < end_s]
        are_known = eyes_s > 0
        return MeasuredSummary(
            usable=means["quality_usable"],
            at_camera=means["looks_at_camera"],
            talking=mean_over_time(self._is_talking(rows), frames, lasting_us),
            blinks=len(blinks) if are_known else None,
            blinks_per_min=60 * len(blinks) / eyes_s if are_known else None,
            blink_s=self._duration(blinks),
            valence=means["valence"],
            valence_corrected=means["valence_corrected"],
            arousal=means["arousal"],
            arousal_corrected=means["arousal_corrected"],
        )

    def _is_talking(self, rows: NDArray[np.int64]) -> _Floats:
        """Return of each face 1 where it talks, NaN where that is not known."""
        times_s = self._times_s[rows]
        starts, ends = (
            np.array([getattr(talk, name) for talk in self._talks]) for name in ("start_s", "end_s")
        )
        begun = np.searchsorted(starts, times_s, side="right")
        within = (begun > np.searchsorted(ends, times_s, side="left")).astype(np.float64)
        within[~np.isfinite(self._columns["mouth_open"][rows])] = np.nan
        return within

    def _duration(self, blinks: list[Blink]) -> float | None:
        """Return how long blinks last in the mean: the last frame of each counts, too."""
        if not blinks:
            return None
        return float(np.mean([one.end_s - one.start_s for one in blinks])) + self._usual_s


def _series(face_ids: NDArray[np.int64], times_us: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Return a person's faces as series of rising times: tracks that follow each other are one.

    Tracks that are in view together are several, for their numbers jump from one to the other.
    """
    order = np.argsort(face_ids, kind="stable")
    tracks = np.split(order, np.flatnonzero(np.diff(face_ids[order])) + 1) if len(order) else []
    found: list[list[NDArray[np.int64]]] = []
    ends: list[tuple[int, int]] = []  # of the series, by the time of their last face
    for track in sorted(tracks, key=lambda track: int(times_us[track[0]])):
        if ends and ends[0][0] < times_us[track[0]]:
            _, at = heappop(ends)
            found[at].append(track)
        else:
            at = len(found)
            found.append([track])
        heappush(ends, (int(times_us[track[-1]]), at))
    return [np.concatenate(parts) for parts in found]
