"""From what a person names to a source."""

from pathlib import Path

import pytest
from PIL import Image

from fer_desktop.errors import SourceError
from fer_desktop.sources.camera import CameraSource
from fer_desktop.sources.factory import is_stream_url, live_source, open_file
from fer_desktop.sources.image_file import ImageSource
from fer_desktop.sources.media_file import VideoSource
from fer_desktop.sources.network.stream_source import StreamSource
from tests.helpers.clips import write_clip

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("0", CameraSource),
        ("HD Webcam", CameraSource),
        ("C922 Pro v1.2", CameraSource),
        ("rtsp://user:secret@10.0.0.2:554/live", StreamSource),
        ("HTTP://10.0.0.2/video.mjpg", StreamSource),
    ],
)
def test_live_sources(target: str, kind: type) -> None:
    assert isinstance(live_source(target), kind)


@pytest.mark.parametrize("target", ["", "  ", "ftp://host/clip.mp4", "http://"])
def test_what_is_no_stream_is_refused(target: str) -> None:
    with pytest.raises(SourceError, match="not the address of a stream") as caught:
        live_source(target)
    assert "rtsp://" in caught.value.hint


def test_files_are_pictures_or_videos(tmp_path: Path) -> None:
    write_clip(tmp_path / "clip.mp4", 2).rename(tmp_path / "7")
    Image.new("RGB", (4, 4)).save(tmp_path / "photo.png")
    assert isinstance(open_file(tmp_path / "7"), VideoSource)
    assert isinstance(open_file(tmp_path / "photo.png"), ImageSource)
    with pytest.raises(SourceError, match="There is no file"):
        open_file(tmp_path / "missing.mp4")
    with pytest.raises(SourceError, match="is a folder"):
        open_file(tmp_path)


def test_addresses_are_told_from_names() -> None:
    assert is_stream_url("rtsp://10.0.0.2/live")
    assert not is_stream_url("C:/Users/me/clip.mp4")
    assert not is_stream_url("rtsp://")
    assert not is_stream_url("HD Webcam")
