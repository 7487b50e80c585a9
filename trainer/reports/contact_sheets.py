"""Contact sheets: some faces of each label side by side, so that a person sees what they are."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from trainer.contract.checked_json import encode_json
from trainer.contract.dataset_facts import DatasetFacts
from trainer.data.dataset import Dataset
from trainer.reports.mistakes import as_png
from trainer.runs.checkpoint import make_folder, write_atomically

FACTS_FILE: Final = "inspection.json"
_COLUMNS: Final = 16
_ROWS: Final = 3


def contact_sheet(dataset: Dataset, label: int) -> bytes:
    """Return a PNG of faces of one label, spread evenly over the dataset."""
    return face_sheet(dataset, sheet_rows(dataset, label))


def sheet_rows(dataset: Dataset, label: int) -> list[int]:
    """Return the faces on the sheet of a label."""
    used = np.flatnonzero(dataset.splits >= 0)
    rows = used[dataset.truth(used) == label]
    count = min(len(rows), _COLUMNS * _ROWS)
    chosen = rows[np.linspace(0, len(rows) - 1, count).astype(int)] if count else rows
    return [int(row) for row in chosen]


def pair_sheet(dataset: Dataset, pairs: Sequence[tuple[int, int]]) -> bytes:
    """Return a PNG of pairs of faces, eight in a row."""
    return face_sheet(dataset, [row for pair in pairs for row in pair])


def face_sheet(dataset: Dataset, rows: Sequence[int]) -> bytes:
    """Return a PNG of faces, sixteen in a row."""
    _, height, width, channels = dataset.images.shape
    lines = max(-(-len(rows) // _COLUMNS), 1)
    sheet = np.zeros((lines * height, _COLUMNS * width, channels), np.uint8)
    for at, row in enumerate(rows):
        down, right = divmod(at, _COLUMNS)
        sheet[down * height : (down + 1) * height, right * width : (right + 1) * width] = (
            dataset.images[row]
        )
    return as_png(sheet)


def write_contact_sheets(folder: Path, facts: DatasetFacts, dataset: Dataset) -> DatasetFacts:
    """Write a sheet for each label, and the facts; return them with the sheets' file names.

    Raises:
        RunError: if they cannot be written.
    """
    make_folder(folder)
    sheets: dict[str, str] = {}
    names: dict[str, list[str]] = {}
    for at, name in enumerate(dataset.labels):
        # A label may hold what no file name can.
        sheets[name] = f"label_{at}.png"
        rows = sheet_rows(dataset, at)
        names[name] = [dataset.names[row] for row in rows]
        write_atomically(folder / sheets[name], face_sheet(dataset, rows))
    facts = {**facts, "sheets": sheets, "sheet_names": names}
    write_atomically(folder / FACTS_FILE, (encode_json(facts) + "\n").encode())
    return facts
