"""Pixels in memory as a picture."""

import numpy as np
import pytest

from fer_desktop.sources.array_source import ArraySource

pytestmark = pytest.mark.unit

COLOUR = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)


def pixels_of(source: ArraySource) -> np.ndarray:
    info = source.open()
    frame = source.read()
    assert frame is not None
    assert source.read() is None
    source.close()
    assert frame.size_px == (info.width_px, info.height_px)
    return frame.pixels


def test_blue_comes_first_unless_told_otherwise() -> None:
    np.testing.assert_array_equal(pixels_of(ArraySource(COLOUR)), COLOUR)
    turned = pixels_of(ArraySource(COLOUR, is_rgb=True))
    np.testing.assert_array_equal(turned, COLOUR[:, :, ::-1])


def test_grey_becomes_three_equal_channels() -> None:
    pixels = pixels_of(ArraySource(COLOUR[:, :, 0]))
    assert pixels.shape == (2, 4, 3)
    assert (pixels == pixels[:, :, :1]).all()


def test_the_callers_array_stays_the_callers() -> None:
    mine = COLOUR.copy()
    source = ArraySource(mine)
    mine[:] = 0
    np.testing.assert_array_equal(pixels_of(source), COLOUR)
    assert mine.flags.writeable


def test_it_can_be_read_again() -> None:
    source = ArraySource(COLOUR)
    np.testing.assert_array_equal(pixels_of(source), pixels_of(source))


@pytest.mark.parametrize(
    ("pixels", "told"),
    [
        (COLOUR / 255.0, "uint8, 0 to 255. Received: float64"),
        (COLOUR.tolist(), "Received: list"),
        (np.zeros((2, 4, 4), np.uint8), r"\(height, width, 3\).*Received: \(2, 4, 4\)"),
        (np.zeros((1, 2, 4, 3), np.uint8), r"Received: \(1, 2, 4, 3\)"),
        (np.zeros((0, 4, 3), np.uint8), r"Received: \(0, 4, 3\)"),
        (np.zeros(5, np.uint8), r"Received: \(5,\)"),
    ],
)
def test_what_is_no_picture_is_refused(pixels: np.ndarray, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        ArraySource(pixels)
