"""Files that begin like pictures or videos and go on with gigabytes of nothing."""

import io
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fer_desktop.errors import SourceError
from fer_desktop.sources.factory import open_file
from fer_desktop.sources.named_file import NamedFile
from tests.helpers.clips import write_clip
from trainer.contract.bounded_file import BoundedFile
from trainer.data.images import read_image
from trainer.errors import DataError

LENGTH = 3 << 30
LIMIT_S = 10.0  # on a busy machine; minutes were needed
READ_LIMIT = 300 << 20  # bytes, all passes together
FILLING_MB = 200


def encoded(suffix: str) -> bytes:
    """Return a small picture in a format."""
    data = io.BytesIO()
    noise = Image.effect_noise((64, 48), 60).convert("RGB")
    noise.save(data, {"jpg": "JPEG", "tif": "TIFF", "jp2": "JPEG2000"}.get(suffix, suffix))
    return data.getvalue()


def sparse(path: Path, head: bytes) -> Path:
    """Write a file that takes no room on the disk but for its head."""
    with path.open("wb") as file:
        file.write(head)
        file.truncate(LENGTH)
    return path


def told(read: Callable[[], object]) -> str:
    """Return the message of a failure; empty if there was none. It comes in time."""
    began = time.monotonic()
    try:
        read()
    except (SourceError, DataError) as error:
        message = str(error)
    else:
        message = ""
    assert time.monotonic() - began < LIMIT_S
    return message


def opened(path: Path) -> None:
    source = open_file(path)
    source.open()
    source.close()


SUFFIXES = ("jpg", "png", "gif", "bmp", "tif", "webp", "avif", "ppm", "jp2", "ico")


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_pictures_that_go_on_as_zeros_are_read_or_refused_soon(
    suffix: str, share: float, tmp_path: Path
) -> None:
    data = encoded(suffix)
    path = sparse(tmp_path / f"huge.{suffix}", data[: max(4, int(len(data) * share))])
    message = told(lambda: opened(path))
    assert "huge" in message or not message
    message = told(lambda: read_image(path, 48, "gray"))
    assert "huge" in message or not message


def test_a_header_that_never_ends_is_told_so(tmp_path: Path) -> None:
    path = sparse(tmp_path / "huge.jpg", encoded("jpg")[:24])
    told_twice = told(lambda: opened(path)), told(lambda: read_image(path, 48, "gray"))
    assert all("goes on without end" in message for message in told_twice)


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "avi", "ts", "mpg", "mjpeg"])
@pytest.mark.parametrize("share", [0.02, 0.5])
def test_videos_that_go_on_as_zeros_can_be_given_up(
    suffix: str, share: float, tmp_path: Path
) -> None:
    clip = write_clip(tmp_path / f"clip.{'avi' if suffix == 'mjpeg' else suffix}", 12)
    data = clip.read_bytes()
    if suffix == "mjpeg":
        data = encoded("jpg") * 8
    path = sparse(tmp_path / f"huge.{suffix}", data[: int(len(data) * share)])
    source = NamedFile(path)
    done = threading.Event()

    def read() -> None:
        told(source.open)
        source.close()
        done.set()

    thread = threading.Thread(target=read)
    thread.start()
    done.wait(0.3)
    source.interrupt()
    thread.join(LIMIT_S)
    assert done.is_set()


@pytest.fixture
def bytes_read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return how much of files is read, piece by piece."""
    pieces: list[int] = []
    read = BoundedFile.read

    def counted(file: BoundedFile, size: int | None = -1, /) -> bytes:
        data = read(file, size)
        pieces.append(len(data))
        return data

    monkeypatch.setattr(BoundedFile, "read", counted)
    return pieces


def frames_and_message(path: Path) -> tuple[int, str]:
    """Read a file to its end; return how many frames it has, and what is said of it."""
    source = NamedFile(path)
    count = 0
    try:
        source.open()
        while source.read() is not None:
            count += 1
    except SourceError as error:
        return count, str(error)
    finally:
        source.close()
    return count, ""


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "avi", "ts", "mpg", "flv"])
@pytest.mark.parametrize("share", [0.02, 0.5])
def test_videos_that_go_on_as_zeros_are_given_up_soon(
    suffix: str, share: float, tmp_path: Path, bytes_read: list[int]
) -> None:
    data = write_clip(tmp_path / f"clip.{suffix}", 60).read_bytes()
    path = sparse(tmp_path / f"huge.{suffix}", data[: int(len(data) * share)])
    count, message = frames_and_message(path)
    assert count < 60
    assert "huge" in message or "No frame" in message
    assert sum(bytes_read) < READ_LIMIT


@pytest.mark.parametrize(
    ("suffix", "filling"),
    [
        ("avi", b"\xff"),
        ("avi", b"all work and no play "),
        ("ts", b"\xff"),
        ("ts", b"all work and no play "),
        ("mkv", b"\xff"),
        ("mkv", bytes(range(256))),
    ],
)
def test_what_comes_before_any_filling_is_read(
    suffix: str, filling: bytes, tmp_path: Path, bytes_read: list[int]
) -> None:
    data = write_clip(tmp_path / f"clip.{suffix}", 300).read_bytes()
    path = tmp_path / f"long.{suffix}"
    block = (filling * (1 << 20))[: 1 << 20]
    with path.open("wb") as file:
        file.write(data[: len(data) * 3 // 4])
        for _ in range(FILLING_MB):
            file.write(block)
    count, message = frames_and_message(path)
    assert 0 < count < 300
    assert "damaged" in message
    assert sum(bytes_read) < READ_LIMIT


def test_a_long_black_film_without_compression_is_read_whole(tmp_path: Path) -> None:
    black = np.zeros((1080, 1920, 3), np.uint8)
    path = write_clip(tmp_path / "black.avi", [black] * 5, codec="rawvideo", pixel_format="bgr24")
    assert path.stat().st_size > 16 << 20
    assert frames_and_message(path) == (5, "")


def test_what_is_not_wanted_any_more_is_not_opened(tmp_path: Path) -> None:
    for path in (write_clip(tmp_path / "clip.mp4", 3), tmp_path / "picture.png"):
        if not path.exists():
            path.write_bytes(encoded("png"))
        source = NamedFile(path)
        source.interrupt()
        with pytest.raises(SourceError, match="not wanted any more"):
            source.open()
        source.close()
