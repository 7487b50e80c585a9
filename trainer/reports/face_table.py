"""A table with a row for each evaluated face: for ROC, kappa and a look at single errors."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from trainer.contract.text_cells import text_cell
from trainer.data.dataset import SPLITS
from trainer.reports.selection import Selection
from trainer.runs.checkpoint import make_folder, write_atomically

COLUMNS: Final = ("set", "file", "person", "split", "truth", "predicted", "confidence", "right")


@dataclass(frozen=True, eq=False)
class TableSet:
    """Faces of one set with a model's answers.

    Attributes:
        name: of the set.
        probabilities: shape (faces, labels), of the selection's rows.
    """

    name: str
    selection: Selection
    probabilities: NDArray[np.float64]


def write_face_table(path: Path, sets: Sequence[TableSet]) -> None:
    """Write a csv with a row for each face: ``COLUMNS``, then ``p_<label>`` for each answer.

    ``person`` is empty where the dataset does not say who is shown. ``right`` is 1 or 0.

    Raises:
        RunError: if it cannot be written.
    """
    labels = sets[0].selection.labels if sets else ()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*COLUMNS, *(text_cell(f"p_{label}") for label in labels)))
    for each in sets:
        writer.writerows(_rows(each))
    make_folder(path.absolute().parent)
    write_atomically(path, text.getvalue().encode("utf-8", "surrogateescape"))


def face_columns(each: TableSet) -> dict[str, list[str | int | float]]:
    """Return the same table of one set by its columns, numbers as numbers."""
    rows = list(_rows(each))
    names = (*COLUMNS, *(f"p_{label}" for label in each.selection.labels))
    columns: dict[str, list[str | int | float]] = {}
    for at, name in enumerate(names):
        cells = [row[at] for row in rows]
        if name == "confidence" or at >= len(COLUMNS):
            columns[name] = [float(cell) for cell in cells]
        else:
            columns[name] = [int(cell) for cell in cells] if name == "right" else [*cells]
    return columns


def _rows(each: TableSet) -> Iterator[list[str]]:
    chosen = each.selection
    dataset, labels = chosen.dataset, chosen.labels
    people = chosen.subjects or [""] * len(chosen.rows)
    truths, answers = chosen.truth, each.probabilities.argmax(axis=1)
    for at, row in enumerate(chosen.rows):
        truth, answer = int(truths[at]), int(answers[at])
        split = int(dataset.splits[row])
        yield [
            text_cell(each.name),
            text_cell(dataset.names[row]),
            text_cell(people[at]),
            SPLITS[split] if split >= 0 else "",
            text_cell(labels[truth]),
            text_cell(labels[answer]),
            f"{each.probabilities[at, answer]:.6f}",
            str(int(truth == answer)),
            *(f"{value:.6f}" for value in each.probabilities[at]),
        ]
