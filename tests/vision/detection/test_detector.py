import math
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from fer_desktop.domain.face import BoundingBox, Detection
from fer_desktop.errors import DetectorError
from fer_desktop.paths import assets_dir
from fer_desktop.vision.crops import crop_faces
from fer_desktop.vision.detection.detector import MediaPipeFaceDetector
from fer_desktop.vision.detection.face_network import (
    FULL_RANGE_FILE,
    SHORT_RANGE_FILE,
    FaceNetwork,
)
from fer_desktop.vision.detection.views import View
from fer_desktop.vision.tracker import FaceTracker
from tests.helpers.data import astronaut, shared_data
from trainer.contract.crop import CropGeometry

ASTRONAUT_FACE = BoundingBox(177, 82, 272, 177)


def photo(name: str) -> np.ndarray:
    pixels = cv2.imread(str(shared_data() / "media" / "photos" / name))
    assert pixels is not None
    return pixels


def frames(name: str, step: int = 1) -> list[tuple[int, np.ndarray]]:
    capture = cv2.VideoCapture(str(shared_data() / "media" / "videos" / name))
    found = []
    index = 0
    while capture.grab():
        if index % step == 0:
            found.append((round(capture.get(cv2.CAP_PROP_POS_MSEC) * 1000), capture.retrieve()[1]))
        index += 1
    capture.release()
    assert found
    return found


def assert_on_the_face(face: Detection) -> None:
    assert face.box.iou(ASTRONAUT_FACE) > 0.8
    right, left = face.landmarks["right_eye"], face.landmarks["left_eye"]
    # Her eyes, as one sees them in the picture.
    assert math.dist(right, (202, 99)) < 8
    assert math.dist(left, (245, 101)) < 10


@pytest.mark.parametrize("thorough", [False, True])
def test_one_face_with_its_landmarks(detector: MediaPipeFaceDetector, thorough: bool) -> None:
    (face,) = detector.detect(astronaut(), thorough=thorough)
    assert_on_the_face(face)
    assert 0.8 < face.score <= 1
    assert face.eyes is not None
    assert set(face.landmarks) >= {"nose", "mouth"}


def test_the_answer_depends_on_the_picture_alone(detector: MediaPipeFaceDetector) -> None:
    first = detector.detect(astronaut())
    detector.detect(np.zeros((480, 640, 3), np.uint8))
    assert detector.detect(astronaut()) == first


def test_pixels_may_be_strided_or_read_only(detector: MediaPipeFaceDetector) -> None:
    mirrored = astronaut()[:, ::-1]
    assert not mirrored.flags.c_contiguous
    assert not mirrored.flags.writeable
    (face,) = detector.detect(mirrored)
    assert face == detector.detect(mirrored.copy())[0]
    assert abs(face.box.center[0] - (512 - ASTRONAUT_FACE.center[0])) < 6


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (7, 1), (2, 3), (1, 2000), (2000, 1)])
@pytest.mark.parametrize("thorough", [False, True])
def test_tiny_pictures_hold_no_faces(
    detector: MediaPipeFaceDetector, shape: tuple[int, int], thorough: bool
) -> None:
    assert detector.detect(np.full((*shape, 3), 128, np.uint8), thorough=thorough) == []


def test_a_huge_picture_is_searched(detector: MediaPipeFaceDetector) -> None:
    picture = np.zeros((9000, 12000, 3), np.uint8)
    picture[4000:4512, 7000:7512] = astronaut()
    (face,) = detector.detect(picture, thorough=True)
    box = face.box
    assert_on_the_face(
        Detection(
            BoundingBox(box.x1 - 7000, box.y1 - 4000, box.x2 - 7000, box.y2 - 4000),
            face.score,
            {name: (x - 7000, y - 4000) for name, (x, y) in face.landmarks.items()},
        )
    )


