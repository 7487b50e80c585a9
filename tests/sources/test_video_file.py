"""Videos: every frame with its own time, whichever way it is reached."""

import contextlib
import random
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from fer_desktop.domain.frame import Frame
from fer_desktop.errors import SourceError
from fer_desktop.sources.base import SeekableSource
from fer_desktop.sources.factory import open_file
from fer_desktop.sources.media_file import VideoSource
from tests.helpers.clips import cut_short, number_of, numbered, turn_clip, write_clip, write_sound
from tests.helpers.data import shared_data

VARIABLE_MS = [0, 33, 40, 140, 141, 500, 533, 1700, 1733, 1766, 2000, 2500]
B_FRAMES = {"bf": "3", "g": "12", "b_strategy": "0"}


def read_all(source: VideoSource, into: list[Frame] | None = None) -> list[Frame]:
    frames = into if into is not None else []
    while (frame := source.read()) is not None:
        frames.append(frame)
    return frames


def opencv_times_ms(path: Path) -> list[float]:
    import cv2

    capture = cv2.VideoCapture(str(path))
    times = []
    while capture.read()[0]:
        times.append(capture.get(cv2.CAP_PROP_POS_MSEC))
    capture.release()
    return times


def test_reads_every_frame_with_its_time(tmp_path: Path) -> None:
    source = VideoSource(write_clip(tmp_path / "clip.mp4", 40, codec_options=B_FRAMES))
    info = source.open()
    frames = read_all(source)
    source.close()
    assert isinstance(source, SeekableSource)
    assert (info.kind, info.name, info.width_px, info.height_px) == ("video", "clip.mp4", 192, 96)
    assert info.uri == str(tmp_path / "clip.mp4")
    assert info.frame_count == 40
    assert info.fps == pytest.approx(30)
    assert info.duration_us == pytest.approx(40 / 30 * 1e6, abs=2)
    assert [frame.index for frame in frames] == list(range(40))
    assert [number_of(frame.pixels) for frame in frames] == list(range(40))
    assert [frame.timestamp_us for frame in frames] == [round(i * 1e6 / 30) for i in range(40)]
    assert not frames[0].pixels.flags.writeable
    assert frames[0].wall_ns is None


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_variable_frame_rate_keeps_presentation_times(tmp_path: Path, suffix: str) -> None:
    path = write_clip(
        tmp_path / f"variable{suffix}",
        len(VARIABLE_MS),
        times_ms=VARIABLE_MS,
        codec_options=B_FRAMES,
    )
    source = VideoSource(path)
    source.open()
    frames = read_all(source)
    assert [frame.timestamp_us for frame in frames] == [ms * 1000 for ms in VARIABLE_MS]
    assert opencv_times_ms(path) == pytest.approx(VARIABLE_MS, abs=1e-3)
    for timestamp_us, index in ((-5, 0), (0, 0), (32_999, 0), (33_000, 1), (1_000_000, 6)):
        assert source.index_at(timestamp_us) == index
    assert source.index_at(10**9) == len(VARIABLE_MS) - 1
    source.close()


@pytest.mark.parametrize(
    ("name", "codec", "pixel_format", "options"),
    [
        ("b-frames.mp4", "libx264", "yuv420p", B_FRAMES),
        ("open-gop.mkv", "libx264", "yuv420p", {**B_FRAMES, "x264-params": "open-gop=1"}),
        ("broadcast.ts", "libx264", "yuv420p", B_FRAMES),
        ("no-times.h264", "libx264", "yuv420p", B_FRAMES),
        ("wrong-times.avi", "libx264", "yuv420p", B_FRAMES),
        ("webcam.avi", "mjpeg", "yuvj420p", {}),
        ("old.mpg", "mpeg2video", "yuv420p", {"bf": "2"}),
        ("animated.gif", "gif", "rgb8", {}),
        ("only-one-key.webm", "libvpx-vp9", "yuv420p", {"cpu-used": "8", "g": "999"}),
    ],
)
def test_a_frame_is_the_same_whichever_way_it_is_reached(
    tmp_path: Path, name: str, codec: str, pixel_format: str, options: dict[str, str]
) -> None:
    path = write_clip(
        tmp_path / name, 36, codec=codec, pixel_format=pixel_format, codec_options=options, fps=25
    )
    source = VideoSource(path)
    source.open()
    frames = read_all(source)
    assert [number_of(frame.pixels) for frame in frames] == list(range(36))
    dice = random.Random(7)
    position = 0
    for _ in range(30):
        # Jumps, steps back, steps on, and the same frame again.
        wanted = dice.choice([dice.randrange(36), position - 1, position + 1, position])
        source.seek(wanted)
        frame = source.read()
        assert frame is not None
        position = min(max(wanted, 0), 35)
        assert frame.index == position
        assert frame.timestamp_us == frames[position].timestamp_us
        assert np.array_equal(frame.pixels, frames[position].pixels)
    source.close()


