"""Which face is which, from frame to frame."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from fer_desktop.domain.face import BoundingBox, Detection
from fer_desktop.vision.appearance import Appearance, likeness
from fer_desktop.vision.assignment import assign

# How long a face may be hidden and still come back as itself because of where it is.
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

# How long a face may be away, or behind a cut, and still be known by its looks.
_RETURN_US: Final = 8_000_000
_RETURNING_MAX: Final = 32  # faces that may; of more those that left last
# A face's looks are taken so often while it is there, and so many of them are kept.
_LOOK_EVERY_US: Final = 300_000
_LOOKS_MAX: Final = 6
_LOOKS_APART: Final = 0.95  # a look that is more like one that is kept replaces it
# How alike it must look: the least with which nobody got somebody else's number in films of three
# people (tests/benchmarks/tracks.py). Behind a cut it may be anybody.
_ALIKE: Final = 0.7
_ALIKE_BEHIND_CUT: Final = 0.75
# From one picture to the next a face was as alike as 0.88 at least in six films, and somebody else
# of its size before the same wall 0.64 to 0.72.
_ALIKE_AT_ONCE: Final = 0.8
# How far it may have come meanwhile: in face sizes, at once and each second.
_REACH: Final = 2.0
_REACH_PER_S: Final = 3.0
_SIZES_MAX: Final = 2.5  # times larger or smaller

# What was longer ago than this makes no difference: looks of one who left so long ago as may be.
MEMORY_US: Final = 2 * _RETURN_US

Look = Callable[[Detection], Appearance]


@dataclass(slots=True, eq=False)
class _Track:
    """One face over time: last seen place, velocity in pixels a second, and some of its looks."""

    face_id: int
    box: BoundingBox
    seen_us: int
    velocity: tuple[float, float] = (0.0, 0.0)
    looks: list[tuple[int, Appearance]] = field(default_factory=list)  # and when
    looked_us: int = 0
    is_cut_off: bool = False

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

    def may_be_at(self, box: BoundingBox, timestamp_us: int) -> bool:
        """Tell whether the face may have come there; behind a cut it may be anywhere."""
        size, here_size = _size(self.box), _size(box)
        if not 1 / _SIZES_MAX <= here_size / size <= _SIZES_MAX:
            return False
        if self.is_cut_off:
            return True
        absent_s = (timestamp_us - self.seen_us) / 1e6
        here, there = box.center, self.box.center
        distance = math.dist(here, there) / ((size + here_size) / 2)
        return distance <= _REACH + _REACH_PER_S * absent_s

    @property
    def least_likeness(self) -> float:
        """How much a face must look like it."""
        return _ALIKE_BEHIND_CUT if self.is_cut_off else _ALIKE

    def likeness(self, look: Appearance) -> float:
        """Return how much it has looked like this."""
        return max((likeness(known, look) for _, known in self.looks), default=-1.0)

    def is_another(self, look: Appearance) -> bool:
        """Tell whether who stands at its place in the next picture looks like somebody else."""
        return bool(self.looks) and self.likeness(look) < _ALIKE_AT_ONCE

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

    def come_back(self, box: BoundingBox, timestamp_us: int) -> None:
        """Go on somewhere else: how it got there says nothing of how it moves."""
        self.box, self.seen_us = box, timestamp_us
        self.velocity = (0.0, 0.0)
        self.is_cut_off = False

    def is_due(self, timestamp_us: int) -> bool:
        """Tell whether it is time to look at it: once in each stretch of the source's clock."""
        return not self.looks or timestamp_us // _LOOK_EVERY_US != self.looked_us // _LOOK_EVERY_US

    def look(self, look: Appearance, timestamp_us: int) -> None:
        """Remember what it looks like now, in place of what is nearly the same, or long ago."""
        self.looked_us = timestamp_us
        self.looks = [
            (seen_us, known)
            for seen_us, known in self.looks
            if timestamp_us - seen_us <= _RETURN_US and likeness(known, look) <= _LOOKS_APART
        ]
        self.looks.append((timestamp_us, look))
        del self.looks[:-_LOOKS_MAX]