@pytest.mark.parametrize("size", [140, 180, 300])
@pytest.mark.parametrize("thorough", [False, True])
def test_near_and_far_faces_are_framed_alike(
    detector: MediaPipeFaceDetector, size: int, thorough: bool
) -> None:
    """Whichever network finds a face, the model must see it as it learned to."""
    portrait = cv2.resize(astronaut()[:300, 70:370], (size, size), interpolation=cv2.INTER_AREA)
    picture = np.full((480, 640, 3), 90, np.uint8)
    picture[100 : 100 + size, 200 : 200 + size] = portrait

    (face,) = detector.detect(picture, thorough=thorough)

    scale = 300 / size
    assert face.box.width * scale == pytest.approx(ASTRONAUT_FACE.width, rel=0.13)
    x, y = face.box.center
    x, y = (x - 200) * scale, (y - 100) * scale
    assert x + 70 == pytest.approx(ASTRONAUT_FACE.center[0], abs=6)
    assert y == pytest.approx(ASTRONAUT_FACE.center[1], abs=10)


def test_a_face_that_fills_its_picture(detector: MediaPipeFaceDetector) -> None:
    portrait = astronaut()[70:190, 165:285]
    assert len(detector.detect(portrait, thorough=True)) == 1
    assert len(detector.detect(cv2.resize(portrait, (48, 48)), thorough=True)) == 1


def test_faces_come_from_left_to_right(detector: MediaPipeFaceDetector) -> None:
    row = np.hstack([astronaut()[:300, 70:370]] * 3)
    faces = detector.detect(row)
    assert len(faces) == 3
    assert [round(face.box.center[0] / 300 - 0.5) for face in faces] == [0, 1, 2]


@pytest.mark.parametrize("picture", ["brick.png", "chelsea.png", "coins.png", "coffee.png"])
def test_no_faces_where_there_are_none(detector: MediaPipeFaceDetector, picture: str) -> None:
    import skimage

    pixels = cv2.imread(str(Path(skimage.__file__).parent / "data" / picture))
    assert detector.detect(pixels) == []
    assert detector.detect(pixels, thorough=True) == []


@pytest.mark.parametrize(
    ("name", "faces"),
    [
        ("human_group-2.jpg", 3),
        ("human_group-3.jpg", 4),
        ("pyfeat_multi_face.jpg", 5),
        ("human_group-1.jpg", 14),
        ("human_stock-group-1.jpg", 15),
        ("fer_justin.jpg", 1),
        ("fer_no-faces.jpg", 0),
        *((f"human_stock-emotions-a-{i}.jpg", 1) for i in range(1, 9)),
    ],
)
def test_photographs(detector: MediaPipeFaceDetector, name: str, faces: int) -> None:
    pixels = photo(name)
    found = detector.detect(pixels, thorough=True)
    assert len(found) == faces
    sizes = [face.box.width / max(pixels.shape) for face in found]
    assert all(0.02 < size < 0.6 for size in sizes)


def test_three_people_are_three_faces_all_along(detector: MediaPipeFaceDetector) -> None:
    tracker = FaceTracker()
    ids = {
        tuple(tracker.update(detector.detect(pixels), timestamp_us))
        for timestamp_us, pixels in frames("composite_three_people.mp4", step=3)
    }
    assert ids == {(1, 2, 3)}


@pytest.mark.parametrize("name", ["pyfeat_single_face.mp4", "intel_asl_sorry.mkv"])
def test_one_person_is_one_face_all_along(detector: MediaPipeFaceDetector, name: str) -> None:
    tracker = FaceTracker()
    ids = [
        tracker.update(detector.detect(pixels), timestamp_us)
        for timestamp_us, pixels in frames(name, step=2)
    ]
    assert all(found == [1] for found in ids)


def test_a_film_without_faces(detector: MediaPipeFaceDetector) -> None:
    found = [len(detector.detect(pixels)) for _, pixels in frames("pyfeat_no_face.mp4", step=4)]
    assert sum(found) == 0


