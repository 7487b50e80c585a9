"""A past session as the window shows it: everything at once, in columns."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.corrections import Correction
from fer_desktop.domain.known_frames import FACES_MAX, FaceColumns, FrameColumns, KnownFrames
from fer_desktop.domain.measures import CHANNELS_MAX, LIGHT, Measurement, MeasureSpec
from fer_desktop.domain.people import People
from fer_desktop.domain.timeline import Timeline
from fer_desktop.errors import StorageError
from fer_desktop.recording.measurements import read_specs
from fer_desktop.recording.row_types import probabilities
from fer_desktop.recording.session_format import Mark, UsedModel
from fer_desktop.recording.session_reader import SessionReader, SessionSummary, reading

_FRAMES_MAX: Final = 4_000_000
_CHUNK: Final = 4096
_PIXELS_MAX: Final = 1e7
_TIME_MAX: Final = 2**53
_FRAMES: Final = (
    "SELECT frame_index, timestamp_us, wall_ns, width_px, height_px, model_id FROM frames"
    " ORDER BY frame_index"
)
_FACES: Final = (
    "SELECT frame_index, face_id, x1, y1, x2, y2, score, smoothed, probabilities, is_unsure,"
    " calibration_id FROM faces ORDER BY frame_index, face_id"
)
_Measured = Mapping[tuple[int, int], list[Measurement]]


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
        size_px: width and height of its first frame.
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
    size_px: tuple[int, int]


def load_session(path: Path) -> LoadedSession:
    """Return a session as a whole; two hours of one face take about a second.

    Raises:
        StorageError: if it is damaged, empty, or too long to be shown.
    """
    with SessionReader(path) as reader, reading(path):
        summary = reader.summary()
        marks, corrections = tuple(reader.marks()), tuple(reader.corrections())
        db = reader.connection
        if not summary.frames:
            raise StorageError(f"{path} holds no frame.")
        rows = db.execute("SELECT COUNT(*) FROM faces").fetchone()[0]
        if summary.frames > _FRAMES_MAX or rows > FACES_MAX:
            raise StorageError(
                f"{path} is too long to be shown as a whole.", hint="Export it as a table instead."
            )
        models = reader.models_by_number
        labels = [model.preset.labels for model in models.values()]
        frames = _read_frames(db, {number: place for place, number in enumerate(models)})
        measured = _read_measured(db)
        faces = _read_faces(db, frames, labels, measured)
        known = KnownFrames()
        used = reader.calibrations_by_number
        known.load(frames, faces, labels, {number: used[number].baseline for number in used})
        timeline = Timeline(labels[-1] if labels else ())
        times_us = frames.times_us
        timeline.load(
            (int(times_us.min()), int(times_us.max())),
            _curves(frames, faces, labels),
            _measured_curves(frames, faces),
        )
        width_px, height_px = frames.sizes[0].tolist()
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
            (width_px, height_px),
        )


def read_columns(
    db: sqlite3.Connection, query: str, values: Sequence[object] = ()
) -> list[list[Any]]:
    """Return what a query finds, column by column."""
    cursor = db.execute(query, values)
    columns: list[list[Any]] = [[] for _ in cursor.description]
    while rows := cursor.fetchmany(_CHUNK):  # few at a time: each row is an object
        for column, values in zip(columns, zip(*rows, strict=True), strict=True):
            column.extend(values)
    return columns


def _read_frames(db: sqlite3.Connection, places: Mapping[int, int]) -> FrameColumns:
    columns = read_columns(db, _FRAMES)
    indices, times_us = (np.array(column, np.int64) for column in columns[:2])
    walls_ns = np.array([-1 if wall is None else wall for wall in columns[2]], np.int64)
    sizes = np.array(columns[3:5], np.int64).T
    models = np.array([-1 if model is None else places[model] for model in columns[5]], np.int64)
    if not (np.abs(times_us) <= _TIME_MAX).all() or not (indices >= 0).all():
        raise ValueError("a frame has a number beyond every bound")
    if not ((sizes >= 0) & (sizes <= 1 << 20)).all():
        raise ValueError("a frame has no size")
    return FrameColumns(indices, times_us, walls_ns, sizes, models)


def _read_faces(
    db: sqlite3.Connection,
    frames: FrameColumns,
    labels: Sequence[tuple[str, ...]],
    measured: _Measured,
) -> FaceColumns:
    """Read and check all faces together: one by one would take seconds."""
    columns = read_columns(db, _FACES)
    indices, ids = (np.array(column, np.int64) for column in columns[:2])
    rows = np.searchsorted(frames.indices, indices)
    if len(indices) and (
        rows.max() >= len(frames.indices) or (frames.indices[rows] != indices).any()
    ):
        raise ValueError("a face has no frame")
    places = np.array(columns[2:7], np.float64).T.reshape(-1, 5)
    if (
        not (np.abs(places[:, :4]) <= _PIXELS_MAX).all()
        or not ((places[:, 0] <= places[:, 2]) & (places[:, 1] <= places[:, 3])).all()
    ):
        raise ValueError("a box is inside out or beyond every bound")
    if not ((places[:, 4] >= -0.001) & (places[:, 4] <= 1.001)).all():
        raise ValueError("a score lies between 0 and 1")
    if not ((ids >= 0) & (ids < 2**31)).all():
        raise ValueError("a face has no number")
    models = frames.models[rows] if len(rows) else rows
    scores = []
    for place, names in enumerate(labels):
        chosen = np.flatnonzero(models == place)
        if len(chosen):
            smoothed, plain = (unpacked(columns[at], chosen, len(names)) for at in (7, 8))
            scores.append((place, chosen, smoothed, plain))
    measurements = (
        {
            row: measured[key]
            for row, key in enumerate(zip(columns[0], columns[1], strict=True))
            if key in measured
        }
        if measured
        else {}
    )
    return FaceColumns(
        rows,
        ids,
        places,
        np.array(columns[9], np.int64),
        [number or 0 for number in columns[10]],
        [(chosen, smoothed, plain) for _, chosen, smoothed, plain in scores],
        measurements,
    )


def unpacked(
    column: Sequence[bytes | None], chosen: NDArray[np.int64], labels: int
) -> NDArray[np.float32]:
    """Return probabilities, shape (chosen, labels), NaN where there are none."""
    nothing = np.full(labels, np.nan, "<f4").tobytes()
    blobs = [column[row] for row in chosen.tolist()]
    packed = [nothing if blob is None else blob for blob in blobs]
    if set(map(len, packed)) != {4 * labels}:
        raise ValueError("a face has as many probabilities as its model has labels")
    found = np.frombuffer(b"".join(packed), "<f4").reshape(-1, labels)
    probabilities(found[~np.isnan(found).all(axis=1)].tobytes())
    return found


def _read_measured(db: sqlite3.Connection) -> dict[tuple[int, int], list[Measurement]]:
    """Return what was measured besides facial points and light, by frame and face."""
    specs = {
        number: spec
        for number, spec in read_specs(db).items()
        if len(spec.channels) <= CHANNELS_MAX and spec.key != LIGHT
    }
    found: dict[tuple[int, int], list[Measurement]] = {}
    for number, spec in specs.items():
        rows = db.execute(
            "SELECT frame_index, face_id, numbers FROM measured WHERE measure_id = ?"
            " ORDER BY frame_index, face_id",
            (number,),
        ).fetchall()
        numbers = np.frombuffer(b"".join(row[2] for row in rows), "<f4")
        if len(numbers) != len(rows) * len(spec.channels) or not np.isfinite(numbers).all():
            raise ValueError(f"{spec.key} needs {len(spec.channels)} numbers")
        shaped = numbers.reshape(len(rows), -1).tolist() if rows else []
        for row, values in zip(rows, shaped, strict=True):
            found.setdefault((row[0], row[1]), []).append(Measurement(spec, tuple(values)))
    return found


def _curves(
    frames: FrameColumns, faces: FaceColumns, labels: Sequence[tuple[str, ...]]
) -> Iterator[tuple[int, tuple[str, ...], NDArray[np.int64], NDArray[np.float32]]]:
    """Yield the smoothed scores of each face and model."""
    for chosen, smoothed, _ in faces.scores:
        names = labels[int(frames.models[faces.rows[chosen[0]]])]
        is_known = ~np.isnan(smoothed).any(axis=1)
        for face_id in np.unique(faces.ids[chosen[is_known]]):
            mine = is_known & (faces.ids[chosen] == face_id)
            times_us = frames.times_us[faces.rows[chosen[mine]]]
            yield int(face_id), names, times_us, smoothed[mine]


def _measured_curves(
    frames: FrameColumns, faces: FaceColumns
) -> Iterator[tuple[int, MeasureSpec, NDArray[np.int64], NDArray[np.float32]]]:
    curves: dict[tuple[int, MeasureSpec], list[tuple[int, tuple[float, ...]]]] = {}
    for row, items in faces.measurements.items():
        time_us, face_id = int(frames.times_us[faces.rows[row]]), int(faces.ids[row])
        for spec, numbers in items:
            curves.setdefault((face_id, spec), []).append((time_us, numbers))
    for (face_id, spec), points in curves.items():
        times_us = np.array([time_us for time_us, _ in points], np.int64)
        yield face_id, spec, times_us, np.array([numbers for _, numbers in points], np.float32)
