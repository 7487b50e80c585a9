"""Pictures of one session or person are never on both sides."""

from collections import Counter

import pytest

from fer_desktop.training.held_back import Shown, groups_of, splits_of

pytestmark = pytest.mark.unit


def shown(session: str, person: str, time: int = 0, label: str = "happy") -> Shown:
    return Shown(session, person, time, label)


def test_sessions_that_share_a_person_are_one_group() -> None:
    pictures = [shown("a", "P1"), shown("b", "P1"), shown("c", "P2"), shown("d", "P3")]
    groups, kind = groups_of(pictures)
    assert kind == "session"
    assert groups[0] == groups[1]
    assert len(set(groups)) == 3


def test_where_sessions_are_few_persons_are_kept_together() -> None:
    pictures = [shown("a", f"P{at % 4}") for at in range(12)]
    groups, kind = groups_of(pictures)
    assert kind == "person"
    assert groups == [one.person for one in pictures]


def test_of_one_person_stretches_of_time_are_kept_together() -> None:
    pictures = [shown("a", "P1", time) for time in range(80)]
    groups, kind = groups_of(pictures)
    assert kind == "time"
    assert len(set(groups)) == 8
    assert groups == sorted(groups)  # no stretch is interrupted


@pytest.mark.parametrize("sizes", [(10, 10, 10), (50, 5, 9), (30, 20, 10, 10, 10, 5), (8,) * 8])
def test_each_split_gets_whole_groups(sizes: tuple[int, ...]) -> None:
    groups = [f"g{at}" for at, size in enumerate(sizes) for _ in range(size)]
    labels = ["happy" if at % 2 else "sad" for at in range(len(groups))]
    splits = splits_of(groups, labels)
    assert set(splits) == {"train", "validation", "test"}
    assert len(set(zip(groups, splits, strict=True))) == len(sizes)
    assert splits.count("train") >= 0.3 * len(groups)


def test_a_label_is_not_held_back_as_a_whole() -> None:
    groups = ["a"] * 10 + ["b"] * 10 + ["c"] * 10 + ["d"] * 10
    labels = ["happy"] * 30 + ["rare"] * 10
    splits = splits_of(groups, labels)
    assert splits[-1] == "train"
    assert "test" in splits


def test_few_large_groups_are_not_held_back_for_the_most_part() -> None:
    groups = [f"session {number}" for number in range(5) for _ in range(40)]
    labels = ["happy", "sad"] * 100
    split = splits_of(groups, labels)
    assert [split.count(name) for name in ("train", "validation", "test")] == [120, 40, 40]


def test_a_label_of_few_pictures_is_not_held_back_for_the_most_part() -> None:
    groups = [f"part {at}" for at in (1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 5, 5, 6, 6, 6, 7, 7, 7)]
    labels = ["surprise"] * 8 + ["neutral"] * 12
    groups += ["part 8"] * 2
    labels += ["neutral", "surprise"]
    split = splits_of(groups, labels)
    of_each = Counter(zip(split, labels, strict=True))
    assert of_each["train", "surprise"] >= 3
    assert of_each["train", "neutral"] >= 4
    assert of_each["test", "surprise"]
    assert of_each["test", "neutral"]
