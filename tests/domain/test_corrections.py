"""Corrections of several raters: what a new one takes back, and what counts in a frame."""

import pytest

from fer_desktop.domain.corrections import (
    Correction,
    RaterLabels,
    in_order,
    raters_of,
    with_correction,
    with_corrections,
)
from fer_desktop.domain.people import People

pytestmark = pytest.mark.unit

TIMES_US = (0, 100, 200, 300, 400, 500)


def said(label: str, begin: int, end: int | None = None, *, who: str = "A", face: int = 1):
    return Correction(who, face, label, begin, end)


def labels(corrections: list[Correction], who: str = "A", face: int = 1) -> list[str]:
    lookup = RaterLabels(corrections, who, TIMES_US)
    return [lookup.at(face, time_us) for time_us in TIMES_US]


def test_a_stretch_divides_what_was_there() -> None:
    found = with_correction([said("happy", 0, 500)], said("sad", 200, 300))
    assert found == [said("happy", 0, 199), said("sad", 200, 300), said("happy", 301, 500)]
    assert labels(found) == ["happy", "happy", "sad", "sad", "happy", "happy"]


def test_a_stretch_takes_back_moments_and_stretches_inside() -> None:
    former = [said("happy", 100), said("sad", 150, 200), said("angry", 450)]
    assert with_correction(former, said("neutral", 100, 400)) == [
        said("neutral", 100, 400),
        said("angry", 450),
    ]


def test_a_moment_counts_before_the_stretch_around_it() -> None:
    found = with_correction([said("happy", 0, 500)], said("sad", 250))
    assert labels(found) == ["happy", "happy", "sad", "happy", "happy", "happy"]
    found = with_correction(found, said("angry", 250))  # said anew
    assert found == [said("happy", 0, 500), said("angry", 250)]


def test_other_raters_and_faces_are_left_alone() -> None:
    former = [said("happy", 0, 500, who="B"), said("sad", 0, 500, face=2)]
    found = with_correction(former, said("angry", 100, 400))
    assert found == in_order([*former, said("angry", 100, 400)])
    assert labels(found, "B") == ["happy"] * 6
    assert labels(found, face=2) == ["sad"] * 6
    assert raters_of(found) == ["A", "B"]


def test_many_at_once_are_as_one_after_the_other() -> None:
    former = [said("happy", 0, 5_000), said("sad", 40), said("angry", 10, 90, who="B")]
    new = [said("sad", at, at + 7, who=who) for who in "AB" for at in range(0, 100, 5)]
    one_by_one = former
    for one in in_order(new):
        one_by_one = with_correction(one_by_one, one)
    assert with_corrections(former, reversed(new)) == one_by_one


def test_a_moment_that_comes_with_a_stretch_stays() -> None:
    found = [said("happy", 100, 400), said("sad", 100), said("angry", 300)]
    assert with_corrections([], found) == in_order(found)
    assert labels(with_corrections(found, found)) == labels(found)
    assert labels(found) == ["", "sad", "happy", "angry", "happy", ""]


def test_nothing_is_said_outside() -> None:
    assert labels([said("happy", 150, 250)]) == ["", "", "happy", "", "", ""]
    assert labels([]) == [""] * 6
    assert labels([said("happy", 10**9)])[-1] == "happy"  # the last frame is on screen then
    assert RaterLabels([said("happy", 5)], "A", ()).at(1, 5) == ""


def test_what_was_said_of_hidden_persons_is_left_out() -> None:
    people = People().split(1, 5_000, {1: (0, 9_000)}).hidden(1)
    said = [
        Correction("A", 1, "happy", 1_000),
        Correction("A", 1, "sad", 6_000),
        Correction("A", 1, "sad", 4_000, 6_000),
        Correction("A", 2, "sad", 0),
    ]
    assert people.visible_corrections(said) == said[1:]
    back = people.split(people.number_of(1, 6_000), 8_000, {1: (0, 9_000)})
    back = back.hidden(back.number_of(1, 8_000))
    assert [back.shows(1, at) for at in (4_000, 6_000, 8_000)] == [False, True, False]
    around = Correction("A", 1, "sad", 4_000, 8_500)
    assert back.visible_corrections([around, Correction("A", 1, "sad", 8_000)]) == [around]
