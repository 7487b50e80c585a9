"""What a notebook may do with pictures, videos and cameras, and what it is told."""

import gc
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from fer_desktop import api
from fer_desktop.errors import FerError, ModelError, SourceError
from fer_desktop.paths import demo_clip
from tests.helpers.cameras import NetworkCamera, Visit, send_pictures
from tests.helpers.clips import cut_short, write_clip
from tests.helpers.data import astronaut
from tests.helpers.sources import ScriptedCamera

GREY = np.full((96, 128, 3), 127, np.uint8)
THREADS = {"reader", "looker", "camera reader"}


_others: set[threading.Thread] = set()


@pytest.fixture(autouse=True)
def others() -> None:
    """Note which threads are there before a test, whoever has left them."""
    _others.clear()
    _others.update(threading.enumerate())


def our_threads() -> set[str]:
    return THREADS & {thread.name for thread in set(threading.enumerate()) - _others}


@pytest.fixture(scope="module")
def reader() -> Iterator[api.Reader]:
    with api.Reader() as reader:
        yield reader


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "clip.mp4", 40)


@pytest.fixture
def camera(monkeypatch: pytest.MonkeyPatch) -> ScriptedCamera:
    """A camera in front of which the portrait hangs."""
    portrait = astronaut()  # loading it takes longer than some tests look at it
    camera = ScriptedCamera([100_000], fps=100, picture=lambda _: portrait.copy())
    monkeypatch.setattr("fer_desktop.api.inputs.live_source", lambda *_, **__: camera)
    return camera


def test_a_picture_without_a_face_has_empty_arrays(reader: api.Reader) -> None:
    picture = reader.read_picture(GREY)
    assert picture.faces == ()
    assert picture.boxes_px.shape == (0, 4)
    assert picture.probabilities.shape == (0, len(reader.labels))


def test_weights_of_8_bits_read_the_same_face_nearly_alike(reader: api.Reader) -> None:
    exact = reader.read_picture(astronaut(), order="rgb")
    with api.Reader(engine="litert-int8") as quick:
        assert quick.engine == "litert-int8"
        rounded = quick.read_picture(astronaut(), order="rgb")
    np.testing.assert_array_equal(rounded.boxes_px, exact.boxes_px)
    assert rounded.probabilities.argmax() == exact.probabilities.argmax()
    assert 0 < np.abs(rounded.probabilities - exact.probabilities).max() < 0.03


def test_leaving_the_block_ends_the_threads(reader: api.Reader, clip: Path) -> None:
    with reader.read_video(clip) as video:
        assert video.info is None
        first = next(video)
        assert video.info is not None
        assert video.info.frame_count == 40
        assert our_threads()
    assert not our_threads()
    assert first.index == 0
    with pytest.raises(StopIteration):
        next(video)


def test_the_end_of_the_video_ends_the_threads(reader: api.Reader, clip: Path) -> None:
    video = reader.read_video(clip)
    assert [frame.index for frame in video] == list(range(40))
    assert video.is_closed
    assert not our_threads()


def test_some_frames_of_a_stretch_are_read(reader: api.Reader, clip: Path) -> None:
    with reader.read_video(clip, every=5, from_s=0.4, to_s=1.0) as video:
        assert [frame.index for frame in video] == [15, 20, 25, 30]


def test_a_video_that_is_forgotten_ends_its_threads(reader: api.Reader, clip: Path) -> None:
    video = reader.read_video(clip)
    next(video)
    del video
    gc.collect()
    assert not our_threads()


def test_a_reader_reads_one_thing_at_a_time(reader: api.Reader, clip: Path) -> None:
    with reader.read_video(clip) as video:
        next(video)
        with pytest.raises(ValueError, match="still reading"):
            reader.read_picture(GREY)
    reader.read_picture(GREY)


def test_a_closed_reader_closes_what_it_reads(clip: Path) -> None:
    reader = api.Reader()
    video = reader.read_video(clip)
    next(video)
    reader.close()
    reader.close()
    assert video.is_closed
    assert not our_threads()
    with pytest.raises(ValueError, match="closed"):
        reader.read_picture(GREY)


def test_a_camera_is_read_for_some_seconds(camera: ScriptedCamera) -> None:
    began = datetime.now(UTC)
    with api.read_camera(0, seconds=0.5) as frames:
        readings = list(frames)
    assert camera.closed
    assert not our_threads()
    assert 0.3 < readings[-1].time_s <= 0.5
    assert [frame.faces[0].emotion for frame in readings] == ["happy"] * len(readings)
    times = [frame.wall_time for frame in readings if frame.wall_time is not None]
    assert len(times) == len(readings)
    assert began < times[0] <= times[-1] < began + timedelta(minutes=1)


def test_a_camera_becomes_a_table(camera: ScriptedCamera, reader: api.Reader) -> None:
    with reader.read_camera(seconds=0.3) as frames:
        table = frames.to_frame()
    assert set(table["emotion"]) == {"happy"}
    assert table["time_s"].is_monotonic_increasing
    assert table["wall_time_utc"].str.endswith("Z").all()


def test_an_endless_camera_is_no_table(camera: ScriptedCamera, reader: api.Reader) -> None:
    with reader.read_camera() as frames:
        with pytest.raises(ValueError, match="seconds=10"):
            frames.to_table()
        assert next(frames).faces


