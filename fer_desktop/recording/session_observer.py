"""What a session file says, read bit by bit: it may go on being written meanwhile."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.addresses import public_address
from fer_desktop.domain.face import LEFT_EYE, RIGHT_EYE
from fer_desktop.domain.face_quality import TURNED, nose_offsets
from fer_desktop.domain.measured_summary import SUMMED
from fer_desktop.domain.measures import LANDMARKS, LIGHT
from fer_desktop.domain.observations import Observations
from fer_desktop.domain.people import People
from fer_desktop.domain.timeline_series import GAP_US
from fer_desktop.domain.wall_time import utc_text
from fer_desktop.errors import StorageError
from fer_desktop.recording.csv_columns import all_labels
from fer_desktop.recording.measurements import read_specs
from fer_desktop.recording.observed import Observed
from fer_desktop.recording.packed_columns import Column, PackedBlobs, read_packed
from fer_desktop.recording.session_format import UsedModel
from fer_desktop.recording.session_loading import face_keys, probabilities_of, read_measure
from fer_desktop.recording.session_reader import SessionReader, SessionSummary, reading

_FACES_MAX: Final = 4_000_000
_TIME_MAX: Final = 2**53
_PER_PX: Final = 1_000  # finer than widths are kept
_FRAMES: Final = (
    Column("frame_index"),
    Column("timestamp_us"),
    Column("model_id", can_be_null=True),
)
_FACES: Final = (
    Column("frame_index"),
    Column("face_id"),
    Column("x1", _PER_PX),
    Column("x2", _PER_PX),
    Column("is_unsure"),
)
_SCORES: Final = ("smoothed", "probabilities", "corrected")
_Numbers = NDArray[np.float32]


class SessionObserver:
    """Observes one session; every look reads only what came since the one before."""

    def __init__(self, path: Path) -> None:
        """Take the session's file."""
        self._path = path
        self._last = -1
        self._labels: tuple[str, ...] = ()
        self._frames: list[NDArray[np.int64]] = [np.empty((0, 2), np.int64)]
        self._faces: list[NDArray[np.int64]] = [np.empty((0, 3), np.int64)]
        self._quality: list[_Numbers] = [np.empty((0, 4), np.float32)]
        self._summed: list[_Numbers] = [np.empty((0, len(SUMMED)), np.float32)]
        self._probabilities: list[_Numbers] = []

    def look(self) -> Observed:
        """Return what the session says by now.

        Raises:
            StorageError: if it is missing, damaged, or too long to be summed up.
        """
        with SessionReader(self._path) as reader, reading(self._path):
            summary, marks = reader.summary(), tuple(reader.marks())
            self._read(reader)
            models, people = reader.models, reader.people
        longest_us = self._longest_gap_us()
        return Observed(
            name=summary.facts.title or public_address(summary.info.source.name),
            source=public_address(summary.info.source.name),
            started_utc=utc_text(summary.info.started_ns),
            facts=summary.facts,
            models=models,
            marks=marks,
            caveats=_caveats(summary, longest_us),
            seen=self._observations(people),
        )

    def _read(self, reader: SessionReader) -> None:
        db, models = reader.connection, reader.models_by_number
        self._labels = tuple(dict.fromkeys((*self._labels, *all_labels(tuple(models.values())))))
        (indices, times_us, read_by), _ = read_packed(db, "frames", _FRAMES, after=self._last)
        if not len(indices):
            return
        if not (np.abs(times_us) <= _TIME_MAX).all():
            raise ValueError("a frame has a time beyond every bound")
        columns, scores = read_packed(db, "faces", _FACES, _SCORES, after=self._last)
        face_indices, ids, left, right, unsure = columns
        if sum(map(len, self._faces)) + len(ids) > _FACES_MAX:
            raise StorageError(
                f"{self._path} is too long to be summed up.", hint="Export it as a table instead."
            )
        rows = np.minimum(np.searchsorted(indices, face_indices), len(indices) - 1)
        if (indices[rows] != face_indices).any():
            raise ValueError("a face has no frame")
        shown, probabilities = self._scores(scores, read_by[rows], models)
        quality = np.full((len(ids), 4), np.nan, np.float32)
        quality[:, 0] = unsure != 0
        quality[:, 1] = (right - left) / _PER_PX
        keys = face_keys(face_indices, ids)
        quality[:, 2], quality[:, 3], summed = self._measured(reader, keys)
        self._frames.append(np.column_stack([indices, times_us]))
        self._faces.append(np.column_stack([face_indices, ids, shown]))
        self._quality.append(quality)
        self._summed.append(summed)
        self._probabilities.append(probabilities)
        self._last = int(indices[-1])

    def _scores(
        self,
        scores: Sequence[PackedBlobs],
        read_by: NDArray[np.int64],
        models: Mapping[int, UsedModel],
    ) -> tuple[NDArray[np.int64], _Numbers]:
        """Return which label was shown of each face, and its probabilities."""
        shown = np.full(len(read_by), -1, np.int64)
        found = np.full((len(read_by), len(self._labels)), np.nan, np.float32)
        for number in set(np.unique(read_by).tolist()) - {-1}:
            labels = models[number].preset.labels
            places = np.array([self._labels.index(label) for label in labels])
            chosen = np.flatnonzero(read_by == number)
            smoothed, plain, corrected = (
                probabilities_of(one, chosen, len(labels)) for one in scores
            )
            is_read = ~np.isnan(smoothed).any(axis=1)
            shown[chosen[is_read]] = places[smoothed[is_read].argmax(axis=1)]
            found[np.ix_(chosen, places)] = np.where(np.isnan(corrected), plain, corrected)
        return shown, found

    def _measured(
        self, reader: SessionReader, keys: NDArray[np.int64]
    ) -> tuple[_Numbers, _Numbers, _Numbers]:
        """Return the light on each face, whether it is turned, and the columns of ``SUMMED``.

        All are NaN where they are not known.
        """
        light, turned = (np.full(len(keys), np.nan, np.float32) for _ in range(2))
        summed = np.full((len(keys), len(SUMMED)), np.nan, np.float32)
        for number, spec in read_specs(reader.connection).items():
            wanted = [
                (SUMMED.index(name), spec.columns.index(name))
                for name in spec.columns
                if name in SUMMED
            ]
            if spec.key not in (LIGHT, LANDMARKS) and not wanted:
                continue
            rows, numbers = read_measure(reader.connection, number, spec, keys, after=self._last)
            if spec.key == LIGHT:
                light[rows] = numbers[:, 0]
            elif spec.key == LANDMARKS:
                turned[rows] = _turned(spec.channels, numbers)
            for target, channel in wanted:
                summed[rows, target] = numbers[:, channel]
        return light, turned, summed

    def _longest_gap_us(self) -> int:
        times_us = np.concatenate(self._frames)[:, 1]
        return int(np.diff(times_us).max()) if len(times_us) > 1 else 0

    def _observations(self, people: People) -> Observations:
        frames, faces = np.concatenate(self._frames), np.concatenate(self._faces)
        quality, summed = np.concatenate(self._quality), np.concatenate(self._summed)
        probabilities = np.full((len(faces), len(self._labels)), np.nan, np.float32)
        at = 0
        for part in self._probabilities:  # models with further labels may have come since
            probabilities[at : at + len(part), : part.shape[1]] = part
            at += len(part)
        times_us = np.maximum.accumulate(frames[:, 1])
        rows = np.searchsorted(frames[:, 0], faces[:, 0])
        numbers = _persons(people, faces[:, 1], frames[rows, 1])
        present = people.among(np.unique(faces[:, 1]).tolist())
        visible = [number for number in present if not people.person(number).is_hidden]
        kept = np.isin(numbers, visible)
        order = np.argsort(visible, kind="stable")
        places = np.searchsorted(np.array(visible, np.int64)[order], numbers[kept])
        faces, quality = faces[kept], quality[kept]
        return Observations(
            labels=self._labels,
            times_us=times_us,
            rows=rows[kept],
            people=order[places],
            names=tuple(map(people.table_name, visible)),
            face_ids=faces[:, 1],
            shown=faces[:, 2],
            probabilities=probabilities[kept],
            unsure=np.where(faces[:, 2] >= 0, quality[:, 0], np.nan).astype(np.float32),
            widths_px=quality[:, 1],
            light=quality[:, 2],
            turned=quality[:, 3],
            measured=summed[kept],
        )


