"""What the answers of MediaPipe's face networks mean: anchors, and many boxes for one face.

The networks (Bazarevsky et al., "BlazeFace", 2019) answer for each of some anchors how likely a
face lies there, and where its box and six points are. Answers about one face are averaged,
weighted with their scores, which keeps boxes calm from frame to frame.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

# By side of the input: the strides of the grids of anchors, and how many lie in each cell.
_GRIDS: Final = {128: ((8, 2), (16, 6)), 192: ((4, 1),)}
# Centre and size of a box, then six points.
_COORDINATES: Final = 16
# Beyond this a float tells no more of a probability.
_LOGIT_MAX: Final = 80.0
# Logits are compared with this to spare; what is left is judged by its probability.
_LOGIT_SPARE: Final = 0.01
_LEAST_AREA: Final = 1e-12


class AnswerReader:
    """Reads the answers of a network with an input of a certain size."""

    def __init__(self, side_px: int, min_score: float, suppression: float) -> None:
        """Take how to read.

        Args:
            side_px: of the network's input.
            min_score: weaker answers are dropped; between 0 and 1.
            suppression: boxes with more of intersection over union are about one face.

        Raises:
            ValueError: if there is no network with such an input.
        """
        if side_px not in _GRIDS:
            raise ValueError(f"no face network takes {side_px} pixels")
        self._anchors = _anchors(side_px)
        self._side_px = np.float32(side_px)
        self._min_score = min_score
        self._least_logit = math.log(min_score / (1 - min_score)) - _LOGIT_SPARE
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
        flat = logits.reshape(-1)
        chosen = np.flatnonzero(flat >= self._least_logit)  # few: their probabilities are computed
        raw = np.minimum(flat[chosen], _LOGIT_MAX)
        scores = np.asarray(1 / (1 + np.exp(-raw)), np.float32)
        # Equal scores stay in the order of the anchors.
        order = np.argsort(-scores, kind="stable")
        order = order[scores[order] >= self._min_score]
        if not len(order):
            return []
        chosen, scores = chosen[order], scores[order]
        found = self._decoded(places[0, chosen], self._anchors[chosen])
        is_box = (found[:, 2] >= found[:, 0]) & (found[:, 3] >= found[:, 1])
        return self._merged(found[is_box], scores[is_box])

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
        x1, y1, x2, y2 = found[:, :4].T
        areas = (x2 - x1) * (y2 - y1)
        is_left = np.ones(len(found), bool)
        for first in range(len(found)):
            if not is_left[first]:
                continue
            across = np.minimum(x2, x2[first]) - np.maximum(x1, x1[first])
            down = np.minimum(y2, y2[first]) - np.maximum(y1, y1[first])
            shared = np.maximum(across, 0) * np.maximum(down, 0)
            union = np.maximum(areas + areas[first] - shared, _LEAST_AREA)
            alike = is_left & (shared / union > self._suppression)
            alike[first] = True  # a box without area overlaps nothing, not even itself
            weights = scores[alike]
            place = weights @ found[alike] / weights.sum()
            faces.append((float(scores[first]), place.tolist()))
            is_left &= ~alike
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
