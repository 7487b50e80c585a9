"""Finds every face of a photograph, however small, and nothing else.

The full-range network proposes faces in the whole picture and in overlapping tiles. Proposals from
tiles are often false, so each is looked at again, closely, by both networks, from several
distances, as it is and mirrored: a face convinces most of them, a hand or a lamp does not.
"""

import statistics
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.face import BoundingBox, Detection
from fer_desktop.vision.face_network import FaceNetwork
from fer_desktop.vision.merging import by_score, overlaps, without_duplicates

# Larger pictures are shrunk before faces are proposed, not before these are looked at closely.
_MAX_SIDE_PX: Final = 4096
# Tiles measure a half and a quarter of the long side, in the largest pictures an eighth too.
_DIVISIONS: Final = (2, 4, 8)
_MIN_TILE_PX: Final = 256
_MIN_EIGHTH_PX: Final = 512
_TILE_VIEW_PX: Final = 512  # the networks' own inputs have 128 and 192 pixels
_PROPOSAL_SCORE: Final = 0.5
_STEP_BACK: Final = 2.0

# Widths of the close looks in widths of the face; the first one frames faces best.
_LOOKS: Final = (2.4, 1.6, 3.6)
_LOOK_VIEW_PX: Final = 256
# Least median score of the close looks at a face that is small for its picture. In 42 pictures
# faces had .70 and more, all else .59 and less. Large faces, hidden in part or seen from the side,
# may have less, and what is no face is seldom large.
_CONFIRMED_SCORE: Final = 0.64
_LARGE: Final = 1 / 4


class PhotoSearch:
    """Searches photographs with two networks that somebody else owns."""

    def __init__(self, short_range: FaceNetwork, full_range: FaceNetwork) -> None:
        self._short_range = short_range
        self._full_range = full_range

    def find(self, picture: NDArray[np.uint8], min_score: float) -> list[Detection]:
        """Return the faces of an RGB picture; their scores are medians over the close looks.

        Args:
            picture: shape (height, width, 3).
            min_score: least score of a face, for small ones only where it is more than being sure
                takes.
        """
        proposals = [face for face in self._propose(picture) if face.score >= _PROPOSAL_SCORE]
        looked_at = [
            self._look_closely(picture, proposal.box)
            for proposal in without_duplicates(by_score(proposals))
        ]
        large_px = _LARGE * max(picture.shape[:2])
        sure_score = max(min_score, _CONFIRMED_SCORE)
        faces = [
            face
            for face in looked_at
            if face is not None
            and face.score >= (min_score if face.box.width >= large_px else sure_score)
        ]
        return without_duplicates(by_score(faces))

    def _propose(self, picture: NDArray[np.uint8]) -> Iterator[Detection]:
        height, width = picture.shape[:2]
        scale = min(1.0, _MAX_SIDE_PX / max(height, width))
        shrunk = _resized(picture, scale)
        height, width = shrunk.shape[:2]
        whole = BoundingBox(0, 0, width, height)
        # A face that fills its picture is found best with something around it.
        searches = [
            (self._short_range, whole),
            (self._short_range, _around(whole, _STEP_BACK)),
            (self._full_range, whole),
        ]
        searches += [(self._full_range, tile) for tile in _tiles(width, height)]
        for network, region in searches:
            view = _View.of(shrunk, region, _TILE_VIEW_PX, enlarge=False)
            for face in view.faces(network):
                yield _scaled(face, 1 / scale)

    def _look_closely(self, picture: NDArray[np.uint8], box: BoundingBox) -> Detection | None:
        """Return the face that is really there, None if neither network sees one."""
        first = [face for face in self._look(picture, box, _LOOKS[0]) if face is not None]
        if not first:
            return None
        box = by_score(first)[0].box
        scores: list[float] = []
        framings: list[Detection] = []
        for width in _LOOKS:
            faces = self._look(picture, box, width)
            framings += [face for face in faces if face is not None]
            mirrored = self._look(picture, box, width, mirrored=True)
            scores += [face.score if face else 0.0 for face in (*faces, *mirrored)]
        if not framings:
            return None
        return Detection(framings[0].box, statistics.median(scores), framings[0].landmarks)

    def _look(
        self, picture: NDArray[np.uint8], box: BoundingBox, width: float, *, mirrored: bool = False
    ) -> list[Detection | None]:
        """Return what either network sees where the box is, from so many face widths away.

        A mirrored look tells only how sure the networks are: places in it are mirrored too.
        """
        view = _View.of(picture, _around(box, width), _LOOK_VIEW_PX, enlarge=True)
        if mirrored:
            view, box = view.mirrored(box)
        return [
            _best_at(box, view.faces(network)) for network in (self._short_range, self._full_range)
        ]


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """A part of a picture at a size that suits the networks.

    Attributes:
        pixels: RGB.
        left, top: where the part lies in the picture.
        scale: by how much it was enlarged.
    """

    pixels: NDArray[np.uint8]
    left: int
    top: int
    scale: float

    @classmethod
    def of(
        cls, picture: NDArray[np.uint8], region: BoundingBox, side_px: int, *, enlarge: bool
    ) -> "_View":
        """Return a region at a size whose long side is this, black where the picture ends."""
        left, top, right, bottom = map(round, (region.x1, region.y1, region.x2, region.y2))
        scale = side_px / max(right - left, bottom - top, 1)
        if not enlarge:
            scale = min(scale, 1.0)
        height, width = picture.shape[:2]
        # At least one pixel, so that a sliver outside the picture is a view too.
        inside_left, inside_top = _clamped(left, width - 1), _clamped(top, height - 1)
        inside_right = max(_clamped(right, width), inside_left + 1)
        inside_bottom = max(_clamped(bottom, height), inside_top + 1)
        part = _resized(picture[inside_top:inside_bottom, inside_left:inside_right], scale)
        above, below, before, after = (
            max(0, round(margin * scale))
            for margin in (
                inside_top - top,
                bottom - inside_bottom,
                inside_left - left,
                right - inside_right,
            )
        )
        if above or below or before or after:
            part = cv2.copyMakeBorder(part, above, below, before, after, cv2.BORDER_CONSTANT)
        return cls(part, min(left, inside_left), min(top, inside_top), scale)

    def faces(self, network: FaceNetwork) -> list[Detection]:
        return network.find(self.pixels, offset=(self.left, self.top), scale=self.scale)

    def mirrored(self, box: BoundingBox) -> "tuple[_View, BoundingBox]":
        """Return the mirrored view and where a box lies in it."""
        edges = 2 * self.left + self.pixels.shape[1] / self.scale
        flipped = np.ascontiguousarray(self.pixels[:, ::-1])
        return (
            _View(flipped, self.left, self.top, self.scale),
            BoundingBox(edges - box.x2, box.y1, edges - box.x1, box.y2),
        )


