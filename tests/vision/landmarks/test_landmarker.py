"""The landmarker finds the mesh of a real face, the same every time, and says what is wrong."""

import math
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from fer_desktop.domain.face import BoundingBox, Detection
from fer_desktop.errors import DetectorError
from fer_desktop.paths import assets_dir
from fer_desktop.vision.detection.detector import MediaPipeFaceDetector
from fer_desktop.vision.landmarks.eyes import eye_openness, gaze
from fer_desktop.vision.landmarks.face_mesh import FaceMesh
from fer_desktop.vision.landmarks.facial_actions import action, arousal, sides
from fer_desktop.vision.landmarks.head_pose import HeadPose, head_pose
from fer_desktop.vision.landmarks.landmarker import FaceLandmarker
from fer_desktop.vision.landmarks.task_file import TASK_FILE, read_task_file
from tests.helpers.data import astronaut

FACE = read_task_file().face


@pytest.fixture(scope="module")
def detector() -> Iterator[MediaPipeFaceDetector]:
    with closing(MediaPipeFaceDetector()) as found:
        yield found


@pytest.fixture
def landmarker() -> Iterator[FaceLandmarker]:
    with closing(FaceLandmarker()) as found:
        yield found


def mesh_of(
    picture: NDArray[np.uint8], detector: MediaPipeFaceDetector, landmarker: FaceLandmarker
) -> FaceMesh:
    (face,) = detector.detect(picture, thorough=True)
    (mesh,) = landmarker.find(picture, [face])
    assert mesh is not None
    return mesh


def turned(picture: NDArray[np.uint8], degrees: float) -> NDArray[np.uint8]:
    """Return a picture turned clockwise about its face."""
    matrix = cv2.getRotationMatrix2D((225.0, 125.0), -degrees, 1.0)
    return np.ascontiguousarray(cv2.warpAffine(picture, matrix, picture.shape[1::-1]))


def test_a_smiling_astronaut(detector: MediaPipeFaceDetector, landmarker: FaceLandmarker) -> None:
    mesh = mesh_of(astronaut(), detector, landmarker)
    # Where a person sees them in the picture: tip of the nose, corners of the mouth, chin.
    for point, place in ((4, (223, 128)), (61, (202, 146)), (291, (244, 146)), (152, (224, 176))):
        assert math.dist(mesh.points[point, :2], place) < 7
    assert mesh.points[4, 2] < mesh.points[234, 2]  # the nose is nearer than the ears
    assert action(mesh, "AU12") > 0.7
    assert action(mesh, "AU26") < 0.2
    assert max(action(mesh, "AU15"), action(mesh, "AU4"), action(mesh, "AU43")) < 0.2
    right, left = sides(mesh, "AU12")
    assert action(mesh, "AU12") == pytest.approx((right + left) / 2)
    assert 0.2 < arousal(mesh) < 0.7
    assert all(0.7 < openness < 1.4 for openness in eye_openness(mesh.points))
    assert gaze(mesh.points, head_pose(mesh.points, FACE)).off_camera < 12


def test_the_same_picture_gives_the_same_numbers(
    detector: MediaPipeFaceDetector, landmarker: FaceLandmarker
) -> None:
    first = mesh_of(astronaut(), detector, landmarker)
    mesh_of(np.ascontiguousarray(astronaut()[:, ::-1]), detector, landmarker)
    again = mesh_of(astronaut(), detector, FaceLandmarker())
    np.testing.assert_array_equal(first.points, again.points)
    np.testing.assert_array_equal(first.blendshapes, again.blendshapes)


@pytest.mark.parametrize("degrees", [-40, -15, 10, 30])
def test_a_turned_picture_is_a_tilted_head(
    detector: MediaPipeFaceDetector, landmarker: FaceLandmarker, degrees: float
) -> None:
    upright = head_pose(mesh_of(astronaut(), detector, landmarker).points, FACE)
    pose = head_pose(mesh_of(turned(astronaut(), degrees), detector, landmarker).points, FACE)
    assert pose.roll - upright.roll == pytest.approx(degrees, abs=3)
    assert pose.yaw == pytest.approx(upright.yaw, abs=4)
    assert pose.pitch == pytest.approx(upright.pitch, abs=4)


def test_a_mirrored_picture_exchanges_left_and_right(
    detector: MediaPipeFaceDetector, landmarker: FaceLandmarker
) -> None:
    plain = mesh_of(astronaut(), detector, landmarker)
    mirrored = mesh_of(np.ascontiguousarray(astronaut()[:, ::-1]), detector, landmarker)
    poses = [head_pose(mesh.points, FACE) for mesh in (plain, mirrored)]
    assert poses[0].yaw == pytest.approx(-poses[1].yaw, abs=3)
    assert poses[0].roll == pytest.approx(-poses[1].roll, abs=3)
    assert sides(plain, "AU12") == pytest.approx(sides(mirrored, "AU12")[::-1], abs=0.15)


