"""Names of all kinds."""

import os

import pytest

from fer_desktop.files import fitting_name, name_problem, shown_name

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("une clé ☺  1.csv", "une clé ☺  1.csv"),
        ("👨\u200d👩.png", "👨\u200d👩.png"),
        ("9.41\u202fAM.png", "9.41\u202fAM.png"),
        ("a\nb\t.mp4", "a\\nb\\t.mp4"),
        ("\x1b[2Jx.mp4", "\\x1b[2Jx.mp4"),
        ("gpj.\u202eexe", "gpj.\\u202eexe"),
        (os.fsdecode(b"b\xffd.mp4"), "b\\udcffd.mp4"),
    ],
)
def test_names_are_shown_in_one_line_with_all_they_have(name: str, shown: str) -> None:
    assert shown_name(name) == shown


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("mine", ""),
        ("größe 😀 1.2", ""),
        ("x" * 61, "at most 60"),
        ("a/b", "cannot contain /"),
        ("a:b", "cannot contain :"),
        ("a\nb", r"cannot contain '\n'"),
        ("a,b", "cannot contain ,"),
        (" a", "space or a dot"),
        ("a.", "space or a dot"),
        (".a", "space or a dot"),
        ("Con", "Con is reserved"),
        ("lpt1.txt", "is reserved by the system"),
    ],
)
def test_a_name_fits_every_platform_or_it_is_said_why(name: str, problem: str) -> None:
    said = name_problem(name, longest=60, forbidden=",")
    assert problem in said
    assert bool(said) == bool(problem)


@pytest.mark.parametrize("wanted", ["mine", "a/b:c", " .x. ", "con", "", "...", "\n", "y" * 99])
def test_a_name_made_of_a_wanted_one_fits(wanted: str) -> None:
    name = fitting_name(wanted, longest=20, otherwise="model")
    assert name
    assert not name_problem(name, longest=20)
