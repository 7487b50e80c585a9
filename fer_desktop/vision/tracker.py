"""Which face is which, from frame to frame."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fer_desktop.domain.face import BoundingBox, Detection
from fer_desktop.vision.assignment import assign

# How long a face may be hidden and still come back as itself.
_MAX_GAP_US: Final = 1_200_000
# How far from where it was expected a face may turn up, in face sizes: at once, and later on.
_GATE: Final = 0.7
_GATE_GROWTH_PER_S: Final = 1.5
_GATE_MAX: Final = 1.5
# What a doubling in size costs, and a second of absence, in the same unit.
_SIZE_COST: Final = 0.7
_ABSENCE_COST_PER_S: Final = 0.3
# Velocities are averaged over the one, and a hidden face comes to rest within the other.
_VELOCITY_TIME_S: Final = 0.15
_REST_TIME_S: Final = 0.5
# From this cost on, leaving a face without a partner is no worse: no swap is made to avoid it.
_UNMATCHED_COST: Final = 1.0


@dataclass(slots=True)
class _Track:
    """One face over time: last seen place, velocity in pixels a second."""

    face_id: int
    box: BoundingBox
    seen_us: int
    velocity: tuple[float, float] = (0.0, 0.0)

    def expected_center(self, absent_s: float) -> tuple[float, float]:
        reach_s = _REST_TIME_S * (1 - math.exp(-absent_s / _REST_TIME_S))
        x, y = self.box.center
        return x + self.velocity[0] * reach_s, y + self.velocity[1] * reach_s

    def cost(self, box: BoundingBox, timestamp_us: int) -> float:
        """Return how unlikely it is that the face is now there; infinite where it cannot be."""
        absent_s = max(0, timestamp_us - self.seen_us) / 1e6
        x, y = self.expected_center(absent_s)
        here_x, here_y = box.center
        size, here_size = _size(self.box), _size(box)
        distance = math.hypot(here_x - x, here_y - y) / ((size + here_size) / 2)
        cost = distance + _SIZE_COST * abs(math.log2(here_size / size))
        gate = min(_GATE + _GATE_GROWTH_PER_S * absent_s, _GATE_MAX)
        return cost + _ABSENCE_COST_PER_S * absent_s if cost <= gate else math.inf

    def move_to(self, box: BoundingBox, timestamp_us: int) -> None:
        elapsed_s = (timestamp_us - self.seen_us) / 1e6
        if elapsed_s > 0:
            share = 1 - math.exp(-elapsed_s / _VELOCITY_TIME_S)
            moved = (new - old for new, old in zip(box.center, self.box.center, strict=True))
            vx, vy = (
                old + share * (distance / elapsed_s - old)
                for old, distance in zip(self.velocity, moved, strict=True)
            )
            self.velocity = vx, vy
        self.box = box
        self.seen_us = timestamp_us


class FaceTracker:
    """Gives every face an id that it keeps through short gaps and when faces cross.

    Faces are expected to go on as they moved; all of a frame are assigned at once, at the least
    total distance. Ids start from 1 and are never given twice in a session.
    """

    def __init__(self) -> None:
        self._tracks: list[_Track] = []
        self._next_id = 1

    def update(self, detections: Sequence[Detection], timestamp_us: int) -> list[int]:
        """Return the face id of each detection.

        Args:
            detections: the faces of a frame.
            timestamp_us: the frame's time on the source's clock.
        """
        self._tracks = [t for t in self._tracks if timestamp_us - t.seen_us <= _MAX_GAP_US]
        boxes = [detection.box for detection in detections]
        known = self._assign(boxes, timestamp_us)
        ids = []
        for index, box in enumerate(boxes):
            if index in known:
                track = known[index]
                track.move_to(box, timestamp_us)
            else:
                track = _Track(self._next_id, box, timestamp_us)
                self._next_id += 1
                self._tracks.append(track)
            ids.append(track.face_id)
        return ids

    def follow(self, boxes: Mapping[int, BoundingBox], timestamp_us: int) -> None:
        """Take in which face was where in a frame, as ``update`` found it before.

        Args:
            boxes: by face id, rising.
            timestamp_us: the frame's time on the source's clock.
        """
        self._tracks = [t for t in self._tracks if timestamp_us - t.seen_us <= _MAX_GAP_US]
        tracks = {track.face_id: track for track in self._tracks}
        for face_id, box in boxes.items():
            if face_id in tracks:
                tracks[face_id].move_to(box, timestamp_us)
            else:
                self._tracks.append(_Track(face_id, box, timestamp_us))
            self._next_id = max(self._next_id, face_id + 1)

    def reset(self) -> None:
        """Forget everything; ids start from 1."""
        self._tracks.clear()
        self._next_id = 1

    def _assign(self, boxes: Sequence[BoundingBox], timestamp_us: int) -> dict[int, _Track]:
        if not boxes or not self._tracks:
            return {}
        costs = [[track.cost(box, timestamp_us) for box in boxes] for track in self._tracks]
        pairs = assign([[min(cost, _UNMATCHED_COST) for cost in row] for row in costs])
        return {column: self._tracks[row] for row, column in pairs if costs[row][column] < math.inf}


def _size(box: BoundingBox) -> float:
    return math.sqrt(max(box.area, 1.0))
