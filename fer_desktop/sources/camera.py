"""Webcams."""

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.frame import Frame, SourceInfo, SourceKind
from fer_desktop.errors import SourceError
from fer_desktop.log import get_logger
from fer_desktop.sources.live_clock import LiveClock

log = get_logger("capture")

_FAILED_READS_MAX: Final = 5
_FAILED_READ_PAUSE_S: Final = 0.02
_FAILED_READS_LIMIT_S: Final = 2.0
_DRIVER_LAG_MAX_NS: Final = 2_000_000_000
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


class CameraSource:
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
        self._name = f"Camera {camera}" if isinstance(camera, int) else camera
        self._camera = camera
        self._width_px = width_px
        self._height_px = height_px
        self._fps = fps
        self._capture: Any = None
        self._clock = LiveClock()
        self._held: _Grabbed | None = None

    def open(self) -> SourceInfo:
        """Connect, and wait for the first frame.

        Raises:
            SourceError: if there is none.
        """
        import cv2

        self.close()
        self._clock = LiveClock()
        self._capture = self._connect()
        if not self._capture.isOpened():
            self.close()
            raise SourceError(
                f"{self._name} cannot be opened: another program may be using it.",
                hint="Close other programs that use the camera."
                + _PRIVACY_HINTS.get(sys.platform, ""),
            )
        self._held = self._grab()
        if self._held is None:
            self.close()
            raise SourceError(
                f"{self._name} is not sending a picture: another program may be using it.",
                hint="Close other programs that use the camera, or plug it in again.",
            )
        height, width = self._held.pixels.shape[:2]
        fps = float(self._capture.get(cv2.CAP_PROP_FPS))
        return SourceInfo(
            kind=self.kind,
            name=self._name,
            uri=str(self._camera),
            width_px=width,
            height_px=height,
            fps=fps if 0 < fps < 1000 else None,
        )

    def read(self) -> Frame | None:
        """Wait for the next frame.

        Raises:
            SourceError: if several reads in a row brought none.
        """
        if self._capture is None:
            raise RuntimeError("the source is not open")
        grabbed, self._held = self._held, None
        if grabbed is None:
            grabbed = self._grab()
        if grabbed is None:
            raise SourceError(
                f"{self._name} has stopped.", hint="Check that it is still plugged in."
            )
        return self._clock.frame(grabbed.pixels, grabbed.captured_ns)

    def close(self) -> None:
        """Disconnect."""
        capture, self._capture = self._capture, None
        self._held = None
        if capture is not None:
            capture.release()

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

    def _grab(self) -> "_Grabbed | None":
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
                return _Grabbed(pixels, self._captured_ns())
        return None

    def _captured_ns(self) -> int:
        """Return when the picture that was just read was taken: the driver's word, or else now."""
        import cv2

        now_ns = time.monotonic_ns()
        if sys.platform != "linux":
            return now_ns  # elsewhere the number counts from the opening, or from nothing at all
        # Video4Linux stamps a picture with the clock that Python calls monotonic, at the beginning
        # of its exposure or of its transfer. Some drivers use another clock, or none.
        driver_ns = round(1e6 * float(self._capture.get(cv2.CAP_PROP_POS_MSEC)))
        return driver_ns if 0 <= now_ns - driver_ns <= _DRIVER_LAG_MAX_NS else now_ns


@dataclass(frozen=True, slots=True, eq=False)
class _Grabbed:
    """A picture with the time at which it was taken, as ``time.monotonic_ns()`` counts."""

    pixels: NDArray[np.uint8]
    captured_ns: int


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
            f"{camera.name} cannot be used: permission for {device} is missing.",
            hint='Type "sudo usermod -aG video $USER", then log out and in again.',
        )
