"""A model's answers by group of people: no labels are needed to see who is called angry more."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from trainer.metrics.figures import wilson_interval
from trainer.metrics.set_schema import AnswerShare, Gap, GroupAnswers, GroupTable

_TOGETHER: Final = ("origin", "sex")

Groups = dict[str, NDArray[np.str_]]


def answer_shares(labels: Sequence[str], predicted: NDArray[np.int64]) -> dict[str, AnswerShare]:
    """Return how often each label is answered, with the interval."""
    shares: dict[str, AnswerShare] = {}
    for at, label in enumerate(labels):
        hits = int((predicted == at).sum())
        interval = list(wilson_interval(hits, len(predicted)))
        shares[label] = {"share": hits / max(len(predicted), 1), "interval_95": interval}
    return shares


def group_tables(
    labels: Sequence[str], predicted: NDArray[np.int64], groups: Groups
) -> list[GroupTable]:
    """Return the answers by each column, and by origin and sex together where both are known.

    Args:
        groups: for each column the group of every face; empty where it is unknown.
    """
    chosen: list[tuple[str, ...]] = [(name,) for name in groups]
    if set(_TOGETHER) <= set(groups):
        chosen.append(_TOGETHER)
    tables = [_table(labels, predicted, groups, by) for by in chosen]
    return [table for table in tables if table["rows"]]


def _table(
    labels: Sequence[str], predicted: NDArray[np.int64], groups: Groups, by: tuple[str, ...]
) -> GroupTable:
    keys = list(zip(*(groups[name].tolist() for name in by), strict=True))
    rows: list[GroupAnswers] = []
    for key in sorted(key for key in set(keys) if all(key)):
        inside = np.array([each == key for each in keys])
        rows.append(
            {
                "group": dict(zip(by, key, strict=True)),
                "n": int(inside.sum()),
                "answers": answer_shares(labels, predicted[inside]),
            }
        )
    gaps = {label: _gap(label, rows) for label in labels} if rows else {}
    return {"by": list(by), "rows": rows, "gaps": gaps}


def _gap(label: str, rows: Sequence[GroupAnswers]) -> Gap:
    highest = max(rows, key=lambda row: row["answers"][label]["share"])
    lowest = min(rows, key=lambda row: row["answers"][label]["share"])
    gap = highest["answers"][label]["share"] - lowest["answers"][label]["share"]
    return {"gap": gap, "highest": highest["group"], "lowest": lowest["group"]}
