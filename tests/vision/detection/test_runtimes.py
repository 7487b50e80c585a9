"""A face network answers the same on LiteRT as in MediaPipe's own graph."""

import math
import subprocess
import sys
from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from fer_desktop.paths import assets_dir
from fer_desktop.vision.detection.face_network import (
    FULL_RANGE_FILE,
    SHORT_RANGE_FILE,
    FaceNetwork,
)
from fer_desktop.vision.detection.litert_runtime import LiteRTRuntime
from fer_desktop.vision.detection.mediapipe_runtime import MediaPipeRuntime
from fer_desktop.vision.detection.runtime import RawFace
from tests.helpers.data import astronaut, shared_data

NETWORKS = (SHORT_RANGE_FILE, FULL_RANGE_FILE)
LEAST = 0.25


def group() -> np.ndarray:
    """Return four portraits of different sizes and angles in one picture."""
    picture = np.full((480, 640, 3), 90, np.uint8)
    places = ((0, 0, 260, 0), (20, 300, 200, 12), (270, 40, 180, -20), (250, 330, 220, 5))
    for top, left, side, degrees in places:
        portrait = cv2.resize(astronaut()[:300, 70:370], (side, side), interpolation=cv2.INTER_AREA)
        turn = cv2.getRotationMatrix2D((side / 2, side / 2), degrees, 1.0)
        picture[top : top + side, left : left + side] = cv2.warpAffine(
            portrait, turn, (side, side), borderMode=cv2.BORDER_REPLICATE
        )
    return picture


def pictures() -> Iterator[np.ndarray]:
    yield astronaut()
    yield astronaut()[:, ::-1]
    yield astronaut()[70:190, 165:285]
    yield astronaut()[60:300, 100:355]
    for width, height in ((640, 480), (1280, 720), (1023, 577), (480, 640), (257, 256), (33, 47)):
        yield cv2.resize(group(), (width, height), interpolation=cv2.INTER_AREA)


def assert_same(ours: list[RawFace], theirs: list[RawFace], side_px: int) -> None:
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        assert one.score == pytest.approx(other.score, abs=1e-3)
        # A pixel of the picture at most where a number was about to be whole.
        for name in ("left", "top", "width", "height"):
            assert abs(getattr(one, name) - getattr(other, name)) <= 1
        far = max(map(math.dist, one.points, other.points))
        assert far < 1e-3 * side_px


@pytest.fixture(scope="module", params=NETWORKS)
def both(request: pytest.FixtureRequest) -> Iterator[tuple[LiteRTRuntime, MediaPipeRuntime]]:
    content = (assets_dir() / "mediapipe" / request.param).read_bytes()
    ours, theirs = LiteRTRuntime(content, LEAST), MediaPipeRuntime(content, LEAST)
    yield ours, theirs
    theirs.close()
    ours.close()


def test_pictures_of_every_shape(both: tuple[LiteRTRuntime, MediaPipeRuntime]) -> None:
    faces = 0
    for picture in pictures():
        found = both[0].faces(picture)
        assert_same(found, both[1].faces(picture), max(picture.shape))
        faces += len(found)
    assert faces > 12


def test_films_and_photographs(both: tuple[LiteRTRuntime, MediaPipeRuntime]) -> None:
    media = shared_data() / "media"
    boxes, equal = 0, 0
    for path in sorted((media / "videos").iterdir()) + sorted((media / "photos").iterdir()):
        capture = cv2.VideoCapture(str(path))
        for number in range(1000):
            if not capture.grab():
                break
            if number % 20 == 0:
                picture = capture.retrieve()[1]
                ours, theirs = (runtime.faces(picture) for runtime in both)
                assert_same(ours, theirs, max(picture.shape))
                boxes += len(ours)
                equal += sum(
                    (one.left, one.top, one.width) == (other.left, other.top, other.width)
                    for one, other in zip(ours, theirs, strict=True)
                )
        capture.release()
    assert boxes > 50
    assert equal > 0.97 * boxes


def test_where_there_is_no_litert_mediapipe_runs_the_networks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    network = FaceNetwork(assets_dir() / "mediapipe" / SHORT_RANGE_FILE, LEAST)
    try:
        assert isinstance(network._runtime, MediaPipeRuntime)
        (face,) = network.find(astronaut())
    finally:
        network.close()
    assert face.score > 0.8


def test_where_there_is_litert_mediapipe_is_not_imported() -> None:
    code = (
        "import sys\n"
        "from fer_desktop.vision.detection.detector import MediaPipeFaceDetector\n"
        "from tests.helpers.data import astronaut\n"
        "detector = MediaPipeFaceDetector()\n"
        "print(len(detector.detect(astronaut(), thorough=True)), 'mediapipe' in sys.modules)\n"
        "detector.close()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1 False\n"


def test_a_network_for_something_else_is_refused() -> None:
    from fer_desktop.paths import bundled_models_dir

    content = (bundled_models_dir() / "fer7" / "model.tflite").read_bytes()
    with pytest.raises(ValueError, match="face network"):
        LiteRTRuntime(content, LEAST)
