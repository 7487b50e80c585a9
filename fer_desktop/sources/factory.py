"""From what a person names to the source that reads it."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from fer_desktop.addresses import public_address
from fer_desktop.errors import SourceError
from fer_desktop.sources.camera import CameraSource
from fer_desktop.sources.media_file import ImageSource, VideoSource
from fer_desktop.sources.network.stream_source import StreamSource
from fer_desktop.sources.picture_series import PictureSeriesSource
from fer_desktop.sources.pictures import PictureKind, picture_kind

_STREAM_SCHEMES: Final = (
    "http", "https", "rtmp", "rtmps", "rtp", "rtsp", "rtsps", "srt", "tcp", "udp",
)  # fmt: skip


def open_file(path: Path) -> VideoSource | ImageSource | PictureSeriesSource:
    """Return the source that reads a file, told by its content; it is not opened yet.

    Raises:
        SourceError: if the file is missing, a folder, empty or may not be read.
    """
    kind = picture_kind(path)
    if kind is None:
        return VideoSource(path)
    return ImageSource(path) if kind is PictureKind.STILL else PictureSeriesSource(path, kind)


def is_stream_url(target: str) -> bool:
    """Tell whether a text is the address of a network stream."""
    scheme, separator, rest = target.partition("://")
    return bool(separator and rest) and scheme.lower() in _STREAM_SCHEMES


def live_source(
    target: str,
    *,
    width_px: int = 0,
    height_px: int = 0,
    fps: int = 0,
    complete: Callable[[str], str] = str,
    may_leave: bool = False,
) -> CameraSource | StreamSource:
    """Return the camera or stream that a number, a name or a URL stands for.

    Args:
        target: number or name of a camera, or URL.
        width_px, height_px, fps: asked of a camera; 0 leaves it to the camera.
        complete: adds the password that is known for a URL; called when it is opened.
        may_leave: whether a stream may refer to other hosts.

    Raises:
        SourceError: if it cannot stand for any.
    """
    target = target.strip()
    if is_stream_url(target):
        return StreamSource(target, complete=complete, may_leave=may_leave)
    if "://" in target or not target:
        raise SourceError(
            f"{public_address(target)!r} is not the address of a stream.",
            hint="Addresses begin with rtsp://, http:// or https://.",
        )
    camera = int(target) if target.isascii() and target.isdigit() else target
    return CameraSource(camera, width_px=width_px, height_px=height_px, fps=fps)
