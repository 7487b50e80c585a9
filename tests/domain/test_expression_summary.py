"""Shares of time are of real time, and their intervals of blocks of it."""

import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from fer_desktop.domain import expression_summary
from fer_desktop.domain.block_bootstrap import block_length, ratio_intervals
from fer_desktop.domain.expression_summary import Interval, summarize
from fer_desktop.domain.face import BoundingBox, Detection
from fer_desktop.domain.face_quality import DARK, light_on, nose_offset
from fer_desktop.domain.observations import Observations

pytestmark = pytest.mark.unit

SECOND = 1_000_000


def observed(
    times_s: list[float] | NDArray[np.float64],
    shown: list[int] | NDArray[np.int64],
    *,
    rows: list[int] | None = None,
    people: list[int] | None = None,
) -> Observations:
    """Return what was observed of two labels: one face in each frame unless said otherwise."""
    found = np.asarray(shown, np.int64)
    count = len(found)
    probabilities = np.where(found[:, None] == np.arange(2), 0.75, 0.25).astype(np.float32)
    probabilities[found < 0] = np.nan
    who = np.asarray(people if people is not None else [0] * count, np.int64)
    unknown = np.full(count, np.nan, np.float32)
    return Observations(
        labels=("happy", "sad"),
        times_us=np.round(np.asarray(times_s) * SECOND).astype(np.int64),
        rows=np.asarray(rows if rows is not None else range(count), np.int64),
        people=who,
        names=tuple(f"face {number + 1}" for number in range(int(who.max(initial=0)) + 1)),
        face_ids=who + 1,
        shown=found,
        probabilities=probabilities,
        unsure=np.zeros(count, np.float32),
        widths_px=np.full(count, 100, np.float32),
        light=unknown,
        turned=unknown,
    )


def expressions(
    random: np.random.Generator, seconds: float, step_s: float, shown_s: float, between_s: float
) -> NDArray[np.int64]:
    """Return whether an expression is shown, for times that vary as people's do."""
    ends, states = [0.0], []
    is_shown = bool(random.random() < shown_s / (shown_s + between_s))
    while ends[-1] < seconds:
        ends.append(ends[-1] + random.exponential(shown_s if is_shown else between_s))
        states.append(is_shown)
        is_shown = not is_shown
    at = np.searchsorted(ends[1:], np.arange(0, seconds, step_s), side="right")
    return np.array(states, np.int64)[at]


def test_frames_count_for_the_time_until_the_next_one() -> None:
    # Four quick frames of happy in .4 s, then two slow ones of sad in .8 s, and one more.
    (whole,) = summarize(observed([0, 0.1, 0.2, 0.3, 0.4, 0.8, 1.2], [0, 0, 0, 0, 1, 1, 1]))
    (person,) = whole.people
    assert whole.seconds == pytest.approx(1.3)  # the last frame lasts as long as is usual
    happy, sad = person.shares
    assert happy.value == pytest.approx(0.4 / 1.3)
    assert sad.value == pytest.approx(0.9 / 1.3)
    assert person.means[0].value == pytest.approx(0.75 * 0.4 / 1.3 + 0.25 * 0.9 / 1.3)
    assert happy.low is None  # a second and a half is too little to tell
    assert person.flaws == ("few frames",)
    assert person.dark is None
    assert person.turned is None


def test_a_gap_counts_for_one_frame() -> None:
    times = [0, 0.1, 0.2, 10.0, 10.1]
    (whole,) = summarize(observed(times, [0, 0, 0, 1, 1]))
    assert whole.seconds == pytest.approx(0.5)
    assert whole.people[0].shares[0].value == pytest.approx(0.6)
    # Frames that are all far apart, as those of a film read every two seconds, have no gaps.
    (whole,) = summarize(observed([0, 2, 4, 6], [0, 0, 1, 1]))
    assert whole.seconds == pytest.approx(8)


def test_people_come_and_go_and_some_frames_have_nobody() -> None:
    seen = observed(
        np.arange(40) / 10, [0] * 20 + [1] * 10, rows=[*range(20), *range(10, 20)],
        people=[0] * 20 + [1] * 10,
    )  # fmt: skip
    order = np.argsort(seen.rows, kind="stable")
    seen = replace(
        seen,
        **{
            name: getattr(seen, name)[order]
            for name in (
                "rows", "people", "face_ids", "shown", "probabilities", "unsure", "widths_px",
                "light", "turned",
            )
        },
    )  # fmt: skip
    whole, late, outside = summarize(
        seen, [Interval("late", 1_500_000, 3_000_000), Interval("never", 9_000_000, 9_500_000)]
    )
    assert whole.missing == pytest.approx(0.5)
    assert [person.name for person in whole.people] == ["face 1", "face 2"]
    assert [person.seen_s for person in whole.people] == pytest.approx([2.0, 1.0])
    assert [person.shares[1].value for person in whole.people] == pytest.approx([0, 1])
    assert late.seconds == pytest.approx(1.5)
    assert late.missing == pytest.approx(2 / 3)
    assert [person.seen_s for person in late.people] == pytest.approx([0.5, 0.5])
    assert (outside.seconds, outside.missing, outside.people) == (0, None, ())
    assert summarize(replace(seen, has_all_frames=False))[0].missing is None


def test_faces_of_one_person_share_the_time_of_their_frame() -> None:
    # Two tracks that were merged are in view together in the second half.
    rows = [*range(10), *(row for row in range(10, 20) for _ in range(2))]
    seen = observed(np.arange(20) / 10, [0] * 10 + [0, 1] * 10, rows=rows, people=[0] * 30)
    whole, late = summarize(seen, [Interval("late", 1_000_000, 2_000_000)])
    (person,) = whole.people
    assert person.frames == 20
    assert (person.seen_s, person.read_s) == pytest.approx((2.0, 2.0))
    assert person.shares[1].value == pytest.approx(0.25)
    assert late.people[0].seen_s == pytest.approx(1.0)


