"""Corrected moments become a dataset that the trainer reads."""

import csv
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fer_desktop.domain.corrections import Correction
from fer_desktop.domain.frame import SourceInfo
from fer_desktop.domain.people import People
from fer_desktop.recording.session_people import set_people
from fer_desktop.recording.session_reader import SessionReader
from fer_desktop.recording.session_writer import SessionWriter
from fer_desktop.sources.factory import open_file
from fer_desktop.sources.fingerprint import fingerprint
from fer_desktop.training.corrected_pictures import (
    CorrectedPictures,
    corrected_sessions,
    make_pictures,
)
from fer_desktop.training.job_progress import Work
from fer_desktop.training.photo_crops import face_crop
from fer_desktop.training.picture_folder import PicturesError
from tests.helpers.clips import numbered, write_clip
from tests.recording.samples import CAMERA, PRESET, face, frame, scores
from trainer.config import DataSource
from trainer.contract.crop import CropGeometry
from trainer.data.readers import load_dataset

FRAMES = 60
GEOMETRY = CropGeometry()
BOX = (40.0, 20.0, 100.0, 80.0)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("films") / "clip.mp4", map(numbered, range(FRAMES)))


def session(path: Path, clip: Path | None, corrections: list[Correction]) -> Path:
    if clip is None:
        info = CAMERA
    else:
        source = open_file(clip)
        info = source.open()
        source.close()
    writer = SessionWriter(path, info, settings={}, fingerprint=_known)
    writer.model_changed(PRESET, 0)
    for index in range(FRAMES):
        found = frame(index, face(1, raw=scores(0.8, 0.1, 0.1), box=BOX))
        writer.write(_sized(found, info))
    writer.set_corrections(corrections)
    writer.close()
    return path


def _known(path: Path) -> tuple[int, str]:
    found = fingerprint(path)
    return found.length, found.digest


def _sized(found, info: SourceInfo):
    from dataclasses import replace

    return replace(found, width_px=info.width_px, height_px=info.height_px)


def labelled(rater: str = "A") -> list[Correction]:
    """Return moments of two labels over the whole clip."""
    return [
        Correction(rater, 1, "happy" if at % 4 else "sad", at * 1_000_000 // 30)
        for at in range(0, FRAMES, 2)
    ]


def made_of(files: list[Path], target: Path) -> CorrectedPictures:
    found = make_pictures(corrected_sessions(files, []), target, GEOMETRY, Work())
    assert found is not None
    return found


def test_pictures_of_several_sessions_are_kept_apart(tmp_path: Path, clip: Path) -> None:
    files = [session(tmp_path / f"{name}.fersession", clip, labelled()) for name in "abc"]
    with SessionReader(files[0]) as reader:
        before = list(reader.rows())
    made = made_of(files, tmp_path / "out")
    assert made.grouping == "session"
    assert made.counts == {"sad": 45, "happy": 45}
    with (tmp_path / "out" / "index.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({(row["kept_together"], row["split"]) for row in rows}) == 3
    # The crop that the model sees, of that very frame.
    row = next(row for row in rows if row["origin"] == "a, face 1, 0.400 s")
    crop = np.asarray(Image.open(tmp_path / "out" / row["file"]))
    source = open_file(clip)
    source.open()
    source.seek(12)
    pixels = source.read().pixels
    source.close()
    assert (crop == face_crop(pixels, before[12].analysis.faces[0].detection, GEOMETRY)).all()
    dataset = load_dataset(DataSource(path=tmp_path / "out"))
    assert set(dataset.labels) == {"happy", "sad"}
    assert [int((dataset.splits == at).sum()) for at in range(3)] == [30, 30, 30]
    with SessionReader(files[0]) as reader:
        assert list(reader.rows()) == before


def test_that_the_pictures_may_be_others_is_noted(tmp_path: Path, clip: Path) -> None:
    files = [session(tmp_path / f"{name}.fersession", clip, labelled()) for name in "abc"]
    with closing(sqlite3.connect(files[1])) as db, db:
        db.execute("UPDATE session SET file_length = NULL, file_digest = ''")
    made = made_of(files, tmp_path / "out")
    assert made.notes == ("clip.mp4 may be another file: its session does not know its content.",)


def test_stretches_give_two_pictures_a_second(tmp_path: Path, clip: Path) -> None:
    stretches = [
        Correction("A", 1, "happy", 0, 950_000),
        Correction("A", 1, "sad", 1_000_000, 2_000_000),
    ]
    path = session(tmp_path / "a.fersession", clip, stretches)
    with pytest.raises(PicturesError, match="too few corrections"):
        made_of([path], tmp_path / "out")
    assert not (tmp_path / "out").exists()
    found = corrected_sessions([path], [])
    assert found[0].corrections == 2


def test_one_person_is_divided_by_time_and_it_is_told(tmp_path: Path, clip: Path) -> None:
    few = Correction("A", 1, "angry", 33_400)
    differing = [
        Correction("B", 1, "happy", 0),
        Correction("B", 1, "sad", 2 * 1_000_000 // 30),
    ]
    path = session(tmp_path / "a.fersession", clip, [*labelled(), few, *differing])
    made = made_of([path], tmp_path / "out")
    assert made.grouping == "time"
    assert sum(made.splits.values()) == 28
    assert min(made.splits.values()) > 0
    assert made.notes == (
        "2 moments left out on which raters do not agree.",
        "Labels left out with fewer than 6 pictures: angry (1).",
    )


def test_where_there_is_no_picture_is_told(tmp_path: Path, clip: Path) -> None:
    live = session(tmp_path / "live.fersession", None, labelled())
    lost = write_clip(tmp_path / "lost.mp4", 5)
    gone = session(tmp_path / "gone.fersession", lost, labelled())
    plain = session(tmp_path / "plain.fersession", clip, [])
    lost.unlink()
    (tmp_path / "broken.fersession").write_text("none")
    files = [live, gone, plain, tmp_path / "broken.fersession"]
    found = corrected_sessions(files, [])
    assert [one.pictures.problem for one in found] == ["live", "missing"]
    assert not any(one.is_usable for one in found)


def test_a_job_that_is_stopped_leaves_nothing(tmp_path: Path, clip: Path) -> None:
    path = session(tmp_path / "a.fersession", clip, labelled())
    work = Work()
    work.stop()
    assert make_pictures(corrected_sessions([path], []), tmp_path / "out", GEOMETRY, work) is None
    assert not (tmp_path / "out").exists()
    (tmp_path / "out").mkdir()
    with pytest.raises(PicturesError, match="is there already"):
        made_of([path], tmp_path / "out")


def test_hidden_persons_are_no_training_pictures(tmp_path: Path, clip: Path) -> None:
    path = session(tmp_path / "a.fersession", clip, labelled())
    set_people(path, People().hidden(1))
    with pytest.raises(PicturesError, match="too few corrections"):
        made_of([path], tmp_path / "made")
