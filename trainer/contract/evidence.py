"""What in a face speaks for a label, and what against it: found by hiding parts of the face.

Half of the face, drawn anew each time, is blurred until no expression is left in it, and the model
is asked again. A linear model of its answers then says what each part adds to the log-odds of each
label: LIME (Ribeiro, Singh and Guestrin 2016) on a grid, with the random masks of RISE (Petsiuk,
Das and Saenko 2018). Nothing but answers is needed, so every model on every engine can be asked.
Parts are blurred and not painted gray, because the model has never seen a face with gray patches
(Fong and Vedaldi 2017). ``packaging/check_explanations.py`` compares the maps with others.

The same face and model give the same map.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Array = NDArray[np.float64]
# From crops, shape (faces, size, size, channels), to calibrated probabilities, (faces, labels).
Ask = Callable[[Picture], NDArray[np.floating[Any]]]

# What is hidden last, to tell what a map is worth: a share of the crop.
HIDDEN_SHARE: Final = 0.2
_PARTS: Final = 8  # along a side
_PAIRS: Final = 128  # each a mask and its opposite
_RIDGE: Final = 10.0
_BLUR: Final = 1 / 8  # standard deviation in sides of the crop
_RANDOM_MAPS: Final = 8
_BATCH: Final = 16
_MOST_PIXELS: Final = 4_000_000  # in a batch
_LEAST: Final = 1e-6  # of a probability, so that its odds are finite
_FULL: Final = 0.5  # a map of less than this is a pale one


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What the parts of one face do to a model's answer.

    Attributes:
        probabilities: of the face as it is, shape (labels,).
        parts: what each part adds to the log-odds of each label when it is seen and not blurred,
            shape (labels, rows, columns).
        without_for: probability of each label when the fifth of the crop that speaks most for it
            is blurred, shape (labels,).
        without_against: the same for the fifth that speaks most against it.
        without_random: the same for fifths taken at random, their mean.
    """

    probabilities: Array
    parts: Array
    without_for: Array
    without_against: Array
    without_random: Array

    def map(self, label: int, size_px: int) -> Array:
        """Return how much each pixel speaks for a label, negative against it, in log-odds a part.

        Args:
            label: its index.
            size_px: side of the map; any one will do.

        Returns:
            shape (size_px, size_px).
        """
        return _spread(self.parts[label], size_px, _cubic)

    def full(self, label: int) -> float:
        """Return how much evidence has the strongest colour in a picture of a label's map."""
        return max(_FULL, float(np.abs(self.parts[label]).max()))

    def peaks(self, label: int) -> list[tuple[float, float, bool]]:
        """Return what speaks most for a label, and against it, if that is worth a mark.

        Returns:
            across, down (shares of the crop's side), and whether it speaks for the label.
        """
        parts = self.parts[label]
        least = self.full(label) / 2
        found = []
        for at, is_for in ((int(parts.argmax()), True), (int(parts.argmin()), False)):
            row, column = divmod(at, _PARTS)
            value = parts[row, column]
            if (value if is_for else -value) >= least:
                found.append(((column + 0.5) / _PARTS, (row + 0.5) / _PARTS, is_for))
        return found


def mean_evidence(found: Sequence[Evidence]) -> Evidence:
    """Return the mean of what was found of several faces."""
    names = [field.name for field in fields(Evidence)]
    return Evidence(
        **{name: np.mean([getattr(each, name) for each in found], axis=0) for name in names}
    )


class NotWanted(Exception):
    """Nobody waits for the answer any more."""


def find_evidence(
    crop: Picture, ask: Ask, is_wanted: Callable[[], bool] = lambda: True
) -> Evidence:
    """Ask a model about a face of which parts are hidden.

    Args:
        crop: the face as the model sees it, shape (size, size, channels).
        ask: returns calibrated probabilities; it gets some 280 faces, at most sixteen at a time.
        is_wanted: asked between two of these times.

    Raises:
        NotWanted: if it is not any more.
    """
    size = crop.shape[0]
    random = np.random.default_rng(0)
    half = (random.random((_PAIRS, _PARTS, _PARTS)) < 0.5).astype(np.float64)
    seen = np.concatenate([half, 1 - half])
    answers = _answers(crop, seen, lambda grid: _spread(grid, size, _linear), ask, is_wanted)
    labels = answers.shape[1]
    parts = _added(seen.reshape(len(seen), -1), _log_odds(answers)).reshape(labels, _PARTS, _PARTS)
    noise = random.random((_RANDOM_MAPS, _PARTS, _PARTS))
    fifths = np.concatenate([parts, -parts, noise])
    checked = _answers(
        crop, fifths, lambda grid: hiding(_spread(grid, size, _cubic)), ask, is_wanted
    )
    without_for, without_against, without_random = np.split(checked, [labels, 2 * labels])
    return Evidence(
        probabilities=ask(crop[np.newaxis])[0].astype(np.float64),
        parts=parts,
        without_for=without_for.diagonal().copy(),
        without_against=without_against.diagonal().copy(),
        without_random=without_random.mean(axis=0),
    )


