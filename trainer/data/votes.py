"""FER+: ten people's votes for each row of FER2013's csv."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from trainer.contract.labels import LABEL_SETS, REST, canonical
from trainer.contract.ordinary import refuse_others
from trainer.data.tables import bounded_lines
from trainer.errors import DataError

# The last two mean "cannot tell" and "no face".
_NOT_AN_EXPRESSION: Final = ("unknown", "nf")
COLUMNS: Final = (*LABEL_SETS["ferplus8"], *_NOT_AN_EXPRESSION)


@dataclass(frozen=True, eq=False)
class VoteTargets:
    """Votes as targets of a label set.

    Attributes:
        soft: share of the votes for each label, shape (rows, labels).
        majority: one where more than half of the votes agree, shape (rows, labels).
        usable: whether the row's most voted answer is one of the labels.
        decided: whether more than half of the votes agree on one of the labels.
    """

    soft: NDArray[np.float32]
    majority: NDArray[np.float32]
    usable: NDArray[np.bool_]
    decided: NDArray[np.bool_]


def read_votes(path: Path, rows: int) -> NDArray[np.int64]:
    """Read ``fer2013new.csv``, shape (rows, 10), columns as in ``COLUMNS``.

    Votes belong to rows: the number in an image's name is not the row.

    Raises:
        DataError: naming the file and the row, or if the row count differs from the faces'.
    """
    try:
        refuse_others(path)
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(bounded_lines(file))
            header = [name.strip().lower() for name in next(reader, [])]
            missing = [name for name in COLUMNS if name not in header]
            if missing:
                raise DataError(f"{path}, row 1: no column {' and no column '.join(missing)}.")
            places = [header.index(name) for name in COLUMNS]
            votes = [_votes(f"{path}, row {reader.line_num}", row, places) for row in reader]
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} is not a csv file.") from error
    if len(votes) != rows:
        raise DataError(
            f"{path} has votes for {len(votes)} rows, the faces have {rows}.",
            hint="Votes fit the complete fer2013.csv in its own order only.",
        )
    return np.array(votes, np.int64)


def _votes(where: str, row: list[str], places: list[int]) -> list[int]:
    try:
        return [int(row[place]) for place in places]
    except (IndexError, ValueError) as error:
        raise DataError(f"{where}: votes must be whole numbers.") from error


def vote_targets(votes: NDArray[np.int64], labels: tuple[str, ...]) -> VoteTargets:
    """Turn votes into targets by the protocol of FER+'s authors.

    Single votes are dropped. The truth is the answer with more than half of the remaining votes.

    Raises:
        DataError: if nobody could vote for one of the labels.
    """
    columns = [canonical(name) for name in COLUMNS]
    unknown = [name for name in labels if name != REST and canonical(name) not in columns]
    if unknown:
        raise DataError(f"there are no votes for the label {', '.join(unknown)}.")
    named = [canonical(name) for name in labels]
    place = np.array(
        [
            named.index(name)
            if name in named
            else (named.index(REST) if REST in named and name not in _NOT_AN_EXPRESSION else -1)
            for name in columns
        ]
    )
    kept = np.where(votes > 1, votes, 0)
    total = kept.sum(axis=1)
    top = kept.argmax(axis=1)
    wanted = (place[top] >= 0) & (total > 0)
    counts = np.zeros((len(votes), len(labels)))
    for column, target in enumerate(place):
        if target >= 0:
            counts[:, target] += kept[:, column]
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return VoteTargets(
        soft=share.astype(np.float32),
        majority=np.eye(len(labels), dtype=np.float32)[np.maximum(place[top], 0)],
        usable=wanted,
        decided=wanted & (kept.max(axis=1) * 2 > total),
    )
