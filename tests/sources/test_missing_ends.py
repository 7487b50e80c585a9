"""Pictures with zeros in place of their end, as interrupted copies and failing cards leave them."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from fer_desktop.errors import SourceError
from fer_desktop.sources.named_file import NamedFile
from tests.helpers.data import astronaut
from trainer.data.images import read_image
from trainer.errors import DataError

KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "jpg": ("JPEG", {}),
    "progressive.jpg": ("JPEG", {"progressive": True}),
    "png": ("PNG", {}),
    "gif": ("GIF", {}),
    "webp": ("WEBP", {}),
    "lossless.webp": ("WEBP", {"lossless": True}),
    "avif": ("AVIF", {}),
    "jp2": ("JPEG2000", {}),
    "lzw.tif": ("TIFF", {"compression": "tiff_lzw"}),
    "deflated.tif": ("TIFF", {"compression": "tiff_adobe_deflate"}),
}
MUCH_LONGER = 70 << 20


def encoded(kind: str, picture: Image.Image) -> bytes:
    data = io.BytesIO()
    name, options = KINDS[kind]
    picture.save(data, name, **options)
    return data.getvalue()


def portrait() -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(astronaut()[:, :, ::-1])).resize((256, 256))


def filled_up(path: Path, content: bytes, length: int) -> Path:
    with path.open("wb") as file:
        file.write(content)
        file.truncate(length)
    return path


def problem(path: Path) -> str:
    """Read a file to its end; return what is said of it."""
    source = NamedFile(path)
    try:
        source.open()
        while source.read() is not None:
            pass
    except SourceError as error:
        return str(error)
    finally:
        source.close()
    return ""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.99])
def test_it_is_told(kind: str, share: float, tmp_path: Path) -> None:
    content = encoded(kind, portrait())
    begin = content[: int(len(content) * share)]
    for length in (len(content), *([MUCH_LONGER] if share in (0.3, 0.99) else [])):
        path = filled_up(tmp_path / f"{length}.{kind}", begin, length)
        assert "damaged" in problem(path)
        with pytest.raises(DataError, match=r"damaged|cannot be read|not an image"):
            read_image(path, 48, "gray")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("is_plain", [False, True])
def test_what_is_whole_is_read_whatever_follows(kind: str, is_plain: bool, tmp_path: Path) -> None:
    picture = Image.new("RGB", (1000, 700)) if is_plain else portrait()
    content = encoded(kind, picture)
    for length in (len(content), len(content) + 5000, MUCH_LONGER):
        path = filled_up(tmp_path / f"{length}.{kind}", content, length)
        assert problem(path) == ""
        assert read_image(path, 48, "gray").shape == (48, 48, 1)


@pytest.mark.parametrize("suffix", ["bmp", "ppm", "tif"])
def test_black_without_compression_is_a_picture(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"black.{suffix}"
    Image.new("RGB", (64, 48)).save(path)
    assert problem(path) == ""
    assert not read_image(path, 48, "gray").any()


def test_pages_and_animations_are_told_of(tmp_path: Path) -> None:
    pictures = [portrait().rotate(turn) for turn in (0, 90, 180)]
    kinds = {"tif": {"compression": "tiff_lzw"}, "webp": {}, "avif": {}, "gif": {}, "png": {}}
    for suffix, options in kinds.items():
        name = f"a.{suffix}"
        path = tmp_path / name
        pictures[0].save(path, save_all=True, append_images=pictures[1:], **options)
        assert problem(path) == ""
        content = path.read_bytes()
        filled_up(path, content[: len(content) * 6 // 10], len(content))
        assert "damaged" in problem(path)
