"""A past session as the window shows it: everything at once, in columns."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.beside import beside
from fer_desktop.domain.corrections import Correction
from fer_desktop.domain.known_frames import FACES_MAX, KnownFrames
from fer_desktop.domain.measures import CHANNELS_MAX, LIGHT, MeasureSpec
from fer_desktop.domain.people import People
from fer_desktop.domain.recorded_columns import FaceColumns, FrameColumns
from fer_desktop.domain.timeline import Timeline
from fer_desktop.errors import StorageError
from fer_desktop.recording.measurements import read_specs
from fer_desktop.recording.packed_columns import Column, PackedBlobs, read_packed
from fer_desktop.recording.row_types import probabilities
from fer_desktop.recording.session_format import Mark, UsedModel
from fer_desktop.recording.session_meshes import SessionMeshes
from fer_desktop.recording.session_reader import SessionReader, SessionSummary, reading

_FRAMES_MAX: Final = 4_000_000
_PIXELS_MAX: Final = 1e7
_TIME_MAX: Final = 2**53
_FRAMES: Final = (
    Column("frame_index"),
    Column("timestamp_us"),
    Column("wall_ns", can_be_null=True),
    Column("width_px"),
    Column("height_px"),
    Column("model_id", can_be_null=True),
)
_PER_PX, _PER_SCORE = 1_000, 1_000_000  # finer than what is kept of them
_FACES: Final = (
    Column("frame_index"),
    Column("face_id"),
    *(Column(name, _PER_PX) for name in ("x1", "y1", "x2", "y2")),
    Column("score", _PER_SCORE),
    Column("is_unsure"),
    Column("calibration_id", can_be_null=True),
)
_KEY: Final = (Column("frame_index"), Column("face_id"))


@dataclass(frozen=True, slots=True, eq=False)
class LoadedSession:
    """A session, ready to be shown.

    Attributes:
        summary: what it is.
        models: those that read its frames.
        marks: moments that were marked.
        corrections: what people say that faces show.
        people: who is who.
        known: its frames.
        timeline: its faces over time.
        frame_indices, times_us: of its frames, rising.
        sizes_px: shape (frames, 2), width and height of each.
    """

    summary: SessionSummary
    models: tuple[UsedModel, ...]
    marks: tuple[Mark, ...]
    corrections: tuple[Correction, ...]
    people: People
    known: KnownFrames
    timeline: Timeline
    frame_indices: NDArray[np.int64]
    times_us: NDArray[np.int64]
    sizes_px: NDArray[np.int64]


def load_session(
    path: Path, begin: Callable[[SessionSummary], object] = lambda _: None
) -> LoadedSession:
    """Return a session as a whole; two hours of one face take about a second.

    Args:
        path: its file.
        begin: called with what the session is, before the rest is read.

    Raises:
        StorageError: if it is damaged, empty, or too long to be shown.
    """
    with SessionReader(path) as reader, reading(path):
        summary = reader.summary()
        begin(summary)
        marks, corrections = tuple(reader.marks()), tuple(reader.corrections())
        db = reader.connection
        if not summary.frames:
            raise StorageError(f"{path} holds no frame.")
        rows = db.execute("SELECT COUNT(*) FROM faces").fetchone()[0]
        if summary.frames > _FRAMES_MAX or rows > FACES_MAX:
            raise StorageError(
                f"{path} is too long to be shown as a whole.", hint="Export it as a table instead."
            )
        specs = read_specs(db)
        measured = beside("measures of a session", partial(_read_measured, reader, specs))
        models = reader.models_by_number
        labels = [model.preset.labels for model in models.values()]
        try:
            frames = _read_frames(db, {number: place for place, number in enumerate(models)})
            faces = _read_faces(db, frames, labels, measured)
        finally:
            wait([measured])
        known = KnownFrames()
        used = reader.calibrations_by_number
        meshes = SessionMeshes(path, specs, frames.indices)
        known.load(
            frames,
            faces,
            labels,
            {number: used[number].baseline for number in used},
            meshes.of_row if meshes else None,
        )
        timeline = Timeline(labels[-1] if labels else ())
        times_us = frames.times_us
        timeline.load(
            (int(times_us.min()), int(times_us.max())),
            _curves(frames, faces, labels),
            _measured_curves(frames, faces),
        )
        return LoadedSession(
            summary,
            tuple(models.values()),
            marks,
            corrections,
            reader.people,
            known,
            timeline,
            frames.indices,
            times_us,
            frames.sizes,
        )


def _read_frames(db: sqlite3.Connection, places: Mapping[int, int]) -> FrameColumns:
    columns, _ = read_packed(db, "frames", _FRAMES)
    indices, times_us, walls_ns, *sides, used = columns
    sizes = np.stack(sides, axis=1)
    if not set(np.unique(used).tolist()) <= {-1, *places}:
        raise ValueError("a frame was read by a model that is not there")
    models = np.full(len(used), -1, np.int64)
    for number, place in places.items():
        models[used == number] = place
    if (np.diff(indices) <= 0).any():
        raise ValueError("frames are not in order")
    if not (np.abs(times_us) <= _TIME_MAX).all() or not (indices >= 0).all():
        raise ValueError("a frame has a number beyond every bound")
    if not ((sizes >= 0) & (sizes <= 1 << 20)).all():
        raise ValueError("a frame has no size")
    return FrameColumns(indices, times_us, walls_ns, sizes, models)


def _read_faces(
    db: sqlite3.Connection,
    frames: FrameColumns,
    labels: Sequence[tuple[str, ...]],
    measured: Future["list[_Measured]"],
) -> FaceColumns:
    """Read and check all faces together: one by one would take seconds."""
    columns, (smoothed, plain) = read_packed(db, "faces", _FACES, ("smoothed", "probabilities"))
    indices, ids, *places, unsure, baselines = columns
    rows = np.searchsorted(frames.indices, indices)
    if len(indices) and (
        rows.max() >= len(frames.indices) or (frames.indices[rows] != indices).any()
    ):
        raise ValueError("a face has no frame")
    boxes = np.stack(places[:4], axis=1) / _PER_PX
    scores = places[4] / _PER_SCORE
    if (
        not (np.abs(boxes) <= _PIXELS_MAX).all()
        or not ((boxes[:, 0] <= boxes[:, 2]) & (boxes[:, 1] <= boxes[:, 3])).all()
    ):
        raise ValueError("a box is inside out or beyond every bound")
    if not ((scores >= -0.001) & (scores <= 1.001)).all():
        raise ValueError("a score lies between 0 and 1")
    if not ((ids >= 0) & (ids < 2**31)).all():
        raise ValueError("a face has no number")
    if (np.diff(rows) < 0).any() or ((np.diff(rows) == 0) & (np.diff(ids) <= 0)).any():
        raise ValueError("faces are not in order")
    models = frames.models[rows]
    found = []
    for place, names in enumerate(labels):
        chosen = np.flatnonzero(models == place)
        if len(chosen):
            read = [probabilities_of(one, chosen, len(names)) for one in (smoothed, plain)]
            found.append((chosen, read[0], read[1]))
    keys = face_keys(indices, ids)
    return FaceColumns(
        rows,
        ids,
        np.column_stack([boxes, scores]),
        unsure,
        np.maximum(baselines, 0),
        found,
        [(one.spec, *one.of(keys)) for one in measured.result()],
    )


def probabilities_of(
    column: PackedBlobs, chosen: NDArray[np.int64], labels: int
) -> NDArray[np.float32]:
    """Return probabilities, shape (chosen, labels), NaN where there are none."""
    found = column.numbers(chosen, labels)
    is_none = column.lengths[chosen] < 0
    probabilities(found[~is_none].tobytes())
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Measured:
    """What was measured: of which faces, by ``face_keys``, and the numbers."""

    spec: MeasureSpec
    keys: NDArray[np.int64]
    numbers: NDArray[np.float32]

    def of(self, keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the places of its faces among these, whose keys rise, and their numbers."""
        rows = np.searchsorted(keys, self.keys)
        is_known = rows < len(keys)
        is_known[is_known] = keys[rows[is_known]] == self.keys[is_known]
        return rows[is_known], self.numbers[is_known]


