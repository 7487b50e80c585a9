"""What is known of the frames of a source, kept small: a two-hour video takes some dozen megabytes.

Numbers lie in columns, not in objects; of a face stays what a picture, a card and a chart show, so
neither its facial points nor measures with many channels; of meshes the latest.
"""

import threading
from array import array
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.domain.face import BoundingBox, Detection
from fer_desktop.domain.kept_meshes import KeptMeshes
from fer_desktop.domain.measures import CHANNELS_MAX, Measurement, MeasureSpec
from fer_desktop.domain.neutral_baseline import NeutralBaseline
from fer_desktop.domain.recorded_columns import (
    PLACE,
    SCORES,
    SMOOTHED,
    UNSURE,
    FaceColumns,
    FrameColumns,
    packed_faces,
)
from fer_desktop.domain.scores import EmotionScores

# About 170 megabytes: 18 hours of one face. What is older is forgotten by halves.
FACES_MAX: Final = 2_000_000
_MEASURES_MAX: Final = 60
# From the position of a frame to its meshes by face.
MeshesOfRow = Callable[[int], Mapping[int, Measurement]]
_T = TypeVar("_T")
_PART_BYTES: Final = 1 << 20


class KnownFrames:
    """Analyses in the order of their frames; written by one thread, read by any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._frames = array("q")
        self._times_us = array("q")
        self._walls_ns = array("q")
        self._sizes: list[tuple[int, int]] = []
        self._size_of = array("I")
        self._labels: list[tuple[str, ...]] = [()]
        self._labels_of = array("I")
        # Where the faces of a frame, and their numbers, begin; one entry more than frames.
        self._first_face = array("q", [0])
        self._first_number = array("q", [0])
        self._face_ids = array("i")
        self._flags = array("B")
        self._baselines: list[NeutralBaseline | None] = [None]
        self._baseline_of = array("I")
        self._baseline_ids: dict[NeutralBaseline, int] = {}
        self._specs: list[tuple[MeasureSpec, ...]] = [()]
        self._specs_of = array("I")
        self._numbers = array("f")
        self._meshes = KeptMeshes()
        self._recorded_meshes: MeshesOfRow | None = None

    def __len__(self) -> int:
        with self._lock:
            return len(self._frames)

    @property
    def edge(self) -> tuple[int, int] | None:
        """Index and time of the latest frame; None without any."""
        with self._lock:
            return (self._frames[-1], self._times_us[-1]) if self._frames else None

    @property
    def nbytes(self) -> int:
        """Memory set aside for numbers."""
        with self._lock:
            columns = (
                self._frames, self._times_us, self._walls_ns, self._size_of, self._labels_of,
                self._first_face, self._first_number, self._face_ids, self._flags,
                self._baseline_of, self._specs_of, self._numbers,
            )  # fmt: skip
            return sum(column.buffer_info()[1] * column.itemsize for column in columns)

    def append(self, analysis: FrameAnalysis) -> None:
        """Take in a frame that comes after all that are there."""
        with self._lock:
            if self._frames and analysis.frame_index <= self._frames[-1]:
                raise ValueError(
                    f"frames come in order. Received: {analysis.frame_index} after"
                    f" {self._frames[-1]}"
                )
            labels = next((face.scores.labels for face in analysis.faces if face.scores), ())
            self._frames.append(analysis.frame_index)
            self._times_us.append(analysis.timestamp_us)
            self._walls_ns.append(-1 if analysis.wall_ns is None else analysis.wall_ns)
            size = analysis.width_px, analysis.height_px
            self._size_of.append(_number_of(size, self._sizes))
            self._labels_of.append(_number_of(labels, self._labels))
            for face in analysis.faces:
                self._append_face(face)
                self._meshes.keep(analysis.frame_index, face)
            self._first_face.append(len(self._face_ids))
            self._first_number.append(len(self._numbers))
            if len(self._face_ids) > FACES_MAX:
                self._forget(len(self._frames) // 2)

    def load(
        self,
        frames: FrameColumns,
        faces: FaceColumns,
        labels: Sequence[tuple[str, ...]],
        baselines: Mapping[int, NeutralBaseline],
        meshes: MeshesOfRow | None = None,
    ) -> None:
        """Take in a whole session that was recorded, much quicker than frame by frame.

        Args:
            frames: in order.
            faces: in the order of the frames, and of their ids within one.
            labels: of each model.
            baselines: by number.
            meshes: returns those of a frame, by its position and by face, if there are any.
        """
        with self._lock:
            self._recorded_meshes = meshes
            self._labels = [(), *labels]
            codes = frames.sizes[:, 0] << 32 | frames.sizes[:, 1]
            sizes, size_of = np.unique(codes, return_inverse=True)
            self._sizes = [(size >> 32, size & 0xFFFFFFFF) for size in sizes.tolist()]
            _extend(self._frames, frames.indices)
            _extend(self._times_us, frames.times_us)
            _extend(self._walls_ns, frames.walls_ns)
            _extend(self._size_of, size_of)
            _extend(self._labels_of, frames.models + 1)
            places = {0: 0}
            for number, baseline in baselines.items():
                places[number] = self._baseline_ids[baseline] = len(self._baselines)
                self._baselines.append(baseline)
            firsts = np.searchsorted(faces.rows, np.arange(len(frames.indices) + 1))
            self._first_face = array("q", firsts.tobytes())
            _extend(self._face_ids, faces.ids)
            known, kinds = np.unique(faces.baselines, return_inverse=True)
            place_of = np.array([places.get(number, 0) for number in known.tolist()], np.uint32)
            _extend(self._baseline_of, place_of[kinds])
            packed = packed_faces(faces)
            _extend(self._numbers, packed.numbers)
            _extend(self._flags, packed.flags)
            _extend(self._specs_of, self._load_specs(faces))
            self._first_number = array("q", packed.begins[firsts].tobytes())

    def _load_specs(self, faces: FaceColumns) -> NDArray[np.uint32]:
        """Take in which measures there are; return which combination each face has."""
        if len(faces.measurements) > _MEASURES_MAX:
            raise ValueError(f"there are more than {_MEASURES_MAX} measures")
        codes = np.zeros(len(faces.ids), np.int64)
        for bit, (_, rows, _) in enumerate(faces.measurements):
            codes[rows] |= 1 << bit
        found, kinds = np.unique(codes, return_inverse=True)
        numbers = [
            _number_of(
                tuple(
                    spec for bit, (spec, _, _) in enumerate(faces.measurements) if code >> bit & 1
                ),
                self._specs,
            )
            for code in found.tolist()
        ]
        return np.array(numbers, np.uint32)[kinds]

    def number_anew(self) -> None:
        """Number the frames from 0 on, for a stand-in of their source that has no others."""
        with self._lock:
            self._frames = array("q", range(len(self._frames)))

    def at(self, frame_index: int, *, reach: int = 0) -> FrameAnalysis | None:
        """Return what is known of a frame, or of one before it.

        Args:
            frame_index: the frame.
            reach: by how many frames that one may be earlier.
        """
        with self._lock:
            row = bisect_right(self._frames, frame_index) - 1
            if row < 0 or self._frames[row] < frame_index - reach:
                return None
            return self._analysis(row)

    def analyses(self, from_row: int, to_row: int) -> list[FrameAnalysis]:
        """Return some frames by their position among those that are known."""
        with self._lock:
            last = min(to_row, len(self._frames))
            return [self._analysis(row) for row in range(max(0, from_row), last)]

    def _append_face(self, face: FaceAnalysis) -> None:
        box = face.detection.box
        self._face_ids.append(face.face_id)
        flags = UNSURE * face.is_unsure
        self._numbers.extend((box.x1, box.y1, box.x2, box.y2, face.detection.score))
        for flag, scores in ((SMOOTHED, face.smoothed), (SCORES, face.scores)):
            if scores is not None:
                flags |= flag
                self._numbers.extend(scores.probabilities)
        self._flags.append(flags)
        few = [item for item in face.measurements if len(item.spec.channels) <= CHANNELS_MAX]
        self._specs_of.append(_number_of(tuple(item.spec for item in few), self._specs))
        for measurement in few:
            self._numbers.extend(measurement.numbers)
        if face.baseline is None:
            self._baseline_of.append(0)
            return
        known = self._baseline_ids.get(face.baseline)
        if known is None:
            known = self._baseline_ids[face.baseline] = len(self._baselines)
            self._baselines.append(face.baseline)
        self._baseline_of.append(known)

    def _analysis(self, row: int) -> FrameAnalysis:
        labels = self._labels[self._labels_of[row]]
        at = self._first_number[row]
        recorded = {} if self._recorded_meshes is None else self._recorded_meshes(row)
        faces = []
        for number in range(self._first_face[row], self._first_face[row + 1]):
            place = self._numbers[at : at + PLACE]
            at += PLACE
            flags = self._flags[number]
            scores: list[EmotionScores | None] = []
            for flag in (SMOOTHED, SCORES):
                if flags & flag:
                    scores.append(
                        EmotionScores(labels, tuple(self._numbers[at : at + len(labels)]))
                    )
                    at += len(labels)
                else:
                    scores.append(None)
            smoothed, plain = scores
            measurements = []
            for spec in self._specs[self._specs_of[number]]:
                end = at + len(spec.channels)
                measurements.append(Measurement(spec, tuple(self._numbers[at:end])))
                at = end
            face_id = self._face_ids[number]
            mesh = recorded.get(face_id) or self._meshes.of(self._frames[row], face_id)
            if mesh is not None:
                measurements.append(mesh)
            faces.append(
                FaceAnalysis(
                    face_id=self._face_ids[number],
                    detection=Detection(BoundingBox(*place[:4]), place[4]),
                    scores=plain,
                    smoothed=smoothed,
                    is_unsure=bool(flags & UNSURE),
                    baseline=self._baselines[self._baseline_of[number]],
                    measurements=tuple(measurements),
                )
            )
        width_px, height_px = self._sizes[self._size_of[row]]
        wall_ns = self._walls_ns[row]
        return FrameAnalysis(
            frame_index=self._frames[row],
            timestamp_us=self._times_us[row],
            wall_ns=None if wall_ns < 0 else wall_ns,
            width_px=width_px,
            height_px=height_px,
            faces=tuple(faces),
        )

    def _forget(self, rows: int) -> None:
        """Drop the oldest frames."""
        faces, numbers = self._first_face[rows], self._first_number[rows]
        for column in (
            self._frames, self._times_us, self._walls_ns, self._size_of, self._labels_of,
            self._first_face, self._first_number,
        ):  # fmt: skip
            del column[:rows]
        for column in (self._face_ids, self._flags, self._baseline_of, self._specs_of):
            del column[:faces]
        del self._numbers[:numbers]
        self._first_face = array("q", (first - faces for first in self._first_face))
        self._first_number = array("q", (first - numbers for first in self._first_number))


def _number_of(item: _T, known: list[_T]) -> int:
    """Return where an item stands in a short list, at its end if it is new."""
    if known and known[-1] == item:  # the usual case
        return len(known) - 1
    if item not in known:
        known.append(item)
    return known.index(item)


def _extend(column: "array[Any]", numbers: NDArray[Any]) -> None:
    """Append numbers, a part at a time: while one is copied no other thread goes on."""
    packed = np.ascontiguousarray(numbers, column.typecode).data.cast("B")
    for at in range(0, len(packed), _PART_BYTES):
        column.frombytes(packed[at : at + _PART_BYTES])
