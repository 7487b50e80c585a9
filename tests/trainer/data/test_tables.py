"""Tables that name pictures, and pixels written as text, in every usual spelling."""

import os
import sys
from pathlib import Path

import pytest

from tests.trainer.conftest import face, write_csv
from tests.trainer.data.pictures import SIDE, counts, labels_of, put, read, reasons
from trainer.config import DataSource
from trainer.data.readers import load_dataset
from trainer.data.tables import records
from trainer.errors import DataError

ROWS = [("a.png", "happy", "train", "p1"), ("b.png", "sad", "train", "p2")]
ROWS += [("c.png", "happy", "val", "p3"), ("d.png", "sad", "test", "p4")]


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Write four pictures."""
    for at, (name, *_) in enumerate(ROWS):
        put(tmp_path / name, seed=at)
    return tmp_path


def write(path: Path, head: str, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    lines = [head.replace(",", delimiter), *(delimiter.join(row) for row in ROWS)]
    path.write_text("\n".join(line for line in lines if line) + "\n", encoding=encoding)
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_a_table_of_paths(pictures: Path, delimiter: str, encoding: str) -> None:
    table = write(pictures / "überall.csv", "path,label,split,subject", delimiter, encoding)
    assert counts(table) == {
        "train": {"happy": 1, "sad": 1},
        "validation": {"happy": 1},
        "test": {"sad": 1},
    }
    faces = read(table)
    assert faces.subjects == ("p1", "p2", "p3", "p4")
    assert faces.subjects_from == "the column subject"


@pytest.mark.parametrize(
    "head",
    [
        "Image Path,Emotion,Usage,Participant",
        "file_name,expression,set,actor",
        "filename,class,subset,person",
        "image,category,partition,identity",
    ],
)
def test_columns_have_many_names(pictures: Path, head: str) -> None:
    faces = read(write(pictures / "list.tsv", head, "\t"))
    assert labels_of(faces) == {"happy": 2, "sad": 2}
    assert faces.split.tolist() == [0, 0, 1, 2]
    assert faces.subjects == ("p1", "p2", "p3", "p4")


def test_a_table_without_names_of_columns(pictures: Path) -> None:
    faces = read(write(pictures / "list.txt", "", ","))
    assert labels_of(faces) == {"happy": 2, "sad": 2}
    assert faces.split.tolist() == [0, 0, 1, 2]
    assert "without names of columns" in faces.why


def test_the_only_table_of_a_folder_is_read(pictures: Path) -> None:
    write(pictures / "labels.csv", "path,label,split,subject")
    faces = read(pictures)
    assert faces.layout == "a table of pictures"
    assert faces.why == "labels.csv has the columns path and label"
    assert len(faces.names) == 4


def test_pictures_may_lie_in_a_folder_beside_the_table(tmp_path: Path) -> None:
    for at, (name, *_) in enumerate(ROWS):
        put(tmp_path / "images" / name, seed=at)
    faces = read(write(tmp_path / "labels.csv", "file,label,split,subject"))
    assert faces.names == ("images/a.png", "images/b.png", "images/c.png", "images/d.png")


def test_rows_that_cannot_be_used_are_listed(pictures: Path) -> None:
    table = write(pictures / "labels.csv", "path,label,split,subject")
    with table.open("a") as file:
        file.write("gone.png,happy,train,x\na.png,sad,train,x\n,happy,train,x\nb.png,,train,x\n")
        file.write("../outside.png,happy,train,x\ne.png,happy,later,x\n\n")
    found = reasons(read(table))
    assert len(found) == 6
    assert found["gone.png"] == "there is no such file."
    assert found["a.png"] == "labels.csv names it more than once"
    assert found["row 8"] == "row 8 of labels.csv has no picture"
    assert found["b.png"] == "row 9 of labels.csv has no label"
    assert "lies outside" in found["../outside.png"]
    assert found["e.png"] == "row 11 of labels.csv: 'later' is not the name of a split"


@pytest.mark.parametrize("where", ["", "train/"])
def test_hugging_face_image_folders(tmp_path: Path, where: str) -> None:
    splits = ("train", "test") if where else ("",)
    for number, split in enumerate(splits):
        lines = ["file_name,label"]
        for at in range(6):
            put(tmp_path / split / "pics" / f"{at}.png", seed=10 * number + at)
            lines.append(f"pics/{at}.png,{('happy', 'sad')[at % 2]}")
        (tmp_path / split / "metadata.csv").write_text("\n".join(lines) + "\n")
    faces = read(tmp_path)
    assert labels_of(faces) == {"happy": 3 * len(splits), "sad": 3 * len(splits)}
    assert set(faces.split.tolist()) == ({0, 2} if where else {-1})
    assert "metadata.csv" in faces.why


def test_a_metadata_csv_without_labels_leaves_them_to_the_folders(tmp_path: Path) -> None:
    for at in range(4):
        put(tmp_path / ("happy", "sad")[at % 2] / f"{at}.png", seed=at)
    (tmp_path / "metadata.csv").write_text("file_name,width\nhappy/0.png,16\n")
    faces = read(tmp_path)
    assert faces.layout == "label folders"
    assert labels_of(faces) == {"happy": 2, "sad": 2}


def test_affectnets_own_table_has_its_numbers(tmp_path: Path) -> None:
    lines = ["subDirectory_filePath,face_x,expression"]
    for at, number in enumerate((0, 1, 7, 9)):
        put(tmp_path / "689" / f"{at}.jpg", seed=at)
        lines.append(f"689/{at}.jpg,3,{number}")
    (tmp_path / "training.csv").write_text("\n".join(lines) + "\n")
    faces = read(tmp_path / "training.csv")
    assert labels_of(faces) == {"contempt": 1, "happy": 1, "neutral": 1}
    assert reasons(faces) == {"689/3.jpg": "row 5 of training.csv: the label 9 is no expression"}
    assert set(faces.split.tolist()) == {0}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("path,size\na.png,3\n", "no column says what the pictures show.*are path, size"),
        ("path,label\na.png,3\nb.png,4\n", "names its labels by numbers"),
        ("path,label\nx.png,happy\n", r"contains no faces \(x.png: there is no such file"),
        ("path,label\n", "contains no faces"),
        ("title,year\nx,3\n", "no column emotion and no column pixels.*first row is: title, year"),
        ("emotion,Usage\n0,Training\n", "no column pixels.*or name picture files in a column file"),
    ],
)
def test_a_table_without_use_is_refused_with_its_columns(
    pictures: Path, text: str, message: str
) -> None:
    (pictures / "wrong.csv").write_text(text)
    with pytest.raises(DataError, match=message) as caught:
        read(pictures / "wrong.csv")
    assert "\n" not in str(caught.value)


def pixels(seed: int) -> str:
    return " ".join(map(str, face(0, seed).ravel()))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_pixels_in_every_spelling(tmp_path: Path, delimiter: str, encoding: str) -> None:
    rows = [("emotion", " pixels", "Usage"), ("happy", pixels(0), "train")]
    rows += [("Sad", pixels(1), "val"), ("3", pixels(2), "TEST"), ("Wut", pixels(3), "training")]
    text = "\n".join(delimiter.join(row) for row in rows)
    (tmp_path / "faces.csv").write_text(text, encoding=encoding)
    faces = read(tmp_path / "faces.csv")
    assert labels_of(faces) == {"Wut": 1, "Sad": 1, "happy": 2}
    assert faces.split.tolist() == [0, 1, 2, 0]


def test_ck_csv_has_contempt(tmp_path: Path) -> None:
    rows = [(n, face(n % 4, n), "Training") for n in range(8)]
    faces = read(write_csv(tmp_path / "ckextended.csv", rows))
    assert labels_of(faces)["contempt"] == 1
    assert len(faces.label_names) == 8


def test_the_competitions_folder_is_read_by_its_csv(tmp_path: Path) -> None:
    rows = [(n % 2, face(n % 2, n), "Training") for n in range(6)]
    write_csv(tmp_path / "fer2013" / "fer2013.csv", rows)
    (tmp_path / "fer2013" / "README").write_text("about\n")
    (tmp_path / "fer2013" / "test.csv").write_text("pixels\n1 2 3 4\n")
    (tmp_path / "fer2013" / "train.csv").write_text(f"emotion,pixels\n0,{pixels(0)}\n")
    faces = read(tmp_path)
    assert len(faces.names) == 6
    assert "Only fer2013.csv is read, not train.csv." in faces.notes


def test_votes_belong_to_rows_even_where_some_cannot_be_used(tmp_path: Path) -> None:
    from trainer.data.votes import COLUMNS

    lines = ["emotion,pixels,Usage"]
    lines += [f"0,{'broken' if n == 1 else pixels(n)},Training" for n in range(12)]
    (tmp_path / "fer2013.csv").write_text("\n".join(lines) + "\n")
    wanted = ["happiness" if n < 3 else "anger" for n in range(12)]
    rows = [",".join(str(10 * (name == who)) for name in COLUMNS) for who in wanted]
    (tmp_path / "votes.csv").write_text("\n".join([",".join(COLUMNS), *rows]) + "\n")
    source = DataSource(path=tmp_path / "fer2013.csv", votes=tmp_path / "votes.csv")
    dataset = load_dataset(source, size_px=SIDE)
    names = [dataset.labels[at] for at in dataset.targets.argmax(axis=1)]
    assert names == ["happiness"] * 2 + ["anger"] * 9


def test_a_line_without_an_end_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "endless.csv"
    with path.open("wb") as file:
        file.write(b"image,label\na.png,")
        file.truncate(1 << 30)
    with pytest.raises(DataError, match="line longer than the limit"):
        list(records(path))


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such files")
def test_a_pipe_is_no_dataset(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(DataError, match="neither a file nor a folder"):
        load_dataset(DataSource(path=tmp_path / "pipe.csv"))
