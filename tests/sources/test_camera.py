"""Webcams, with OpenCV played by a stand-in."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fer_desktop.errors import SourceError
from fer_desktop.sources import camera
from fer_desktop.sources.camera import Camera, CameraSource, find_camera, list_cameras
from tests.helpers.clips import number_of, numbered

pytestmark = pytest.mark.unit

CAMERAS = [Camera(0, "HD Webcam", 200), Camera(2, "USB Capture", 200), Camera(4, "USB Scope", 200)]


class FakeCapture:
    """What ``cv2.VideoCapture`` does with a camera."""

    def __init__(self, *pictures: Any, is_open: bool = True) -> None:
        self.pictures = list(pictures)
        self.is_open = is_open
        self.settings: dict[int, float] = {}
        self.arguments: tuple[Any, ...] = ()
        self.released = False
        self.driver_ms: Callable[[], float] = lambda: 0.0

    def __call__(self, *arguments: Any) -> "FakeCapture":
        self.arguments = arguments
        return self

    def isOpened(self) -> bool:
        return self.is_open

    def read(self) -> tuple[bool, Any]:
        picture = self.pictures.pop(0) if self.pictures else None
        return picture is not None, picture

    def set(self, name: int, value: float) -> bool:
        self.settings[name] = value
        return True

    def get(self, name: int) -> float:
        import cv2

        if name == cv2.CAP_PROP_POS_MSEC:
            return self.driver_ms()
        return 25.0 if name == cv2.CAP_PROP_FPS else 0.0

    def release(self) -> None:
        self.released = True


@pytest.fixture(autouse=True)
def cameras(monkeypatch: pytest.MonkeyPatch) -> list[Camera]:
    found = list(CAMERAS)
    monkeypatch.setattr(camera, "list_cameras", lambda: found)
    monkeypatch.setattr(camera, "_FAILED_READ_PAUSE_S", 0.001)
    return found


@pytest.fixture
def plugged(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCapture]:
    import cv2

    capture = FakeCapture(*(numbered(number) for number in range(3)))
    monkeypatch.setattr(cv2, "VideoCapture", capture)
    yield capture
    assert capture.released


def test_camera_by_name_delivers_numbered_timed_frames(plugged: FakeCapture) -> None:
    source = CameraSource("hd webcam")
    info = source.open()
    assert (info.kind, info.name, info.uri, info.fps) == ("camera", "HD Webcam", "hd webcam", 25.0)
    assert (info.width_px, info.height_px) == (192, 96)
    assert info.is_live
    frames = [source.read() for _ in range(3)]
    source.close()
    assert plugged.arguments == (0, 200)
    assert not plugged.settings
    assert [number_of(frame.pixels) for frame in frames if frame] == [0, 1, 2]
    assert [frame.index for frame in frames if frame] == [0, 1, 2]
    times = [frame.timestamp_us for frame in frames if frame]
    assert times[0] == 0
    assert times == sorted(set(times))
    walls = [frame.wall_ns for frame in frames if frame]
    assert all(wall is not None and abs(wall - time.time_ns()) < 10e9 for wall in walls)


@pytest.mark.skipif(sys.platform != "linux", reason="other drivers give no time of their own")
def test_a_frame_is_as_old_as_the_driver_says(plugged: FakeCapture) -> None:
    plugged.driver_ms = lambda: time.monotonic() * 1e3 - 40
    source = CameraSource(0)
    source.open()
    time.sleep(0.1)  # the first picture waits here, and grows older
    ages_ms = []
    for _ in range(2):
        frame = source.read()
        assert frame is not None
        ages_ms.append((time.monotonic_ns() - frame.captured_ns) / 1e6)
        assert frame.wall_ns is not None
        assert time.time_ns() - frame.wall_ns == pytest.approx(ages_ms[-1] * 1e6, abs=20e6)
    source.close()
    assert ages_ms[0] == pytest.approx(140, abs=40)
    assert ages_ms[1] == pytest.approx(40, abs=20)


@pytest.mark.parametrize(
    "driver_ms", [0.0, -1.0, time.time() * 1e3, 1e15], ids=["none", "less", "of the day", "far off"]
)
def test_a_driver_with_a_clock_of_its_own_is_not_believed(
    plugged: FakeCapture, driver_ms: float
) -> None:
    plugged.driver_ms = lambda: driver_ms
    source = CameraSource(0)
    source.open()
    before_ns = time.monotonic_ns()
    source.read()
    frame = source.read()
    source.close()
    assert frame is not None
    assert before_ns <= frame.captured_ns <= time.monotonic_ns()


def test_camera_is_asked_for_size_and_rate(plugged: FakeCapture) -> None:
    import cv2

    source = CameraSource(2, width_px=1280, height_px=720, fps=30)
    assert source.open().name == "USB Capture"
    source.close()
    assert plugged.settings == {
        cv2.CAP_PROP_FOURCC: cv2.VideoWriter.fourcc(*"MJPG"),
        cv2.CAP_PROP_FRAME_WIDTH: 1280,
        cv2.CAP_PROP_FRAME_HEIGHT: 720,
        cv2.CAP_PROP_FPS: 30,
    }


def test_gray_cameras_and_dropped_frames_are_taken_in_stride(plugged: FakeCapture) -> None:
    plugged.pictures = [np.zeros((4, 6), np.uint8), None, None, numbered(1)]
    source = CameraSource(0)
    source.open()
    first, second = source.read(), source.read()
    source.close()
    assert first is not None
    assert first.pixels.shape == (4, 6, 3)
    assert second is not None
    assert number_of(second.pixels) == 1


def test_unplugged_camera_says_so(plugged: FakeCapture) -> None:
    source = CameraSource(0)
    source.open()
    for _ in range(3):
        source.read()
    with pytest.raises(SourceError, match="HD Webcam has stopped") as caught:
        source.read()
    source.close()
    assert "plugged in" in caught.value.hint


def test_busy_camera_says_so(plugged: FakeCapture) -> None:
    plugged.is_open = False
    with pytest.raises(SourceError, match="HD Webcam cannot be opened: another program"):
        CameraSource(0).open()


def test_dark_camera_says_so(plugged: FakeCapture) -> None:
    plugged.pictures = []
    with pytest.raises(SourceError, match="HD Webcam is not sending a picture"):
        CameraSource(0).open()


@pytest.mark.skipif(sys.platform != "linux", reason="device files are Linux's")
def test_missing_permission_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "exists", lambda _: True)
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(SourceError, match="permission for /dev/video0 is missing") as caught:
        CameraSource(0).open()
    assert "usermod -aG video" in caught.value.hint


def test_cameras_are_found_by_number_name_or_part_of_it() -> None:
    assert find_camera(2).name == "USB Capture"
    assert find_camera("HD WEBCAM").index == 0
    assert find_camera("scope").index == 4


@pytest.mark.parametrize("wanted", [7, "Polaroid", "usb"])
def test_unknown_camera_names_those_that_there_are(wanted: int | str) -> None:
    with pytest.raises(SourceError, match="There is no camera") as caught:
        find_camera(wanted)
    assert "0: HD Webcam, 2: USB Capture, 4: USB Scope" in caught.value.hint


def test_no_camera_at_all_says_so(cameras: list[Camera]) -> None:
    cameras.clear()
    for wanted in ("anything", *([0] if sys.platform == "linux" else [])):
        with pytest.raises(SourceError, match="No camera was found") as caught:
            CameraSource(wanted).open()
        assert "Connect one" in caught.value.hint


def test_listing_cameras_never_fails() -> None:
    indices = [found.index for found in list_cameras()]
    assert indices == sorted(indices)