@pytest.mark.parametrize("quarter_turns", [0, 1, 2, 3])
def test_portrait_recordings_are_upright(tmp_path: Path, quarter_turns: int) -> None:
    import cv2

    path = turn_clip(write_clip(tmp_path / "phone.mp4", 3), quarter_turns)
    source = VideoSource(path)
    info = source.open()
    frame = source.read()
    source.close()
    assert frame is not None
    assert (info.width_px, info.height_px) == frame.size_px
    assert frame.size_px == ((192, 96), (96, 192))[quarter_turns % 2]
    expected: NDArray[np.uint8] = np.rot90(numbered(0), -quarter_turns)
    assert np.abs(frame.pixels.astype(int) - expected).mean() < 12
    capture = cv2.VideoCapture(str(path))
    assert np.array_equal(frame.pixels, capture.read()[1])
    capture.release()


def test_animated_gif_plays_at_its_own_pace_and_over_white(tmp_path: Path) -> None:
    from PIL import Image

    path = tmp_path / "animated.gif"
    pictures = []
    for number in range(4):
        picture = Image.new("RGBA", (64, 48), (0, 0, 0, 0))
        picture.paste((255, 0, 0, 255), (number * 10, 0, number * 10 + 10, 48))
        pictures.append(picture)
    durations = [100, 300, 50, 200]
    pictures[0].save(
        path, save_all=True, append_images=pictures[1:], duration=durations, disposal=2
    )
    source = open_file(path)
    assert isinstance(source, VideoSource)
    source.open()
    frames = read_all(source)
    source.close()
    assert [frame.timestamp_us for frame in frames] == [0, 100_000, 400_000, 450_000]
    assert frames[2].pixels[20, 25].tolist() == [0, 0, 255]
    assert frames[2].pixels[20, 60].tolist() == [255, 255, 255]


@pytest.mark.parametrize("name", ["cut.mp4", "cut.mkv"])
def test_truncated_video_gives_what_there_is_and_says_so_once(tmp_path: Path, name: str) -> None:
    path = write_clip(
        tmp_path / name,
        200,
        codec_options=B_FRAMES,
        container_options={"movflags": "faststart"} if name.endswith("mp4") else {},
    )
    source = VideoSource(cut_short(path))
    info = source.open()
    frames: list[Frame] = []
    with pytest.raises(SourceError, match=rf"{name} is damaged or incomplete: it ends at") as said:
        read_all(source, frames)
    assert said.value.hint
    assert source.read() is None
    assert info.frame_count is not None
    assert 80 < len(frames) <= info.frame_count < 200
    for frame in frames:  # the last few of them need pictures that are gone
        number = number_of(frame.pixels)
        assert frame.timestamp_us == pytest.approx(number * 1e6 / 30, abs=1000)
        assert frame.index == number or number > len(frames) - 5
    source.seek(5)
    frame = source.read()
    assert frame is not None
    assert number_of(frame.pixels) == 5
    source.close()


