"""Dividing faces into training, validation and test, copies and people kept together."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from trainer.data.dataset import SPLITS

# Not the run's seed: every run on a dataset must leave the same faces out.
_SEED: Final = 0
VALIDATION_SHARE: Final = 0.1
TEST_SHARE: Final = 0.1


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
