"""Webcams and network cameras."""

import os
import sys
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.frame import Frame, SourceInfo, SourceKind
from fer_desktop.errors import SourceError
from fer_desktop.log import get_logger

log = get_logger("capture")

_FAILED_READS_MAX: Final = 5
_FAILED_READ_PAUSE_S: Final = 0.02
_FAILED_READS_LIMIT_S: Final = 2.0
_TIMEOUT_MS: Final = 5000
# Above this, webcams reach their frame rate only with compressed pictures.
_RAW_PIXELS_MAX: Final = 640 * 480


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera of this computer.

    Attributes:
        index: its number in OpenCV.
        name: what its maker calls it.
        backend: the OpenCV backend to which the number belongs.
    """

    index: int
    name: str
    backend: int


def list_cameras() -> list[Camera]:
    """Return the cameras of this computer, by number."""
    backend = _backend()
    try:
        from cv2_enumerate_cameras import enumerate_cameras

        found = enumerate_cameras(backend)
    except (ImportError, OSError, NotImplementedError) as error:
        log.warning("the cameras cannot be listed: %s", error)
        return []
    cameras = [Camera(item.index, item.name or f"Camera {item.index}", backend) for item in found]
    return sorted(cameras, key=lambda camera: camera.index)


def _backend() -> int:
    import cv2

    # On Windows, DirectShow opens at once where Media Foundation takes many seconds.
    backends = {"win32": cv2.CAP_DSHOW, "darwin": cv2.CAP_AVFOUNDATION, "linux": cv2.CAP_V4L2}
    return int(backends.get(sys.platform, cv2.CAP_ANY))


class _LiveClock:
    """Numbers frames and times them from the first one, strictly increasing."""

    def __init__(self) -> None:
        self._began_ns: int | None = None
        self._index = -1
        self._last_us = -1

    def frame(self, pixels: NDArray[np.uint8]) -> Frame:
        """Return what was captured just now as the next frame."""
        now_ns = time.monotonic_ns()
        if self._began_ns is None:
            self._began_ns = now_ns
        self._index += 1
        self._last_us = max((now_ns - self._began_ns) // 1000, self._last_us + 1)
        return Frame(
            index=self._index,
            timestamp_us=self._last_us,
            captured_ns=now_ns,
            pixels=pixels,
            wall_ns=time.time_ns(),
        )


class _OpenCvSource(ABC):
    """What webcams and streams have in common: OpenCV reads them."""

    kind: SourceKind

    def __init__(self, name: str, uri: str) -> None:
        self._name = name
        self._uri = uri
        self._capture: Any = None
        self._clock = _LiveClock()
        self._held: NDArray[np.uint8] | None = None

    def open(self) -> SourceInfo:
        """Connect, and wait for the first frame.

        Raises:
            SourceError: if there is none.
        """
        import cv2

        self.close()
        self._clock = _LiveClock()
        self._capture = self._connect()
        if not self._capture.isOpened():
            self.close()
            raise self._no_connection()
        self._held = self._grab()
        if self._held is None:
            self.close()
            raise self._no_picture()
        height, width = self._held.shape[:2]
        fps = float(self._capture.get(cv2.CAP_PROP_FPS))
        return SourceInfo(
            kind=self.kind,
            name=self._name,
            uri=self._uri,
            width_px=width,
            height_px=height,
            fps=fps if self.kind == "camera" and 0 < fps < 1000 else None,
        )

    def read(self) -> Frame | None:
        """Wait for the next frame.

        Raises:
            SourceError: if several reads in a row brought none.
        """
        if self._capture is None:
            raise RuntimeError("the source is not open")
        pixels, self._held = self._held, None
        if pixels is None:
            pixels = self._grab()
        if pixels is None:
            raise self._stopped()
        return self._clock.frame(pixels)

    def close(self) -> None:
        """Disconnect."""
        capture, self._capture = self._capture, None
        self._held = None
        if capture is not None:
            capture.release()

    def _grab(self) -> NDArray[np.uint8] | None:
        import cv2

        began_s = time.monotonic()
        for attempt in range(_FAILED_READS_MAX):
            if attempt:
                if time.monotonic() - began_s > _FAILED_READS_LIMIT_S:
                    break  # it has waited for a timeout already
                time.sleep(_FAILED_READ_PAUSE_S)
            is_read, pixels = self._capture.read()
            if is_read and pixels is not None and pixels.size:
                if pixels.ndim == 2:
                    pixels = cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR)
                grabbed: NDArray[np.uint8] = pixels
                return grabbed
        return None

    @abstractmethod
    def _connect(self) -> Any:
        """Return a ``cv2.VideoCapture``, opened or not."""

    @abstractmethod
    def _no_connection(self) -> SourceError:
        """Return why nothing answers."""

    @abstractmethod
    def _no_picture(self) -> SourceError:
        """Return why there is an answer but no picture."""

    @abstractmethod
    def _stopped(self) -> SourceError:
        """Return why no more pictures come."""


class CameraSource(_OpenCvSource):
    """A webcam, by its number or its name."""

    kind: SourceKind = "camera"

    def __init__(
        self, camera: int | str, *, width_px: int = 0, height_px: int = 0, fps: int = 0
    ) -> None:
        """Choose a camera.

        Args:
            camera: number in OpenCV; or name, of which a part is enough if it fits only one.
            width_px, height_px: size to ask for; 0 leaves it to the camera.
            fps: frame rate to ask for; 0 leaves it to the camera.
        """
        super().__init__(f"Camera {camera}" if isinstance(camera, int) else camera, str(camera))
        self._camera = camera
        self._width_px = width_px
        self._height_px = height_px
        self._fps = fps

    def _connect(self) -> Any:
        import cv2

        camera = find_camera(self._camera)
        self._name = camera.name
        _check_permission(camera)
        capture = cv2.VideoCapture(camera.index, camera.backend)
        if self._width_px * self._height_px > _RAW_PIXELS_MAX:
            capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        for name, value in (
            (cv2.CAP_PROP_FRAME_WIDTH, self._width_px),
            (cv2.CAP_PROP_FRAME_HEIGHT, self._height_px),
            (cv2.CAP_PROP_FPS, self._fps),
        ):
            if value:
                capture.set(name, value)
        return capture

    def _no_connection(self) -> SourceError:
        return SourceError(
            f"{self._name} cannot be opened: another program may be using it.",
            hint=f"Close other programs that use the camera.{_PRIVACY_HINTS.get(sys.platform, '')}",
        )

    def _no_picture(self) -> SourceError:
        return SourceError(
            f"{self._name} sends no picture: another program may be using it.",
            hint="Close other programs that use the camera, or plug it in again.",
        )

    def _stopped(self) -> SourceError:
        return SourceError(f"{self._name} has stopped.", hint="Check that it is still plugged in.")


class StreamSource(_OpenCvSource):
    """A network camera or other stream that FFmpeg reads: RTSP, MJPEG over HTTP and the like.

    User name and password are left out of what it says of itself, which ends up in recordings.
    """

    kind: SourceKind = "stream"

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        address = parts.netloc.rpartition("@")[2]
        public = parts._replace(netloc=address).geturl()
        super().__init__(f"{address}{parts.path}" or public, public)
        self._url = url

    def _connect(self) -> Any:
        import cv2

        return cv2.VideoCapture(
            self._url,
            cv2.CAP_FFMPEG,
            [
                cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
                _TIMEOUT_MS,
                cv2.CAP_PROP_READ_TIMEOUT_MSEC,
                _TIMEOUT_MS,
                # More threads would each hold back a frame, and one is fast enough.
                cv2.CAP_PROP_N_THREADS,
                1,
            ],
        )

    def _no_connection(self) -> SourceError:
        return SourceError(
            f"The stream {self._name} cannot be reached.",
            hint="Check the address, and that the camera is on and in the same network.",
        )

    def _no_picture(self) -> SourceError:
        return SourceError(
            f"The stream {self._name} sends no picture.", hint="Check that the camera is working."
        )

    def _stopped(self) -> SourceError:
        return SourceError(f"The stream {self._name} has stopped.")


_PRIVACY_HINTS: Final = {
    "darwin": " Allow the camera in System Settings, Privacy & Security, Camera.",
    "win32": " Allow desktop apps the camera in Settings, Privacy & security, Camera.",
}


def find_camera(wanted: int | str) -> Camera:
    """Return the camera of this number or name.

    Raises:
        SourceError: if there is none, naming those that there are.
    """
    cameras = list_cameras()
    if isinstance(wanted, int):
        fitting = [camera for camera in cameras if camera.index == wanted]
        if not fitting and not cameras and sys.platform != "linux":
            # The list may be incomplete elsewhere; the camera itself has the last word.
            return Camera(wanted, f"Camera {wanted}", _backend())
    else:
        name = wanted.casefold()
        fitting = [camera for camera in cameras if camera.name.casefold() == name]
        if not fitting:
            fitting = [camera for camera in cameras if name in camera.name.casefold()]
            fitting = fitting if len(fitting) == 1 else []
    if fitting:
        return fitting[0]
    if not cameras:
        raise SourceError(
            "No camera was found.", hint="Connect one, or open a video, an image or a stream."
        )
    known = ", ".join(f"{camera.index}: {camera.name}" for camera in cameras)
    label = f"number {wanted}" if isinstance(wanted, int) else f"named {wanted!r}"
    raise SourceError(f"There is no camera {label}.", hint=f"There are: {known}.")


def _check_permission(camera: Camera) -> None:
    device = Path(f"/dev/video{camera.index}")
    if sys.platform == "linux" and device.exists() and not os.access(device, os.R_OK | os.W_OK):
        raise SourceError(
            f"{camera.name} may not be used: permission to {device} is missing.",
            hint='Type "sudo usermod -aG video $USER", then log out and in again.',
        )