def _read_measured(reader: SessionReader, specs: Mapping[int, MeasureSpec]) -> list[_Measured]:
    """Return what was measured besides facial points and light; may run beside other reading."""
    with reader.once_more() as db:
        return [
            _read_all(db, number, spec)
            for number, spec in specs.items()
            if len(spec.channels) <= CHANNELS_MAX and spec.key != LIGHT
        ]


def face_keys(indices: NDArray[np.int64], ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return a number for each face of a frame, rising as their key does."""
    if len(indices) and not (indices.min() >= 0 and indices.max() < 2**32):
        raise ValueError("a frame has a number beyond every bound")
    if len(ids) and not (ids.min() >= 0 and ids.max() < 2**31):
        raise ValueError("a face has no number")
    return indices << 31 | ids


def read_measure(
    db: sqlite3.Connection,
    number: int,
    spec: MeasureSpec,
    keys: NDArray[np.int64],
    *,
    after: int = -1,
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return of which faces something was measured, and the numbers, shape (faces, channels).

    Args:
        db: the session.
        number: the measure's.
        spec: the measure.
        keys: ``face_keys`` of the faces, rising; measurements of others are left out.
        after: the last frame that is not wanted.

    Raises:
        ValueError: if it is damaged.
        sqlite3.Error: if it cannot be read.
    """
    return _read_all(db, number, spec, after=after).of(keys)


def _read_all(
    db: sqlite3.Connection, number: int, spec: MeasureSpec, *, after: int = -1
) -> _Measured:
    (indices, ids), (packed,) = read_packed(
        db, "measured", _KEY, ("numbers",), where="measure_id = ?", values=(number,), after=after
    )
    numbers = packed.numbers(slice(None), len(spec.channels))
    if not np.isfinite(numbers).all():
        raise ValueError(f"{spec.key} needs {len(spec.channels)} numbers")
    return _Measured(spec, face_keys(indices, ids), numbers)


def _curves(
    frames: FrameColumns, faces: FaceColumns, labels: Sequence[tuple[str, ...]]
) -> Iterator[tuple[int, tuple[str, ...], NDArray[np.int64], NDArray[np.float32]]]:
    """Yield the smoothed scores of each face and model."""
    for chosen, smoothed, _ in faces.scores:
        names = labels[int(frames.models[faces.rows[chosen[0]]])]
        is_known = ~np.isnan(smoothed).any(axis=1)
        for face_id, times_us, values in _by_face(
            frames, faces, chosen[is_known], smoothed[is_known]
        ):
            yield face_id, names, times_us, values


def _measured_curves(
    frames: FrameColumns, faces: FaceColumns
) -> Iterator[tuple[int, MeasureSpec, NDArray[np.int64], NDArray[np.float32]]]:
    for spec, rows, numbers in faces.measurements:
        for face_id, times_us, values in _by_face(frames, faces, rows, numbers):
            yield face_id, spec, times_us, values


def _by_face(
    frames: FrameColumns,
    faces: FaceColumns,
    rows: NDArray[np.int64],
    values: NDArray[np.float32],
) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.float32]]]:
    """Yield the number of each face, and the times and values of its rows among these."""
    ids = faces.ids[rows]
    order = np.argsort(ids, kind="stable")
    for mine in np.split(order, np.flatnonzero(np.diff(ids[order])) + 1):
        if len(mine):
            yield int(ids[mine[0]]), frames.times_us[faces.rows[rows[mine]]], values[mine]
