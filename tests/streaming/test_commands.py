"""A line is a command or says why it is none, and exports stay in their folder."""

import random
from pathlib import Path

import pytest

from fer_desktop.errors import StreamError
from fer_desktop.streaming.commands import LINE_MAX, Command, command, export_path, is_foreign

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        (b"MARK stimulus 4\n", Command("MARK", "stimulus 4")),
        ("mark  größer \r\n".encode(), Command("MARK", "größer")),
        (b"START", Command("START")),
        (b"stop\r\n", Command("STOP")),
        (b"NEWSESSION P07", Command("NEWSESSION", "P07")),
        (b"EXPORT a/b.csv", Command("EXPORT", "a/b.csv")),
    ],
)
def test_commands(line: bytes, wanted: Command) -> None:
    assert command(line) == wanted


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "there are MARK, START, STOP, NEWSESSION, EXPORT"),
        (b"MARKER x", "there are"),
        (b"MARK", "MARK needs a text"),
        (b"START now", "START takes no text"),
        (b"MARK " + b"x" * 1001, "MARK can have at most 1000 characters"),
        (b"NEWSESSION " + b"x" * 201, "NEWSESSION can have at most 200"),
        (b"MARK " + b"x" * LINE_MAX, "a line can have at most 4096 bytes"),
        (b"x" * 10_000_000, "a line can have at most 4096 bytes"),
        (b"MARK \xff", "this is no text"),
        (b"MARK a\x1b[2J", "this is no text"),
        (b"MARK a\nSTOP", "this is no text"),
    ],
)
def test_what_is_no_command(line: bytes, reason: str) -> None:
    with pytest.raises(StreamError, match=reason):
        command(line)


@pytest.mark.parametrize(
    "line", [b"POST / HTTP/1.1\r\n", b"GET /?MARK HTTP/1.0\n", b"\x16\x03\x01\x02\n", b"\0"]
)
def test_browsers_are_known(line: bytes) -> None:
    assert is_foreign(line)
    assert not is_foreign(b"MARK HTTP/1.1\r\n")


def test_a_hundred_thousand_random_lines() -> None:
    chance = random.Random(17)
    words = [b"MARK", b"mark ", b"EXPORT ", b"NEWSESSION ", b"START", b"STOP ", b" ", b"\xc3\xa4"]
    taken = 0
    for _ in range(100_000):
        line = chance.choice(words) + chance.randbytes(chance.choice((0, 1, 2, 5, 40)))
        try:
            found = command(line)
        except StreamError:
            continue
        taken += 1
        assert found.verb in ("MARK", "START", "STOP", "NEWSESSION", "EXPORT")
        assert found.text.isprintable()
        assert bool(found.text) == (found.verb not in ("START", "STOP"))
    assert 1000 < taken < 90_000


def test_exports_go_into_their_folder(tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    assert export_path("a", tmp_path) == tmp_path.resolve() / "a.csv"
    assert export_path("study/P 07.csv", tmp_path) == tmp_path.resolve() / "study" / "P 07.csv"
    assert export_path("a.b", tmp_path).name == "a.b.csv"
    assert export_path("a.xlsx", tmp_path).name == "a.xlsx"
    assert export_path("a", tmp_path, suffix=".parquet").name == "a.parquet"


@pytest.mark.parametrize(
    "text",
    [
        "/etc/passwd",
        "../a.csv",
        "study/../../a.csv",
        "..",
        ".",
        "~/a.csv/..",
        "study//a",
        "study/",
        "C:\\a.csv",
        "C:a.csv",
        "..\\a.csv",
        "\\\\server\\share\\a",
        ".hidden",
        "CON",
        "a\0b",
        "x" * 300,
        "missing/a.csv",
        "link/a.csv",
    ],
)
def test_and_nowhere_else(text: str, tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    (folder / "study").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (folder / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StreamError):
        export_path(text, folder)
