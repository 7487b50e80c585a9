"""Raw films of JPEGs, against photographs that bring a second picture along."""

import io
from pathlib import Path

import pytest
from PIL import Image

from fer_desktop.sources.factory import open_file
from fer_desktop.sources.image_file import ImageSource
from fer_desktop.sources.jpeg_film import is_jpeg_film
from fer_desktop.sources.media_file import VideoSource

SIZE = (64, 48)


def jpeg(level: int, size: tuple[int, int] = SIZE, **how: object) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", size, (level, level, level)).save(data, "JPEG", **how)
    return data.getvalue()


def write(path: Path, *parts: bytes) -> Path:
    path.write_bytes(b"".join(parts))
    return path


LEVELS = (20, 80, 140, 200)


@pytest.mark.parametrize("name", ["film.mjpeg", "film.mjpg", "film", "film.jpg", "film.mp4"])
@pytest.mark.parametrize("padding", [b"", bytes(100)], ids=["", "padded"])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_film_of_jpegs_is_a_video(
    name: str, padding: bytes, progressive: bool, tmp_path: Path
) -> None:
    parts = [jpeg(level, progressive=progressive) + padding for level in LEVELS]
    source = open_file(write(tmp_path / name, *parts))
    assert isinstance(source, VideoSource)
    info = source.open()
    assert (info.kind, info.frame_count, info.width_px, info.height_px) == ("video", 4, *SIZE)
    frames = []
    while (frame := source.read()) is not None:
        frames.append(frame)
    source.seek(1)
    again = source.read()
    assert again is not None
    assert (again.pixels == frames[1].pixels).all()
    source.close()
    assert [frame.index for frame in frames] == [0, 1, 2, 3]
    assert [frame.timestamp_us for frame in frames] == [0, 40_000, 80_000, 120_000]
    for frame, level in zip(frames, LEVELS, strict=True):
        assert abs(float(frame.pixels.mean()) - level) < 4


@pytest.mark.parametrize(
    "parts",
    [
        (jpeg(9),),
        (jpeg(9), b"trailing notes of some camera"),
        (jpeg(9), jpeg(9, (32, 24))),  # a map of gains, or of depths
        (jpeg(9), b"\0\0\0\x18ftypmp42" + bytes(100)),  # a photograph that moves
        (jpeg(9), jpeg(9)[:10]),
        (jpeg(9)[:-2], jpeg(9)),
        (jpeg(9)[:-40],),
        (b"\xff\xd8\xff",),
    ],
    ids=["alone", "notes", "smaller", "moving", "cut", "unended", "damaged", "empty"],
)
def test_a_photograph_is_a_still(parts: tuple[bytes, ...], tmp_path: Path) -> None:
    path = write(tmp_path / "photo.jpg", *parts)
    assert not is_jpeg_film(path)


def test_a_thumbnail_inside_is_not_the_next_picture(tmp_path: Path) -> None:
    exif = b"Exif\0\0" + jpeg(50) + jpeg(50)
    assert not is_jpeg_film(write(tmp_path / "photo.jpg", jpeg(9, exif=exif)))


def test_photographs_in_a_list_are_still(tmp_path: Path) -> None:
    path = tmp_path / "two.jpg"
    first = Image.open(io.BytesIO(jpeg(9)))
    first.save(path, "MPO", save_all=True, append_images=[Image.open(io.BytesIO(jpeg(90)))])
    assert not is_jpeg_film(path)
    assert isinstance(open_file(path), ImageSource)