def hiding(evidence: Array, share: float = HIDDEN_SHARE) -> Array:
    """Return a mask that hides the share of a map with the largest values: 0 there, 1 elsewhere."""
    order = np.argsort(-evidence, axis=None, kind="stable")
    mask = np.ones(evidence.size)
    mask[order[: round(share * evidence.size)]] = 0
    return mask.reshape(evidence.shape)


def masked(crop: Picture, masks: Array, instead: Array) -> Picture:
    """Return a face as often as there are masks, with something else where they are not 1.

    Args:
        crop: shape (size, size, channels).
        masks: shape (faces, size, size), 0 to 1.
        instead: what is seen where they are 0, shape of the crop.
    """
    weights = masks[..., np.newaxis]
    return np.rint(crop * weights + instead * (1 - weights)).astype(np.uint8)


def blurred(crop: Picture) -> Array:
    """Return a face without expression; beyond the crop its edges are repeated.

    Args:
        crop: shape (size, size, channels).
    """
    size = crop.shape[0]
    width = _BLUR * size
    reach = int(np.ceil(3 * width))
    padded = np.arange(-reach, size + reach)
    weights = np.exp(-(((np.arange(size)[:, None] - padded) / width) ** 2) / 2)
    blur = _folded(weights / weights.sum(axis=1, keepdims=True), reach)
    return np.asarray(np.einsum("yi,ijc,xj->yxc", blur, crop, blur, optimize=True))


def _answers(
    crop: Picture,
    grids: Array,
    draw: Callable[[Array], Array],
    ask: Ask,
    is_wanted: Callable[[], bool],
) -> Array:
    """Return the answers for a face under the masks that are drawn of grids."""
    instead = blurred(crop)
    # A few at a time: what a model sees may be a million pixels.
    batch = max(1, min(_BATCH, _MOST_PIXELS // crop.size))
    answers = []
    for start in range(0, len(grids), batch):
        if not is_wanted():
            raise NotWanted
        masks = np.stack([draw(grid) for grid in grids[start : start + batch]])
        answers.append(ask(masked(crop, masks, instead)))
    return np.concatenate(answers).astype(np.float64)


def _added(seen: Array, log_odds: Array) -> Array:
    """Return what each part adds when it is seen, by ridge regression, shape (labels, parts)."""
    inputs, targets = seen - seen.mean(axis=0), log_odds - log_odds.mean(axis=0)
    squares = inputs.T @ inputs + _RIDGE * np.eye(inputs.shape[1])
    return np.asarray(np.linalg.solve(squares, inputs.T @ targets).T)


def _spread(values: Array, size_px: int, kernel: Callable[[Array], Array]) -> Array:
    """Return a grid's values for each pixel of a square."""
    count = len(values)
    places = (np.arange(size_px) + 0.5) / size_px * count - 0.5
    reach = 2
    weights = _folded(kernel(np.abs(places[:, None] - np.arange(-reach, count + reach))), reach)
    return np.asarray(weights @ values @ weights.T)


def _folded(weights: Array, reach: int) -> Array:
    """Return weights of what is there, the outermost also in place of what is not beyond it."""
    inside = weights[:, reach : weights.shape[1] - reach].copy()
    inside[:, 0] += weights[:, :reach].sum(axis=1)
    inside[:, -1] += weights[:, weights.shape[1] - reach :].sum(axis=1)
    return inside


def _linear(distance: Array) -> Array:
    return np.maximum(1 - distance, 0)


def _cubic(distance: Array) -> Array:
    """Return weights of Catmull and Rom's curve, which goes through all values."""
    near = 1.5 * distance**3 - 2.5 * distance**2 + 1
    far = -0.5 * distance**3 + 2.5 * distance**2 - 4 * distance + 2
    return np.where(distance < 1, near, np.where(distance < 2, far, 0.0))


def _log_odds(probabilities: Array) -> Array:
    bounded = np.clip(probabilities, _LEAST, 1 - _LEAST)
    return np.asarray(np.log(bounded) - np.log1p(-bounded))