def test_a_network_camera_is_read_until_it_stops(reader: api.Reader) -> None:
    def behave(visit: Visit) -> None:
        visit.request()
        send_pictures(visit, 20)

    seen: list[api.FrameReading] = []
    with NetworkCamera(behave) as network:
        frames = reader.read_camera(network.url())
        with pytest.raises(SourceError):
            seen.extend(frames)
    assert seen
    assert frames.is_closed


def test_a_damaged_video_gives_what_can_be_read(reader: api.Reader, tmp_path: Path) -> None:
    whole = write_clip(tmp_path / "a.mp4", 120, container_options={"movflags": "faststart"})
    path = cut_short(whole)
    with pytest.warns(UserWarning, match="damaged or incomplete"):
        table = reader.read_video(path).to_table()
    assert 40 < table.frame_count < 120
    assert "damaged or incomplete" in table.problem
    frames: list[api.FrameReading] = []
    with pytest.raises(SourceError, match="damaged or incomplete"):
        frames.extend(reader.read_video(path))
    assert len(frames) == table.frame_count


def test_a_face_that_smiles_cannot_be_calibrated(reader: api.Reader, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4", [astronaut()] * 40)
    with pytest.warns(UserWarning, match=r"a\.mp4: face 1 is not calibrated: .*smiles"):
        video = reader.read_video(clip, calibrate=(0, 1.2))
    with video:
        (face,) = next(video).faces
    assert face.corrected is None


def test_measures_are_numbers_of_each_face_and_columns(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4", [astronaut()] * 2)
    with api.Reader(measures=["head_roll"]) as reader:
        (face,) = reader.read_picture(astronaut()).faces
        table = reader.read_video(clip).to_table()
    assert list(face.measures) == ["head_roll_deg"]
    roll = face.measures["head_roll_deg"]
    assert table["head_roll_deg"].tolist() == pytest.approx([roll] * 2, abs=3)


def test_an_animation_is_a_video_and_no_picture(reader: api.Reader, tmp_path: Path) -> None:
    from PIL import Image

    path = tmp_path / "a.gif"
    pages = [Image.fromarray(np.full((64, 64), level, np.uint8)) for level in (0, 99, 255)]
    pages[0].save(path, save_all=True, append_images=pages[1:], duration=100)
    with pytest.raises(SourceError, match="read_video"):
        reader.read_picture(path)
    assert len(list(reader.read_video(path))) == 3


@pytest.mark.parametrize(
    ("wrong", "error", "told"),
    [
        (lambda: api.read_picture("nowhere.jpg"), SourceError, "nowhere.jpg"),
        (lambda: api.read_video("nowhere.mp4"), SourceError, "nowhere.mp4"),
        (lambda: api.read_video("."), SourceError, "folder"),
        (lambda: api.read_picture(GREY, model="nothing"), ModelError, "seven-expressions"),
        (lambda: api.read_picture(GREY / 255), ValueError, "uint8"),
        (lambda: api.read_picture(GREY, order="rbg"), ValueError, "bgr, rgb"),
        (
            lambda: api.read_picture(GREY, engine="gpu"),
            ValueError,
            "auto, litert, litert-int8, keras",
        ),
        (lambda: api.read_picture(GREY, faces="tiny"), ValueError, "auto, large, small"),
        (lambda: api.read_picture(GREY, min_score=7), ValueError, "between 0.1 and 0.99"),
        (lambda: api.read_picture(GREY, smoothing_ms=-1), ValueError, "between 0 and 5000"),
        (lambda: api.read_picture(GREY, measures=["x"]), ValueError, "head_roll"),
        (lambda: api.read_picture(GREY, measures="x"), ValueError, "head_roll"),
        (lambda: api.read_video(demo_clip(), calibrate=(3, 2)), ValueError, "two times"),
        (lambda: api.read_video(demo_clip(), every=0), ValueError, "every must be"),
        (lambda: api.read_video(demo_clip(), from_s=3, to_s=2), ValueError, "two times"),
        (lambda: api.read_camera("ftp://camera"), SourceError, "rtsp://"),
        (lambda: api.read_camera(seconds=0), ValueError, "more than 0"),
        (lambda: api.read_camera(seconds=float("nan")), ValueError, "more than 0"),
    ],
)
def test_what_cannot_be_is_told(
    wrong: Callable[[], object], error: type[FerError | ValueError], told: str
) -> None:
    with pytest.raises(error, match=told):
        wrong()
    assert not our_threads()


def test_a_script_that_closes_nothing_ends_quietly(clip: Path) -> None:
    script = f"""
from fer_desktop import api
video = api.read_video({str(clip)!r})
print(next(video).index)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "0\n"
    assert done.stderr == ""


def test_a_face_is_explained(reader: api.Reader) -> None:
    (found,) = reader.explain_picture(astronaut())
    (face,) = reader.read_picture(astronaut()).faces
    np.testing.assert_allclose(found.face.probabilities, face.probabilities, atol=1e-6)
    size = found.crop.shape[0]
    assert found.maps.shape == (len(reader.labels), size, size)
    happy = found.map("happy")
    np.testing.assert_array_equal(found.map(), happy)
    assert happy[size // 2 :].max() > happy[: size // 2].max()  # the mouth
    at = reader.labels.index("happy")
    assert found.without_for[at] < found.without_random[at]
    assert reader.explain_picture(GREY) == ()
    with pytest.raises(ValueError, match="label must be one of angry"):
        found.map("smug")
