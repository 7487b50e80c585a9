from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.trainer.conftest import FolderMaker, face
from trainer.config import DataSource
from trainer.data.readers import choose_labels, load_dataset, parse_labels, read_faces
from trainer.errors import DataError

pytestmark = pytest.mark.unit


def test_a_folder_per_label_is_split_with_a_fixed_seed(face_folder: FolderMaker) -> None:
    source = DataSource(path=face_folder("happy", "sad", count=20))
    dataset = load_dataset(source, size_px=16)
    assert dataset.labels == ("happy", "sad")
    assert [len(dataset.rows(split)) for split in ("train", "validation", "test")] == [32, 4, 4]
    np.testing.assert_array_equal(dataset.splits, load_dataset(source, size_px=16).splits)
    for split in ("validation", "test"):
        assert sorted(dataset.truth(dataset.rows(split))) == [0, 0, 1, 1]


def test_labels_come_in_the_order_of_fer2013(face_folder: FolderMaker) -> None:
    faces = read_faces(DataSource(path=face_folder("Neutral", "Anger", "Sad")), size_px=16)
    assert faces.label_names == ("Anger", "Sad", "Neutral")


@pytest.mark.parametrize("wrapper", ["", "images/"])
def test_split_folders_are_known_by_their_usual_names(
    face_folder: FolderMaker, wrapper: str
) -> None:
    for name, count in (("Training", 5), ("val", 2), ("testing", 3)):
        root = face_folder("happy", "sad", count=count, below=f"{wrapper}{name}")
    dataset = load_dataset(DataSource(path=root), size_px=16)
    assert [len(dataset.rows(split)) for split in ("train", "validation", "test")] == [10, 4, 6]


def test_a_missing_validation_folder_is_made_from_training(face_folder: FolderMaker) -> None:
    face_folder("happy", "sad", count=10, below="train")
    root = face_folder("happy", "sad", count=3, below="test")
    dataset = load_dataset(DataSource(path=root), size_px=16)
    assert [len(dataset.rows(split)) for split in ("train", "validation", "test")] == [18, 2, 6]


def test_copies_stay_together_when_a_split_is_made(face_folder: FolderMaker) -> None:
    root = face_folder("happy", "sad", count=12)
    for at, label in enumerate(("happy", "sad")):
        for seed in range(12):
            Image.fromarray(face(at, seed)).save(root / label / f"copy of {seed}.png")
    dataset = load_dataset(DataSource(path=root), size_px=16)
    for split in ("validation", "test"):
        assert not dataset.copied_from_training(dataset.rows(split)).any()


def test_subjects_stay_together_when_a_split_is_made(face_folder: FolderMaker) -> None:
    root = face_folder("happy", "sad", count=0)
    for at, label in enumerate(("happy", "sad")):
        for seed in range(40):
            person = root / label / f"person {seed % 10}"
            person.mkdir(exist_ok=True)
            Image.fromarray(face(at, seed)).save(person / f"{seed}.png")
    source = DataSource(path=root, subject_pattern=r"person \d+")
    faces, dataset = read_faces(source, size_px=16), load_dataset(source, size_px=16)
    people = {
        split: {faces.subjects[row] for row in dataset.rows(split)}
        for split in ("train", "validation", "test")
    }
    assert all(people.values())
    assert not people["train"] & people["validation"]
    assert not (people["train"] | people["validation"]) & people["test"]


