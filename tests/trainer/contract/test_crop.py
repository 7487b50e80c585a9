"""Faces are framed as FER2013 frames them, upright, wherever they are in the picture."""

import math

import numpy as np
import pytest

from trainer.contract.crop import CropGeometry, crop_matrix

pytestmark = pytest.mark.unit

SIZE = 48


def mapped(matrix: np.ndarray, point: tuple[float, float]) -> tuple[float, float]:
    x, y = matrix @ [*point, 1.0]
    return float(x), float(y)


def test_box_lies_in_the_crop_as_in_fer2013() -> None:
    box = (100.0, 200.0, 300.0, 400.0)
    matrix = crop_matrix(box, CropGeometry(), SIZE)
    left, top = mapped(matrix, (100 - 0.5, 200 - 0.5))
    right, bottom = mapped(matrix, (300 - 0.5, 400 - 0.5))
    assert (right - left) / SIZE == pytest.approx(0.86, abs=0.005)
    assert ((left + right) / 2 + 0.5) / SIZE == pytest.approx(0.5)
    assert ((top + bottom) / 2 + 0.5) / SIZE == pytest.approx(0.564, abs=0.005)


def test_whole_picture_maps_pixel_to_pixel() -> None:
    geometry = CropGeometry(scale=1.0, shift_up=0.0)
    matrix = crop_matrix((0, 0, SIZE, SIZE), geometry, SIZE)
    np.testing.assert_allclose(matrix, [[1, 0, 0], [0, 1, 0]], atol=1e-12)


@pytest.mark.parametrize("degrees", [-60, -10, 25, 90])
def test_tilted_face_comes_out_upright(degrees: float) -> None:
    """Turning the picture about the box's centre must not change the crop."""
    angle = math.radians(degrees)
    centre = np.array([320.0, 240.0])
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    box = (centre[0] - 50, centre[1] - 50, centre[0] + 50, centre[1] + 50)
    eyes = [np.array([-20.0, -15.0]), np.array([20.0, -15.0])]

    def crop_of(turned: np.ndarray) -> list[tuple[float, float]]:
        points = [tuple(centre - 0.5 + turned @ eye) for eye in eyes]
        matrix = crop_matrix(box, CropGeometry(max_tilt_deg=0), SIZE, eyes=(points[0], points[1]))
        return [mapped(matrix, point) for point in points]

    np.testing.assert_allclose(crop_of(turn), crop_of(np.eye(2)), atol=1e-9)


@pytest.mark.parametrize(("tilt", "left"), [(0, 0), (-10, -10), (14.9, 14.9), (40, 15), (-90, -15)])
def test_a_slight_tilt_is_left_and_a_strong_one_turned_back_to_it(tilt: float, left: float) -> None:
    angle = math.radians(tilt)
    eyes = ((100.0, 100.0), (100 + 40 * math.cos(angle), 100 + 40 * math.sin(angle)))
    matrix = crop_matrix((70, 60, 170, 160), CropGeometry(max_tilt_deg=15), SIZE, eyes=eyes)
    (x1, y1), (x2, y2) = (mapped(matrix, eye) for eye in eyes)
    assert math.degrees(math.atan2(y2 - y1, x2 - x1)) == pytest.approx(left)


def test_turning_can_be_switched_off() -> None:
    box = (0.0, 0.0, 100.0, 100.0)
    geometry = CropGeometry(max_tilt_deg=180)
    np.testing.assert_array_equal(
        crop_matrix(box, geometry, SIZE, eyes=((20, 30), (70, 60))),
        crop_matrix(box, geometry, SIZE),
    )


@pytest.mark.parametrize(
    "wrong", [{"scale": 0}, {"scale": float("nan")}, {"shift_up": 9}, {"max_tilt_deg": -1}]
)
def test_impossible_geometry_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="Received"):
        CropGeometry(**wrong)


def test_point_like_box_still_has_a_crop() -> None:
    assert np.isfinite(crop_matrix((5, 5, 5, 5), CropGeometry(), SIZE)).all()
