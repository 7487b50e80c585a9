"""Where a film is cut, and where somebody only moves."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from fer_desktop.vision.cuts import CutDetector

pytestmark = pytest.mark.unit

SIZES = [(640, 360), (1920, 1080), (64, 36), (7, 5)]
Picture = NDArray[np.uint8]


def room(number: int, size_px: tuple[int, int] = (640, 360)) -> Picture:
    coarse = np.random.default_rng(number).integers(0, 256, (9, 16, 3), np.uint8)
    return cv2.resize(coarse, size_px, interpolation=cv2.INTER_CUBIC)


def cuts_in(pictures: list[Picture]) -> list[int]:
    cuts = CutDetector()
    return [at for at, picture in enumerate(pictures) if cuts.take(picture)]


@pytest.mark.parametrize("size_px", SIZES)
def test_another_scene_is_a_cut(size_px: tuple[int, int]) -> None:
    one, other = room(1, size_px), room(2, size_px)
    assert cuts_in([one, one, other, other, one]) == [2, 4]


def test_a_source_does_not_begin_with_a_cut() -> None:
    cuts = CutDetector()
    assert not cuts.take(room(1))
    cuts.reset()
    assert not cuts.take(room(2))


def test_a_cut_within_one_set_is_a_jump() -> None:
    one = room(1)
    other = one.copy()
    other[80:280, 240:400] = (30, 40, 160)  # somebody else in front of the same wall
    cuts = CutDetector()
    jumps = []
    for picture in (one, one, other, other):
        assert not cuts.take(picture)
        jumps.append(cuts.is_jump)
    assert jumps == [False, False, True, False]


def test_noise_and_a_drift_of_the_light_are_none() -> None:
    rng = np.random.default_rng(0)
    light = np.linspace(0.5, 1.0, 30)
    scene = room(1).astype(np.float32)
    shown = [scene * share + rng.normal(0, 12, scene.shape) for share in light]
    assert cuts_in([picture.clip(0, 255).astype(np.uint8) for picture in shown]) == []


def test_panning_and_somebody_who_walks_by_are_none() -> None:
    wide = room(3, (1600, 360))
    pan = [np.ascontiguousarray(wide[:, at : at + 640]) for at in range(0, 900, 12)]
    assert cuts_in(pan) == []
    walk = []
    for left in range(-300, 700, 25):
        picture = room(1).copy()
        picture[:, max(0, left) : max(0, left + 300)] = (30, 40, 160)
        walk.append(picture)
    assert cuts_in(walk) == []