def test_several_faces_have_the_numbers_that_each_has_alone(
    detector: MediaPipeFaceDetector,
) -> None:
    crowd = np.ascontiguousarray(np.hstack([astronaut(), astronaut() // 2, astronaut()]))
    (face,) = detector.detect(astronaut())
    box = face.box
    faces = [
        Detection(BoundingBox(box.x1 + 512 * at, box.y1, box.x2 + 512 * at, box.y2), 0.9)
        for at in range(3)
    ]
    with closing(FaceLandmarker()) as landmarker:
        together = landmarker.find(crowd, faces)
        alone = [landmarker.find(crowd, [each])[0] for each in faces]
        again = landmarker.find(crowd, faces[::-1])[::-1]
    for one, other, third in zip(together, alone, again, strict=True):
        assert one is not None
        assert other is not None
        assert third is not None
        assert one.points.tobytes() == other.points.tobytes() == third.points.tobytes()
        assert one.blendshapes.tobytes() == other.blendshapes.tobytes()
    landmarker.close()  # once more


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="only Linux keeps processes so")
@pytest.mark.parametrize(
    "limit", ["os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])", "use_part(1)"]
)
def test_several_faces_get_no_more_threads_than_the_process_may_use(limit: str) -> None:
    lines = [
        "import os, threading",
        "import numpy as np",
        "from fer_desktop.cores import use_part",
        "from fer_desktop.domain.face import BoundingBox, Detection",
        "from fer_desktop.vision.landmarks.landmarker import FaceLandmarker",
        limit,
        "found = FaceLandmarker()",
        "faces = [Detection(BoundingBox(0, 0, 90, 90), 0.9)] * 2",
        "found.find(np.zeros((100, 100, 3), np.uint8), faces)",
        "print([thread.name for thread in threading.enumerate()])",
    ]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "['MainThread']"


def test_where_there_is_no_face_there_is_no_mesh(landmarker: FaceLandmarker) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8)
    nothing = Detection(BoundingBox(50, 50, 50, 50), 0.9)
    somewhere = Detection(BoundingBox(20, 20, 120, 120), 0.9)
    assert landmarker.find(noise, [nothing, somewhere]) == [None, None]


def test_faces_of_few_pixels_gray_and_at_the_border_do_not_fail(
    detector: MediaPipeFaceDetector, landmarker: FaceLandmarker
) -> None:
    gray = cv2.cvtColor(cv2.cvtColor(astronaut(), cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    small = cv2.resize(astronaut(), None, fx=0.2, fy=0.2, interpolation=cv2.INTER_AREA)
    cut = np.ascontiguousarray(astronaut()[:, 225:])
    for picture in (gray, small, cut):
        for face in detector.detect(np.ascontiguousarray(picture), thorough=True):
            (mesh,) = landmarker.find(picture, [face])
            assert mesh is None or np.isfinite(mesh.points).all()
    assert action(mesh_of(gray, detector, landmarker), "AU12") > 0.6


def test_a_missing_or_damaged_file_is_told(tmp_path: Path) -> None:
    whole = (assets_dir() / "mediapipe" / TASK_FILE).read_bytes()
    cut, other, bomb = tmp_path / "cut.task", tmp_path / "other.task", tmp_path / "bomb.task"
    cut.write_bytes(whole[:-5000])
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("face_landmarks_detector.tflite", b"nothing")
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("face_landmarks_detector.tflite", b"\0" * (17 << 20))
    for file in (tmp_path / "missing.task", cut, other, bomb):
        with pytest.raises(DetectorError, match="cannot be loaded") as caught:
            FaceLandmarker(file)
        assert caught.value.hint == "Install FER Desktop again."


@pytest.mark.unit
@pytest.mark.parametrize(
    ("yaw", "pitch", "roll"), [(0, 0, 0), (35, 0, 0), (0, -20, 0), (0, 0, 25), (-30, 15, -10)]
)
def test_the_canonical_face_turned_by_known_angles(yaw: float, pitch: float, roll: float) -> None:
    from fer_desktop.domain.face_guides import head_rotation

    rotation = head_rotation(yaw, pitch, roll)
    seen = (FACE.points @ rotation.T * 7 + 100) * (1, -1, -1)  # somewhere, larger
    pose = head_pose(seen.astype(np.float32), FACE)
    assert (pose.yaw, pose.pitch, pose.roll) == pytest.approx((yaw, pitch, roll), abs=0.1)
    np.testing.assert_allclose(pose.rotation, rotation, atol=1e-3)


@pytest.mark.unit
def test_a_gaze_follows_head_and_eyes() -> None:
    points = np.zeros((478, 3), np.float32)
    points[[33, 133, 362, 263], 0] = [0, 30, 60, 90]
    points[[468, 473], 0] = [15, 75]
    points[[468, 473], 1] = -0.04 * 30
    ahead = HeadPose(np.eye(3))
    assert gaze(points, ahead).off_camera == pytest.approx(0, abs=0.5)
    points[[468, 473], 0] += 6  # both irises to the picture's right
    aside = gaze(points, ahead)
    assert aside.yaw == pytest.approx(28, abs=1)
    assert aside.off_camera == pytest.approx(28, abs=1)
    assert aside.direction[0] > 0
