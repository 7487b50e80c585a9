"""Which corrected pictures a model learns from, and which are held back to test it.

Pictures of one session resemble each other, and so do those of one person: both are kept together.
Where that leaves fewer than three groups, persons alone are kept together, and where even these are
fewer, stretches of time are. What was possible is told, because figures mean less with each step.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

TRAIN, VALIDATION, TEST = "train", "validation", "test"
Grouping = Literal["session", "person", "time"]

GROUPS_MIN: Final = 3  # one for each split
_TEST_SHARE, _VALIDATION_SHARE = 0.25, 0.12
_BLOCKS: Final = 8
_MOST_SHARE: Final = 0.45  # of all pictures, for one that is held back


@dataclass(frozen=True, slots=True)
class Shown:
    """Who is on a picture, and when it was taken.

    Attributes:
        session: of which session.
        person: who; the same name in two sessions is the same person.
        time_us: on the session's clock.
        label: what the picture shows.
    """

    session: str
    person: str
    time_us: int
    label: str


def groups_of(pictures: Sequence[Shown]) -> tuple[list[str], Grouping]:
    """Return the name of each picture's group, and what is kept together by them."""
    joined = _joined(pictures)
    if len(set(joined)) >= GROUPS_MIN:
        return joined, "session"
    persons = [one.person for one in pictures]
    if len(set(persons)) >= GROUPS_MIN:
        return persons, "person"
    return _blocks(pictures), "time"


def splits_of(groups: Sequence[str], labels: Sequence[str]) -> list[str]:
    """Return the split of each picture; groups are not separated.

    The smallest groups are held back, as many as are needed, and none whose label nothing else has.
    Where others will do, a third of each label stays to be learned from.

    Args:
        groups: of each picture.
        labels: of each picture.
    """
    content: dict[str, Counter[str]] = {}
    for group, label in zip(groups, labels, strict=True):
        content.setdefault(group, Counter())[label] += 1
    total, left, every = len(groups), Counter(labels), Counter(labels)
    split = dict.fromkeys(content, TRAIN)
    wanted = {TEST: _TEST_SHARE * total, VALIDATION: _VALIDATION_SHARE * total}
    taken = dict.fromkeys(wanted, 0)

    def may_leave(group: str) -> bool:
        own = content[group]
        return own.total() <= _MOST_SHARE * total and all(left[name] > own[name] for name in own)

    def starves(group: str) -> bool:
        return any(3 * (left[name] - count) < every[name] for name, count in content[group].items())

    # The smallest first: both get one, and what is left fills the test.
    for name in (VALIDATION, TEST):
        while taken[name] < wanted[name]:
            free = [group for group in content if split[group] == TRAIN and may_leave(group)]
            if not free or sum(place == TRAIN for place in split.values()) < 2:
                break
            lacking = wanted[name] - taken[name]
            # The one that comes nearest to what is lacking; of such the first by name.
            group = min(
                free,
                key=lambda one: (starves(one), abs(content[one].total() - lacking), one),
            )
            if taken[name] and content[group].total() > 2 * lacking:
                break  # too many would be farther from what is wanted than too few
            split[group] = name
            taken[name] += content[group].total()
            left -= content[group]
    return [split[group] for group in groups]


def _joined(pictures: Sequence[Shown]) -> list[str]:
    """Name groups in which neither a session nor a person is in two of them."""
    first: dict[str, str] = {}

    def root(name: str) -> str:
        while first.setdefault(name, name) != name:
            name = first[name]
        return name

    for one in pictures:
        ends = sorted((root(f"s {one.session}"), root(f"p {one.person}")))
        first[ends[1]] = ends[0]
    return [root(f"s {one.session}")[2:] for one in pictures]


def _blocks(pictures: Sequence[Shown]) -> list[str]:
    """Divide each person's pictures into stretches of time with about as many in each."""
    found = [""] * len(pictures)
    by_person: dict[tuple[str, str], list[int]] = {}
    for at, one in enumerate(pictures):
        by_person.setdefault((one.session, one.person), []).append(at)
    for (_, person), places in by_person.items():
        places.sort(key=lambda at: pictures[at].time_us)
        for number, at in enumerate(places):
            found[at] = f"{person}, part {number * _BLOCKS // len(places) + 1}"
    return found