def _persons(
    people: People, face_ids: NDArray[np.int64], times_us: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the number of the person whose each face is."""
    numbers = face_ids.copy()
    for face_id in {part.face_id for part, _ in people.parts}:
        mine = np.flatnonzero(face_ids == face_id)
        numbers[mine] = [people.number_of(face_id, time_us) for time_us in times_us[mine].tolist()]
    return numbers


def _turned(channels: Sequence[str], numbers: _Numbers) -> _Numbers:
    """Return 1 for each face with the nose far beside the middle of the eyes, else 0, or NaN."""
    wanted = [f"{point}.{axis}" for point in (RIGHT_EYE, LEFT_EYE, "nose") for axis in "xy"]
    if any(name not in channels for name in wanted):
        return np.full(len(numbers), np.nan, np.float32)
    right, left, nose = (
        numbers[:, [channels.index(name) for name in wanted[at : at + 2]]].astype(np.float64)
        for at in (0, 2, 4)
    )
    aside = np.abs(nose_offsets(right, left, nose)[:, 0])
    found: _Numbers = np.where(np.isnan(aside), np.nan, aside > TURNED).astype(np.float32)
    return found


def _caveats(summary: SessionSummary, longest_gap_us: int) -> tuple[str, ...]:
    end, found = summary.end, []
    if end is None:
        found.append("The session has no end: it goes on, or was interrupted.")
    elif end.is_whole is False:
        found.append("The file was analysed in part only.")
    if end is not None and end.problem:
        found.append(end.problem)
    if end is not None and end.missed:
        found.append(f"{end.missed:,} frames came too fast and were not analysed.")
    if summary.info.source.is_live and longest_gap_us > GAP_US:
        found.append(f"The longest gap between two frames is {longest_gap_us / 1e6:.1f} s.")
    return tuple(found)
