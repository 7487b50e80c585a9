"""Columns of a session's tables as arrays.

SQLite puts some thousand rows together at a time, so that neither an object is made for each number
nor the interpreter held up: of two hours that is a tenth of what reading row by row takes. Numbers
come as text, bytes as they are.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_FRAMES_AT_ONCE: Final = 4096
_FEWER: Final = 8
_BEFORE_ALL: Final = -(2**63)
_NOTHING: Final = -1  # stands for NULL
_OF_NUMBERS: Final = b"0123456789-,"
_FRAME_AT: Final = (
    "SELECT frame_index FROM frames WHERE frame_index > ? ORDER BY frame_index LIMIT 1 OFFSET ?"
)


@dataclass(frozen=True, slots=True, eq=False)
class PackedBlobs:
    """Bytes of all rows, one after the other.

    Attributes:
        data: all of them.
        lengths: of each row, shape (rows,); -1 for a row that has none.
    """

    data: bytes
    lengths: NDArray[np.int64]

    def numbers(self, rows: NDArray[np.int64] | slice, count: int) -> NDArray[np.float32]:
        """Return some rows as little-endian float32, shape (rows, count), NaN for those without.

        Raises:
            ValueError: if one of them holds another count.
        """
        width = 4 * count
        if (self.lengths == width).all():  # as it mostly is, and much quicker
            return np.frombuffer(self.data, "<f4").reshape(-1, count)[rows]
        lengths = self.lengths[rows]
        is_there = lengths != _NOTHING
        if (lengths[is_there] != width).any():
            raise ValueError(f"a row needs {count} numbers")
        held = np.maximum(self.lengths, 0)
        begins = (np.cumsum(held) - held)[rows][is_there]
        places = begins[:, np.newaxis] + np.arange(width)
        packed = np.frombuffer(self.data, np.uint8)[places]
        found = np.full((len(lengths), count), np.nan, np.float32)
        found[is_there] = packed.reshape(-1).view("<f4").reshape(-1, count)
        return found


@dataclass(frozen=True, slots=True)
class Column:
    """What is read of each row.

    Attributes:
        name: the column's.
        per_unit: into how many parts of a unit a real number is divided; 0 for whole numbers.
        can_be_null: whether there may be none: -1 stands for it.
    """

    name: str
    per_unit: int = 0
    can_be_null: bool = False

    @property
    def query(self) -> str:
        """What SQLite makes of it: a text of whole numbers, with a ? where one is none."""
        null = f"WHEN 'null' THEN {_NOTHING} " * self.can_be_null
        found = f"CAST({self.name} * {self.per_unit} AS INTEGER)" if self.per_unit else self.name
        kind = "real" if self.per_unit else "integer"
        case = f"CASE typeof({self.name}) WHEN '{kind}' THEN {found} {null}ELSE '?' END"
        return f"group_concat({case})"


def read_packed(
    db: sqlite3.Connection,
    table: str,
    columns: Sequence[Column],
    blobs: Sequence[str] = (),
    *,
    where: str = "1",
    values: Sequence[object] = (),
    after: int = _BEFORE_ALL,
) -> tuple[list[NDArray[np.int64]], list[PackedBlobs]]:
    """Return columns of a table's rows, all in the same order.

    Args:
        db: a session.
        table: one with a column ``frame_index`` that its key begins with.
        columns: whole numbers, and real ones that are rounded towards nought.
        blobs: columns of bytes or nothing.
        where: which rows, with ``values`` for its question marks.
        values: what ``where`` asks for.
        after: the last frame that is not wanted.

    Raises:
        ValueError: if a value is of another kind.
        sqlite3.Error: if the table cannot be read.
    """
    queries = [column.query for column in columns]
    for name in blobs:
        kind = (
            f"CASE typeof({name}) WHEN 'blob' THEN length({name}) WHEN 'null' THEN -1 ELSE '?' END"
        )
        queries += [f"group_concat({kind})", f"CAST(group_concat({name}, '') AS BLOB)"]
    query = f"SELECT count(*), {', '.join(queries)} FROM {table} WHERE {where} AND frame_index > ?"
    numbers: list[list[NDArray[np.int64]]] = [[] for _ in columns]
    lengths: list[list[NDArray[np.int64]]] = [[] for _ in blobs]
    data: list[list[bytes]] = [[] for _ in blobs]
    for count, *found in _parts(db, query, values, after):
        for at, text in enumerate(found[: len(columns)]):
            numbers[at].append(_whole_numbers(text, count))
        for at in range(len(blobs)):
            text, packed = found[len(columns) + 2 * at : len(columns) + 2 * at + 2]
            lengths[at].append(_whole_numbers(text, count))
            data[at].append(packed or b"")
    packed_blobs = [
        PackedBlobs(b"".join(parts), np.concatenate(counts))
        for parts, counts in zip(data, lengths, strict=True)
    ]
    for one in packed_blobs:
        if int(np.maximum(one.lengths, 0).sum()) != len(one.data):
            raise ValueError("bytes were lost")
    return [np.concatenate(parts) for parts in numbers], packed_blobs


def _parts(
    db: sqlite3.Connection, query: str, values: Sequence[object], after: int
) -> Iterator[Sequence[Any]]:
    """Yield what a query finds in some frames at a time, in fewer where there are many faces.

    Args:
        db: a session.
        query: ends with asking for later frames than one.
        values: what it asks for besides.
        after: the last frame that is not wanted.
    """
    frames = _FRAMES_AT_ONCE
    while True:
        row = db.execute(_FRAME_AT, (after, frames - 1)).fetchone()
        bound, asked = ("", ()) if row is None else (" AND frame_index <= ?", row)
        try:
            found = db.execute(query + bound, (*values, after, *asked)).fetchone()
        except sqlite3.DataError as error:  # longer together than any row may be
            if frames == 1 or error.sqlite_errorcode != sqlite3.SQLITE_TOOBIG:
                raise
            frames = max(1, frames // _FEWER)
            continue
        yield found
        if row is None:
            return
        (after,) = row


def _whole_numbers(text: str | None, count: int) -> NDArray[np.int64]:
    if not count:
        return np.empty(0, np.int64)
    packed = (text or "").encode()
    if packed.translate(None, _OF_NUMBERS):
        raise ValueError("there is something else in the place of a number")
    found: NDArray[np.int64] = np.fromstring(packed, np.int64, sep=",")
    if len(found) != count:
        raise ValueError("a number is missing")
    return found
