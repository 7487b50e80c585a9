"""Texts of strangers keep to their line, and say what they seem to say."""

import pytest

from trainer.contract.text import is_clean, labels_problem, look, one_line

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("happy", "happy"),
        ("two  blanks ", "two blanks"),
        ("a\nb\r\nc\td", "a b c d"),
        ("\x1b[31mred", "[31mred"),
        ("photo\u202egpj.exe", "photo gpj.exe"),
        ("\u2066a\u2069\u200b", "a"),
        ("größe 😀 مرحبا 悲しい", "größe 😀 مرحبا 悲しい"),
        ("\udcff.png", ".png"),
        ("👨\u200d👩", "👨\u200d👩"),
        ("", ""),
        ("x" * 5_000, "x" * 299 + "…"),
        ("\n" * 5_000, "…"),
    ],
)
def test_a_text_fits_one_line(text: str, shown: str) -> None:
    assert one_line(text) == shown


def test_a_line_is_as_long_as_wanted() -> None:
    assert one_line("a" * 10, 10) == "a" * 10
    assert one_line("a" * 11, 10) == "a" * 9 + "…"


@pytest.mark.parametrize(
    "text", ["a\nb", "a\x00", "\u202ea", "\u2028", "a\ufeff", "\ue000", "\ud800"]
)
def test_what_is_not_seen_is_not_clean(text: str) -> None:
    assert not is_clean(text)


@pytest.mark.parametrize("text", ["a b", "é", "e\u0301", "می\u200cروم", "क्\u200dष", "😀", "'=+-@"])
def test_what_people_write_is_clean(text: str) -> None:
    assert is_clean(text)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("happy", "HAPPY"),
        ("happy", "h\u0430\u0440\u0440\u0443"),  # Cyrillic letters
        ("omikron", "\u03bfmikr\u03bfn"),  # Greek ones
        ("sad", "\uff53\uff41\uff44"),  # wide ones
        ("é", "e\u0301"),
        ("a b", "a  b"),
        ("ﬁne", "fine"),
        ("a\u200db", "ab"),
    ],
)
def test_texts_that_look_alike_are_told(text: str, other: str) -> None:
    assert look(text) == look(other)
    assert labels_problem(("third", text, other)).endswith("look alike")


def test_texts_that_look_different_stay_apart() -> None:
    labels = ("sad", "säd", "sat", "悲しい", "грусть", "sad 2", "=sad")
    assert len({look(label) for label in labels}) == len(labels)
    assert labels_problem(labels) == ""


@pytest.mark.parametrize(
    ("labels", "problem"),
    [
        ((), "at least two"),
        (("a",), "at least two"),
        (("a", ""), "empty"),
        (tuple(map(str, range(101))), "101 labels, more than 100"),
        (("a", "x" * 65), "64"),
        (("a", "b", "a"), "'a' occurs twice"),
        (("a", "b\n"), "invisible characters"),
    ],
)
def test_labels_that_cannot_be_used_are_told(labels: tuple[str, ...], problem: str) -> None:
    assert problem in labels_problem(labels)