class FaceTracker:
    """Gives every face an id that it keeps through short gaps and when faces cross.

    Faces are expected to go on as they moved; all of a frame are assigned at once, at the least
    total distance. One that turns up where none is expected, or behind a cut, gets the id of one
    that was there some seconds ago if it looks like it and may have come there; else a new one. Ids
    start from 1 and are never given to two faces in a session.
    """

    def __init__(self) -> None:
        self._tracks: list[_Track] = []
        self._away: list[_Track] = []
        self._next_id = 1

    def update(
        self,
        detections: Sequence[Detection],
        timestamp_us: int,
        *,
        look: Look | None = None,
        is_cut: bool = False,
        is_jump: bool = False,
    ) -> list[int]:
        """Return the face id of each detection.

        Args:
            detections: the faces of a frame.
            timestamp_us: the frame's time on the source's clock.
            look: returns what a face of this frame looks like; without it none is known again.
            is_cut: whether a cut lies between the frame before and this one, so that places in it
                say nothing.
            is_jump: whether there may be one, so that faces must also look like those that were
                there.
        """
        self._let_go(timestamp_us, is_cut=is_cut)
        boxes = [detection.box for detection in detections]
        known = self._assign(boxes, timestamp_us)
        looks: dict[int, Appearance] = {}
        if look is not None and is_jump:
            looks = {index: look(detections[index]) for index in known}
            if any(known[index].is_another(seen) for index, seen in looks.items()):
                self._let_go(timestamp_us, is_cut=True)
                known = {}
        for index, track in known.items():
            track.move_to(boxes[index], timestamp_us)
        if look is not None:
            strange = [index for index in range(len(boxes)) if index not in known]
            looks |= {index: look(detections[index]) for index in strange if index not in looks}
            found = {index: looks[index] for index in strange}
            known.update(self._returned(found, boxes, timestamp_us))
        ids = []
        for index, detection in enumerate(detections):
            track = known.get(index) or self._begin(detection.box, timestamp_us)
            if look is not None and track.is_due(timestamp_us):
                track.look(looks.get(index) or look(detection), timestamp_us)
            ids.append(track.face_id)
        return ids

    def follow(self, boxes: Mapping[int, BoundingBox], timestamp_us: int) -> None:
        """Take in which face was where in a frame, as ``update`` found it before.

        Looks are not known of it: they are those of the last ``MEMORY_US``, once these were seen.

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
        self._away.clear()
        self._next_id = 1

    def _begin(self, box: BoundingBox, timestamp_us: int) -> _Track:
        track = _Track(self._next_id, box, timestamp_us)
        self._next_id += 1
        self._tracks.append(track)
        return track

    def _let_go(self, timestamp_us: int, *, is_cut: bool) -> None:
        """Put those aside whose place says no longer who they are."""
        gone = [
            track for track in self._tracks if is_cut or timestamp_us - track.seen_us > _MAX_GAP_US
        ]
        self._tracks = [track for track in self._tracks if track not in gone]
        self._away += [track for track in gone if track.looks]
        for track in self._away:
            track.is_cut_off |= is_cut
        self._away = [track for track in self._away if timestamp_us - track.seen_us <= _RETURN_US][
            -_RETURNING_MAX:
        ]

    def _assign(self, boxes: Sequence[BoundingBox], timestamp_us: int) -> dict[int, _Track]:
        if not boxes or not self._tracks:
            return {}
        costs = [[track.cost(box, timestamp_us) for box in boxes] for track in self._tracks]
        pairs = assign([[min(cost, _UNMATCHED_COST) for cost in row] for row in costs])
        return {column: self._tracks[row] for row, column in pairs if costs[row][column] < math.inf}

    def _returned(
        self, looks: dict[int, Appearance], boxes: Sequence[BoundingBox], timestamp_us: int
    ) -> dict[int, _Track]:
        """Return who of those that are away is which strange face."""
        absent = [track for track in self._tracks if track.seen_us < timestamp_us and track.looks]
        away = [*self._away, *absent]
        if not looks or not away:
            return {}
        strange = list(looks)
        # By how much each looks more like each than it must.
        spare = [
            [
                track.likeness(looks[index]) - track.least_likeness
                if track.may_be_at(boxes[index], timestamp_us)
                else -1.0
                for index in strange
            ]
            for track in away
        ]
        pairs = assign([[-max(one, -0.001) for one in row] for row in spare])
        found = {strange[at]: away[row] for row, at in pairs if spare[row][at] >= 0}
        for index, track in found.items():
            track.come_back(boxes[index], timestamp_us)
            if track in self._away:
                self._away.remove(track)
                self._tracks.append(track)
        return found


def _size(box: BoundingBox) -> float:
    return math.sqrt(max(box.area, 1.0))