def _clamped(value: int, largest: int) -> int:
    return min(max(value, 0), largest)


def _resized(picture: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    if scale == 1.0:
        return np.ascontiguousarray(picture)
    height, width = (max(1, round(size * scale)) for size in picture.shape[:2])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    resized: NDArray[np.uint8] = cv2.resize(picture, (width, height), interpolation=how)
    return resized


def _scaled(face: Detection, scale: float) -> Detection:
    box = face.box
    return Detection(
        BoundingBox(box.x1 * scale, box.y1 * scale, box.x2 * scale, box.y2 * scale),
        face.score,
        {name: (x * scale, y * scale) for name, (x, y) in face.landmarks.items()},
    )


def _around(box: BoundingBox, width: float) -> BoundingBox:
    x, y = box.center
    half = width * box.width / 2
    return BoundingBox(x - half, y - half, x + half, y + half)


def _best_at(box: BoundingBox, faces: Iterable[Detection]) -> Detection | None:
    there = by_score(face for face in faces if overlaps(face.box, box))
    return there[0] if there else None


def _tiles(width: int, height: int) -> Iterator[BoundingBox]:
    """Yield squares that overlap by at least half, from large to small."""
    long_side = max(width, height)
    for division in _DIVISIONS:
        side = max(long_side // division, _MIN_TILE_PX)
        if side >= long_side or (division == 8 and side < _MIN_EIGHTH_PX):
            return
        for top in _starts(height, side):
            for left in _starts(width, side):
                yield BoundingBox(left, top, left + side, top + side)
        if side == _MIN_TILE_PX:
            return


def _starts(length: int, side: int) -> list[int]:
    """Return where tiles begin so that they cover a length and overlap by at least half."""
    free = max(0, length - side)
    count = -(-2 * free // side)
    return [round(index * free / count) for index in range(count + 1)] if count else [0]
