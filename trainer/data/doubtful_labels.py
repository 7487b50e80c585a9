"""Labels that are likely wrong: doubted by a classifier that did not learn from the face.

The faces' edges (histograms of oriented gradients), and what a model says of them if one is given,
are learned by logistic regression in folds; copies and persons stay in one fold. A face is doubtful
where another label's probability is as high as it usually is on faces that have that label, and
much higher than that of its own. Source: Northcutt et al., "Confident Learning", JAIR 2021.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_SIDE: Final = 48
_COMPONENTS: Final = 120
_FACES_PER_COMPONENT: Final = 8
_FOLDS: Final = 5
_LEAST_MARGIN: Final = 0.5
# More faces make it no better, and take minutes.
_MOST_FACES: Final = 60_000


@dataclass(frozen=True)
class Doubt:
    """A face whose label is doubted.

    Attributes:
        row: of the dataset.
        given, likely: indices of its label, and of the one that fits better.
        margin: by how much the other label's probability is higher.
    """

    row: int
    given: int
    likely: int
    margin: float


def doubtful_labels(
    images: NDArray[np.uint8],
    rows: NDArray[np.int64],
    labels: NDArray[np.int64],
    groups: NDArray[np.int64],
    opinions: NDArray[np.float64] | None = None,
) -> list[Doubt]:
    """Return the faces whose labels are doubted, the most doubtful first.

    Args:
        images: shape (faces, height, width, channels); may be mapped from a file.
        rows: the faces that are looked at.
        labels: index of the label of each of them.
        groups: those of them with the same number are not separated.
        opinions: a model's probabilities for each of them, shape (faces, labels of the model); the
            model must not have learned from them.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    kept = _enough(labels)
    rows, labels, groups = rows[kept], labels[kept], groups[kept]
    opinions = None if opinions is None else opinions[kept]
    if len(rows) > _MOST_FACES:
        chosen = np.sort(np.random.default_rng(0).permutation(len(rows))[:_MOST_FACES])
        rows, labels, groups = rows[chosen], labels[chosen], groups[chosen]
        opinions = None if opinions is None else opinions[chosen]
    names = np.unique(labels)
    if len(names) < 2 or len(np.unique(groups)) < 2 * _FOLDS:
        return []
    features = _features(images, rows)
    if opinions is not None:
        features = np.hstack([features, np.log(np.maximum(opinions, 1e-6)).astype(np.float32)])
    probabilities = np.full((len(rows), len(names)), 1 / len(names))
    folds = StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=0)
    for learned, asked in folds.split(features, labels, groups):
        if len(np.unique(labels[learned])) == len(names):
            probabilities[asked] = _answers(features[learned], labels[learned], features[asked])
    own = np.searchsorted(names, labels)
    sure = np.array([probabilities[own == at, at].mean() for at in range(len(names))])
    reached = probabilities >= sure
    best = np.where(reached, probabilities, -1).argmax(axis=1)
    at = np.arange(len(rows))
    margin = probabilities[at, best] - probabilities[at, own]
    doubted = np.flatnonzero(reached[at, best] & (best != own) & (margin >= _LEAST_MARGIN))
    order = doubted[np.argsort(-margin[doubted], kind="stable")]
    return [
        Doubt(int(rows[i]), int(labels[i]), int(names[best[i]]), float(margin[i])) for i in order
    ]


def _enough(labels: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which faces have a label with enough faces to be learned in folds."""
    counts = np.bincount(labels)
    return np.asarray(counts[labels] >= 2 * _FOLDS)


def _features(images: NDArray[np.uint8], rows: NDArray[np.int64]) -> NDArray[np.float32]:
    import cv2
    from sklearn.decomposition import PCA

    describe: Any = cv2.HOGDescriptor((_SIDE, _SIDE), (16, 16), (8, 8), (8, 8), 9)
    found = np.empty((len(rows), describe.getDescriptorSize()), np.float32)
    for at, row in enumerate(rows):
        gray = images[row].mean(axis=-1).astype(np.uint8)
        found[at] = describe.compute(cv2.resize(gray, (_SIDE, _SIDE))).ravel()
    # Of a few faces only a few directions can be learned.
    count = min(_COMPONENTS, max(len(rows) // _FACES_PER_COMPONENT, 4))
    reduced = PCA(count, svd_solver="randomized", random_state=0).fit_transform(found)
    return np.asarray(reduced, np.float32)


def _answers(
    features: NDArray[np.float32], labels: NDArray[np.int64], asked: NDArray[np.float32]
) -> NDArray[np.float64]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(
        StandardScaler(), LogisticRegression(C=0.1, max_iter=300, class_weight="balanced")
    )
    model.fit(features, labels)
    return np.asarray(model.predict_proba(asked), np.float64)