def test_what_is_no_image_is_listed_and_skipped(face_folder: FolderMaker) -> None:
    root = face_folder("happy", "sad", count=3)
    (root / "read me.txt").write_text("stray")
    (root / "happy" / "Thumbs.db").write_bytes(b"stray")
    (root / "happy" / "broken é.png").write_bytes(b"not a picture")
    (root / "sad" / "empty.jpg").write_bytes(b"")
    faces = read_faces(DataSource(path=root), size_px=16)
    assert len(faces.images) == 6
    assert {row.name for row in faces.skipped} == {
        "read me.txt",
        "happy/Thumbs.db",
        "happy/broken é.png",
        "sad/empty.jpg",
    }
    assert all(row.reason for row in faces.skipped)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_every_kind_of_picture_becomes_gray(
    face_folder: FolderMaker, tmp_path: Path, mode: str
) -> None:
    root = face_folder("happy", "sad", count=2)
    picture = Image.fromarray(face(0, 0, side=40))
    if mode == "I;16":
        picture = Image.fromarray(np.asarray(picture).astype(np.uint16) * 257)
    else:
        picture = picture.convert(mode)
    picture.save(root / "happy" / "odd.tif")
    faces = read_faces(DataSource(path=root), size_px=16)
    odd = faces.images[[name == "happy/odd.tif" for name in faces.names]]
    assert odd.shape == (1, 16, 16, 1)
    assert 40 < odd.mean() < 200


def test_color_is_kept_for_a_network_that_takes_it(face_folder: FolderMaker) -> None:
    root = face_folder("happy", "sad", count=1)
    Image.new("RGB", (20, 30), (200, 10, 10)).save(root / "happy" / "red.png")
    faces = read_faces(DataSource(path=root), size_px=16, color="rgb")
    np.testing.assert_array_equal(faces.images[1, 0, 0], [200, 10, 10])


def test_gray_images_stay_gray_for_a_network_that_takes_color(face_folder: FolderMaker) -> None:
    faces = read_faces(DataSource(path=face_folder("happy", "sad")), size_px=16, color="rgb")
    assert faces.images.shape == (8, 16, 16, 1)


def test_a_stray_folder_beside_splits_is_named(face_folder: FolderMaker) -> None:
    face_folder("happy", "sad", below="train")
    root = face_folder("happy", "sad", below="extra")
    with pytest.raises(DataError, match="extra lies beside split folders"):
        read_faces(DataSource(path=root), size_px=16)


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ("h\u0430ppy", "look alike"),
        ("x" * 65, "more than 64 characters"),
        ("sad\nline", "invisible characters"),
        ("\u202edas", "invisible characters"),
    ],
)
def test_a_folder_whose_name_can_be_no_label_is_named(
    face_folder: FolderMaker, other: str, reason: str
) -> None:
    folder = face_folder("happy", "sad", other, count=6)
    with pytest.raises(DataError, match=reason) as caught:
        load_dataset(DataSource(path=folder))
    assert caught.value.message.isprintable()
    assert caught.value.hint


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="contains no faces"):
        read_faces(DataSource(path=tmp_path), size_px=16)


def test_labels_are_restricted_renamed_and_gathered(face_folder: FolderMaker) -> None:
    source = DataSource(path=face_folder("anger", "happiness", "bored", count=4))
    dataset = load_dataset(source, labels=("happy", "angry"), size_px=16)
    assert (dataset.splits >= 0).sum() == 8
    assert dataset.labels == ("happy", "angry")
    gathered = load_dataset(source, labels=("bored", "rest"), size_px=16)
    assert gathered.targets.sum(axis=0).tolist() == [4, 8]
    with pytest.raises(DataError, match=r"no label fear.*Its labels are anger, bored, happiness"):
        load_dataset(source, labels=("happy", "fear"), size_px=16)


def test_a_systems_labels_are_used_where_the_data_has_them(face_folder: FolderMaker) -> None:
    source = DataSource(path=face_folder("happy", "sad", "surprise", "neutral", "fear"))
    assert choose_labels("", "fer4", source, size_px=16) == ("happy", "sad", "surprise", "neutral")
    own = choose_labels("", "fer7", source, size_px=16)
    assert own == ("fear", "happy", "sad", "surprise", "neutral")
    assert choose_labels("sad, fear", "fer7", source) == ("sad", "fear")


@pytest.mark.parametrize("text", ["fer9", "happy,Happiness", ",", "sad"])
def test_labels_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(DataError, match="neither a label set nor two or more different labels"):
        parse_labels(text)
