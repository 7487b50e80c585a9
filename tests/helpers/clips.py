"""Small videos and pictures whose frames carry their number, so that a test knows what it sees."""

import random
import struct
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_BITS = 12
_BLOCK_PX = 16
_PALE = (112, 143)
MILLISECONDS = Fraction(1, 1000)


def numbered(
    number: int, size_px: tuple[int, int] = (192, 96), *, is_pale: bool = False
) -> NDArray[np.uint8]:
    """Return a BGR picture that shows a number as a row of black and white blocks at its top.

    Args:
        number: from 0 to 4095.
        size_px: width and height.
        is_pale: whether the blocks differ by so little that one picture follows the other without
            a jump, which might be a cut.
    """
    width, height = size_px
    picture = np.full((height, width, 3), 90, dtype=np.uint8)
    picture[:, :, 1] = np.linspace(40, 200, width, dtype=np.uint8)
    picture[height // 2 :, :, 2] = 255 - abs(255 - number * 5 % 510)  # no jump, which were a cut
    dark, light = _PALE if is_pale else (0, 255)
    for bit in range(_BITS):
        gray = light if number >> bit & 1 else dark
        picture[:_BLOCK_PX, bit * _BLOCK_PX : (bit + 1) * _BLOCK_PX] = gray
    return picture


def number_of(picture: NDArray[np.uint8]) -> int:
    """Read the number off a picture."""
    middle = _BLOCK_PX // 2
    return sum(
        1 << bit for bit in range(_BITS) if picture[middle, bit * _BLOCK_PX + middle, 1] > 127
    )


def write_clip(
    path: Path,
    pictures: Iterable[NDArray[np.uint8]] | int = 30,
    *,
    times_ms: Sequence[int] | None = None,
    fps: int = 30,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    codec_options: Mapping[str, str] | None = None,
    container_options: Mapping[str, str] | None = None,
    pixel_aspect: Fraction | None = None,
    interlaced: bool = False,
) -> Path:
    """Write pictures as a video.

    Args:
        path: where to; its suffix tells the container.
        pictures: BGR pictures of one size, or how many numbered ones.
        times_ms: presentation times for a variable frame rate, instead of ``fps``.
        fps: frames a second.
        codec: FFmpeg's name of the encoder.
        pixel_format: FFmpeg's name of the encoder's input.
        codec_options: of the encoder.
        container_options: of the muxer.
        pixel_aspect: how much wider than tall its pixels are.
        interlaced: whether the lines of a picture are of two moments, the upper ones of the first.
    """
    import av

    if isinstance(pictures, int):
        pictures = (numbered(number) for number in range(pictures))
    unit = MILLISECONDS if times_ms is not None else Fraction(1, fps)
    with av.open(str(path), "w", options=dict(container_options or {})) as container:
        stream: Any = container.add_stream(codec, rate=fps, options=dict(codec_options or {}))
        stream.pix_fmt = pixel_format
        stream.codec_context.time_base = unit
        if pixel_aspect is not None:
            stream.codec_context.sample_aspect_ratio = pixel_aspect
        for number, picture in enumerate(pictures):
            if number == 0:
                stream.height, stream.width = picture.shape[:2]
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts = times_ms[number] if times_ms is not None else number
            frame.time_base = unit
            if interlaced:  # the colours too belong to two moments
                frame = frame.reformat(format=pixel_format)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def write_clip_with_sound(
    path: Path, frames: int = 60, *, audio: str = "aac", silent_s: float = 1.0
) -> Path:
    """Write numbered pictures, 30 a second, with a tone that begins after some silence.

    Args:
        path: where to; its suffix tells the container.
        frames: how many pictures.
        audio: FFmpeg's name of the sound's encoder.
        silent_s: how long there is silence.
    """
    import av

    rate = 16_000
    with av.open(str(path), "w") as container:
        film: Any = container.add_stream("libx264", rate=30)
        film.width, film.height, film.pix_fmt = 192, 96, "yuv420p"
        sound: Any = container.add_stream(audio, rate=rate)
        sound.codec_context.layout = "mono"
        for number in range(frames):
            container.mux(film.encode(av.VideoFrame.from_ndarray(numbered(number), format="bgr24")))
        container.mux(film.encode(None))
        times_s = np.arange(rate * frames // 30) / rate
        tone = np.where(times_s < silent_s, 0, 12_000 * np.sin(2 * np.pi * 440 * times_s))
        step = 1_024
        for at in range(0, len(tone), step):
            part = tone[np.newaxis, at : at + step].astype(np.int16)
            frame = av.AudioFrame.from_ndarray(part, format="s16", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = rate, at, Fraction(1, rate)
            container.mux(sound.encode(frame))
        container.mux(sound.encode(None))
    return path


def write_sound(path: Path) -> Path:
    """Write a second of silence: a media file without a picture track."""
    import av

    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("aac", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.float32), "fltp", "mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def turn_clip(path: Path, quarter_turns: int) -> Path:
    """Mark an MP4 as recorded with the camera turned, as phones do; pictures stay as they are.

    Args:
        path: the file, changed in place.
        quarter_turns: how often a player must turn it by 90 degrees, clockwise.
    """
    cos, sin = ((1, 0), (0, 1), (-1, 0), (0, -1))[quarter_turns % 4]
    return place_clip(path, (cos, sin, -sin, cos))


def place_clip(path: Path, placement: tuple[int, int, int, int]) -> Path:
    """Mark an MP4 as to be shown turned or mirrored; pictures stay as they are.

    Args:
        path: the file, changed in place.
        placement: a, b, c and d of the display matrix, which shows (x, y) at (ax + cy, bx + dy).
    """
    one = 1 << 16
    a, b, c, d = (value * one for value in placement)
    matrix = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    data = bytearray(path.read_bytes())
    # The matrix lies 40 bytes into a track header of version 0, whose type follows its size.
    start = data.index(b"tkhd") + 4 + 40
    data[start : start + len(matrix)] = matrix
    path.write_bytes(data)
    return path


def scratch(path: Path, at: float = 0.5, size: int = 4000) -> Path:
    """Overwrite some bytes of a file with noise, as a failing disk does."""
    data = bytearray(path.read_bytes())
    begin = int(len(data) * at)
    data[begin : begin + size] = random.Random(1).randbytes(size)
    path.write_bytes(data)
    return path


def cut_short(path: Path, share: float = 0.6) -> Path:
    """Keep only the first part of a file, as an interrupted copy does."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path
