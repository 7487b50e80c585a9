"""Columns of a table come as arrays, and what is no number is refused."""

import sqlite3
from collections.abc import Iterator

import numpy as np
import pytest

from fer_desktop.recording import packed_columns
from fer_desktop.recording.packed_columns import Column, read_packed

pytestmark = pytest.mark.unit

INDEX = Column("frame_index")
ROWS = [
    (0, 1.5, 7, np.float32([0.5, 0.25]).tobytes()),
    (1, -0.25, None, None),
    (2, 1e6, -3, np.float32([1, 2, 3]).tobytes()),
    (9, 0.0, 2**62, b""),
]


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    made = sqlite3.connect(":memory:")
    made.execute("CREATE TABLE frames (frame_index INTEGER PRIMARY KEY)")
    made.execute("CREATE TABLE things (frame_index INTEGER, place REAL, size INTEGER, data BLOB)")
    made.executemany("INSERT INTO frames VALUES (?)", [(row[0],) for row in ROWS])
    made.executemany("INSERT INTO things VALUES (?, ?, ?, ?)", ROWS)
    yield made
    made.close()


@pytest.mark.parametrize("at_once", [1, 2, 4096])
def test_numbers_and_bytes_come_as_they_are(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(packed_columns, "_FRAMES_AT_ONCE", at_once)
    columns = [INDEX, Column("place", 1000), Column("size", can_be_null=True)]
    (indices, places, sizes), (data,) = read_packed(db, "things", columns, ["data"])
    assert indices.tolist() == [0, 1, 2, 9]
    assert places.tolist() == [1500, -250, 10**9, 0]
    assert sizes.tolist() == [7, -1, -3, 2**62]
    assert data.lengths.tolist() == [8, -1, 12, 0]
    np.testing.assert_array_equal(
        data.numbers(np.array([1, 0]), 2), np.float32([[np.nan, np.nan], [0.5, 0.25]])
    )
    with pytest.raises(ValueError, match="needs 2 numbers"):
        data.numbers(slice(None), 2)


def test_many_faces_are_read_in_smaller_parts(db: sqlite3.Connection) -> None:
    """No row of a session may be longer than a bound, also none that is put together of many."""
    packed = np.arange(25, dtype=np.float32)
    db.execute("DELETE FROM frames")
    db.execute("DELETE FROM things")
    db.executemany("INSERT INTO frames VALUES (?)", [(at,) for at in range(100)])
    db.executemany(
        "INSERT INTO things VALUES (?, 0.5, ?, ?)",
        [(at, at, (packed + at).tobytes()) for at in range(100)],
    )
    db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 1000)
    (indices,), (data,) = read_packed(db, "things", [INDEX], ["data"])
    assert indices.tolist() == list(range(100))
    np.testing.assert_array_equal(
        data.numbers(slice(None), 25), packed + np.arange(100)[:, np.newaxis]
    )
    db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 90)
    with pytest.raises(sqlite3.DataError):
        read_packed(db, "things", [INDEX], ["data"])


def test_a_part_of_the_rows_is_asked_for(db: sqlite3.Connection) -> None:
    (indices,), _ = read_packed(db, "things", [INDEX], where="size > ?", values=(0,), after=0)
    assert indices.tolist() == [9]
    (indices,), (data,) = read_packed(db, "things", [INDEX], ["data"], after=9)
    assert (len(indices), data.data) == (0, b"")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("size", "'1,2'"),
        ("size", "'much'"),
        ("size", "1.5"),
        ("size", "x'31'"),
        ("place", "'left'"),
        ("place", "NULL"),
        ("data", "'12345678'"),
        ("data", "5"),
    ],
)
def test_what_is_something_else_is_refused(db: sqlite3.Connection, column: str, value: str) -> None:
    db.execute(f"UPDATE things SET {column} = {value} WHERE frame_index = 2")
    with pytest.raises(ValueError, match="in the place of a number"):
        read_packed(db, "things", [Column("place", 10), Column("size", can_be_null=True)], ["data"])
