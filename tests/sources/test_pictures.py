"""Still images of every kind."""

import random
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fer_desktop.errors import SourceError
from fer_desktop.sources.factory import open_file
from fer_desktop.sources.image_file import ImageSource
from fer_desktop.sources.media_file import VideoSource
from fer_desktop.sources.pictures import read_picture
from tests.helpers.clips import write_clip
from tests.helpers.data import astronaut

RED_BGR = [0, 0, 255]
ORIENTATION_TAG = 0x0112
WORDS = ("Error", "Traceback", "0x")


def corner_picture() -> Image.Image:
    """Return a picture whose upper left corner alone is red."""
    picture = Image.new("RGB", (40, 24), (0, 0, 0))
    picture.paste((255, 0, 0), (0, 0, 10, 8))
    return picture


def test_image_is_one_frame(tmp_path: Path) -> None:
    path = tmp_path / "portrait.png"
    Image.fromarray(np.ascontiguousarray(astronaut()[:, :, ::-1])).save(path)
    source = open_file(path)
    assert isinstance(source, ImageSource)
    info = source.open()
    assert (info.kind, info.name, info.width_px, info.height_px) == (
        "image", "portrait.png", 512, 512,
    )  # fmt: skip
    assert (info.frame_count, info.duration_us, info.fps) == (1, 0, None)
    frame = source.read()
    assert frame is not None
    assert (frame.index, frame.timestamp_us, frame.wall_ns) == (0, 0, None)
    assert np.array_equal(frame.pixels, astronaut())
    assert source.read() is None
    source.close()
    source.close()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_undone(tmp_path: Path, orientation: int) -> None:
    upright = corner_picture()
    ways = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    as_stored = upright.transpose(ways[orientation]) if orientation in ways else upright
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = orientation
    path = tmp_path / "phone.png"
    as_stored.save(path, exif=exif)
    assert np.array_equal(read_picture(path), np.asarray(upright)[:, :, ::-1])


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparency_lies_over_white(tmp_path: Path, mode: str) -> None:
    layered = Image.new("RGBA", (20, 10), (0, 0, 0, 0))
    layered.paste((0, 0, 0, 255), (0, 0, 10, 10))
    picture = layered.quantize(4) if mode == "P" else layered.convert(mode)
    picture.save(tmp_path / "x.png")
    pixels = read_picture(tmp_path / "x.png")
    assert pixels[5, 2].tolist() == [0, 0, 0]
    assert pixels[5, 15].tolist() == [255, 255, 255]


def test_half_transparent_red_is_pink(tmp_path: Path) -> None:
    Image.new("RGBA", (4, 4), (255, 0, 0, 128)).save(tmp_path / "x.webp", lossless=True)
    assert read_picture(tmp_path / "x.webp")[1, 1].tolist() == pytest.approx([127, 127, 255], abs=1)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_16_bits_keep_their_range(tmp_path: Path, suffix: str) -> None:
    ramp = np.linspace(0, 65535, 256).astype(np.uint16)[np.newaxis].repeat(8, axis=0)
    path = tmp_path / f"deep{suffix}"
    Image.fromarray(ramp).save(path)
    pixels = read_picture(path)
    assert pixels.dtype == np.uint8
    assert pixels[3, :, 1].tolist() == list(range(256))


def test_float_pictures_use_what_is_there(tmp_path: Path) -> None:
    values = np.linspace(0, 1, 64, dtype=np.float32)[np.newaxis].repeat(4, axis=0)
    Image.fromarray(values).save(tmp_path / "x.tif")
    pixels = read_picture(tmp_path / "x.tif")
    assert (pixels.min(), pixels.max()) == (0, 255)


def test_a_picture_of_no_numbers_is_black(tmp_path: Path) -> None:
    Image.fromarray(np.full((4, 4), np.nan, np.float32)).save(tmp_path / "x.tif")
    assert not read_picture(tmp_path / "x.tif").any()


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGB"])
def test_other_depths_become_bgr(tmp_path: Path, mode: str) -> None:
    picture = Image.new("RGB", (33, 7), (255, 255, 255)).convert(mode)
    picture.save(tmp_path / "x.png")
    pixels = read_picture(tmp_path / "x.png")
    assert pixels.shape == (7, 33, 3)
    assert (pixels == 255).all()


def test_cmyk_jpeg_has_its_colours(tmp_path: Path) -> None:
    Image.new("RGB", (32, 32), (255, 0, 0)).convert("CMYK").save(tmp_path / "print.jpg")
    assert read_picture(tmp_path / "print.jpg")[16, 16].tolist() == pytest.approx(RED_BGR, abs=6)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".bmp", ".tif", ".webp", ".ppm", ".gif"])
def test_a_single_pixel_is_a_picture(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"dot{suffix}"
    Image.new("RGB", (1, 1), (255, 255, 255)).save(path)
    source = open_file(path)
    assert isinstance(source, ImageSource)
    info = source.open()
    assert (info.width_px, info.height_px) == (1, 1)


def test_108_megapixels_are_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    Image.new("1", (12_000, 9_000), 1).save(path)
    source = ImageSource(path)
    info = source.open()
    frame = source.read()
    assert (info.width_px, info.height_px) == (12_000, 9_000)
    assert frame is not None
    assert frame.pixels[8_999, 11_999].tolist() == [255, 255, 255]


def test_beyond_250_megapixels_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", len(header))
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + b"\0\0\0\0IDAT"
    )
    with pytest.raises(SourceError, match="too large: 50000 x 50000"):
        open_file(path).open()


def test_content_counts_not_the_suffix(tmp_path: Path) -> None:
    picture = tmp_path / "picture.mp4"
    corner_picture().save(picture, format="PNG")
    video = write_clip(tmp_path / "clip.mp4", 3).rename(tmp_path / "clip.png")
    assert isinstance(open_file(picture), ImageSource)
    assert isinstance(open_file(video), VideoSource)
    assert open_file(picture).open().kind == "image"
    source = open_file(video)
    assert source.open().kind == "video"
    source.close()


def test_pictures_of_several_photographs_are_still(tmp_path: Path) -> None:
    path = tmp_path / "phone.jpg"
    corner_picture().save(
        path, format="MPO", save_all=True, append_images=[corner_picture()], quality=95
    )
    assert isinstance(open_file(path), ImageSource)
    assert open_file(path).open().frame_count == 1


@pytest.mark.parametrize(
    "name",
    ["cut.jpg", "cut.png", "cut.tif", "cut.avif", "noise.png", "text.png", "phone.heic"],
)
def test_damaged_pictures_are_refused_in_words(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    path = tmp_path / name
    if name.startswith("cut"):
        noise = random.Random(1).randbytes(3 * 64 * 64)
        Image.frombytes("RGB", (64, 64), noise).save(path)
        path.write_bytes(path.read_bytes()[:2000])
    elif name == "noise.png":
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + random.Random(2).randbytes(500))
    elif name == "phone.heic":
        path.write_bytes(b"\0\0\0\x18ftypheic" + bytes(100))
    else:
        path.write_text("no picture")
    with pytest.raises(SourceError) as caught:
        open_file(path).open()
    assert name in str(caught.value)
    assert not any(word in str(caught.value) for word in WORDS)
    assert capfd.readouterr().err == ""


def test_unreadable_file_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret.png"
    corner_picture().save(path)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(SourceError, match=r"secret\.png may not be read"):
        open_file(path)
