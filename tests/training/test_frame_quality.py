import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from fer_desktop.domain.face import BoundingBox, Detection
from fer_desktop.training.frame_quality import FaceLook, Flaw, crop_corners, look_at
from fer_desktop.vision.detection.detector import MediaPipeFaceDetector
from tests.helpers.faces import portrait
from tests.helpers.fakes import face_at
from trainer.contract.crop import CropGeometry


def seen(pixels: NDArray[np.uint8], detector: MediaPipeFaceDetector) -> FaceLook | Flaw:
    return look_at(pixels, detector.detect(pixels))


def moved_by_the_hand(pixels: NDArray[np.uint8], length: int) -> NDArray[np.uint8]:
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1 / length
    return cv2.filter2D(pixels, -1, kernel)


@pytest.mark.parametrize("seed", range(5))
def test_a_good_frame_gives_its_face(seed: int, detector: MediaPipeFaceDetector) -> None:
    look = seen(portrait(seed), detector)
    assert isinstance(look, FaceLook)
    assert look.crop.shape[0] == look.crop.shape[1] >= 48


@pytest.mark.parametrize(
    ("frame", "flaw"),
    [
        (np.full((480, 480, 3), 128, np.uint8), Flaw.NO_FACE),
        (np.hstack([portrait(2), portrait(3)]), Flaw.SEVERAL_FACES),
        (cv2.GaussianBlur(portrait(0), (0, 0), 3), Flaw.BLURRED),
        (moved_by_the_hand(portrait(0), 25), Flaw.BLURRED),
        ((portrait(0) * 0.25).astype(np.uint8), Flaw.TOO_DARK),
        (np.clip(portrait(0) * 2.2, 0, 255).astype(np.uint8), Flaw.TOO_BRIGHT),
    ],
    ids=["empty", "two", "out of focus", "shaken", "dark", "bright"],
)
def test_a_bad_frame_says_why(
    frame: NDArray[np.uint8], flaw: Flaw, detector: MediaPipeFaceDetector
) -> None:
    assert seen(frame, detector) is flaw


@pytest.mark.parametrize(
    ("box", "flaw"),
    [((200, 100, 240, 140), Flaw.TOO_FAR), ((-60, 100, 80, 240), Flaw.CUT_OFF)],
)
def test_the_place_of_the_face_matters(box: tuple[float, ...], flaw: Flaw) -> None:
    assert look_at(portrait(0), [face_at(box)]) is flaw


def test_dark_skin_in_good_light_is_taken(detector: MediaPipeFaceDetector) -> None:
    # Half the light comes back from the face, highlights stay.
    darker = (255 * (portrait(0) / 255.0) ** 1.7).astype(np.uint8)
    assert isinstance(seen(darker, detector), FaceLook)


def test_frames_that_follow_each_other_are_alike(detector: MediaPipeFaceDetector) -> None:
    first = seen(portrait(0), detector)
    noise = np.random.default_rng(0).normal(0, 4, portrait(0).shape)
    same = seen(np.clip(portrait(0) + noise, 0, 255).astype(np.uint8), detector)
    other = seen(portrait(1), detector)
    assert isinstance(first, FaceLook)
    assert isinstance(same, FaceLook)
    assert isinstance(other, FaceLook)
    assert same.is_like(first)
    assert not other.is_like(first)
    assert not first.is_like(None)


def test_the_outline_is_what_is_cut_out() -> None:
    upright = crop_corners(Detection(BoundingBox(100, 100, 200, 200), 1.0))
    assert np.allclose(upright, [(92, 84.5), (208, 84.5), (208, 200.5), (92, 200.5)])
    tilted = face_at((100, 100, 200, 200))
    eyes = {"right_eye": (130.0, 130.0), "left_eye": (170.0, 150.0)}
    turned = crop_corners(Detection(tilted.box, 1.0, eyes))
    (x1, y1), (x2, y2) = turned[:2]
    tilt_deg = np.degrees(np.arctan2(20, 40))
    beyond_deg = tilt_deg - CropGeometry().max_tilt_deg
    assert np.isclose(np.degrees(np.arctan2(y2 - y1, x2 - x1)), beyond_deg)
