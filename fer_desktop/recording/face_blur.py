"""Faces made unrecognisable in a video without gaps, also where one is lost for some frames.

A picture is let go a moment later than it comes, so that what is found next counts for it as well:
a face is hidden before it is first found, while it is lost, and for a while after it was last seen.
A picture of which nothing is known yet is hidden as a whole.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.face import BoundingBox
from fer_desktop.domain.frame import Frame

_AHEAD: Final = 10  # pictures that wait: a third of a second, some dozen megabytes
_HOLD_US: Final = 1_500_000  # for which a lost face stays hidden where it was
_BREAK_US: Final = 2_000_000  # a longer step is another scene: nothing is known of it
_MARGIN: Final = 0.3  # of a face's size, on each side: hair, ears and chin are part of it
_MARGIN_PER_S: Final = 0.6  # a lost face may move
_CELLS: Final = 6  # across a hidden face


@dataclass(frozen=True, slots=True)
class _Sight:
    """Where a face was at a time."""

    time_us: int
    box: BoundingBox


class FaceBlur:
    """Takes frames, and gives pictures in which every face is hidden; used by one thread."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Frame, bool]] = deque()
        self._sights: dict[int, deque[_Sight]] = {}
        self._last_us: int | None = None

    def put(
        self, frame: Frame, analysis: FrameAnalysis | None
    ) -> Iterator[tuple[Frame, NDArray[np.uint8]]]:
        """Take a frame, and yield those that are ready, with their pictures.

        Args:
            frame: the next one.
            analysis: what was found in it; None where nobody has looked. The latest frame may come
                again with what was found.
        """
        time_us, last_us = frame.timestamp_us, self._last_us
        if self._waiting and self._waiting[-1][0].index == frame.index and time_us == last_us:
            self._waiting.pop()  # told again, now that it is known
        elif last_us is not None and not 0 < time_us - last_us <= _BREAK_US:
            yield from self.finish()
            self._sights.clear()
        self._last_us = time_us
        for face in analysis.faces if analysis is not None else ():
            sight = _Sight(time_us, face.detection.box)
            self._sights.setdefault(face.face_id, deque()).append(sight)
        self._waiting.append((frame, analysis is not None))
        if len(self._waiting) > _AHEAD:
            yield self._next()

    def finish(self) -> Iterator[tuple[Frame, NDArray[np.uint8]]]:
        """Yield the frames that still wait, with their pictures."""
        while self._waiting:
            yield self._next()

    def _next(self) -> tuple[Frame, NDArray[np.uint8]]:
        frame, is_known = self._waiting.popleft()
        picture = np.ascontiguousarray(frame.pixels).copy()
        if not is_known:
            width, height = frame.size_px
            _hide(picture, BoundingBox(0, 0, width, height))
        else:
            for box in self._boxes(frame.timestamp_us):
                _hide(picture, box)
        return frame, picture

    def _boxes(self, time_us: int) -> Iterator[BoundingBox]:
        """Yield what is to be hidden at a time, and forget what no longer counts."""
        for face_id, sights in list(self._sights.items()):
            while len(sights) > 1 and sights[1].time_us <= time_us:
                sights.popleft()
            if sights[0].time_us < time_us - _HOLD_US and len(sights) == 1:
                del self._sights[face_id]
                continue
            yield from _boxes_at(list(sights)[:2], time_us)


def _boxes_at(sights: list[_Sight], time_us: int) -> Iterator[BoundingBox]:
    """Yield where a face may be between, before or after the sights of it that are nearest."""
    first = sights[0]
    if first.time_us == time_us:
        yield _widened(first.box, 0)
        return
    near = [sight for sight in sights if abs(sight.time_us - time_us) <= _HOLD_US]
    for sight in near:
        yield _widened(sight.box, abs(sight.time_us - time_us))
    if first.time_us < time_us and len(sights) > 1:
        share = (time_us - first.time_us) / (sights[1].time_us - first.time_us)
        gap_us = min(time_us - first.time_us, sights[1].time_us - time_us)
        yield _widened(_between(first.box, sights[1].box, share), gap_us)


def _between(first: BoundingBox, second: BoundingBox, share: float) -> BoundingBox:
    edges = zip(
        (first.x1, first.y1, first.x2, first.y2),
        (second.x1, second.y1, second.x2, second.y2),
        strict=True,
    )
    return BoundingBox(*(one + share * (other - one) for one, other in edges))


def _widened(box: BoundingBox, gap_us: int) -> BoundingBox:
    margin = _MARGIN + _MARGIN_PER_S * gap_us / 1e6
    across, down = margin * box.width, margin * box.height
    return BoundingBox(box.x1 - across, box.y1 - down, box.x2 + across, box.y2 + down)


def _hide(picture: NDArray[np.uint8], box: BoundingBox) -> None:
    """Leave a few blurred cells of a region, from which nobody can be told."""
    import cv2

    height, width = picture.shape[:2]
    left, top = max(0, int(box.x1)), max(0, int(box.y1))
    right, bottom = min(width, int(np.ceil(box.x2))), min(height, int(np.ceil(box.y2)))
    if right <= left or bottom <= top:
        return
    region = picture[top:bottom, left:right]
    cells = (min(_CELLS, right - left), min(_CELLS, bottom - top))
    small = cv2.resize(region, cells, interpolation=cv2.INTER_AREA)
    size = (right - left, bottom - top)
    region[:] = cv2.resize(small, size, interpolation=cv2.INTER_LINEAR)
