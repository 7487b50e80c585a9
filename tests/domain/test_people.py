"""Who is who: names, merged and split tracks, hidden ones."""

import pytest

from fer_desktop.domain.people import BEGINNING_US, NAME_MAX, People, Person, TrackPart
from fer_desktop.errors import FerError
from tests.recording.samples import face, frame

pytestmark = pytest.mark.unit

SPANS = {1: (0, 10_000_000), 2: (0, 30_000_000), 5: (12_000_000, 20_000_000)}


def test_where_nothing_was_said_persons_are_tracks() -> None:
    people = People()
    assert not people
    assert people.number_of(7, 0) == 7
    assert (people.label(7), people.table_name(7)) == ("7", "face 7")
    assert people.among([5, 1, 2]) == (1, 2, 5)
    assert people.parts_of(5) == [(TrackPart(5), None)]
    analysis = frame(0, face(1), face(2))
    assert people.shown(analysis) is people.visible(analysis) is analysis


def test_a_name_stands_wherever_the_face_is_named_and_can_be_taken_back() -> None:
    people = People().named(2, "  P01 ")
    assert (people.label(2), people.table_name(2)) == ("P01", "P01")
    shown = people.shown(frame(0, face(1), face(2)))
    assert [(item.face_id, item.sign, item.identity) for item in shown.faces] == [
        (1, "1", 1), (2, "P01", 2),
    ]  # fmt: skip
    assert people.named(2, "") == People()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("p01", "Merge the two"),  # looks like another one's
        ("Р01", "Merge the two"),  # noqa: RUF001 - a Cyrillic letter
        ("x" * (NAME_MAX + 1), "at most"),
        ("two\nlines", "not seen"),
        ("7", "without a name"),
        ("face 7b", "without a name"),
    ],
)
def test_what_cannot_be_a_name_is_refused(name: str, reason: str) -> None:
    with pytest.raises(FerError, match=reason):
        People().named(1, "P01").named(2, name)


def test_merged_tracks_are_one_person_until_they_are_separated() -> None:
    people = People().named(5, "P01").merged(5, 1)
    assert people.among([1, 2, 5]) == (1, 2)
    assert people.label(1) == "P01"
    assert {people.number_of(face_id, 0) for face_id in (1, 5)} == {1}
    assert people.parts_of(1) == [(TrackPart(1), None), (TrackPart(5), None)]
    both = people.merged(2, 1)
    assert both.among([1, 2, 5]) == (1,)
    apart = both.separated(1)
    assert apart.among([1, 2, 5]) == (1, 2, 5)
    assert (apart.label(1), apart.label(2), apart.label(5)) == ("P01", "2", "5")
    assert People().merged(2, 1) == People().merged(1, 2)
    assert People().merged(3, 3) == People()


def test_the_name_of_the_one_that_is_merged_into_stays() -> None:
    people = People().named(1, "P01").named(2, "P02")
    assert people.merged(1, 2).label(1) == "P02"
    assert people.merged(2, 1).label(1) == "P01"


def test_a_track_is_split_at_a_moment_and_joined_again() -> None:
    people = People().split(2, 15_000_000, SPANS)
    first, second = people.among([1, 2, 5])[1:3]
    assert [people.number_of(2, time) for time in (0, 14_999_999, 15_000_000, 99_000_000)] == [
        first, first, second, second,
    ]  # fmt: skip
    assert (people.label(second), people.table_name(second)) == ("2b", "face 2b")
    assert people.parts_of(first) == [(TrackPart(2), 15_000_000)]
    thrice = people.split(second, 20_000_000, SPANS)
    assert [thrice.label(number) for number in thrice.among([2])] == ["2", "2b", "2c"]
    assert people.merged(second, first) == People()


def test_a_person_of_several_tracks_is_split_in_all_of_them() -> None:
    people = People().merged(5, 1)
    later = people.split(1, 11_000_000, SPANS)  # between the two: track 1 has ended
    assert later.number_of(1, 15_000_000) == 1
    assert later.parts_of(1) == [(TrackPart(1), None)]
    assert later.label(later.number_of(5, 0)) == "5"
    inside = people.split(1, 15_000_000, SPANS)
    assert inside.parts_of(1) == [(TrackPart(1), None), (TrackPart(5), 15_000_000)]


@pytest.mark.parametrize("at_us", [0, 10_000_001])
def test_a_split_that_leaves_one_side_empty_is_refused(at_us: int) -> None:
    with pytest.raises(FerError, match="before and after"):
        People().split(1, at_us, SPANS)


def test_two_that_were_swapped_are_put_right() -> None:
    people = People().split(1, 5_000_000, SPANS).split(2, 5_000_000, SPANS)
    one, one_later, two, two_later = people.among([1, 2])
    right = people.merged(one_later, two).merged(two_later, one)
    assert [right.number_of(face_id, 9_000_000) for face_id in (1, 2)] == [2, 1]
    assert [right.label(number) for number in right.among([1, 2])] == ["1", "2"]


def test_hidden_faces_are_not_shown_and_come_back() -> None:
    people = People().hidden(2)
    analysis = frame(0, face(1), face(2))
    assert [item.face_id for item in people.shown(analysis).faces] == [1]
    assert people.shown(frame(1, face(1))) == frame(1, face(1))
    assert people.hidden(2, False) == People()


def test_what_a_file_says_twice_or_in_vain_is_nothing() -> None:
    parts = [(TrackPart(3), 3), (TrackPart(3, 500), 3), (TrackPart(4, 700), 9)]
    people = People.of(parts, [Person(1), Person(2, "P02")])
    assert people.parts == ((TrackPart(4), 4), (TrackPart(4, 700), 9))
    assert people.persons == (Person(2, "P02"),)
    with pytest.raises(ValueError, match="more than"):
        People.of((), [Person(number, f"P{number:05}") for number in range(10_001)])
    with pytest.raises(ValueError, match="not seen"):
        People.of((), [Person(1, "a\u202eb")])
    assert TrackPart(1).from_us == BEGINNING_US
