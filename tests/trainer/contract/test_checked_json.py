"""Whatever stands in a file, one short line says what is wrong with it."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from trainer.contract.checked_json import (
    Count,
    JsonError,
    Line,
    Share,
    as_type,
    decode_json,
    read_json,
)

pytestmark = pytest.mark.unit


@dataclass(frozen=True)
class Sample:
    name: Line
    count: Count = 0
    share: Share = 0.0
    rows: tuple[tuple[int, ...], ...] = ()
    more: dict[str, Any] = field(default_factory=dict)


BAD = {
    "nothing": (b"", "not JSON"),
    "blanks": (b" " * 1_000, "not JSON"),
    "words": (b"not json", "not JSON"),
    "cut": (b'{"name": "a', "not JSON"),
    "more than one": (b'{"name": "a"} {}', "not JSON"),
    "a list": (b"[]", "expected an object, got a list"),
    "null": (b"null", "expected an object, got nothing"),
    "a missing field": (b"{}", "it lacks 'name'"),
    "text for a number": (
        b'{"name": "a", "count": "3"}',
        "count: expected a whole number, got text",
    ),
    "a number for text": (b'{"name": 3}', "name: expected text, got a whole number"),
    "true for a number": (b'{"name": "a", "count": true}', "count: expected a whole number"),
    "infinity": (b'{"name": "a", "share": 1e999}', "share: number out of range"),
    "minus infinity": (b'{"name": "a", "share": -1e999}', "share: number out of range"),
    "not a number": (b'{"name": "a", "share": NaN}', "not JSON"),
    "400 digits": (
        b'{"name": "a", "count": ' + b"9" * 400 + b"}",
        "count: expected a whole number <=",
    ),
    "5,000 digits": (b'{"name": "a", "count": ' + b"9" * 5_000 + b"}", "count"),
    "below the bounds": (b'{"name": "a", "count": -1}', "count: expected a whole number >= 0"),
    "a long text": (b'{"name": "' + b"x" * 5_000 + b'"}', "name: expected text of length <= 1000"),
    "deep lists": (b'{"name": "a", "more": {"a": ' + b"[" * 100_000, "nested too deeply"),
    "deep objects": (b'{"name": "a", "later": ' + b'{"a": ' * 100_000, "nested too deeply"),
    "Latin-1": ('{"name": "Müller"}'.encode("latin-1"), "not UTF-8"),
    "UTF-16": ('{"name": "a"}'.encode("utf-16"), "not JSON"),
    "half a character": (b'{"name": "\\ud800"}', "not JSON"),
    "a control character": (b'{"name": "a\x00"}', "not JSON"),
    "a wrong row": (
        b'{"name": "a", "rows": [[1], [2, "b"]]}',
        "rows[1][1]: expected a whole number",
    ),
}


@pytest.mark.parametrize(("content", "reason"), BAD.values(), ids=BAD)
def test_bad_json_is_explained(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(JsonError) as caught:
        read_json(tmp_path / "a.json", Sample)
    assert reason in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 200


def test_fields_of_newer_versions_are_left_alone() -> None:
    newer = b'{"name": "a", "newer": 1e999, "digits": ' + b"9" * 5_000 + b"}"
    assert decode_json(newer, Sample) == Sample("a")


def test_a_value_that_is_parsed_already_is_held_to_the_same_bounds() -> None:
    assert as_type({"name": "a", "rows": [[1, 2]]}, Sample) == Sample("a", rows=((1, 2),))
    for share in (float("nan"), float("inf"), 2, "1"):
        with pytest.raises(JsonError, match="share"):
            as_type({"name": "a", "share": share}, Sample)


def test_names_of_files_that_are_no_text_come_in_where_they_may() -> None:
    @dataclass
    class Place:
        path: Path
        other: Path | None = None

    odd = b'{"path": "/a\\udcff", "other": null}'
    assert decode_json(odd, Place, has_odd_names=True) == Place(Path("/a\udcff"))
    with pytest.raises(JsonError, match="not JSON"):
        decode_json(odd, Place)
    for wrong in (
        b'{"path": 3}',
        b'{"path": "a\\u0000"}',
        b'{"path": NaN}',
        b'{"path": 1e999}',
        b"\xff",
    ):
        for has_odd_names in (True, False):
            with pytest.raises(JsonError) as caught:
                decode_json(wrong, Place, has_odd_names=has_odd_names)
            assert str(caught.value).isprintable()


def test_a_large_file_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "a.json").open("wb") as file:
        file.truncate(1 << 40)  # a terabyte, of which the disk holds nothing
    with pytest.raises(JsonError, match="larger than 8 MB"):
        read_json(tmp_path / "a.json", Sample)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.json")
    with pytest.raises(JsonError, match="not an ordinary file"):
        read_json(tmp_path / "a.json", Sample)


def test_a_missing_file_is_no_bad_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_json(tmp_path / "a.json", Sample)


def test_a_message_does_not_repeat_what_a_stranger_wrote() -> None:
    @dataclass
    class Choice:
        color: str = ""

        def __post_init__(self) -> None:
            raise ValueError(f"wrong: {self.color}")

    with pytest.raises(JsonError) as caught:
        decode_json(b'{"color": "' + b"\\n\\u202ex" * 100_000 + b'"}', Choice)
    assert len(str(caught.value)) <= 300
    assert str(caught.value).isprintable()
