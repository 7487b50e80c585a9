"""An extension that cannot be used is named once, with its package and the reason, and left out."""

import importlib.metadata
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.packages import install
from trainer.contract.entry_points import Extensions, Offer, described

GROUP = "tests.numbers"
Install = Callable[..., None]


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def numbers(told: list[str]) -> Extensions[int]:
    """Return extensions that must be whole numbers; "zero" is ours."""

    def check(_: Offer, extension: object) -> int:
        if not isinstance(extension, int):
            raise TypeError(f"it must be a number, and is {described(extension)}")
        return extension

    return Extensions(GROUP, check, told.append, taken=lambda: {"zero"})


def test_nothing_is_imported_before_it_is_wanted(
    package: Install, numbers: Extensions[int], told: list[str]
) -> None:
    sources = {"first": "N = 1", "second": "N = 2"}
    package("good", {GROUP: {"one": "first:N", "two": "second:N"}}, sources)
    assert numbers.names() == ("one", "two")
    assert numbers.get("three") is None
    assert not {"first", "second"} & set(sys.modules)
    assert numbers.get("two") == 2
    assert "first" not in sys.modules
    assert numbers.all() == {"one": 1, "two": 2}
    assert told == []


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import nothing_of_that_name", "it cannot be imported: ModuleNotFoundError: No module"),
        ("1 / 0", "it cannot be imported: ZeroDivisionError: division by zero"),
        ("def N(:", "it cannot be imported: SyntaxError"),
        ("raise SystemExit(3)", "it cannot be imported: SystemExit: 3"),
        ("M = 1", "it cannot be imported: AttributeError"),
        ("N = 'one'", "it must be a number, and is of type str"),
        ("class N: pass", "it must be a number, and is the class N"),
    ],
)
def test_what_cannot_be_used_is_told_of_once(
    package: Install, numbers: Extensions[int], told: list[str], source: str, reason: str
) -> None:
    package("others", {GROUP: {"bad": "bad:N"}}, {"bad": source}, version="2.3")
    package("useful", {GROUP: {"one": "good:N"}}, {"good": "N = 1"})
    assert numbers.get("bad") is None
    assert numbers.all() == {"one": 1}
    assert numbers.get("bad") is None
    (problem,) = told
    assert problem.startswith("The extension 'bad' (tests.numbers) of the package others 2.3 is ")
    assert reason in problem
    assert "\n" not in problem


def test_a_name_is_given_once(package: Install, numbers: Extensions[int], told: list[str]) -> None:
    package("beta", {GROUP: {"one": "two:N"}}, {"two": "N = 2"})
    package("alpha", {GROUP: {"one": "one:N", "zero": "one:N"}}, {"one": "N = 1"})
    assert numbers.all() == {"one": 1}
    assert numbers.names() == ("one",)
    assert len(told) == 2
    assert "'zero'" in told[0]
    assert "taken by one that comes with the program" in told[0]
    assert (
        "package beta 1.0 is left out: its name is taken by one of the package alpha 1.0"
        in (told[1])
    )


@pytest.mark.parametrize(
    ("requirement", "is_met"),
    [
        ("fer-desktop>=99", False),
        ("FER_Desktop<0.0.1", False),
        ("fer-desktop>=0.0.1", True),
        ("fer-desktop>=99; extra == 'never'", True),
        ("numpy>=999", True),  # pip's business
        ("no requirement at all!", True),
    ],
)
def test_a_package_for_another_version_is_left_out(
    package: Install,
    numbers: Extensions[int],
    told: list[str],
    monkeypatch: pytest.MonkeyPatch,
    requirement: str,
    is_met: bool,
) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda _: "0.1.0")
    package("others", {GROUP: {"one": "one:N"}}, {"one": "N = 1"}, requires=[requirement])
    assert numbers.all() == ({"one": 1} if is_met else {})
    assert len(told) == (not is_met)
    if told:
        assert "and this is 0.1.0" in told[0]


@pytest.mark.parametrize("name", ["a b", "a:b", "a,b", "x" * 65, "a\u202eb"])
def test_names_can_be_typed(
    package: Install, numbers: Extensions[int], told: list[str], name: str
) -> None:
    package("others", {GROUP: {name: "one:N"}}, {"one": "N = 1"})
    assert numbers.names() == ()
    (problem,) = told
    assert "its name h" in problem
    assert "\u202e" not in problem


def test_damaged_metadata_stop_nobody(
    site: Path, package: Install, numbers: Extensions[int], told: list[str]
) -> None:
    package("useful", {GROUP: {"one": "one:N"}}, {"one": "N = 1"})
    for name, text in {
        "cut": f"[{GROUP}]\nno equals sign\n",
        "bytes": f"[{GROUP}]\n\udcff = one:N\n",
    }.items():
        folder = site / f"{name}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (folder / "entry_points.txt").write_bytes(text.encode("utf-8", "surrogateescape"))
    nameless = site / "nameless-1.0.dist-info"
    nameless.mkdir()
    (nameless / "entry_points.txt").write_text(f"[{GROUP}]\ntwo = one:N\n")
    found = numbers.all()
    assert found["one"] == 1
    expected = ["The extensions of the package cut cannot be read."]
    if "importlib_metadata" in sys.modules:  # a library's own finder, which needs a name
        expected.append("The extensions of the package without a name cannot be read.")
    else:
        assert found["two"] == 1
    assert told == expected


def test_the_package_that_is_imported_is_the_one_that_counts(
    site: Path, package: Install, numbers: Extensions[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    package("others", {GROUP: {"one": "one:N"}}, {"one": "N = 1"}, version="1.0")
    newer = site.parent / "newer"
    newer.mkdir()
    install(newer, "others", {GROUP: {"one": "one:N"}}, {"one": "N = 2"}, version="2.0")
    monkeypatch.syspath_prepend(str(newer))
    assert numbers.all() == {"one": 2}
    sys.modules.pop("one")
