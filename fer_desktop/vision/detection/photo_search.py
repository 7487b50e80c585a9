"""Finds every face of a photograph, however small, and nothing else.

The full-range network proposes faces in the whole picture and in overlapping tiles. Proposals from
tiles are often false, so each is looked at again, closely, by both networks, from several
distances, as it is and mirrored: a face convinces most of them, a hand or a lamp does not.
"""

import statistics
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.face import BoundingBox, Detection
from fer_desktop.vision.detection.face_network import FaceNetwork
from fer_desktop.vision.detection.merging import by_score, without_duplicates
from fer_desktop.vision.detection.views import BEST_LOOK, View, around, look, resized

# Larger pictures are shrunk before faces are proposed, not before these are looked at closely.
_MAX_SIDE_PX: Final = 4096
# Tiles measure a half and a quarter of the long side, in the largest pictures an eighth too.
_DIVISIONS: Final = (2, 4, 8)
_MIN_TILE_PX: Final = 256
_MIN_EIGHTH_PX: Final = 512
_TILE_VIEW_PX: Final = 512  # the networks' own inputs have 128 and 192 pixels
_PROPOSAL_SCORE: Final = 0.5
_STEP_BACK: Final = 2.0

_LOOKS: Final = (BEST_LOOK, 1.6, 3.6)
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
        """Return the faces of a BGR picture; their scores are medians over the close looks.

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
        scale = min(1.0, _MAX_SIDE_PX / max(picture.shape[:2]))
        shrunk = resized(picture, scale)
        height, width = shrunk.shape[:2]
        whole = BoundingBox(0, 0, width, height)
        # A face that fills its picture is found best with something around it.
        searches = [
            (self._short_range, whole),
            (self._short_range, around(whole, _STEP_BACK)),
            (self._full_range, whole),
        ]
        searches += [(self._full_range, tile) for tile in _tiles(width, height)]
        for network, region in searches:
            view = View.of(shrunk, region, _TILE_VIEW_PX, enlarge=False)
            for face in view.faces(network):
                yield _scaled(face, 1 / scale)

    def _look_closely(self, picture: NDArray[np.uint8], box: BoundingBox) -> Detection | None:
        """Return the face that is really there, None if neither network sees one."""
        networks = (self._short_range, self._full_range)
        first = [face for face in look(networks, picture, box) if face is not None]
        if not first:
            return None
        box = by_score(first)[0].box
        scores: list[float] = []
        framings: list[Detection] = []
        for width in _LOOKS:
            faces = look(networks, picture, box, width)
            framings += [face for face in faces if face is not None]
            mirrored = look(networks, picture, box, width, mirrored=True)
            scores += [face.score if face else 0.0 for face in (*faces, *mirrored)]
        if not framings:
            return None
        return Detection(framings[0].box, statistics.median(scores), framings[0].landmarks)


def _scaled(face: Detection, scale: float) -> Detection:
    box = face.box
    return Detection(
        BoundingBox(box.x1 * scale, box.y1 * scale, box.x2 * scale, box.y2 * scale),
        face.score,
        {name: (x * scale, y * scale) for name, (x, y) in face.landmarks.items()},
    )


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
