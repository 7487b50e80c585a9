"""Frames and faces that were recorded, in columns, and what is kept of each face in one row."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.measures import MeasureSpec

PLACE: Final = 5  # box and score, before the probabilities of a face
UNSURE, SMOOTHED, SCORES = 1, 2, 4  # of a face that has them


@dataclass(frozen=True, slots=True, eq=False)
class FrameColumns:
    """Frames that were recorded.

    Attributes:
        indices, times_us: of each, rising.
        walls_ns: UTC nanoseconds since 1970, -1 where there is none.
        sizes: shape (frames, 2), width and height.
        models: which one read it, from 0; -1 for none.
    """

    indices: NDArray[np.int64]
    times_us: NDArray[np.int64]
    walls_ns: NDArray[np.int64]
    sizes: NDArray[np.int64]
    models: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class FaceColumns:
    """Faces that were recorded.

    Attributes:
        rows: of each, the position of its frame among all frames, not falling.
        ids: their numbers.
        places: shape (faces, 5), box and score.
        unsure: whether the model was.
        baselines: number of what each was read against, 0 for none; shape (faces,).
        scores: of each model, which faces it read, and their smoothed and plain probabilities,
            shape (faces, labels), NaN where there are none.
        measurements: what else was measured: each measure, of which faces, rising, and its numbers,
            shape (faces, channels).
    """

    rows: NDArray[np.int64]
    ids: NDArray[np.int64]
    places: NDArray[np.float64]
    unsure: NDArray[np.int64]
    baselines: NDArray[np.int64]
    scores: Sequence[tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]]
    measurements: Sequence[tuple[MeasureSpec, NDArray[np.int64], NDArray[np.float32]]]


@dataclass(frozen=True, slots=True, eq=False)
class PackedFaces:
    """What there is of each face, one after the other.

    Attributes:
        numbers: place, smoothed and plain probabilities, and measurements, as far as it has them.
        begins: where those of each face begin, and where the last ones end; shape (faces + 1,).
        flags: ``UNSURE``, ``SMOOTHED`` and ``SCORES`` of each.
    """

    numbers: NDArray[np.float32]
    begins: NDArray[np.int64]
    flags: NDArray[np.uint8]


def packed_faces(faces: FaceColumns) -> PackedFaces:
    """Put together what belongs to each face."""
    count = len(faces.ids)
    blocks: list[tuple[NDArray[np.int64], NDArray[np.float64] | NDArray[np.float32]]] = []
    blocks.append((np.arange(count), faces.places))
    flags = np.where(faces.unsure != 0, UNSURE, 0).astype(np.uint8)
    for rows, *both in faces.scores:
        for flag, scores in zip((SMOOTHED, SCORES), both, strict=True):
            is_known = ~np.isnan(scores).any(axis=1)
            flags[rows[is_known]] |= flag
            blocks.append((rows[is_known], scores[is_known]))
    blocks += [(rows, measured) for _, rows, measured in faces.measurements]
    widths = np.zeros(count, np.int64)
    for rows, values in blocks:
        widths[rows] += values.shape[1]
    begins = np.concatenate([[0], np.cumsum(widths)])
    numbers = np.empty(begins[-1], np.float32)
    if count and all(len(rows) == count for rows, _ in blocks):  # as it mostly is, and much quicker
        np.concatenate(
            [values for _, values in blocks],
            axis=1,
            out=numbers.reshape(count, -1),
            casting="same_kind",
        )
        return PackedFaces(numbers, begins, flags)
    places = begins[:-1].copy()
    for rows, values in blocks:
        for column in range(values.shape[1]):  # columns are few, and rows many
            numbers[places[rows] + column] = values[:, column]
        places[rows] += values.shape[1]
    return PackedFaces(numbers, begins, flags)
