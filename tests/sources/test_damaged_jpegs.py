"""JPEGs with bytes overwritten in their middle, which decoders show without a word."""

import io
import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fer_desktop.errors import SourceError
from fer_desktop.sources.factory import open_file
from fer_desktop.sources.jpeg_damage import is_damaged_jpeg
from tests.helpers.data import astronaut

pytestmark = pytest.mark.unit

KINDS = {
    "baseline": {},
    "progressive": {"progressive": True},
    "with restarts": {"restart_marker_rows": 1},
    "plain": {"subsampling": 0, "optimize": True},
}


def encoded(kind: str, mode: str = "RGB") -> bytes:
    data = io.BytesIO()
    picture = Image.fromarray(np.ascontiguousarray(astronaut()[:, :, ::-1])).convert(mode)
    picture.save(data, "JPEG", quality=90, **KINDS[kind])
    return data.getvalue()


def overwritten(content: bytes, seed: int, count: int = 200) -> bytes:
    """Overwrite a stretch in the middle with bytes that are no markers."""
    chosen = random.Random(seed)
    at = chosen.randrange(len(content) // 4, 3 * len(content) // 4)
    return content[:at] + bytes(chosen.randrange(255) for _ in range(count)) + content[at + count :]


@pytest.mark.parametrize("kind", KINDS)
def test_much_damage_is_noticed(tmp_path: Path, kind: str) -> None:
    content, path = encoded(kind), tmp_path / "a.jpg"
    noticed = 0
    for seed in range(20):
        path.write_bytes(overwritten(content, seed))
        noticed += is_damaged_jpeg(path)
    assert noticed >= (16 if kind == "progressive" else 6)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_whole_pictures_are_whole(tmp_path: Path, kind: str, mode: str) -> None:
    content = encoded(kind, mode)
    for behind in (b"", bytes(100), b"a film of the same moment" * 50, content):
        path = tmp_path / "a.jpg"
        path.write_bytes(content + behind)
        assert not is_damaged_jpeg(path)


def test_other_files_are_not_judged(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (8, 8)).save(path)
    assert not is_damaged_jpeg(path)
    assert not is_damaged_jpeg(tmp_path / "missing.jpg")


def test_it_is_told_once_after_the_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    content = encoded("baseline")
    seeds = iter(range(100))
    path.write_bytes(overwritten(content, next(seeds), 60))
    while not (is_damaged_jpeg(path) and is_shown(path)):
        path.write_bytes(overwritten(content, next(seeds), 60))
    source = open_file(path)
    source.open()
    assert source.read() is not None
    with pytest.raises(SourceError, match=r"a\.jpg is damaged: parts of it may look other"):
        source.read()
    assert source.read() is None
    source.close()


def is_shown(path: Path) -> bool:
    """Tell whether a picture is shown in spite of its damage."""
    try:
        source = open_file(path)
        source.open()
    except SourceError:
        return False
    source.close()
    return True
