import cv2
import numpy as np
import pytest

from fer_desktop.vision.detection import letterbox
from fer_desktop.vision.detection.letterbox import Square, letterboxed

pytestmark = pytest.mark.unit


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


def test_a_square_around_a_picture_has_its_centre() -> None:
    assert Square.around(640, 480) == Square(640, 0, -80)
    assert Square.around(480, 640) == Square(640, -80, 0)


def test_whole_steps_take_every_so_manieth_pixel() -> None:
    picture = noise(480, 640)
    square = letterboxed(picture, 128)
    assert not square[:16].any()
    assert not square[112:].any()
    np.testing.assert_array_equal(square[16:112], picture[::5, ::5])


@pytest.mark.parametrize("size", [(480, 640), (640, 480), (128, 128), (256, 128)])
def test_both_ways_draw_the_same_square(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = letterboxed(noise(*size), 128)
    height, width = size
    places, parts = letterbox._maps(width, height, 128)
    drawn = cv2.remap(noise(*size), places, parts, cv2.INTER_LINEAR)
    np.testing.assert_array_equal(quick, drawn)


@pytest.mark.parametrize("size", [(577, 1023), (47, 33), (1, 1), (1, 2000), (720, 1280), (99, 98)])
def test_other_sizes_lie_between_pixels(size: tuple[int, int]) -> None:
    height, width = size
    side = max(size)
    square = letterboxed(noise(*size), 128)
    zoom = 128 / side
    left, top = (side - width) / 2 * zoom, (side - height) / 2 * zoom
    matrix = np.array([[zoom, 0, left], [0, zoom, top]])
    exact = cv2.warpAffine(noise(*size), matrix, (128, 128), flags=cv2.INTER_LINEAR)
    # To a thirty-second of a pixel, between neighbours that may be black and white.
    assert np.abs(square.astype(int) - exact).max() <= 255 // 16 + 2


def test_pictures_wider_than_opencv_can_count_are_thinned_out_first() -> None:
    picture = np.zeros((40, 40_000, 3), np.uint8)
    picture[:, 20_000:] = 200
    square = letterboxed(picture, 128)
    assert square[64, 10].max() == 0
    assert square[64, 120].min() == 200
