import math

import cv2
import numpy as np
import pytest

from fer_desktop.domain.face import LEFT_EYE, RIGHT_EYE, BoundingBox, Detection
from fer_desktop.vision.crops import crop_faces
from tests.helpers.data import astronaut
from tests.helpers.fakes import face_at
from trainer.contract.crop import CropGeometry

pytestmark = pytest.mark.unit

FRAMING = CropGeometry(max_tilt_deg=0)
PLAIN = CropGeometry(scale=1.0, shift_up=0.0)


def picture_with_square(center: tuple[float, float], side: float, size: int = 400) -> np.ndarray:
    pixels = np.full((size, size, 3), 40, np.uint8)
    half = side / 2
    x1, y1 = (round(value - half) for value in center)
    pixels[y1 : y1 + round(side), x1 : x1 + round(side)] = 200
    return pixels


def test_no_faces_no_crops() -> None:
    assert crop_faces(astronaut(), [], FRAMING, 48, "gray").shape == (0, 48, 48, 1)


@pytest.mark.parametrize(("color", "channels"), [("gray", 1), ("rgb", 3)])
def test_shape_and_type(color: str, channels: int) -> None:
    faces = [face_at((177, 82, 272, 177)), face_at((10, 10, 60, 60))]
    crops = crop_faces(astronaut(), faces, FRAMING, 64, color)
    assert crops.shape == (2, 64, 64, channels)
    assert crops.dtype == np.uint8


def test_colours_are_red_green_blue() -> None:
    blue = np.zeros((100, 100, 3), np.uint8)
    blue[:, :, 0] = 255
    crop = crop_faces(blue, [face_at((20, 20, 80, 80))], FRAMING, 32, "rgb")[0]
    assert np.all(crop == (0, 0, 255))


@pytest.mark.parametrize("side", [20, 48, 101, 380])
def test_a_face_fills_the_crop_as_in_the_training_data(side: int) -> None:
    """The box is .86 of the crop, its centre .5 across and .564 down, whatever its size."""
    pixels = picture_with_square((200, 200), side)
    box = (200 - side // 2, 200 - side // 2, 200 - side // 2 + side, 200 - side // 2 + side)

    crop = crop_faces(pixels, [face_at(box)], FRAMING, 48, "gray")[0, :, :, 0]

    rows = np.flatnonzero(crop[:, 24] > 120)
    columns = np.flatnonzero(crop[24] > 120)
    assert len(columns) / 48 == pytest.approx(0.86, abs=0.03)
    assert (columns[0] + columns[-1] + 1) / 2 / 48 == pytest.approx(0.5, abs=0.02)
    assert (rows[0] + rows[-1] + 1) / 2 / 48 == pytest.approx(0.564, abs=0.02)


@pytest.mark.parametrize("degrees", [-60, -25, 10, 45])
def test_a_tilted_face_is_turned_upright(degrees: float) -> None:
    face = face_at((177, 82, 272, 177))
    upright = crop_faces(astronaut(), [face], FRAMING, 96, "gray")[0, :, :, 0]
    centre = face.box.center
    turn = cv2.getRotationMatrix2D(centre, -degrees, 1.0)
    tilted = cv2.warpAffine(astronaut(), turn, (512, 512), borderMode=cv2.BORDER_REPLICATE)
    eyes = {
        name: tuple(turn[:, :2] @ face.landmarks[name] + turn[:, 2])
        for name in (RIGHT_EYE, LEFT_EYE)
    }
    right, left = eyes[RIGHT_EYE], eyes[LEFT_EYE]
    assert math.degrees(math.atan2(left[1] - right[1], left[0] - right[0])) == pytest.approx(
        degrees
    )

    crop = crop_faces(tilted, [Detection(face.box, 0.9, eyes)], FRAMING, 96, "gray")[0, :, :, 0]

    difference = np.abs(crop.astype(int) - upright)
    assert np.median(difference) <= 3
    assert difference.mean() < 6


def test_large_faces_are_averaged_not_sampled() -> None:
    checks = np.indices((960, 960)).sum(axis=0) % 2 * 255
    pixels = np.repeat(checks[:, :, None], 3, axis=2).astype(np.uint8)
    crop = crop_faces(pixels, [face_at((100, 100, 868, 868))], PLAIN, 48, "gray")
    assert abs(crop.astype(int) - 127).max() <= 2


def test_small_faces_are_enlarged_smoothly() -> None:
    ramp = np.repeat(np.linspace(0, 255, 20, dtype=np.uint8)[None, :], 20, axis=0)
    crop = crop_faces(
        cv2.cvtColor(ramp, cv2.COLOR_GRAY2BGR), [face_at((2, 2, 18, 18))], PLAIN, 48, "gray"
    )
    assert np.abs(np.diff(crop[0, 24, :, 0].astype(int))).max() <= 6


@pytest.mark.parametrize(
    "box", [(-40, -40, 20, 20), (380, 380, 460, 460), (-300, 100, -200, 200), (900, 900, 990, 990)]
)
def test_beyond_the_picture_its_border_is_repeated(box: tuple[float, float, float, float]) -> None:
    pixels = np.zeros((400, 400, 3), np.uint8)
    pixels[:] = np.linspace(60, 160, 400)[:, None, None]

    crop = crop_faces(pixels, [face_at(box)], FRAMING, 48, "gray")[0, :, :, 0]

    assert crop.min() >= 60
    assert crop.max() <= 160
    assert np.ptp(crop, axis=1).max() <= 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (3, 2)])
def test_tiny_pictures_work(shape: tuple[int, int]) -> None:
    pixels = np.full((*shape, 3), 77, np.uint8)
    crop = crop_faces(pixels, [face_at((0, 0, 1, 1))], FRAMING, 48, "gray")
    assert np.all(crop == 77)


def test_an_empty_box_and_strided_pixels_work() -> None:
    face = Detection(BoundingBox(100, 100, 100, 100), 0.9)
    pixels = astronaut()[::2, ::-2]
    assert not pixels.flags.c_contiguous
    assert crop_faces(pixels, [face], FRAMING, 48, "gray").shape == (1, 48, 48, 1)
    strided = crop_faces(pixels, [face_at((60, 40, 120, 100))], FRAMING, 48, "rgb")
    packed = crop_faces(pixels.copy(), [face_at((60, 40, 120, 100))], FRAMING, 48, "rgb")
    np.testing.assert_array_equal(strided, packed)
