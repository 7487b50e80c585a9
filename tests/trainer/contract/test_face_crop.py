"""One function cuts faces for training, evaluation and the window."""

import cv2
import numpy as np
import pytest

from tests.helpers.data import astronaut
from trainer.contract.crop import CropGeometry, box_of_crop, crop_matrix
from trainer.contract.face_crop import crop_face

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("geometry", [CropGeometry(), CropGeometry(0.7, -0.3)])
def test_the_box_of_a_crop_gives_that_crop(geometry: CropGeometry) -> None:
    box = box_of_crop((10.0, 20.0, 106.0, 116.0), geometry)
    expected = [[0.5, 0.0, -5.25], [0.0, 0.5, -10.25]]
    np.testing.assert_allclose(crop_matrix(box, geometry, 48), expected, atol=1e-9)


@pytest.mark.parametrize("side", [48, 112, 200])
def test_a_crop_that_cuts_no_pixel_is_averaged_once(side: int) -> None:
    picture = astronaut()[60 : 60 + side, 170 : 170 + side]
    box = box_of_crop((0, 0, side, side), CropGeometry())
    gray = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_BGR2GRAY)
    expected = cv2.resize(gray, (48, 48), interpolation=cv2.INTER_AREA)
    crop = crop_face(cv2, picture, box, CropGeometry(), 48, "gray")
    np.testing.assert_array_equal(crop[..., 0], expected)


def test_a_crop_between_pixels_differs_little_from_one_on_them() -> None:
    geometry = CropGeometry()
    box = box_of_crop((170.0, 60.0, 290.0, 180.0), geometry)
    moved = tuple(value + 1e-3 for value in box)
    exact, drawn = (
        crop_face(cv2, astronaut(), each, geometry, 48, "gray").astype(int) for each in (box, moved)
    )
    assert np.abs(exact - drawn).mean() < 2