@pytest.mark.parametrize("name", ["cut.mkv", "cut.webm"])
def test_a_matroska_file_that_lacks_less_than_a_second_says_so(tmp_path: Path, name: str) -> None:
    codec = "libvpx" if name.endswith("webm") else "libx264"
    path = write_clip(tmp_path / name, 60, codec=codec)
    whole = path.read_bytes()
    source = VideoSource(path)
    source.open()
    assert len(read_all(source)) == 60
    source.close()
    path.write_bytes(whole[: len(whole) * 9 // 10])
    frames: list[Frame] = []
    source.open()
    with pytest.raises(SourceError, match=rf"{name} is damaged or incomplete: it ends at"):
        read_all(source, frames)
    assert 40 < len(frames) < 60
    source.close()
    # A length that was never written, as a program leaves it that was killed, says nothing.
    at = whole.index(b"\x18\x53\x80\x67") + 4
    path.write_bytes(whole[:at] + b"\x01" + b"\xff" * 7 + whole[at + 8 :])
    source.open()
    assert len(read_all(source)) == 60
    source.close()


def test_recordings_joined_end_to_end_keep_all_their_frames(tmp_path: Path) -> None:
    parts = [
        write_clip(
            tmp_path / f"{number}.ts",
            map(numbered, range(number, number + 12)),
            codec_options={"bf": "0"},
        )
        for number in (0, 12)
    ]
    path = tmp_path / "joined.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    source = VideoSource(path)
    info = source.open()
    frames: list[Frame] = []
    with pytest.raises(SourceError, match=r"joined.ts is damaged at 0.\d s"):  # where they meet
        read_all(source, frames)
    assert info.frame_count == len(frames) == 23
    assert {number_of(frame.pixels) for frame in frames} >= {*range(10), *range(12, 24)}
    source.seek(20)
    again = source.read()
    assert again is not None
    assert np.array_equal(again.pixels, frames[20].pixels)
    source.close()


def test_whole_video_ends_without_a_word(tmp_path: Path) -> None:
    source = VideoSource(write_clip(tmp_path / "whole.mkv", 5))
    source.open()
    assert len(read_all(source)) == 5
    assert source.read() is None
    source.seek(4)
    assert source.read() is not None
    assert source.read() is None
    source.close()


def test_damage_in_the_middle_is_skipped(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "scratched.mkv", 60, codec_options={"g": "6", "bf": "0"})
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 400] = random.Random(1).randbytes(400)
    path.write_bytes(data)
    source = VideoSource(path)
    source.open()
    frames: list[Frame] = []
    with contextlib.suppress(SourceError):  # the damage may look like the end
        read_all(source, frames)
    source.close()
    indices = [frame.index for frame in frames]
    assert len(indices) >= 25
    assert indices == sorted(set(indices))


def bad_files(folder: Path) -> dict[str, Path]:
    (folder / "folder.mp4").mkdir()
    (folder / "empty.mp4").touch()
    (folder / "text.mp4").write_text("This is no video.\n" * 50)
    (folder / "letters.txt").write_text("This is no video either.\n" * 50)
    (folder / "noise.mp4").write_bytes(random.Random(1).randbytes(5000))
    return {
        "missing": folder / "missing.mp4",
        "folder": folder / "folder.mp4",
        "empty": folder / "empty.mp4",
        "text": folder / "text.mp4",
        "letters": folder / "letters.txt",
        "noise": folder / "noise.mp4",
        "sound": write_sound(folder / "sound.m4a"),
        "headless": cut_short(write_clip(folder / "headless.mp4", 30)),
    }


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("missing", "There is no file"),
        ("folder", "folder.mp4 is a folder"),
        ("empty", "empty.mp4 is empty"),
        ("text", "text.mp4 is not a video or image"),
        ("letters", "letters.txt is a text"),
        ("noise", "noise.mp4 is not a video or image"),
        ("sound", "sound.m4a has no picture track"),
        ("headless", "headless.mp4 is not a video or image"),
    ],
)
def test_what_is_no_video_is_refused_in_words(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], kind: str, message: str
) -> None:
    path = bad_files(tmp_path)[kind]
    with pytest.raises(SourceError, match=message) as caught:
        open_file(path).open()
    assert "Error" not in str(caught.value)
    source = VideoSource(path)
    with pytest.raises(SourceError, match=message):
        source.open()
    source.close()
    assert capfd.readouterr().err == ""


def test_playlist_in_disguise_opens_nothing_else(tmp_path: Path) -> None:
    write_clip(tmp_path / "other.mp4", 3)
    path = tmp_path / "list.mp4"
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n")
    with pytest.raises(SourceError):
        VideoSource(path).open()


@pytest.mark.parametrize(
    "name", ["with spaces.mp4", "Ünïcödé née.mp4", "smile 😀.mp4", "a:b%03d[1].mp4", "no-suffix"]
)
def test_any_name_will_do(tmp_path: Path, name: str) -> None:
    path = write_clip(tmp_path / "plain.mp4", 3).rename(tmp_path / name)
    source = open_file(path)
    info = source.open()
    assert info.name == name
    assert source.read() is not None
    source.close()


def test_closing_is_always_allowed(tmp_path: Path) -> None:
    source = VideoSource(write_clip(tmp_path / "clip.mp4", 5))
    source.close()
    source.open()
    source.read()
    source.close()
    source.close()
    source.open()
    frame = source.read()
    assert frame is not None
    assert frame.index == 0
    source.close()


def test_times_equal_those_of_opencv_on_real_videos() -> None:
    paths = sorted((shared_data() / "media" / "videos").iterdir())
    assert paths
    for path in paths:
        source = VideoSource(path)
        info = source.open()
        times_ms = [frame.timestamp_us / 1000 for frame in read_all(source)]
        source.close()
        assert len(times_ms) == info.frame_count, path.name
        assert times_ms == pytest.approx(opencv_times_ms(path), abs=1e-3), path.name


def test_an_archive_is_not_searched_for_pictures(tmp_path: Path) -> None:
    picture = tmp_path / "a.jpg"
    Image.fromarray(numbered(1)).save(picture)
    path = tmp_path / "pictures.mp4"
    with ZipFile(path, "w") as archive:
        archive.write(picture, "a.jpg")
    with pytest.raises(SourceError, match="is an archive, not a video"):
        open_file(path).open()
