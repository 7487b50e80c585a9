"""Files of several pictures: animations and pages."""

import random
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fer_desktop.domain.frame import Frame
from fer_desktop.errors import SourceError
from fer_desktop.sources.base import SeekableSource
from fer_desktop.sources.factory import open_file
from fer_desktop.sources.image_file import ImageSource
from fer_desktop.sources.picture_series import PictureSeriesSource
from fer_desktop.sources.pictures import read_picture

DURATIONS_MS = [100, 300, 50, 200, 150]
TIMES_US = [0, 100_000, 400_000, 450_000, 650_000]


def pictures(count: int = 5) -> list[Image.Image]:
    """Return pictures with a red bar, further right in each, over nothing."""
    found = []
    for number in range(count):
        picture = Image.new("RGBA", (80, 48), (0, 0, 0, 0))
        picture.paste((255, 0, 0, 255), (number * 10, 0, number * 10 + 10, 48))
        found.append(picture)
    return found


def noise(seed: int) -> Image.Image:
    return Image.frombytes("RGB", (64, 64), random.Random(seed).randbytes(3 * 64 * 64))


def read_all(source: SeekableSource, into: list[Frame] | None = None) -> list[Frame]:
    frames = into if into is not None else []
    while (frame := source.read()) is not None:
        frames.append(frame)
    return frames


def bar_of(frame: Frame) -> int:
    """Return the number of the picture that a frame shows."""
    row = frame.pixels[24].astype(int)
    return int(np.argmin(row[:, 1])) // 10