@pytest.mark.parametrize("degrees", [-25, 25])
def test_a_tilted_head_gives_an_upright_crop(
    detector: MediaPipeFaceDetector, degrees: float
) -> None:
    def crop(pixels: np.ndarray, max_tilt_deg: float) -> np.ndarray:
        (face,) = detector.detect(pixels)
        geometry = CropGeometry(max_tilt_deg=max_tilt_deg)
        return crop_faces(pixels, [face], geometry, 48, "gray")[0, :, :, 0].astype(float).ravel()

    def likeness(pixels: np.ndarray, max_tilt_deg: float) -> float:
        straight = crop(astronaut(), 0)
        return float(np.corrcoef(straight, crop(pixels, max_tilt_deg))[0, 1])

    turn = cv2.getRotationMatrix2D(ASTRONAUT_FACE.center, degrees, 1.0)
    tilted = cv2.warpAffine(astronaut(), turn, (512, 512), borderMode=cv2.BORDER_REPLICATE)
    assert likeness(tilted, 0) > likeness(tilted, 180) + 0.2


def test_the_minimum_score_is_kept() -> None:
    detector = MediaPipeFaceDetector(min_score=0.97)
    try:
        assert detector.detect(astronaut()) == []
        assert detector.detect(astronaut(), thorough=True) == []
    finally:
        detector.close()


@pytest.mark.parametrize("damage", ["missing", "empty", "text"])
def test_networks_that_cannot_be_loaded_are_said(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "ässets 😀"
    shutil.copytree(assets_dir() / "mediapipe", folder)
    file = folder / FULL_RANGE_FILE
    file.unlink()
    if damage != "missing":
        file.write_bytes(b"" if damage == "empty" else b"no network" * 100)
    with pytest.raises(DetectorError) as caught:
        MediaPipeFaceDetector(assets=folder)
    assert caught.value.hint


def test_a_view_beyond_the_picture_keeps_places_right() -> None:
    """A face at the border looks as if the picture went on in black."""
    network = FaceNetwork(assets_dir() / "mediapipe" / SHORT_RANGE_FILE, 0.5)
    try:
        portrait = np.ascontiguousarray(astronaut()[60:260, 150:350])
        view = View.of(portrait, BoundingBox(-120, -80, 320, 360), 256, enlarge=True)
        assert view.pixels.shape[:2] == (256, 256)
        (face,) = view.faces(network)
    finally:
        network.close()
    assert face.box.center[0] + 150 == pytest.approx(ASTRONAUT_FACE.center[0], abs=5)
    assert face.box.center[1] + 60 == pytest.approx(ASTRONAUT_FACE.center[1], abs=5)


def test_closing_twice_is_fine_and_the_interpreter_ends_quietly() -> None:
    code = (
        "from fer_desktop.vision.detection.detector import MediaPipeFaceDetector\n"
        "detector = MediaPipeFaceDetector()\n"
        "detector.close()\n"
        "detector.close()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=assets_dir().parent,
    )
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="lists what a process has loaded")
def test_no_graphics_driver_is_loaded_whose_compiler_would_clash_with_tensorflows() -> None:
    code = (
        "import os; from fer_desktop.paths import assets_dir\n"
        "from fer_desktop.vision.detection.face_network import SHORT_RANGE_FILE\n"
        "from fer_desktop.vision.detection.mediapipe_runtime import MediaPipeRuntime\n"
        "content = (assets_dir() / 'mediapipe' / SHORT_RANGE_FILE).read_bytes()\n"
        "before = dict(os.environ); MediaPipeRuntime(content, 0.5).close()\n"
        "assert dict(os.environ) == before\n"
        "print(open('/proc/self/maps').read())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {line.rpartition("/")[2] for line in done.stdout.splitlines() if "/" in line}
    assert "libmediapipe.so" in loaded
    assert not [name for name in loaded if name.startswith(("libLLVM", "libEGL_mesa"))]
