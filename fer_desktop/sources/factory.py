"""From what a person names to the source that reads it."""

from collections.abc import Callable
from pathlib import Path

from fer_desktop.addresses import public_address
from fer_desktop.errors import SourceError
from fer_desktop.sources.base import FrameSource
from fer_desktop.sources.camera import CameraSource
from fer_desktop.sources.image_file import DecodedPicture, ImageSource
from fer_desktop.sources.media_file import VideoSource
from fer_desktop.sources.network.stream_source import StreamSource
from fer_desktop.sources.picture_series import PictureSeriesSource
from fer_desktop.sources.pictures import PictureKind, picture_kind
from fer_desktop.sources.plugin_sources import STREAM_SCHEMES, plugin_source


def open_file(
    path: Path,
    check: Callable[[], object] | None = None,
    decoded: DecodedPicture | None = None,
) -> VideoSource | ImageSource | PictureSeriesSource:
    """Return the source that reads a file, told by its content; it is not opened yet.

    Args:
        path: the file.
        check: called now and then while it is read; what it raises ends the reading.
        decoded: where the pixels of a still image are taken from, which expects it.

    Raises:
        SourceError: if the file is missing, a folder, empty or may not be read.
    """
    kind = picture_kind(path, check)
    if kind is None:
        return VideoSource(path, check)
    if kind is PictureKind.JPEG_FILM:
        return VideoSource(path, check, "mjpeg")
    if kind is PictureKind.STILL:
        return ImageSource(path, check, decoded)
    return PictureSeriesSource(path, kind, check)


def is_stream_url(target: str) -> bool:
    """Tell whether a text is the address of a network stream."""
    scheme, separator, rest = target.partition("://")
    return bool(separator and rest) and scheme.lower() in STREAM_SCHEMES


def live_source(
    target: str,
    *,
    width_px: int = 0,
    height_px: int = 0,
    fps: int = 0,
    complete: Callable[[str], str] = str,
    may_leave: bool = False,
) -> FrameSource:
    """Return the camera or stream that a number, a name or a URL stands for.

    Other packages may claim names and schemes that are not ours.

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
    is_number = target.isascii() and target.isdigit()
    if target and not is_number and (source := plugin_source(target)) is not None:
        return source
    if "://" in target or not target:
        raise SourceError(
            f"{public_address(target)!r} is not the address of a stream.",
            hint="Addresses begin with rtsp://, http:// or https://.",
        )
    camera = int(target) if is_number else target
    return CameraSource(camera, width_px=width_px, height_px=height_px, fps=fps)
