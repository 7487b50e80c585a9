import random

import pytest

from fer_desktop.domain.face import Detection
from fer_desktop.vision.tracker import FaceTracker
from tests.helpers.fakes import face_at

pytestmark = pytest.mark.unit

FRAME_US = 33_333


def face(x: float, y: float = 100, size: float = 80) -> Detection:
    return face_at((x - size / 2, y - size / 2, x + size / 2, y + size / 2))


def ids_over(
    tracker: FaceTracker, frames: list[list[Detection]], start: int = 0
) -> list[list[int]]:
    return [tracker.update(faces, (start + index) * FRAME_US) for index, faces in enumerate(frames)]


def test_ids_start_from_one_in_the_order_given() -> None:
    assert FaceTracker().update([face(300), face(100), face(500)], 0) == [1, 2, 3]


def test_no_faces_no_ids() -> None:
    tracker = FaceTracker()
    assert tracker.update([], 0) == []
    assert tracker.update([face(100)], FRAME_US) == [1]
    assert tracker.update([], 2 * FRAME_US) == []


def test_the_order_of_detections_does_not_matter() -> None:
    tracker = FaceTracker()
    rng = random.Random(5)
    people = [100.0, 220.0, 340.0, 460.0]
    assert tracker.update([face(x) for x in people], 0) == [1, 2, 3, 4]
    for frame in range(1, 60):
        people = [x + rng.uniform(-6, 6) for x in people]
        order = rng.sample(range(4), 4)
        ids = tracker.update([face(people[i]) for i in order], frame * FRAME_US)
        assert ids == [i + 1 for i in order]


@pytest.mark.parametrize("fps", [8, 15, 30, 60])
@pytest.mark.parametrize("hidden_when_close", [False, True])
def test_faces_that_cross_keep_their_ids(fps: int, hidden_when_close: bool) -> None:
    """Two people pass each other; while they overlap only the one in front may be seen."""
    tracker = FaceTracker()
    last = []
    for frame in range(3 * fps + 1):
        time_s = frame / fps
        left, right = 100 + 130 * time_s, 500 - 130 * time_s
        faces = [face(left), face(right, 110)]
        if hidden_when_close and abs(left - right) < 40:
            faces = faces[:1]
        last = tracker.update(faces, round(time_s * 1e6))
    assert last == [1, 2]


def test_faces_that_swap_sides_at_different_heights_are_not_confused() -> None:
    tracker = FaceTracker()
    frames = [[face(150 + 10 * i, 100, 60), face(450 - 10 * i, 160, 120)] for i in range(31)]
    assert {tuple(ids) for ids in ids_over(tracker, frames)} == {(1, 2)}


@pytest.mark.parametrize("gap_s", [0.1, 0.5, 1.0])
def test_a_face_comes_back_as_itself_after_a_short_gap(gap_s: float) -> None:
    tracker = FaceTracker()
    ids_over(tracker, [[face(100), face(300)]] * 10)
    hidden = round(gap_s * 30)
    ids_over(tracker, [[face(300)]] * hidden, start=10)
    assert tracker.update([face(112), face(300)], (10 + hidden) * FRAME_US) == [1, 2]


def test_after_a_long_gap_it_is_a_new_face_and_ids_are_not_reused() -> None:
    tracker = FaceTracker()
    ids_over(tracker, [[face(100)]] * 5)
    assert tracker.update([face(100)], 3_000_000) == [2]
    assert tracker.update([], 6_000_000) == []
    assert tracker.update([face(100), face(300)], 9_000_000) == [3, 4]


def test_a_face_elsewhere_is_another_face() -> None:
    tracker = FaceTracker()
    ids_over(tracker, [[face(100)]] * 5)
    assert tracker.update([face(400)], 5 * FRAME_US) == [2]


def test_a_much_larger_face_at_the_same_place_is_another_face() -> None:
    tracker = FaceTracker()
    ids_over(tracker, [[face(200, 200, 60)]] * 5)
    assert tracker.update([face(200, 200, 240)], 5 * FRAME_US) == [2]


def test_a_newcomer_does_not_shift_the_others() -> None:
    """Nobody changes identity only because another pairing would leave fewer faces over."""
    tracker = FaceTracker()
    ids_over(tracker, [[face(100), face(190)]] * 5)
    assert tracker.update([face(100), face(45)], 5 * FRAME_US) == [1, 3]


def test_a_fast_face_is_followed_where_it_was_going() -> None:
    tracker = FaceTracker()
    frames = [[face(50 + 45 * i)] for i in range(20)]
    assert {tuple(ids) for ids in ids_over(tracker, frames)} == {(1,)}


def test_approaching_the_camera_is_one_face() -> None:
    tracker = FaceTracker()
    frames = [[face(320, 240, 40 * 1.05**i)] for i in range(50)]
    assert {tuple(ids) for ids in ids_over(tracker, frames)} == {(1,)}


def test_reset_starts_from_one() -> None:
    tracker = FaceTracker()
    tracker.update([face(100), face(300)], 0)
    tracker.reset()
    assert tracker.update([face(300)], 0) == [1]


def test_an_empty_box_is_tracked_like_any_other() -> None:
    tracker = FaceTracker()
    assert tracker.update([face(10, 10, 0)], 0) == [1]
    assert tracker.update([face(10, 10, 0)], FRAME_US) == [1]
