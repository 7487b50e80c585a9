"""Figures for groups of faces that a csv of the user's names."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trainer.contract.figures import GroupFigures
from trainer.data.dataset import Dataset
from trainer.data.tables import read_table
from trainer.errors import DataError
from trainer.metrics.figures import wilson_interval


def read_groups(path: Path) -> dict[str, str]:
    """Read a csv with the columns ``file`` and ``group``.

    A file is named as it lies below the dataset's folder; a face of a csv by its row, from 0.

    Raises:
        DataError: naming the file and the row.
    """
    groups = {}
    for number, cells in read_table(path, ("file", "group")):
        if not (cells["file"] and cells["group"]):
            raise DataError(f"{path}, row {number}: file and group are needed.")
        groups[cells["file"]] = cells["group"]
    return groups


def measure_groups(
    right: NDArray[np.bool_], dataset: Dataset, rows: NDArray[np.int64], groups: dict[str, str]
) -> tuple[dict[str, GroupFigures], float]:
    """Return accuracy and interval of each group, and the largest gap between two of them.

    Raises:
        DataError: if none of the faces is in a group.
    """
    found: dict[str, list[bool]] = {}
    for row, hit in zip(rows, right, strict=True):
        name = dataset.names[row]
        group = groups.get(name) or groups.get(name.removeprefix("row "))
        if group is not None:
            found.setdefault(group, []).append(bool(hit))
    if not found:
        raise DataError(
            "none of the measured faces is in a group.",
            hint=f"Name them as the dataset does, for instance {dataset.names[rows[0]]!r}.",
        )
    figures: dict[str, GroupFigures] = {
        group: {
            "n": len(hits),
            "accuracy": sum(hits) / len(hits),
            "accuracy_interval_95": wilson_interval(sum(hits), len(hits)),
        }
        for group, hits in sorted(found.items())
    }
    shares = [sum(hits) / len(hits) for hits in found.values()]
    return figures, max(shares) - min(shares)
