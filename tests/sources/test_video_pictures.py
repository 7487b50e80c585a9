"""Pictures of videos as they are meant to be seen: shape, side, fields and light."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from fer_desktop.domain.frame import Frame
from fer_desktop.sources.media_file import VideoSource
from tests.helpers.clips import place_clip, write_clip
from tests.helpers.data import astronaut

Picture = NDArray[np.uint8]
PQ, HLG = 16, 18
BT2020 = 9
NITS_OF_WHITE = 203.0
TO_2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])


def _first(path: Path) -> Frame:
    source = VideoSource(path)
    info = source.open()
    frame = source.read()
    source.close()
    assert frame is not None
    assert frame.size_px == (info.width_px, info.height_px)
    return frame


def _portrait(width: int, height: int) -> Picture:
    import cv2

    return np.asarray(cv2.resize(astronaut(), (width, height), interpolation=cv2.INTER_AREA))


@pytest.mark.parametrize(
    ("name", "codec", "stored", "aspect", "shown"),
    [
        ("pal-wide.mp4", "libx264", (720, 576), Fraction(64, 45), (1024, 576)),
        ("ntsc.mov", "mpeg4", (720, 480), Fraction(8, 9), (720, 540)),
        ("ntsc.mkv", "libx264", (720, 480), Fraction(8, 9), (720, 540)),
        ("hdv.mkv", "libx264", (360, 270), Fraction(4, 3), (480, 270)),
        ("dvd.mpg", "mpeg2video", (352, 288), Fraction(12, 11), (384, 288)),
        ("camera.avi", "mpeg4", (320, 240), Fraction(2, 1), (640, 240)),
        ("square.mp4", "libx264", (320, 240), Fraction(1), (320, 240)),
        ("nonsense.mp4", "libx264", (320, 240), Fraction(200, 1), (320, 240)),
    ],
)
def test_pixels_are_square(
    tmp_path: Path,
    name: str,
    codec: str,
    stored: tuple[int, int],
    aspect: Fraction,
    shown: tuple[int, int],
) -> None:
    frame = _first(
        write_clip(tmp_path / name, [_portrait(*stored)] * 2, codec=codec, pixel_aspect=aspect)
    )
    assert frame.size_px == pytest.approx(shown, abs=8)  # MPEG-2 knows a few shapes only
    assert np.abs(frame.pixels.astype(int) - _portrait(*frame.size_px)).mean() < 12


def test_frames_sought_are_square_too(tmp_path: Path) -> None:
    pictures = [np.roll(_portrait(360, 288), 9 * number, axis=1) for number in range(20)]
    path = write_clip(
        tmp_path / "a.mp4", pictures, pixel_aspect=Fraction(16, 15), codec_options={"g": "6"}
    )
    source = VideoSource(path)
    source.open()
    frames = [source.read() for _ in range(20)]
    source.seek(13)
    again, expected = source.read(), frames[13]
    source.close()
    assert again is not None
    assert expected is not None
    assert np.array_equal(again.pixels, expected.pixels)


@pytest.mark.parametrize(
    ("placement", "turned"),
    [
        ((1, 0, 0, 1), lambda picture: picture),
        ((-1, 0, 0, 1), np.fliplr),
        ((1, 0, 0, -1), np.flipud),
        ((-1, 0, 0, -1), lambda picture: np.rot90(picture, 2)),
        ((0, 1, -1, 0), lambda picture: np.rot90(picture, -1)),
        ((0, -1, 1, 0), np.rot90),
        ((0, 1, 1, 0), lambda picture: picture.transpose(1, 0, 2)),
        ((0, -1, -1, 0), lambda picture: np.rot90(picture.transpose(1, 0, 2), 2)),
    ],
)
def test_turned_and_mirrored_recordings_are_as_they_are_meant(
    tmp_path: Path, placement: tuple[int, int, int, int], turned: Any
) -> None:
    picture = _portrait(192, 96)
    path = place_clip(write_clip(tmp_path / "selfie.mp4", [picture] * 2), placement)
    expected = turned(picture)
    frame = _first(path)
    assert frame.pixels.shape == expected.shape
    assert np.abs(frame.pixels.astype(int) - expected).mean() < 12


def _woven(moments: list[Picture]) -> list[Picture]:
    """Return pictures whose even lines are of one moment and whose odd ones are of the next."""
    pictures = []
    for first, second in zip(moments[::2], moments[1::2], strict=True):
        picture = first.copy()
        picture[1::2] = second[1::2]
        pictures.append(picture)
    return pictures


def _comb(picture: Picture) -> float:
    """Return how much a line differs from both of its neighbours, as fields of moving things do."""
    lines = picture.astype(int)
    return float(np.abs(2 * lines[1:-1] - lines[:-2] - lines[2:]).mean())


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("broadcast.mp4", "libx264", {"x264-params": "tff=1", "g": "8", "bf": "2"}),
        ("dvd.mpg", "mpeg2video", {"flags": "+ildct+ilme", "g": "8"}),
    ],
)
def test_fields_of_two_moments_become_one_whichever_way_a_frame_is_reached(
    tmp_path: Path, name: str, codec: str, options: dict[str, str]
) -> None:
    still = _portrait(320, 288)
    moments = [np.roll(still, 5 * number, axis=1) for number in range(48)]
    path = write_clip(
        tmp_path / name,
        _woven(moments),
        codec=codec,
        fps=25,
        codec_options=options,
        interlaced=True,
    )
    source = VideoSource(path)
    info = source.open()
    frames = []
    while (frame := source.read()) is not None:
        frames.append(frame)
    assert [frame.index for frame in frames] == list(range(24))
    assert [frame.timestamp_us for frame in frames] == [40_000 * number for number in range(24)]
    assert info.frame_count == 24
    woven = np.median([_comb(picture) for picture in _woven(moments)])
    assert np.median([_comb(frame.pixels) for frame in frames]) < 0.5 * woven
    distances = [np.abs(frames[5].pixels.astype(int) - moments[at]).mean() for at in (10, 11)]
    assert min(distances) < 12, "the picture of one moment"
    for wanted in (17, 3, 16, 15, 8, 9, 0, 23, 22):
        source.seek(wanted)
        again = source.read()
        assert again is not None
        assert np.array_equal(again.pixels, frames[wanted].pixels), wanted
    source.close()


def test_an_ordinary_picture_is_what_was_recorded(tmp_path: Path) -> None:
    still = _portrait(320, 288)
    path = write_clip(tmp_path / "a.mkv", [still] * 3, codec="ffv1", pixel_format="bgr0")
    assert np.array_equal(_first(path).pixels, still)


def _encoded(picture: Picture, transfer: int) -> NDArray[np.uint16]:
    """Return an ordinary picture as one of high dynamic range, as bright as it was: RGB."""
    light = (picture[:, :, ::-1] / 255.0) ** 2.4 @ TO_2020.T
    nits = np.clip(light, 0, None) * NITS_OF_WHITE
    if transfer == PQ:
        power = (nits / 10_000) ** (2610 / 16384)
        signal = ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375
    else:
        luma = nits @ np.array([0.2627, 0.6780, 0.0593])
        scene = nits / 1000 * np.maximum(luma / 1000, 1e-9)[..., np.newaxis] ** (1 / 1.2 - 1)
        bright = 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073
        signal = np.where(scene <= 1 / 12, np.sqrt(3 * scene), bright)
    return np.rint(np.clip(signal, 0, 1) * 65535).astype(np.uint16)


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_high_dynamic_range_looks_like_the_ordinary_picture(tmp_path: Path, transfer: int) -> None:
    import av
    from av.video.reformatter import Colorspace

    picture = _portrait(256, 256)
    path = tmp_path / "hdr.mkv"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 256, 256, "yuv420p10le"
        context = stream.codec_context
        context.color_trc, context.color_primaries, context.colorspace = transfer, BT2020, BT2020
        context.color_range = 1
        for number in range(3):
            rgb = av.VideoFrame.from_ndarray(_encoded(picture, transfer), format="rgb48le")
            frame = rgb.reformat(
                format="yuv420p10le", dst_colorspace=Colorspace.BT2020, dst_color_range=1
            )
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    shown = _first(path).pixels.astype(int)
    is_midtone = picture.max(axis=2) < 200  # what is brighter makes room for the highlights
    assert np.abs(shown - picture)[is_midtone].mean() < 6
    assert np.abs(shown - picture).mean() < 12
    assert shown.max() < 250, "there is room for what is brighter than paper"


def test_the_default_track_is_shown(tmp_path: Path) -> None:
    import av
    from av.stream import Disposition

    path = tmp_path / "two.mkv"
    with av.open(str(path), "w") as container:
        tracks: list[Any] = [container.add_stream("libx264", rate=25) for _ in range(3)]
        for number, track in enumerate(tracks):
            track.width = track.height = 64 * (number + 1)
            track.pix_fmt = "yuv420p"
            track.disposition = Disposition.default if number == 1 else Disposition(0)
        for moment in range(5):
            for track in tracks:
                picture = np.zeros((track.height, track.width, 3), np.uint8)
                frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
                frame.pts = moment
                container.mux(track.encode(frame))
        for track in tracks:
            container.mux(track.encode(None))
    assert _first(path).size_px == (128, 128)
