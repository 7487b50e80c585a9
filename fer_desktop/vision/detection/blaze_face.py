"""What the answers of MediaPipe's face networks mean: anchors, and many boxes for one face.

The networks (Bazarevsky et al., "BlazeFace", 2019) answer for each of some anchors how likely a
face lies there, and where its box and six points are. Answers about one face are averaged,
weighted with their scores, which keeps boxes calm from frame to frame.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

# By side of the input: the strides of the grids of anchors, and how many lie in each cell.
_GRIDS: Final = {128: ((8, 2), (16, 6)), 192: ((4, 1),)}
# Centre and size of a box, then six points.
_COORDINATES: Final = 16
# Beyond these a float tells no more of a probability.
_LOGIT_MAX: Final = 80.0


class AnswerReader:
    """Reads the answers of a network with an input of a certain size."""

    def __init__(self, side_px: int, min_score: float, suppression: float) -> None:
        """Take how to read.

        Args:
            side_px: of the network's input.
            min_score: weaker answers are dropped.
            suppression: boxes with more of intersection over union are about one face.

        Raises:
            ValueError: if there is no network with such an input.
        """
        if side_px not in _GRIDS:
            raise ValueError(f"no face network takes {side_px} pixels")
        self._anchors = _anchors(side_px)
        self._side_px = np.float32(side_px)
        self._min_score = min_score
        self._suppression = suppression

    @property
    def shapes(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Shapes of the answers: places and logits."""
        anchors = len(self._anchors)
        return (1, anchors, _COORDINATES), (1, anchors, 1)

    def faces(
        self, places: NDArray[np.float32], logits: NDArray[np.float32]
    ) -> list[tuple[float, list[float]]]:
        """Return the score of each face and its place, in sides of the input; the surest first.

        A place is x1, y1, x2, y2 of the box, then x and y of six points.

        Args:
            places: shape (1, anchors, 16), pixels of the input from each anchor on.
            logits: shape (1, anchors, 1).
        """
        raw = np.clip(logits.reshape(-1), -_LOGIT_MAX, _LOGIT_MAX)
        scores = np.asarray(1 / (1 + np.exp(-raw)), np.float32)
        chosen = np.flatnonzero(scores >= self._min_score)
        if not len(chosen):
            return []
        # Equal scores stay in the order of the anchors.
        chosen = chosen[np.argsort(-scores[chosen], kind="stable")]
        found = self._decoded(places[0, chosen], self._anchors[chosen])
        is_box = (found[:, 2] >= found[:, 0]) & (found[:, 3] >= found[:, 1])
        return self._merged(found[is_box], scores[chosen][is_box])

    def _decoded(
        self, places: NDArray[np.float32], anchors: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        relative = places / self._side_px
        points = relative.reshape(len(places), -1, 2)
        points[:, 0] += anchors
        points[:, 2:] += anchors[:, np.newaxis]
        half = relative[:, 2:4] / 2
        centre = relative[:, :2].copy()
        relative[:, :2] = centre - half
        relative[:, 2:4] = centre + half
        return relative

    def _merged(
        self, found: NDArray[np.float32], scores: NDArray[np.float32]
    ) -> list[tuple[float, list[float]]]:
        faces: list[tuple[float, list[float]]] = []
        while len(found):
            alike = _overlaps(found, found[0]) > self._suppression
            if not alike[0]:  # a box without area overlaps nothing
                alike[0] = True
            weights = scores[alike]
            place = weights @ found[alike] / weights.sum()
            faces.append((float(scores[0]), place.tolist()))
            found, scores = found[~alike], scores[~alike]
        return faces


def _anchors(side_px: int) -> NDArray[np.float32]:
    """Return the anchors' centres, shape (anchors, 2), in sides of the input."""
    grids = []
    for stride, count in _GRIDS[side_px]:
        cells = side_px // stride
        at = (np.arange(cells) + 0.5) / cells
        y, x = np.meshgrid(at, at, indexing="ij")
        grids.append(np.column_stack([x.ravel(), y.ravel()]).repeat(count, axis=0))
    return np.concatenate(grids).astype(np.float32)


def _overlaps(boxes: NDArray[np.float32], box: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return intersection over union of each box with one."""
    low = np.maximum(boxes[:, :2], box[:2])
    high = np.minimum(boxes[:, 2:4], box[2:4])
    shared = np.prod(np.maximum(high - low, 0), axis=1)
    areas = np.prod(boxes[:, 2:4] - boxes[:, :2], axis=1)
    own = (box[2] - box[0]) * (box[3] - box[1])
    return np.asarray(shared / np.maximum(areas + own - shared, 1e-12))
