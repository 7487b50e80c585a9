"""Pictures in which a face can hardly be measured: its row stays, and the reason stands in it."""

import math
from collections.abc import Iterator
from contextlib import closing

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from fer_desktop import api
from fer_desktop.domain.emotion import FaceAnalysis
from fer_desktop.domain.face import BoundingBox, Detection
from fer_desktop.domain.frame import Frame
from fer_desktop.domain.picture_problem import Problem
from fer_desktop.vision.measure_catalogue import all_measures, chosen_measures
from fer_desktop.vision.measuring import Measurer
from tests.helpers.data import astronaut

Picture = NDArray[np.uint8]
FACE = BoundingBox(174, 75, 274, 175)  # where it is found in the portrait
X, Y, WIDTH = 224, 125, 100


@pytest.fixture(scope="module")
def reader() -> Iterator[api.Reader]:
    with api.Reader(measures=all_measures()) as found:
        yield found


@pytest.fixture
def measurer() -> Iterator[Measurer]:
    with closing(Measurer(chosen_measures(all_measures()))) as found:
        yield found


def measured(measurer: Measurer, picture: Picture, *boxes: BoundingBox) -> list[dict[str, float]]:
    """Return the columns of faces at these places."""
    faces = [FaceAnalysis(at, Detection(box, 0.9), None, None) for at, box in enumerate(boxes)]
    found = measurer.measured(Frame(0, 0, 0, np.ascontiguousarray(picture)), faces)
    return [
        {
            column: number
            for spec, numbers in face.measurements
            for column, number in zip(spec.columns, numbers, strict=True)
        }
        for face in found
    ]


def as_gray(picture: Picture) -> Picture:
    gray = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    return np.asarray(cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR), np.uint8)


def as_infrared(picture: Picture) -> Picture:
    """Return about what an infrared camera sees: the red of it, soft, pale and noisy."""
    red = 255 * (picture[:, :, 2] / 255) ** 0.7
    soft = cv2.GaussianBlur(red, (0, 0), 1.2)
    noisy = np.clip(soft + np.random.default_rng(0).normal(0, 8, soft.shape), 0, 255)
    return np.asarray(cv2.cvtColor(noisy.astype(np.uint8), cv2.COLOR_GRAY2BGR), np.uint8)


@pytest.mark.parametrize("change", [as_gray, as_infrared])
def test_pictures_without_colour_are_measured(reader: api.Reader, change) -> None:  # type: ignore[no-untyped-def]
    (face,) = reader.read_picture(change(astronaut())).faces
    assert face.measures["quality_usable"] == 1
    assert face.measures["actions_mouth_AU12"] > 0.5
    assert abs(face.measures["head_pose_yaw_deg"]) < 8


def test_a_face_of_twenty_pixels_is_too_small(reader: api.Reader) -> None:
    tiny = cv2.resize(astronaut(), None, fx=0.2, fy=0.2, interpolation=cv2.INTER_AREA)
    (face,) = reader.read_picture(np.asarray(tiny, np.uint8)).faces
    assert face.measures["quality_face_px"] == pytest.approx(20, abs=2)
    assert face.measures["quality_problem"] == Problem.SMALL
    assert face.measures["quality_usable"] == 0


def test_half_a_face_at_the_border_is_cut_off(reader: api.Reader, measurer: Measurer) -> None:
    (face,) = reader.read_picture(np.ascontiguousarray(astronaut()[:Y])).faces
    assert face.measures["quality_problem"] == Problem.CUT_OFF
    beside = BoundingBox(-WIDTH / 2, FACE.y1, WIDTH / 2, FACE.y2)
    (columns,) = measured(measurer, astronaut()[:, X:], beside)
    assert columns["quality_problem"] == Problem.CUT_OFF


def test_in_a_profile_there_is_no_mesh_and_its_measures_are_empty(measurer: Measurer) -> None:
    # One half of the portrait, narrowed: as little of a face as a profile shows.
    half = astronaut()[:, int(FACE.x1) : X]
    canvas = np.full_like(astronaut(), 128)
    canvas[:, X - 20 : X] = cv2.resize(half, (20, half.shape[0]))
    (columns,) = measured(measurer, canvas, FACE)
    assert columns["quality_problem"] == Problem.COVERED
    assert not any(name.startswith(("head_pose", "gaze", "actions", "arousal")) for name in columns)


def test_a_covered_mouth_leaves_finite_numbers(reader: api.Reader) -> None:
    covered = astronaut().copy()
    cv2.rectangle(covered, (X - 50, Y + 12), (X + 50, Y + 100), (90, 110, 160), -1)
    (face,) = reader.read_picture(covered).faces
    assert all(map(math.isfinite, face.measures.values()))
    assert abs(face.measures["head_pose_yaw_deg"]) < 10  # from what can be seen


def test_overlapping_faces_are_measured_each(measurer: Measurer) -> None:
    plain = astronaut()
    other = np.ascontiguousarray(plain[:, ::-1])
    both = plain.copy()
    shift = 60  # so far to the right another face stands before it
    mirrored = BoundingBox(512 - FACE.x2, FACE.y1, 512 - FACE.x1, FACE.y2)
    left = int(mirrored.x1) - 20
    both[55:195, X + shift - 50 : X + shift + 90] = other[55:195, left : left + 140]
    behind = FACE
    before = BoundingBox(X + shift - 30, FACE.y1, X + shift + 70, FACE.y2)
    faces = measured(measurer, both, behind, before)
    assert len(faces) == 2
    assert all(math.isfinite(number) for columns in faces for number in columns.values())
    assert faces[1]["quality_problem"] == Problem.NONE
