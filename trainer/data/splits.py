"""Dividing faces into training, validation and test, copies and people kept together."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from trainer.data.dataset import SPLITS
from trainer.errors import DataError

# Not the run's seed: every run on a dataset must leave the same faces out.
_SEED: Final = 0
VALIDATION_SHARE: Final = 0.1
TEST_SHARE: Final = 0.1
PERSON: Final = "person="
_MOST_FOLDS: Final = 100
_BEYOND: Final = -1


def complete_splits(
    given: NDArray[np.int8], label: NDArray[np.int64], groups: NDArray[np.int64]
) -> NDArray[np.int8]:
    """Return a split for each face: the dataset's own, and what it lacks made from the rest.

    Without any split, a tenth becomes validation and a tenth test. With training faces but no
    validation, a tenth of the training faces becomes validation. Faces of one group stay together.

    Args:
        given: index into ``SPLITS`` for each face, or -1 where the dataset does not say.
        label: stratum of each face.
        groups: faces with the same number are not separated.
    """
    train, validation, test = (SPLITS.index(name) for name in SPLITS)
    splits = np.where(given < 0, train, given).astype(np.int8)
    shares = {}
    if not (given == validation).any():
        shares[validation] = VALIDATION_SHARE
        if (given < 0).all():
            shares[test] = TEST_SHARE
    free = np.flatnonzero(splits == train)
    for split, rows in _draw(free, label, groups, shares).items():
        splits[rows] = split
    return splits


def fold_of(text: str) -> tuple[int, int]:
    """Return the number of a fold, from 0, and how many there are, of a text such as ``2/5``.

    Raises:
        DataError: if it is none.
    """
    number, slash, count = text.partition("/")
    if slash and number.isdecimal() and count.isdecimal():
        at, folds = int(number) - 1, int(count)
        if 0 <= at < folds and 2 <= folds <= _MOST_FOLDS:
            return at, folds
    raise DataError(
        f"{text!r} is no fold.",
        hint=f"Give one such as 2/5 (2 to {_MOST_FOLDS} folds), or person=NAME.",
    )


def held_out(
    text: str, label: NDArray[np.int64], groups: NDArray[np.int64], subjects: tuple[str, ...]
) -> NDArray[np.int8]:
    """Return which faces are for testing, as indices into ``SPLITS``, and -1 for the others.

    Args:
        text: a fold such as ``2/5``, or ``person=NAME``.
        label: stratum of each face.
        groups: faces with the same number are not separated.
        subjects: who is shown on each face, or nothing.

    Raises:
        DataError: if there is no such fold or person.
    """
    given, test = np.full(len(label), -1, np.int8), SPLITS.index("test")
    if text.startswith(PERSON):
        name = text.removeprefix(PERSON)
        if name not in subjects:
            raise DataError(f"nobody is called {name!r} in the dataset.")
        given[[at for at, subject in enumerate(subjects) if subject == name]] = test
        return given
    number, folds = fold_of(text)
    given[_folds(label, groups, folds) == number] = test
    return given


def _folds(label: NDArray[np.int64], groups: NDArray[np.int64], folds: int) -> NDArray[np.int64]:
    """Number the faces by folds: about as many of each label in each, groups not separated."""
    found = np.zeros(len(label), np.int64)
    members: dict[int, list[int]] = {}
    for row, group in enumerate(groups):
        members.setdefault(int(group), []).append(row)
    order = np.random.default_rng(_SEED).permutation(len(members))
    queue = [list(members.values())[at] for at in order]
    counts = np.zeros((folds, int(label.max(initial=0)) + 2))
    # The largest first: what is left fills the gaps.
    for rows in sorted(queue, key=len, reverse=True):
        own = np.bincount(label[rows] + 1, minlength=counts.shape[1])
        # The fold that has the fewest of these labels, of such the smallest.
        at = min(range(folds), key=lambda fold: (float(counts[fold] @ own), counts[fold].sum()))
        counts[at] += own
        found[rows] = at
    return found


def beyond_share(
    rows: NDArray[np.int64], label: NDArray[np.int64], groups: NDArray[np.int64], share: float
) -> NDArray[np.int64]:
    """Return which of some faces are left out where only a share of them is wanted.

    What a smaller share leaves in, a larger one does too. Of each label one group stays at least.

    Args:
        rows: the faces' positions.
        label: stratum of each face of the dataset.
        groups: faces with the same number are not separated.
        share: of each stratum.
    """
    drawn = _draw(rows, label, groups, {_BEYOND: 1 - share})
    return np.array(sorted(drawn[_BEYOND]), np.int64)


def _draw(
    free: NDArray[np.int64],
    label: NDArray[np.int64],
    groups: NDArray[np.int64],
    shares: dict[int, float],
) -> dict[int, list[int]]:
    members: dict[int, list[int]] = {}
    for row in free:
        members.setdefault(int(groups[row]), []).append(int(row))
    strata: dict[int, list[list[int]]] = {}
    for rows in members.values():
        strata.setdefault(int(label[rows[0]]), []).append(rows)
    drawn: dict[int, list[int]] = {split: [] for split in shares}
    random = np.random.default_rng(_SEED)
    for stratum in sorted(strata):
        queue = [strata[stratum][at] for at in random.permutation(len(strata[stratum]))]
        size = sum(map(len, queue))
        for split, share in shares.items():
            wanted, taken = round(share * size), 0
            # At least one group stays for training.
            while taken < wanted and len(queue) > 1:
                rows = queue.pop()
                drawn[split] += rows
                taken += len(rows)
    return drawn


def joined_groups(copies: NDArray[np.int64], subjects: tuple[str, ...]) -> NDArray[np.int64]:
    """Number the faces so that copies, and faces of one subject, share a number."""
    if not subjects:
        return copies
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    # Faces without a subject are joined by copies only.
    rows = np.array([at for at, subject in enumerate(subjects) if subject], np.int64)
    _, people = np.unique([subjects[at] for at in rows], return_inverse=True)
    first = int(copies.max(initial=-1)) + 1
    size = first + int(people.max(initial=-1)) + 1
    links = (np.ones(len(rows)), (copies[rows], first + people))
    _, component = connected_components(coo_array(links, shape=(size, size)), directed=False)
    return np.asarray(component[copies], np.int64)
