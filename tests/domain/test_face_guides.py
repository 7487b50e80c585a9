"""Lines over a face point where head and eyes do."""

import numpy as np
import pytest

from fer_desktop.domain.emotion import FaceAnalysis
from fer_desktop.domain.face_guides import face_guides
from fer_desktop.domain.measures import MESH, Measurement, MeasureSpec
from fer_desktop.domain.picture_problem import QUALITY, Problem, is_pale, problem_of
from tests.helpers.fakes import face_at

pytestmark = pytest.mark.unit

POSE = MeasureSpec("head_pose", ("yaw", "pitch", "roll"), "deg")
GAZE = MeasureSpec("gaze", ("yaw", "pitch", "off_camera"), "deg")


def face(*measurements: Measurement) -> FaceAnalysis:
    return FaceAnalysis(1, face_at((0, 0, 100, 100)), None, None, measurements=measurements)


def test_nothing_measured_is_nothing_drawn() -> None:
    assert face_guides(face()) is None
    assert face_guides(face(Measurement(GAZE, (0, 0, 0)))) is None  # relative to an unknown head


def test_axes_of_a_head_that_looks_ahead() -> None:
    guides = face_guides(face(Measurement(POSE, (0.0, 0.0, 0.0))))
    assert guides is not None
    left, up, out = guides.axes
    assert left == ((50, 50), (95, 50))
    assert up == ((50, 50), (50, 5))
    assert out[1] == pytest.approx((50, 50))
    assert guides.gaze == ()


def test_head_and_eyes_turned_to_the_left_point_to_the_pictures_right() -> None:
    guides = face_guides(
        face(Measurement(POSE, (30.0, 0.0, 0.0)), Measurement(GAZE, (20.0, 0.0, 50.0)))
    )
    assert guides is not None
    assert guides.axes[2][1][0] > 60
    for start, end in guides.gaze:
        assert end[0] - start[0] == pytest.approx(70 * np.sin(np.radians(50)))


def test_a_mesh_is_drawn_by_itself() -> None:
    numbers = tuple(map(float, range(9)))
    mesh = MeasureSpec(MESH, tuple(f"{axis}{at}" for at in range(3) for axis in "xyz"), "px")
    guides = face_guides(face(Measurement(mesh, numbers)))
    assert guides is not None
    assert guides.mesh is not None
    assert guides.mesh.tolist() == [[0, 1], [3, 4], [6, 7]]


def test_measures_of_other_shapes_are_no_guides() -> None:
    odd = [
        Measurement(MeasureSpec("head_pose", ("yaw", "pitch")), (1.0, 2.0)),
        Measurement(MeasureSpec("gaze", ("yaw",)), (1.0,)),
        Measurement(MeasureSpec(MESH, ("x", "y")), (1.0, 2.0)),
    ]
    assert face_guides(face(*odd)) is None
    guides = face_guides(face(Measurement(POSE, (0.0, 0.0, 0.0)), odd[1]))
    assert guides is not None
    assert guides.gaze == ()


def test_a_face_that_cannot_be_trusted_is_pale() -> None:
    good = face(Measurement(QUALITY, (100, 0.1, 200, 0, 1)))
    dark = face(Measurement(QUALITY, (100, 0.1, 20, Problem.DARK, 0)))
    foreign = face(Measurement(QUALITY, (100, 0.1, 20, 99, 0)))
    assert [problem_of(each) for each in (face(), good, dark, foreign)] == [
        None, Problem.NONE, Problem.DARK, None,
    ]  # fmt: skip
    assert [is_pale(each) for each in (face(), good, dark, foreign)] == [False, False, True, False]
