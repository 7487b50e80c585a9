"""Broadcasts' files, which say nowhere how long they are, cut within a packet."""

from pathlib import Path

import av
import numpy as np
import pytest

from fer_desktop.errors import SourceError
from fer_desktop.sources.factory import open_file

pytestmark = pytest.mark.unit

KINDS = {"a.mpg": "mpeg1video", "b.mpg": "mpeg2video", "c.vob": "mpeg2video", "d.ts": "mpeg2video"}


def written(path: Path, codec: str, frames: int = 50) -> bytes:
    with av.open(str(path), "w") as film:
        stream = film.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for index in range(frames):
            pixels = np.full((64, 64, 3), index * 4, np.uint8)
            pixels[:, index % 64] = 255
            for packet in stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")):
                film.mux(packet)
        for packet in stream.encode(None):
            film.mux(packet)
    return path.read_bytes()


def played(path: Path) -> tuple[int, str]:
    """Return how many frames a film has, and what is told of it."""
    source = open_file(path)
    source.open()
    frames, told = 0, ""
    while True:
        try:
            frame = source.read()
        except SourceError as error:
            told += str(error)
            continue
        if frame is None:
            break
        frames += 1
    source.close()
    return frames, told


@pytest.mark.parametrize(("name", "codec"), KINDS.items())
def test_a_whole_one_is_whole(tmp_path: Path, name: str, codec: str) -> None:
    written(tmp_path / name, codec)
    assert played(tmp_path / name) == (50, "")


@pytest.mark.parametrize(("name", "codec"), KINDS.items())
@pytest.mark.parametrize("share", [0.4, 0.6])
def test_a_missing_end_is_told(tmp_path: Path, name: str, codec: str, share: float) -> None:
    content = written(tmp_path / name, codec)
    (tmp_path / name).write_bytes(content[: round(len(content) * share) | 1])
    frames, told = played(tmp_path / name)
    assert 0 < frames < 50
    assert "damaged" in told


def test_two_hundred_bytes_are_no_film(tmp_path: Path) -> None:
    content = written(tmp_path / "a.mpg", "mpeg1video")
    (tmp_path / "a.mpg").write_bytes(content[:200])
    assert "damaged" in played(tmp_path / "a.mpg")[1]
