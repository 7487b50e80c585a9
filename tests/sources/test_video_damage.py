"""Damage inside a video is told, and what can be read before and after it is."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from fer_desktop.errors import SourceError
from fer_desktop.sources.media_file import VideoSource
from tests.helpers.clips import number_of, numbered, scratch, write_clip

_FRAMES = 60


def _noisy() -> Iterator[NDArray[np.uint8]]:
    """Yield numbered pictures that do not compress well, so that each has some kilobytes."""
    dice = np.random.default_rng(0)
    for number in range(_FRAMES):
        picture = numbered(number).astype(int)
        picture[24:] += dice.integers(-25, 25, picture[24:].shape)
        yield np.clip(picture, 0, 255).astype(np.uint8)


def _read(path: Path) -> tuple[list[int], str]:
    """Return the numbers on all frames that come, and what is said about damage."""
    pictures, said = _read_pictures(path)
    return [number_of(picture) for picture in pictures], said


def _read_pictures(path: Path) -> tuple[list[NDArray[np.uint8]], str]:
    source = VideoSource(path)
    source.open()
    pictures: list[NDArray[np.uint8]] = []
    said = ""
    try:
        while (frame := source.read()) is not None:
            pictures.append(frame.pixels)
    except SourceError as error:
        said = str(error)
    assert source.read() is None, "it is told once"
    source.close()
    return pictures, said


@pytest.mark.parametrize(
    ("name", "codec", "pixel_format", "options"),
    [
        ("a.webm", "libvpx", "yuv420p", {"cpu-used": "8", "g": "15"}),
        ("a.mp4", "libx264", "yuv420p", {"g": "12"}),
        ("a.mkv", "libx264", "yuv420p", {"g": "12"}),
        ("a.ts", "libx264", "yuv420p", {"g": "12"}),
        ("a.avi", "mjpeg", "yuvj420p", {}),
        ("lossless.mkv", "ffv1", "yuv420p", {}),
        ("a.flv", "flv", "yuv420p", {"g": "12"}),
    ],
)
def test_damage_in_the_middle_is_told_once_and_the_rest_is_read(
    tmp_path: Path, name: str, codec: str, pixel_format: str, options: dict[str, str]
) -> None:
    path = write_clip(
        tmp_path / name, _noisy(), codec=codec, pixel_format=pixel_format, codec_options=options
    )
    assert _read(path) == (list(range(_FRAMES)), ""), "nothing is said of a whole video"
    numbers, said = _read(scratch(path))
    assert said.startswith(f"{name} is damaged ")
    assert "frames there are missing or wrong" in said
    assert numbers[0] == 0, "what comes before the damage"
    assert numbers[-20:] == list(range(_FRAMES - 20, _FRAMES)), "what comes after it"


def test_damaged_frames_are_the_same_each_time(tmp_path: Path) -> None:
    """Decoders with several threads conceal damage differently each time."""
    path = write_clip(tmp_path / "a.mp4", _noisy(), codec_options={"g": "12", "threads": "4"})
    data = bytearray(path.read_bytes())
    for at in range(2000, len(data) - 2000, len(data) // 40):
        data[at] ^= 0x55
    path.write_bytes(data)
    (once, said), (twice, _) = _read_pictures(path), _read_pictures(path)
    assert "a.mp4 is damaged" in said
    assert len(once) == len(twice)
    assert all(np.array_equal(first, second) for first, second in zip(once, twice, strict=True))


@pytest.mark.parametrize("crf", ["10", "30"])
def test_a_hole_without_anything_readable_after_it_is_an_end(tmp_path: Path, crf: str) -> None:
    path = write_clip(
        tmp_path / "a.webm", 45, codec="libvpx-vp9", codec_options={"cpu-used": "8", "crf": crf}
    )
    assert _read(path) == (list(range(45)), "")
    numbers, said = _read(scratch(path))
    assert 5 < len(numbers) < 45
    assert said.startswith("a.webm is damaged or incomplete: it ends at ")


def test_pauses_are_no_holes(tmp_path: Path) -> None:
    times_ms = [33 * number + (number > 20) * 2000 + (number > 40) * 700 for number in range(60)]
    for name in ("pauses.mkv", "pauses.mp4", "pauses.flv"):
        path = write_clip(tmp_path / name, _noisy(), times_ms=times_ms)
        assert _read(path) == (list(range(_FRAMES)), "")
