"""Recordings without labels: the sound of the file goes along, and blurred faces have no gaps."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from fer_desktop.domain.frame import Frame
from fer_desktop.recording.face_blur import FaceBlur
from fer_desktop.recording.recorded_video import blurred_picture, recorded_video
from fer_desktop.recording.video_recorder import Recording, VideoRecorder
from fer_desktop.sources.media_file import VideoSource
from tests.helpers.clips import number_of, write_clip, write_clip_with_sound
from tests.recording.samples import face, frame

SIDE = 40


def _noise(index: int, size: tuple[int, int] = (120, 200)) -> Frame:
    """Return a picture in which every pixel differs from its neighbours."""
    pixels = np.random.default_rng(index).integers(0, 256, (*size, 3), np.uint8)
    return Frame(index, index * 33_333, 0, pixels)


def _box(index: int) -> tuple[float, float, float, float]:
    left = 20.0 + 2 * index
    return left, 40.0, left + SIDE, 40.0 + SIDE


def _detail(picture: NDArray[np.uint8], box: tuple[float, float, float, float]) -> float:
    """Return how much neighbouring pixels differ in a place."""
    x1, y1, x2, y2 = (int(edge) for edge in box)
    place = picture[y1:y2, x1:x2].astype(float)
    return float(np.abs(np.diff(place, axis=1)).mean())


def _blurred(found: set[int], frames: int) -> list[tuple[Frame, NDArray[np.uint8]]]:
    """Blur pictures of a face that moves, of which only some show it to the detector."""
    blur = FaceBlur()
    made = []
    for index in range(frames):
        faces = [face(1, box=_box(index))] if index in found else []
        analysis = frame(index, *faces, timestamp_us=index * 33_333)
        made += blur.put(_noise(index), analysis)
    return [*made, *blur.finish()]


@pytest.mark.parametrize(
    "found",
    [
        set(range(40)),
        set(range(10)) | set(range(20, 40)),  # lost for a third of a second
        set(range(0, 40, 7)),
        set(range(8, 40)),  # found late
        set(range(30)),  # lost at the end
    ],
)
def test_a_face_is_hidden_in_every_picture(found: set[int]) -> None:
    made = _blurred(found, 40)
    assert [item.index for item, _ in made] == list(range(40))
    for item, picture in made:
        assert _detail(picture, _box(item.index)) < 8  # of 85 in the noise
        untouched = picture[:, 180:] if item.index < 10 else picture[:, :8]
        former = item.pixels[:, 180:] if item.index < 10 else item.pixels[:, :8]
        assert item.index > 25 or item.index < 10 or (untouched == former).all()


def test_a_face_that_left_is_not_hidden_for_ever() -> None:
    made = _blurred(set(range(5)), 120)
    assert _detail(made[40][1], _box(4)) < 8
    last, picture = made[-1]
    assert (picture == last.pixels).all()


def test_a_picture_of_which_nothing_is_known_is_hidden_as_a_whole() -> None:
    blur = FaceBlur()
    made = [*blur.put(_noise(0), None), *blur.finish()]
    assert _detail(made[0][1], (0, 0, 200, 120)) < 8
    known = blurred_picture(_noise(1), frame(1))
    assert (known == _noise(1).pixels).all()


def test_a_picture_that_becomes_known_later_is_there_once() -> None:
    blur = FaceBlur()
    made = list(blur.put(_noise(3), None))
    made += blur.put(_noise(3), frame(3, face(1, box=_box(3)), timestamp_us=3 * 33_333))
    made += blur.finish()
    ((item, picture),) = made
    assert _detail(picture, _box(3)) < 8
    assert (picture[:, 150:] == item.pixels[:, 150:]).all()


def test_after_a_jump_nothing_of_before_counts() -> None:
    blur = FaceBlur()
    made = list(blur.put(_noise(5), frame(5, face(1, box=_box(5)))))
    back = Frame(0, 0, 0, _noise(0).pixels)
    made += [*blur.put(back, frame(0)), *blur.finish()]
    assert [item.index for item, _ in made] == [5, 0]
    assert _detail(made[0][1], _box(5)) < 8
    assert (made[1][1] == back.pixels).all()


def _loud_from(path: Path) -> tuple[float, float]:
    """Return when the tone begins in a video, and how long its sound is, in seconds."""
    import av

    with av.open(str(path)) as container:
        rate = container.streams.audio[0].codec_context.sample_rate
        parts = [
            (float(part.pts * part.time_base), part.to_ndarray().astype(float))
            for part in container.decode(audio=0)
        ]
    peak = max(np.abs(part).max() for _, part in parts)
    loud = next(time for time, part in parts if np.abs(part).max() > peak / 4)
    return loud, parts[-1][0] + parts[-1][1].shape[-1] / rate


@pytest.mark.parametrize(("name", "audio"), [("a.mp4", "aac"), ("a.mkv", "pcm_s16le")])
def test_the_sound_goes_along_in_time(tmp_path: Path, name: str, audio: str) -> None:
    clip = write_clip_with_sound(tmp_path / name, 75, audio=audio)
    source = VideoSource(clip)
    source.open()
    source.seek(15)
    with recorded_video(tmp_path / "out.mp4", "clean", clip) as writer:
        for _ in range(45):
            item = source.read()
            assert item is not None
            writer.write(item, None)
    source.close()
    assert writer.has_sound
    loud_s, length_s = _loud_from(tmp_path / "out.mp4")
    assert loud_s == pytest.approx(0.5, abs=0.1)
    assert length_s == pytest.approx(1.5, abs=0.15)
    again = VideoSource(tmp_path / "out.mp4")
    info = again.open()
    assert info.frame_count == 45
    first = again.read()
    assert first is not None
    assert number_of(first.pixels) == 15
    again.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, "out.mp4"])


def test_what_was_skipped_is_not_heard(tmp_path: Path) -> None:
    clip = write_clip_with_sound(tmp_path / "a.mp4", 90)
    source = VideoSource(clip)
    source.open()
    ended: list[Recording] = []
    recorder = VideoRecorder(tmp_path / "out.mp4", ended.append, kind="clean", sound_from=clip)
    for begin in (45, 0):  # the tone, then back to the silence
        source.seek(begin)
        for _ in range(15):
            item = source.read()
            assert item is not None
            while len(recorder._waiting) > 4:
                recorder._thread.join(0.01)
            recorder.add(item, None)
    source.close()
    recorder.stop()
    assert recorder.join(20)
    (made,) = ended
    assert (made.frames, made.error, made.kind, made.has_sound) == (30, None, "clean", True)
    loud_s, length_s = _loud_from(tmp_path / "out.mp4")
    assert loud_s == pytest.approx(0, abs=0.1)
    assert length_s == pytest.approx(1.0, abs=0.15)


def test_a_file_without_sound_and_one_that_is_gone(tmp_path: Path) -> None:
    silent = write_clip(tmp_path / "silent.mp4", 5)
    with recorded_video(tmp_path / "one.mp4", "clean", silent) as writer:
        writer.write(_noise(0), None)
    assert not writer.has_sound
    assert writer.problem is None
    with recorded_video(tmp_path / "two.mp4", "clean", tmp_path / "gone.mp4") as writer:
        writer.write(_noise(0), None)
    assert "cannot be" in str(writer.problem)
    assert (tmp_path / "two.mp4").is_file()


def test_a_blurred_recording_has_every_frame(tmp_path: Path) -> None:
    with recorded_video(tmp_path / "a.mp4", "blurred") as writer:
        for index in range(14):
            writer.write(_noise(index), frame(index, face(1, box=_box(index))))
    made = VideoSource(tmp_path / "a.mp4")
    assert made.open().frame_count == 14
    made.close()