def test_a_face_that_is_not_read_takes_no_time_from_the_one_that_is() -> None:
    # As before, but the second face of each pair cannot be read.
    rows = [*range(10), *(row for row in range(10, 20) for _ in range(2))]
    seen = observed(np.arange(20) / 10, [0] * 10 + [1, -1] * 10, rows=rows, people=[0] * 30)
    (whole,) = summarize(seen)
    (person,) = whole.people
    assert (person.seen_s, person.read_s) == pytest.approx((2.0, 2.0))
    assert person.shares[1].value == pytest.approx(0.5)
    assert person.means[1].value == pytest.approx(0.5)


def test_an_interval_cuts_frames_where_it_begins_and_ends() -> None:
    seen = observed([0, 1, 2], [0, 1, 0])
    part = summarize(seen, [Interval("a", 250_000, 1_500_000)])[1]
    assert part.seconds == pytest.approx(1.25)
    assert part.people[0].shares[0].value == pytest.approx(0.75 / 1.25)


def test_of_very_many_people_those_seen_longest_are_told_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(expression_summary, "PEOPLE_MAX", 2)
    (whole,) = summarize(observed(np.arange(6) / 10, [0] * 6, people=[0, 1, 1, 2, 2, 2]))
    assert [person.name for person in whole.people] == ["face 2", "face 3"]
    assert whole.left_out == 1


def test_what_the_numbers_suffer_from_is_told() -> None:
    seen = observed(np.arange(100) / 10, [0] * 50 + [-1] * 50)
    light = np.full(100, DARK + 1, np.float32)
    light[:30] = DARK - 1
    widths = np.full(100, 100, np.float32)
    widths[:10] = 20
    turned = np.full(100, np.nan, np.float32)
    turned[:40] = np.array([1.0] * 10 + [0.0] * 30)
    unsure = np.where(np.arange(100) < 5, 1, 0).astype(np.float32)
    (whole,) = summarize(replace(seen, light=light, widths_px=widths, turned=turned, unsure=unsure))
    (person,) = whole.people
    assert (person.dark, person.small, person.turned) == pytest.approx((0.3, 0.1, 0.25))
    assert person.unsure == pytest.approx(0.1)  # of the time in which it was read
    assert person.flaws == ("dark", "turned")
    assert (person.frames, person.read_s, person.seen_s) == (
        50,
        pytest.approx(5),
        pytest.approx(10),
    )


def test_intervals_hold_the_truth_where_those_of_frames_would_not() -> None:
    random = np.random.default_rng(5)
    truth, held, held_by_frames, told = 1 / 3, 0, 0, 0
    for _ in range(60):
        shown = 1 - expressions(random, 120, 0.1, 2, 4)  # the label 0 is shown a third of the time
        (whole,) = summarize(observed(np.arange(len(shown)) / 10, shown))
        (person,) = whole.people
        happy = person.shares[0]
        assert happy.value is not None
        assert happy.low is not None
        assert happy.high is not None
        assert person.block_s is not None
        assert person.block_s >= 1
        told += 1
        held += happy.low <= truth <= happy.high
        by_frames = 1.96 * math.sqrt(happy.value * (1 - happy.value) / len(shown))
        held_by_frames += abs(happy.value - truth) <= by_frames
    assert told == 60
    assert held >= 51  # 85 % at least; 95 % are wanted
    assert held_by_frames <= 30


def test_a_block_is_as_long_as_a_series_remembers_itself() -> None:
    random = np.random.default_rng(1)
    noise = random.normal(size=2_000)
    slow = np.zeros(2_000)
    for at in range(1, 2_000):
        slow[at] = 0.95 * slow[at - 1] + noise[at]
    assert block_length(noise) < 10 < 30 < block_length(slow)
    assert block_length(np.ones(100)) == 1
    assert block_length(np.array([1.0, 2.0])) == 1
    ones = np.ones((100, 2))
    assert ratio_intervals(ones, ones, 13) is None
    found = ratio_intervals(ones * (0, 1), ones, 10)  # one is never shown, the other always
    assert found is not None
    assert found[0].tolist() == pytest.approx([0, 0.65], abs=0.02)
    assert found[1].tolist() == pytest.approx([0.35, 1], abs=0.02)


def test_the_same_session_says_the_same_twice() -> None:
    shown = expressions(np.random.default_rng(2), 60, 0.1, 2, 3)
    seen = observed(np.arange(len(shown)) / 10, shown)
    assert summarize(seen) == summarize(seen)


def test_light_is_that_on_the_middle_of_a_face() -> None:
    pixels = np.full((100, 100, 3), 250, np.uint8)
    pixels[20:80, 20:80] = 40
    dark = light_on(pixels, BoundingBox(10, 10, 90, 90))
    assert dark == pytest.approx(40)
    assert light_on(pixels, BoundingBox(-90, -90, -10, -10)) is None
    half = light_on(pixels, BoundingBox(60, 60, 140, 140))  # over the edge
    assert half == pytest.approx(250)


def test_a_nose_beside_the_middle_of_the_eyes_tells_a_turned_face() -> None:
    box = BoundingBox(0, 0, 100, 100)
    points = {"right_eye": (30.0, 40.0), "left_eye": (70.0, 40.0), "nose": (60.0, 60.0)}
    offset = nose_offset(Detection(box, 1, points))
    assert offset is not None
    assert offset.tolist() == pytest.approx([0.25, 0.5])
    assert nose_offset(Detection(box, 1, {**points, "left_eye": (30.0, 40.0)})) is None
    assert nose_offset(Detection(box, 1, {})) is None
