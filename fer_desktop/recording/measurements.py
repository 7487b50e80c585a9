"""Numbers about faces besides their probabilities, as rows of a session; landmarks first of all."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np

from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.domain.face import Point
from fer_desktop.domain.measures import LANDMARKS, LIGHT, Measurement, MeasureSpec
from fer_desktop.recording.row_types import MeasuredRow, MeasureRow
from trainer.contract.checked_json import Line, as_type, decode_json

_AXES: Final = ("x", "y")
_OUR_OWN: Final = frozenset({LANDMARKS, LIGHT})


class MeasurementRows:
    """Makes rows of faces, and numbers the measures of a session as they come."""

    def __init__(self) -> None:
        self._ids: dict[MeasureSpec, int] = {}

    @classmethod
    def known(cls, db: sqlite3.Connection) -> "MeasurementRows":
        """Go on with those that a session has.

        Raises:
            ValueError: if one is damaged.
            sqlite3.Error: if the table cannot be read.
        """
        found = cls()
        found._ids = {spec: number for number, spec in read_specs(db).items()}
        return found

    def take(
        self, frame: FrameAnalysis
    ) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
        """Return the rows of measures that are new, and those of what was measured in a frame."""
        measures: list[tuple[object, ...]] = []
        measured: list[tuple[object, ...]] = []

        def note(spec: MeasureSpec) -> None:
            if spec not in self._ids:
                number = self._ids[spec] = max(self._ids.values(), default=0) + 1
                bounds = spec.range or (None, None)
                measures.append((number, spec.key, json.dumps(spec.channels), spec.unit, *bounds))

        for spec in frame.measures:  # also where nothing of it can ever be told
            note(spec)
        for face in frame.faces:
            for spec, numbers in _measurements(face):
                note(spec)
                packed = np.asarray(numbers, "<f4").tobytes()
                measured.append((frame.frame_index, face.face_id, self._ids[spec], packed))
        return measures, measured


class MeasurementReader:
    """Reads what was measured, frame by frame, in the order of the frames."""

    def __init__(self, db: sqlite3.Connection) -> None:
        """Begin at the first frame.

        Raises:
            ValueError: if a measure is damaged.
            sqlite3.Error: if the tables cannot be read.
        """
        self._specs = read_specs(db)
        self._rows: Iterator[Sequence[Any]] = db.execute(
            "SELECT frame_index, face_id, measure_id, numbers FROM measured"
            " ORDER BY frame_index, face_id, measure_id"
        )
        self._ahead = next(self._rows, None)

    def take(self, frame_index: int) -> Mapping[int, list[Measurement]]:
        """Return the measurements of a frame, which comes after all asked for before, by face.

        Raises:
            ValueError, LookupError: if one is damaged.
        """
        found: dict[int, list[Measurement]] = {}
        while self._ahead is not None and self._ahead[0] <= frame_index:
            row = as_type(self._ahead, MeasuredRow)
            if row.frame_index == frame_index:
                found.setdefault(row.face_id, []).append(self._unpacked(row))
            self._ahead = next(self._rows, None)
        return found

    def _unpacked(self, row: MeasuredRow) -> Measurement:
        spec = self._specs[row.measure_id]
        return Measurement(spec, unpacked_numbers(spec, row.numbers))


def unpacked_numbers(spec: MeasureSpec, packed: bytes) -> tuple[float, ...]:
    """Return what was measured of a face.

    Raises:
        ValueError: if it is damaged.
    """
    numbers = np.frombuffer(packed, "<f4")
    if len(numbers) != len(spec.channels) or not np.isfinite(numbers).all():
        raise ValueError(f"{spec.key} needs {len(spec.channels)} numbers")
    return tuple(numbers.tolist())


def landmarks(measurements: Iterable[Measurement]) -> dict[str, Point]:
    """Return the facial points among what was measured of a face."""
    for spec, numbers in measurements:
        if spec.key == LANDMARKS:
            names = [channel.rpartition(".")[0] for channel in spec.channels[:: len(_AXES)]]
            return dict(zip(names, zip(numbers[::2], numbers[1::2], strict=True), strict=True))
    return {}


def without_our_own(measurements: Iterable[Measurement]) -> tuple[Measurement, ...]:
    """Return what was measured of a face besides the facial points and the light on it."""
    return tuple(found for found in measurements if found.spec.key not in _OUR_OWN)


def measured_besides(specs: Iterable[MeasureSpec]) -> tuple[MeasureSpec, ...]:
    """Return the measures besides the facial points and the light, each column once."""
    found: dict[tuple[str, ...], MeasureSpec] = {}
    for spec in specs:
        if spec.key not in _OUR_OWN:
            found.setdefault(spec.columns, spec)
    return tuple(found.values())


def _measurements(face: FaceAnalysis) -> Iterator[Measurement]:
    points = face.detection.landmarks
    if points:
        channels = tuple(f"{name}.{axis}" for name in points for axis in _AXES)
        numbers = tuple(value for point in points.values() for value in point)
        yield Measurement(MeasureSpec(LANDMARKS, channels, "px"), numbers)
    yield from face.measurements


def read_specs(db: sqlite3.Connection) -> dict[int, MeasureSpec]:
    """Return the measures of a session by their numbers.

    Raises:
        ValueError: if one is damaged.
        sqlite3.Error: if the table cannot be read.
    """
    rows = db.execute("SELECT id, key, channels, unit, low, high FROM measures ORDER BY id")
    return {
        row.measure_id: MeasureSpec(
            row.key,
            decode_json(row.channels, tuple[Line, ...]),
            row.unit,
            None if row.low is None or row.high is None else (row.low, row.high),
        )
        for row in (as_type(row, MeasureRow) for row in rows)
    }
