"""Contents and problems of a dataset, before anything is trained on it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from trainer.config import DataSource
from trainer.contract.dataset_facts import (
    ChangedCopies,
    ChangedCopyFacts,
    DatasetFacts,
    DoubtfulLabel,
    ExactCopies,
    KnownToModels,
    Listed,
    NearCopies,
    Persons,
    Spread,
)
from trainer.contract.labels import expression_of
from trainer.data.changed_copies import MOST_PICTURES, changed_copies
from trainer.data.dataset import SPLITS, Dataset, Split
from trainer.data.doubtful_labels import doubtful_labels
from trainer.data.fingerprints import Prints, known_pictures
from trainer.data.label_fixes import with_fixes
from trainer.data.near_copies import near_copies
from trainer.data.picture_quality import poor_pictures
from trainer.data.readers import load_dataset, read_faces
from trainer.data.settled_labels import photograph_note
from trainer.data.splits import joined_groups

_EXAMPLES: Final = 20
_MOST_NAMED: Final = 200
_DOUBTED_SHARE: Final = 0.05
_PERCENTILES: Final = {"min": 0, "p5": 5, "median": 50, "p95": 95, "max": 100}
# Split in which a copy is found, and split that has the original.
_LEAKS: Final[tuple[tuple[Split, Split], ...]] = (
    ("validation", "train"),
    ("test", "train"),
    ("test", "validation"),
)


@dataclass(frozen=True, eq=False)
class KnownPictures:
    """Pictures that models have learned from.

    Attributes:
        models: their names.
        prints: the pictures' fingerprints.
    """

    models: tuple[str, ...]
    prints: Prints


def inspect(
    source: DataSource,
    *,
    is_thorough: bool = False,
    known: Sequence[KnownPictures] = (),
    opinions: Callable[[Dataset, NDArray[np.int64]], NDArray[np.float64]] | None = None,
) -> tuple[DatasetFacts, Dataset]:
    """Return facts about a dataset as JSON can hold them, and the dataset.

    Args:
        source: the dataset.
        known: which pictures models have learned from.
        is_thorough: whether changed copies and doubtful labels are looked for, which takes minutes.
        opinions: what a model says of rows of the dataset, shape (rows, labels of the model).

    Raises:
        DataError: if it is empty, has a single label, or cannot be read.
    """
    dataset = load_dataset(source)
    faces = with_fixes(source, read_faces(source))
    used = np.flatnonzero(dataset.splits >= 0)
    flat = [dataset.images[at].std() == 0 for at in used]
    poor = poor_pictures(dataset.images, used)
    facts: DatasetFacts = {
        "data": source.title,
        "faces": len(used),
        "labels": list(dataset.labels),
        "layout": faces.layout,
        "layout_why": faces.why,
        "mapping": [
            {
                "label": row.native,
                "becomes": row.becomes,
                "means": expression_of(row.becomes),
                "faces": row.faces,
            }
            for row in faces.mapped
        ],
        "persons": _persons(faces.subjects_from, dataset, used),
        "left_out": {
            **{row.native: row.faces for row in faces.mapped if not row.becomes and row.faces},
            **dataset.left_out,
        },
        "notes": [*faces.notes, *filter(None, [photograph_note(faces.sizes)])],
        "splits_of_its_own": bool((faces.split >= 0).any()),
        "splits_made": [
            name
            for at, name in enumerate(SPLITS)
            if not (faces.split == at).any() and len(dataset.rows(name))
        ],
        "counts": _counts(dataset),
        "skipped": [{"name": row.name, "reason": row.reason} for row in faces.skipped],
        "constant": [dataset.names[at] for at in used[flat]],
        "exact_copies": _exact_copies(dataset, used),
        "near_copies": _near_copies(dataset, used),
        "size_px": _sizes(faces.sizes[used]),
        "brightness": _spread(np.array([dataset.images[at].mean() for at in used])),
        "contrast": _spread(np.array([dataset.images[at].std() for at in used])),
        "blurred": _listed(dataset, poor["blurred"]),
        "dark": _listed(dataset, poor["dark"]),
        "bright": _listed(dataset, poor["bright"]),
        "faint": _listed(dataset, poor["faint"]),
    }
    if known:
        facts["known_to_models"] = _known_to_models(dataset, used, known)
    if is_thorough:
        facts["changed_copies"] = _changed_copies(dataset)
        facts["notes"] += [
            f"Changed copies were looked for among {MOST_PICTURES:,} of the {count:,} {split} "
            "pictures."
            for split in SPLITS
            if (count := len(dataset.rows(split))) > MOST_PICTURES
        ]
        facts["doubtful_labels"] = _doubtful_labels(dataset, used, opinions)
    return facts, dataset


def _known_to_models(
    dataset: Dataset, used: NDArray[np.int64], known: Sequence[KnownPictures]
) -> list[KnownToModels]:
    found: list[KnownToModels] = []
    for each in known:
        rows = used[known_pictures(dataset.images, used, each.prints)]
        if len(rows):
            splits = dataset.splits[rows]
            found.append(
                {
                    "models": list(each.models),
                    "known": len(each.prints),
                    "splits": {name: int((splits == at).sum()) for at, name in enumerate(SPLITS)},
                    "names": [dataset.names[row] for row in rows[:_MOST_NAMED]],
                }
            )
    return found


def _listed(dataset: Dataset, rows: NDArray[np.int64]) -> Listed:
    return {"count": len(rows), "names": [dataset.names[row] for row in rows[:_MOST_NAMED]]}


def _changed_copies(dataset: Dataset) -> ChangedCopies:
    across: dict[str, int] = {}
    examples: list[ChangedCopyFacts] = []
    for copy, original in _LEAKS:
        # Of exact copies one is enough, and across splits they are told already.
        known = dataset.rows(original)
        new = dataset.rows(copy)
        new = new[~np.isin(dataset.copies[new], dataset.copies[known])]
        found = changed_copies(dataset.images, _first_of_each(dataset, known), new)
        across[f"{copy} in {original}"] = len(found)
        examples += [
            {
                "picture": dataset.names[each.row],
                "original": dataset.names[each.original],
                "kind": each.kind,
                "splits": f"{copy} in {original}",
            }
            for each in found[:_MOST_NAMED]
        ]
    return {"across": across, "examples": examples}


def _first_of_each(dataset: Dataset, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.sort(rows[np.unique(dataset.copies[rows], return_index=True)[1]])


def _doubtful_labels(
    dataset: Dataset,
    used: NDArray[np.int64],
    opinions: Callable[[Dataset, NDArray[np.int64]], NDArray[np.float64]] | None,
) -> list[DoubtfulLabel]:
    groups = joined_groups(dataset.copies, dataset.subjects)[used]
    found = doubtful_labels(
        dataset.images,
        used,
        dataset.truth(used),
        groups,
        None if opinions is None else opinions(dataset, used),
    )
    # Most of those further down are right, or nobody can tell.
    most = min(_MOST_NAMED, max(1, round(_DOUBTED_SHARE * len(used))))
    return [
        {
            "name": dataset.names[each.row],
            "label": dataset.labels[each.given],
            "likely": dataset.labels[each.likely],
            "margin": min(each.margin, 1.0),
        }
        for each in found[:most]
    ]


def _counts(dataset: Dataset) -> dict[str, dict[str, int]]:
    table: dict[str, dict[str, int]] = {}
    for split in SPLITS:
        counts = np.bincount(dataset.truth(dataset.rows(split)), minlength=len(dataset.labels))
        table[split] = dict(zip(dataset.labels, counts.tolist(), strict=True))
    return table


def _exact_copies(dataset: Dataset, used: NDArray[np.int64]) -> ExactCopies:
    groups = dataset.copies[used]
    truth = dataset.truth(used)
    distinct = len(np.unique(groups))
    answers = len(np.unique(np.stack([groups, truth], axis=1), axis=0))
    inside: dict[str, int] = {}
    for split in SPLITS:
        rows = dataset.copies[dataset.rows(split)]
        inside[split] = len(rows) - len(np.unique(rows))
    across = {
        f"{copy} in {original}": int(
            np.isin(
                dataset.copies[dataset.rows(copy)], dataset.copies[dataset.rows(original)]
            ).sum()
        )
        for copy, original in _LEAKS
    }
    return {
        "distinct": distinct,
        "surplus": len(used) - distinct,
        "inside": inside,
        "across": across,
        # A picture that stands under two labels is wrong at least once.
        "pictures_with_several_labels": answers - distinct,
    }


def _near_copies(dataset: Dataset, used: NDArray[np.int64]) -> NearCopies:
    pairs, is_complete = near_copies(dataset.images, dataset.copies, used)
    truth = dataset.truth(pairs.ravel()).reshape(-1, 2)
    splits = dataset.splits[pairs]
    between = {
        f"{copy} in {original}": int(
            (np.sort(splits, axis=1) == sorted((SPLITS.index(copy), SPLITS.index(original))))
            .all(axis=1)
            .sum()
        )
        for copy, original in _LEAKS
    }
    return {
        "pairs": len(pairs),
        "is_complete": is_complete,
        "across": between,
        "pairs_with_several_labels": int((truth[:, 0] != truth[:, 1]).sum()),
        "examples": [[dataset.names[at] for at in pair] for pair in pairs[:_EXAMPLES]],
    }


def _persons(named_by: str, dataset: Dataset, used: NDArray[np.int64]) -> Persons:
    subjects = np.array(dataset.subjects or [""] * len(dataset.names), dtype=object)
    known = [subject for subject in subjects[used] if subject]
    people = {split: {name for name in subjects[dataset.rows(split)] if name} for split in SPLITS}
    return {
        "count": len(set(known)),
        "named_by": named_by if known else "",
        "faces_without": len(used) - len(known),
        "across": {f"{one} in {other}": len(people[one] & people[other]) for one, other in _LEAKS},
    }


def _sizes(sizes: NDArray[np.int32]) -> dict[str, Spread]:
    """Return the spread of the pictures' own sizes; a csv's are all the same."""
    if not sizes.any():
        return {}
    return {"width": _spread(sizes[:, 0]), "height": _spread(sizes[:, 1])}


def _spread(values: NDArray[Any]) -> Spread:
    return {name: round(float(np.percentile(values, at)), 2) for name, at in _PERCENTILES.items()}
