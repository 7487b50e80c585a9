from pathlib import Path

import numpy as np
import pytest

from tests.trainer.conftest import face, write_csv
from trainer.config import DataSource
from trainer.data.readers import load_dataset, read_faces
from trainer.errors import DataError

pytestmark = pytest.mark.unit

HEADER = "emotion,pixels,Usage\n"
GOOD = "0,1 2 3 4,Training\n"


def test_faces_labels_and_splits_are_read(faces_csv: Path) -> None:
    dataset = load_dataset(
        DataSource(path=faces_csv), labels=("angry", "disgust", "fear"), size_px=16
    )
    assert dataset.images.shape == (48, 16, 16, 1)
    assert [len(dataset.rows(split)) for split in ("train", "validation", "test")] == [24, 12, 12]
    np.testing.assert_array_equal(dataset.images[1, ..., 0], face(1, 0))
    np.testing.assert_array_equal(dataset.truth(np.array([0, 1, 2])), [0, 1, 2])


def test_the_second_reading_comes_from_the_cache(faces_csv: Path, cache: Path) -> None:
    first = read_faces(DataSource(path=faces_csv), size_px=16)
    files = {path: path.stat().st_mtime_ns for path in cache.rglob("*.*")}
    assert len(files) == 3
    second = read_faces(DataSource(path=faces_csv), size_px=16)
    assert {path: path.stat().st_mtime_ns for path in cache.rglob("*.*")} == files
    np.testing.assert_array_equal(first.images, second.images)


def test_columns_are_found_by_name_as_in_icml_face_data(tmp_path: Path) -> None:
    path = tmp_path / "icml_face_data.csv"
    path.write_text("emotion, Usage, pixels\n3, PrivateTest,1 2 3 4\n4,Training,5 6 7 8\n")
    faces = read_faces(DataSource(path=path), size_px=2)
    np.testing.assert_array_equal(faces.images[1, ..., 0], [[5, 6], [7, 8]])
    np.testing.assert_array_equal(faces.split, [2, 0])


def test_exact_copies_share_a_number(tmp_path: Path) -> None:
    rows = [(0, face(0, 0), "Training"), (1, face(1, 0), "Training"), (2, face(0, 0), "PublicTest")]
    faces = read_faces(DataSource(path=write_csv(tmp_path / "a.csv", rows)), size_px=16)
    np.testing.assert_array_equal(faces.copies, [0, 1, 0])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "row 1: no column emotion and no column pixels"),
        ("emotion,Usage\n0,Training\n", "row 1: no column pixels"),
        (HEADER, "contains no faces"),
        (HEADER + "0,,Training\n", r"contains no faces \(row 2: 0 pixels"),
        ("\x00\xff", "is not a text file"),
    ],
)
def test_a_wrong_file_gets_one_line_with_its_row(
    tmp_path: Path, content: str, message: str
) -> None:
    path = tmp_path / "wrong é.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=message) as caught:
        read_faces(DataSource(path=path))
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("0,1 2 3,Training", "3 pixels do not make a square"),
        ("0,1 2 3 4 5 6 7 8 9,Training", "9 pixels where 4 are expected"),
        ("0,1 2 x 4,Training", "pixels must be whole numbers from 0 to 255"),
        ("0,1 2 3 256,Training", "pixels must be whole numbers from 0 to 255"),
        ("0,,Training", "0 pixels do not make a square"),
        ("8,1 2 3 4,Training", "emotion must be 0 to 6, or 7 for contempt, not '8'"),
        ("-1,1 2 3 4,Training", "emotion must be 0 to 6, or 7 for contempt, not '-1'"),
        (",1 2 3 4,Training", "emotion '' can be no label: it is empty"),
        ("0,1 2 3 4,Exam", "Usage must be Training, PublicTest or PrivateTest, not 'Exam'"),
        ("0,1 2 3 4", "2 columns where 3 are expected"),
    ],
)
def test_a_wrong_row_is_listed_and_the_others_are_read(
    tmp_path: Path, row: str, reason: str
) -> None:
    path = tmp_path / "fer2013.csv"
    path.write_text(f"{HEADER}{GOOD}{row}\n{GOOD.replace('4', '5')}")
    faces = read_faces(DataSource(path=path), size_px=2)
    assert faces.names == ("row 0", "row 2")
    assert [(each.name, each.reason) for each in faces.skipped] == [("row 3", reason)]


def test_a_picture_given_as_csv_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "picture.csv"
    path.write_bytes(b"\x89PNG\r\n\xff\xfe")
    with pytest.raises(DataError, match="not a text file"):
        read_faces(DataSource(path=path))


def test_one_label_alone_is_refused(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "one.csv", [(3, face(0, at), "Training") for at in range(5)])
    with pytest.raises(DataError, match=r"one label only, happy: at least two are needed"):
        load_dataset(DataSource(path=path), size_px=16)


def test_a_missing_path_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere\.csv does not exist"):
        read_faces(DataSource(path=tmp_path / "nowhere.csv"))
