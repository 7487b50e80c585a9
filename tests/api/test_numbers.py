"""A notebook gets the numbers of ``fer-desktop analyze``."""

import csv
from pathlib import Path

import numpy as np
import pytest

from fer_desktop import api, cli
from tests.helpers.clips import numbered, write_clip
from tests.helpers.data import astronaut
from tests.helpers.fakes import FakeDetector, RousedClassifier


def analyzed(path: Path, out: Path, *options: str) -> list[dict[str, str]]:
    """Return the rows that the command line writes of a file."""
    assert cli.main(["analyze", str(path), "--out", str(out), *options], lambda _: 1) == 0
    with (out / f"{path.stem}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def two_faces() -> list[np.ndarray]:
    """Return pictures in which two faces move."""
    face = astronaut()[:256, 96:352]
    pictures = []
    for step in range(6):
        picture = np.full((320, 640, 3), 127, np.uint8)
        picture[20 : 20 + 256, 10 + 4 * step : 266 + 4 * step] = face
        picture[40 : 40 + 256, 370 - 3 * step : 626 - 3 * step] = face[:, ::-1]
        pictures.append(picture)
    return pictures


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clip") / "talk.mp4", two_faces())


def test_the_table_of_a_video_is_the_one_that_analyze_writes(clip: Path, tmp_path: Path) -> None:
    rows = analyzed(clip, tmp_path)
    with api.read_video(clip) as video:
        table = video.to_table()
    assert len(rows) == len(table) == 12
    assert list(table.columns) == list(rows[0])
    for name in table.columns:
        cells = [row[name] for row in rows]
        if table[name].dtype.kind == "U":
            assert table[name].tolist() == cells
        else:
            assert table[name].tolist() == [float(cell) for cell in cells]
    assert table.frame_count == 6
    assert table.problem == ""


def test_the_frames_of_a_video_have_the_same_numbers(clip: Path, tmp_path: Path) -> None:
    rows = iter(analyzed(clip, tmp_path))
    with api.read_video(clip) as video:
        for frame in video:
            for face in frame.faces:
                row = next(rows)
                assert frame.index == int(row["frame_index"])
                assert f"{frame.time_s:.6f}" == row["time_s"]
                assert face.face_id == int(row["face_id"])
                assert face.emotion == row["emotion"]
                assert face.confidence == pytest.approx(float(row["confidence"]), abs=1e-6)
                left, top, right, bottom = face.box_px
                box = [float(row[f"{key}_px"]) for key in ("x", "y", "width", "height")]
                assert box == pytest.approx([left, top, right - left, bottom - top], abs=0.011)
                written = [float(row[f"p_{label}"]) for label in face.labels]
                np.testing.assert_allclose(face.probabilities, written, atol=1e-6)
    assert next(rows, None) is None


def test_a_calibrated_video_has_the_same_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vision, classifier = "fer_desktop.vision", RousedClassifier()
    monkeypatch.setattr(f"{vision}.classifier.ModelClassifier.load", lambda *_, **__: classifier)
    monkeypatch.setattr(
        f"{vision}.detection.detector.MediaPipeFaceDetector", lambda **_: FakeDetector()
    )
    clip = write_clip(tmp_path / "a.mp4", (numbered(at, is_pale=True) for at in range(60)))
    rows = analyzed(clip, tmp_path / "out", "--calibrate", "0-1.2")
    with api.read_video(clip, calibrate=(0, 1.2)) as video:
        table = video.to_table()
    assert list(table.columns) == list(rows[0])
    for name in ("confidence", "p_angry", "corrected_angry"):
        assert table[name].tolist() == [float(row[name]) for row in rows]
    with api.read_video(clip, calibrate=(0, 1.2)) as video:
        last = [frame.faces[0] for frame in video][-1]
    assert last.corrected is not None
    assert last.labels[int(last.corrected.argmax())] == last.emotion == "angry"
    assert last.labels[int(last.probabilities.argmax())] == "neutral"


def test_a_picture_has_the_same_numbers_from_a_file_and_from_memory(tmp_path: Path) -> None:
    import cv2

    path = tmp_path / "face.png"
    cv2.imwrite(str(path), astronaut())
    (row,) = analyzed(path, tmp_path / "out")
    with api.Reader() as reader:
        pictures = [
            reader.read_picture(path),
            reader.read_picture(astronaut()),
            reader.read_picture(astronaut()[:, :, ::-1], order="rgb"),
        ]
    for picture in pictures:
        (face,) = picture.faces
        assert face.emotion == row["emotion"] == "happy"
        written = [float(row[f"p_{label}"]) for label in picture.labels]
        np.testing.assert_allclose(picture.probabilities, [written], atol=1e-6)
        np.testing.assert_array_equal(picture.pixels, astronaut())
        np.testing.assert_array_equal(picture.rgb, astronaut()[:, :, ::-1])
        assert picture.boxes_px.shape == (1, 4)
        assert picture.wall_time is None