@pytest.mark.parametrize("suffix", [".png", ".webp", ".avif", ".gif"])
def test_an_animation_has_its_frames_and_times(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"animated{suffix}"
    first, *others = pictures()
    options = {"disposal": 2} if suffix == ".gif" else {}
    first.save(path, save_all=True, append_images=others, duration=DURATIONS_MS, **options)
    source = open_file(path)
    assert isinstance(source, SeekableSource)
    info = source.open()
    frames = read_all(source)
    assert (info.kind, info.frame_count, info.is_seekable) == ("video", 5, True)
    assert info.duration_us == pytest.approx(800_000, abs=100_000)
    assert (info.width_px, info.height_px) == frames[0].size_px == (80, 48)
    assert [frame.timestamp_us for frame in frames] == TIMES_US
    assert [frame.index for frame in frames] == list(range(5))
    assert [bar_of(frame) for frame in frames] == list(range(5))
    assert frames[2].pixels[20, 25].tolist() == pytest.approx([0, 0, 255], abs=12)
    assert frames[2].pixels[20, 60].tolist() == pytest.approx([255, 255, 255], abs=12)
    for wanted in (3, 0, 4, 2, 2, 99, -1):
        source.seek(wanted)
        again = source.read()
        assert again is not None
        expected = frames[min(max(wanted, 0), 4)]
        assert again.timestamp_us == expected.timestamp_us
        assert np.array_equal(again.pixels, expected.pixels)
    assert [source.index_at(time_us) for time_us in (-1, 0, 399_999, 400_000, 10**9)] == [
        0, 0, 1, 2, 4,
    ]  # fmt: skip
    source.close()
    source.close()


def test_a_default_image_that_is_no_part_of_the_animation_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "poster.png"
    poster = Image.new("RGBA", (80, 48), (0, 0, 255, 255))
    poster.save(path, save_all=True, default_image=True, append_images=pictures(3), duration=100)
    source = open_file(path)
    assert isinstance(source, SeekableSource)
    source.open()
    assert [bar_of(frame) for frame in read_all(source)] == [0, 1, 2]
    source.close()


def test_pages_are_pictures_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "scan.tif"
    sizes = [(80, 48), (40, 90), (64, 64)]
    first, *others = [
        Image.new("RGB", size, (50 * number, 0, 0)) for number, size in enumerate(sizes)
    ]
    first.save(path, save_all=True, append_images=others)
    source = open_file(path)
    assert isinstance(source, PictureSeriesSource)
    info = source.open()
    frames = read_all(source)
    source.close()
    assert (info.kind, info.frame_count, info.is_seekable) == ("image", 3, True)
    assert [frame.size_px for frame in frames] == sizes
    assert [frame.timestamp_us for frame in frames] == [0, 1_000_000, 2_000_000]
    assert [int(frame.pixels[5, 5, 2]) for frame in frames] == [0, 50, 100]


def test_previews_in_a_tiff_are_no_pages(tmp_path: Path) -> None:
    from PIL.TiffImagePlugin import AppendingTiffWriter

    path = tmp_path / "camera.tif"
    with AppendingTiffWriter(str(path), new=True) as writer:
        for side, subfile_type in ((64, 0), (16, 1)):
            Image.new("RGB", (side, side)).save(writer, format="TIFF", tiffinfo={254: subfile_type})
            writer.newFrame()
    source = open_file(path)
    assert isinstance(source, ImageSource)
    assert source.open().width_px == 64


@pytest.mark.parametrize("suffix", [".png", ".webp", ".avif"])
def test_a_single_frame_is_a_still(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"still{suffix}"
    pictures(1)[0].save(path, save_all=True)
    assert isinstance(open_file(path), ImageSource)


@pytest.mark.parametrize(("suffix", "at"), [(".tif", 0.5), (".avif", 0.6)])
def test_damaged_pictures_are_left_out_and_told_once(
    tmp_path: Path, suffix: str, at: float
) -> None:
    path = tmp_path / f"scratched{suffix}"
    options = {"compression": "tiff_deflate"} if suffix == ".tif" else {}
    noise(0).save(path, save_all=True, append_images=[noise(n) for n in range(1, 8)], **options)
    data = bytearray(path.read_bytes())
    begin = int(len(data) * at)
    data[begin : begin + 300] = bytes(300)
    path.write_bytes(data)
    source = open_file(path)
    assert isinstance(source, PictureSeriesSource)
    info = source.open()
    frames: list[Frame] = []
    with pytest.raises(SourceError, match=rf"scratched\{suffix} is damaged: \d of its 8 pictures"):
        read_all(source, frames)
    assert source.read() is None
    source.close()
    assert 3 <= len(frames) < 8
    assert info.frame_count is not None
    assert len(frames) <= info.frame_count


def test_a_phones_picture_is_read_where_the_package_is_installed(tmp_path: Path) -> None:
    pillow_heif = pytest.importorskip("pillow_heif")
    pillow_heif.register_heif_opener()
    path = tmp_path / "phone.heic"
    picture = Image.new("RGB", (64, 32), (0, 0, 0))
    picture.paste((255, 0, 0), (0, 0, 16, 16))
    picture.save(path, quality=95)
    source = open_file(path)
    assert isinstance(source, ImageSource)
    info = source.open()
    assert (info.width_px, info.height_px) == (64, 32)
    assert read_picture(path)[4, 4].tolist() == pytest.approx([0, 0, 255], abs=20)


def test_a_phones_picture_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    path = tmp_path / "phone.heic"
    path.write_bytes(b"\0\0\0\x18ftypheic" + bytes(100))
    with pytest.raises(SourceError, match=r"phone\.heic is an HEIC picture") as caught:
        open_file(path)
    assert "pillow-heif" in caught.value.hint


def test_a_gif_that_knows_no_times_has_all_its_pictures(tmp_path: Path) -> None:
    pictures = [Image.new("RGB", (64, 64), (40 * number, 90, 120)) for number in range(5)]
    path = tmp_path / "a.gif"
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=0)
    assert path.read_bytes().startswith(b"GIF87a")
    source = open_file(path)
    assert source.open().frame_count == 5
    assert len([frame for frame in iter(source.read, None)]) == 5
    source.close()
