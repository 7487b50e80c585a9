"""A folder with an index.csv: whatever is wrong in it is told by row or file."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.trainer.conftest import face
from trainer.config import DataSource
from trainer.data.folder_reader import FolderReader
from trainer.data.index_reader import IndexReader
from trainer.data.readers import load_dataset, read_faces
from trainer.errors import DataError

pytestmark = pytest.mark.unit


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Write six pictures of three labels below a folder."""
    root = tmp_path / "set"
    for at in range(6):
        path = root / "below" / f"{at}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(face(at % 3, at, side=40)).save(path)
    return root


def index(root: Path, text: str) -> DataSource:
    (root / "index.csv").write_text(text, encoding="utf-8")
    return DataSource(path=root)


def test_an_index_names_pictures_labels_splits_and_people(pictures: Path) -> None:
    source = index(
        pictures,
        "File,score,label,split,person\n"
        "below/0.png,.5,Happy,train,ann\n"
        "below/1.png,.5,sadness,val,ann\n\n"
        "below/2.png,.5,Happy,Test,ben\n",
    )
    faces = read_faces(source, size_px=16)
    assert faces.label_names == ("Happy", "sadness")
    assert faces.names == ("below/0.png", "below/1.png", "below/2.png")
    assert faces.split.tolist() == [0, 1, 2]
    assert load_dataset(source, size_px=16).subjects == ("ann", "ann", "ben")


@pytest.mark.parametrize(
    ("columns", "subjects"),
    [("film,user", ("a", "a")), ("subject,user", ("a", "a")), ("user,score", ())],
)
def test_only_columns_about_whom_a_picture_shows_name_people(
    pictures: Path, columns: str, subjects: tuple[str, ...]
) -> None:
    source = index(pictures, f"file,label,{columns}\nbelow/0.png,happy,a,b\nbelow/1.png,sad,a,b\n")
    assert read_faces(source, size_px=16).subjects == subjects


def test_what_cannot_be_used_is_named_with_its_reason(pictures: Path) -> None:
    (pictures / "broken.jpg").write_bytes(b"no picture")
    Image.fromarray(face(0, 0)).save(pictures.parent / "outside.png")
    (pictures / "link.png").symlink_to(pictures.parent / "outside.png")
    rows = {
        "gone.png,happy": "there is no such file",
        "../outside.png,happy": "outside the folder",
        f"{pictures.parent / 'outside.png'},happy": "outside the folder",
        "link.png,happy": "outside the folder",
        "broken.jpg,happy": "is not an image",
        "below/0.png,sad": "rows 2 and 8 of index.csv both name it",
        "below/5.png,": "row 9 of index.csv has no label",
        ",happy": "row 10 of index.csv has no file",
        "below,happy": "there is no such file",
    }
    text = "\n".join(["file,label", "below/0.png,happy", *rows, "below/1.png"])
    faces = read_faces(index(pictures, text), size_px=16)
    assert faces.names == ("below/0.png",)
    assert len(faces.skipped) == len(rows) + 1
    for skipped, reason in zip(faces.skipped, rows.values(), strict=False):
        assert reason in skipped.reason


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("file\nbelow/0.png\n", "index.csv, row 1: no column label"),
        ("file,label\n", "contains no faces"),
        ("file,label\nx.png,happy\n", r"contains no faces \(x.png: there is no such file\)"),
        (
            "file,label,split\nbelow/0.png,happy,later\n",
            "row 2: 'later' is not the name of a split",
        ),
    ],
)
def test_an_index_without_use_is_refused_in_one_line(
    pictures: Path, text: str, message: str
) -> None:
    with pytest.raises(DataError, match=message) as caught:
        read_faces(index(pictures, text), size_px=16)
    assert "\n" not in str(caught.value)


def test_a_change_of_the_index_is_seen(pictures: Path) -> None:
    first = read_faces(index(pictures, "file,label\nbelow/0.png,happy\nbelow/1.png,sad\n"))
    second = read_faces(index(pictures, "file,label\nbelow/0.png,sad\nbelow/1.png,sad\n"))
    assert (len(first.label_names), len(second.label_names)) == (2, 1)


def test_an_index_of_something_else_leaves_label_folders_alone(pictures: Path) -> None:
    (pictures / "index.csv").write_text("page,title\n1,Faces\n")
    assert IndexReader.refusal(pictures) == "its index.csv has no column file"
    assert FolderReader.refusal(pictures) == ""
    faces = read_faces(DataSource(path=pictures), size_px=16)
    assert faces.label_names == ("below",)
    assert len(faces.names) == 6


def test_a_reader_says_why_a_path_is_not_its_own(tmp_path: Path) -> None:
    assert IndexReader.refusal(tmp_path) == "it has no index.csv"
    assert IndexReader.refusal(tmp_path / "x.csv") == "it is not a folder"
    (tmp_path / "index.csv").write_bytes(b"PK\x03\x04\xff\xfe")
    assert "is not a text file: it is a zip archive" in IndexReader.refusal(tmp_path)


def test_pictures_cut_wider_than_the_network_looks_are_cut_again(tmp_path: Path) -> None:
    """A tighter crop is the middle of the picture, moved as the geometry says."""
    from trainer.contract.crop import CropGeometry, crop_matrix

    side, wide, tight = 160, CropGeometry(2.0, 0.1), CropGeometry(1.0, -0.05)
    # The box of the face lies where the wide geometry puts it.
    width = side / wide.scale
    left = (side - width) / 2
    top = side / 2 + wide.shift_up * width - width / 2
    matrix = crop_matrix((left, top, left + width, top + width), tight, 48)
    picture = np.full((side, side), 60, np.uint8)
    corner = np.linalg.solve(matrix[:, :2], np.array([23.5, 23.5]) - matrix[:, 2]) + 0.5
    x, y = corner.round().astype(int)
    picture[y:, x:] = 220  # a bright quarter whose corner is the middle of the tight crop
    (tmp_path / "set").mkdir()
    Image.fromarray(picture).save(tmp_path / "set" / "0.png")
    (tmp_path / "set" / "index.csv").write_text("file,label\n0.png,happy\n")
    source = DataSource(path=tmp_path / "set", framed=wide)
    whole = read_faces(source, crop=wide).images[0, ..., 0]
    inner = read_faces(source, crop=tight).images[0, ..., 0]
    assert (whole > 140).mean() == pytest.approx((side - x) * (side - y) / side**2, abs=0.02)
    assert (inner > 140).mean() == pytest.approx(0.25, abs=0.03)
    assert inner[:22].max() == inner[:, :22].max() == 60


def test_a_crop_wider_than_the_picture_repeats_its_border(tmp_path: Path) -> None:
    from trainer.contract.crop import CropGeometry

    picture = np.full((60, 60), 90, np.uint8)
    picture[20:40, 20:40] = 200
    Image.fromarray(picture).save(tmp_path / "0.png")
    (tmp_path / "index.csv").write_text("file,label\n0.png,happy\n")
    source = DataSource(path=tmp_path, framed=CropGeometry(1.0, 0.0))
    wide = read_faces(source, crop=CropGeometry(2.0, 0.0)).images[0, ..., 0]
    assert (wide[:12] == 90).all()
    assert (wide > 145).sum() == pytest.approx((48 / 6) ** 2, rel=0.2)
