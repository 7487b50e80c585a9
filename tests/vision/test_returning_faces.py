"""Faces known again by their looks: behind a cut, and after they were away."""

import numpy as np
import pytest

from fer_desktop.domain.face import Detection
from fer_desktop.vision.appearance import Appearance, appearance_of, likeness
from fer_desktop.vision.tracker import FaceTracker
from tests.helpers.data import astronaut
from tests.helpers.fakes import face_at

pytestmark = pytest.mark.unit

SECOND = 1_000_000


def face(x: float, size: float = 80, y: float = 200) -> Detection:
    return face_at((x - size / 2, y - size / 2, x + size / 2, y + size / 2))


def looks(who: int) -> Appearance:
    """Return the looks of somebody who looks like nobody else."""
    return Appearance(np.eye(9, dtype=np.float32)[who], np.eye(9, dtype=np.float32)[who])


class Stage:
    """Faces whose looks are known by their places."""

    def __init__(self) -> None:
        self.tracker = FaceTracker()
        self.looked = 0

    def show(
        self,
        people: dict[int, float],
        time_us: int,
        *,
        is_cut: bool = False,
        is_jump: bool = False,
        size: float = 80,
    ) -> list[int]:
        """Return the ids of people, of whom it is known where they are."""
        at = {face(x, size).box: who for who, x in people.items()}

        def look(detection: Detection) -> Appearance:
            self.looked += 1
            return looks(at[detection.box])

        faces = [face(x, size) for x in people.values()]
        return self.tracker.update(faces, time_us, look=look, is_cut=is_cut, is_jump=is_jump)


def test_behind_a_cut_places_say_nothing_and_looks_all() -> None:
    stage = Stage()
    assert stage.show({0: 100, 1: 300}, 0) == [1, 2]
    assert stage.show({0: 300, 1: 100}, 33_333, is_cut=True) == [1, 2]
    assert stage.show({2: 300, 3: 100}, 66_666, is_cut=True) == [3, 4]
    assert stage.show({1: 500}, 2 * SECOND, is_cut=True) == [2]
    assert stage.show({0: 100, 1: 500}, 2 * SECOND + 33_333) == [1, 2]


def test_somebody_else_at_the_same_place_behind_a_jump_is_another_face() -> None:
    stage = Stage()
    assert stage.show({0: 100, 1: 300}, 0) == [1, 2]
    assert stage.show({0: 100, 1: 300}, 33_333, is_jump=True) == [1, 2]  # a flash, say
    assert stage.show({2: 100, 1: 300}, 66_666, is_jump=True) == [3, 2]
    assert stage.show({0: 100, 1: 300}, 99_999, is_jump=True) == [1, 2]
    assert stage.show({2: 100, 1: 300}, 133_333) == [1, 2]  # without one, places tell


def test_without_looks_a_cut_brings_new_numbers() -> None:
    tracker = FaceTracker()
    assert tracker.update([face(100)], 0) == [1]
    assert tracker.update([face(100)], 33_333, is_cut=True) == [2]


def test_whoever_comes_back_gets_their_number_back() -> None:
    stage = Stage()
    stage.show({0: 100, 1: 300}, 0)
    for tenth in range(1, 40):
        assert stage.show({1: 300}, tenth * SECOND // 10) == [2]
    assert stage.show({0: 160, 1: 300}, 4 * SECOND) == [1, 2]


@pytest.mark.parametrize(
    ("who", "x", "time_us", "size"),
    [
        (2, 100, 3 * SECOND, 80),  # somebody else
        (0, 900, 3 * SECOND // 2, 80),  # too far away
        (0, 100, 9 * SECOND, 80),  # too late
        (0, 100, 3 * SECOND, 240),  # much too large
    ],
)
def test_who_cannot_be_the_same_gets_a_new_number(
    who: int, x: float, time_us: int, size: float
) -> None:
    stage = Stage()
    assert stage.show({0: 100}, 0) == [1]
    assert stage.show({who: x}, time_us, size=size) == [2]


def test_two_who_come_back_on_the_others_side_are_told_apart() -> None:
    stage = Stage()
    stage.show({0: 100, 1: 300}, 0)
    stage.show({}, 2 * SECOND)
    assert stage.show({0: 300, 1: 100}, 3 * SECOND) == [1, 2]


def test_a_number_is_given_to_one_face_alone() -> None:
    stage = Stage()
    stage.show({0: 100}, 0)
    stage.show({}, 2 * SECOND)
    tracker = stage.tracker
    twins = tracker.update([face(100), face(200)], 3 * SECOND, look=lambda _: looks(0))
    assert sorted(twins) == [1, 2]


def test_it_costs_little() -> None:
    """Looks are taken a few times a second, and of hundreds that leave few are kept."""
    stage = Stage()
    for frame in range(300):
        stage.show({0: 100}, frame * SECOND // 30)
    assert stage.looked <= 40
    tracker = FaceTracker()
    for frame in range(500):
        look = looks(frame % 9)
        tracker.update([face(100)], frame * 10_000, look=lambda _, look=look: look, is_cut=True)
    assert len(tracker._away) <= 32


def test_a_face_looks_like_itself_in_another_light_and_place() -> None:
    picture = astronaut()
    there = face_at((170, 60, 290, 200))
    other = np.ascontiguousarray(np.roll(picture, 40, axis=1))
    darker = (other * 0.7 + 12).astype(np.uint8)
    moved = face_at((210, 60, 330, 200))
    one = appearance_of(picture, there)
    assert likeness(one, one) == pytest.approx(1, abs=1e-3)
    assert float(one.face @ appearance_of(darker, moved).face) > 0.95
    assert likeness(one, appearance_of(other, moved)) > 0.95
    elsewhere = appearance_of(picture, face_at((20, 300, 140, 440)))
    assert likeness(one, elsewhere) < 0.6


@pytest.mark.parametrize(
    "box", [(-60, -60, 20, 20), (0, 0, 0, 0), (500, 500, 900, 900), (600, 600, 700, 700)]
)
def test_a_face_at_the_edge_or_outside_has_looks_too(
    box: tuple[float, float, float, float],
) -> None:
    found = appearance_of(astronaut(), face_at(box))
    assert np.isfinite(found.face).all()
    assert np.isfinite(found.colors).all()
