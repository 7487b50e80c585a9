"""Which folders are splits, labels and persons, and what is asked about where nobody can tell."""

from pathlib import Path

import pytest

from tests.trainer.data.pictures import counts, labels_of, put, read, reasons
from trainer.data.folder_roles import read_roles
from trainer.data.split_names import split_of
from trainer.errors import DataError

SPLITS = {"train": 8, "validation": 2, "test": 2}


def folders(root: Path, *places: str, count: int = 2) -> Path:
    """Write pictures into folders, each another one."""
    for at, place in enumerate(places):
        for seed in range(count):
            put(root / place / f"{seed}.png", seed=100 * at + seed)
    return root


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("train", 0), ("Training", 0), ("train_set", 0), ("FER2013Train", 0), ("images_train", 0),
        ("Training images", 0), ("TrainingSet", 0), ("valid", 1), ("val-images", 1), ("dev", 1),
        ("FER2013Valid", 1), ("PublicTest", 1), ("evaluation", 1), ("TEST", 2), ("PrivateTest", 2),
        ("test_labels", 2), ("happy", None), ("dataset", None), ("", None), ("trainer", None),
        ("attest", None), ("train2", None),
    ],
)  # fmt: skip
def test_splits_have_many_names(name: str, split: int | None) -> None:
    assert split_of(name) == split


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        ("{split}/{label}/{n}.png", ""),
        ("data/{split}/{label}/{n}.png", ""),
        ("{split}/images/{label}/{n}.png", ""),
        ("{split}/{split}/{label}/{n}.png", ""),
        ("{label}/{split}/{n}.png", ""),
    ],
)
def test_split_folders_lie_around_labels_or_in_them(tmp_path: Path, outer: str, inner: str) -> None:
    seed = 0
    for split, count in SPLITS.items():
        for label in ("happy", "sad"):
            for n in range(count):
                put(tmp_path / outer.format(split=split, label=label, n=n), seed := seed + 1)
    assert counts(tmp_path) == {
        split: {"happy": count, "sad": count} for split, count in SPLITS.items()
    }


def test_persons_in_label_folders_are_found(tmp_path: Path) -> None:
    folders(tmp_path, "angry/ann", "angry/ben", "sad/ann", "sad/ben", "sad/eve")
    faces = read(tmp_path)
    assert labels_of(faces) == {"angry": 4, "sad": 6}
    assert set(faces.subjects) == {"ann", "ben", "eve"}
    assert faces.subjects_from == "the folders"


def test_folders_that_do_not_recur_are_no_persons(tmp_path: Path) -> None:
    folders(tmp_path, "angry/one", "angry/two", "sad/three", "sad/four")
    faces = read(tmp_path)
    assert labels_of(faces) == {"angry": 4, "sad": 4}
    assert faces.subjects == ()


@pytest.mark.parametrize("who", ["S{}", "{:03}"])
def test_labels_in_persons_folders_are_labels(tmp_path: Path, who: str) -> None:
    places = [f"{who.format(n)}/{label}" for n in (5, 6, 7) for label in ("happy", "sadness")]
    faces = read(folders(tmp_path, *places))
    assert labels_of(faces) == {"happy": 6, "sadness": 6}
    assert len(set(faces.subjects)) == 3


def test_persons_and_labels_lie_in_split_folders(tmp_path: Path) -> None:
    places = [f"train/p{n}/{label}" for n in (1, 2, 3) for label in ("happy", "sad")]
    places += [f"test/p{n}/{label}" for n in (8, 9) for label in ("happy", "sad")]
    faces = read(folders(tmp_path, *places))
    assert labels_of(faces) == {"happy": 10, "sad": 10}
    assert len(set(faces.subjects)) == 5
    assert set(faces.split.tolist()) == {0, 2}


def test_ones_own_labels_with_numbered_persons(tmp_path: Path) -> None:
    faces = read(folders(tmp_path, "01/tired", "01/bored", "02/tired", "02/bored"))
    assert labels_of(faces) == {"bored": 4, "tired": 4}
    assert set(faces.subjects) == {"01", "02"}


def test_leftovers_of_programs_are_not_read(tmp_path: Path) -> None:
    folders(tmp_path, "train/happy", "train/sad", "test/happy", "test/sad")
    folders(tmp_path, "__MACOSX/train/happy", "@eaDir/train", ".hidden/happy")
    faces = read(tmp_path)
    assert len(faces.names) == 8
    assert faces.skipped == ()


def test_labels_named_like_splits_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"labels that are named like splits: test, train"):
        read(folders(tmp_path, "train", "test"))


def test_pictures_in_no_labels_folder_are_told_with_the_place(tmp_path: Path) -> None:
    for at in range(3):
        put(tmp_path / f"{at}.png", seed=at)
    with pytest.raises(DataError, match=r"3 pictures, but none in a folder named after a label"):
        read(tmp_path)
    folders(tmp_path, "happy", "sad")
    assert reasons(read(tmp_path))["0.png"] == "it lies in no label's folder"


def test_folders_without_pictures_are_told(tmp_path: Path) -> None:
    folders(tmp_path, "train/happy", "train/sad")
    (tmp_path / "train" / "fear").mkdir()
    (tmp_path / "test").mkdir()
    assert "Folders without a picture: test, train/fear." in read(tmp_path).notes


def test_numbers_need_a_legend(tmp_path: Path) -> None:
    folders(tmp_path, "0", "1", "2")
    with pytest.raises(DataError, match=r"by numbers \(0, 1, 2\).*--map") as caught:
        read(tmp_path)
    assert "--map affectnet" in caught.value.hint
    assert labels_of(read(tmp_path, "0=angry,1=sad,2=")) == {"angry": 2, "sad": 2}
    assert labels_of(read(tmp_path, "affectnet")) == {"happy": 2, "sad": 2, "neutral": 2}
    (tmp_path / "classes.txt").write_text("0 bored\n1 tired\n2: awake\n")
    faces = read(tmp_path)
    assert labels_of(faces) == {"awake": 2, "bored": 2, "tired": 2}
    assert any("read in classes.txt" in note for note in faces.notes)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("labels.txt", "happy\nsad\n"),
        ("class_indices.json", '{"happy": 0, "sad": 1}'),
        ("id2label.json", '{"0": "happy", "1": "sad"}'),
        ("classes.json", '["happy", "sad"]'),
        ("legend.csv", "0;happy\n1;sad\n"),
        ("classes.csv", "happy,0\nsad,1\n"),
    ],
)
def test_legends_are_written_in_several_ways(tmp_path: Path, name: str, text: str) -> None:
    folders(tmp_path, "0", "1")
    (tmp_path / name).write_text(text)
    assert labels_of(read(tmp_path)) == {"happy": 2, "sad": 2}


def test_a_legend_that_lacks_a_number_is_not_used(tmp_path: Path) -> None:
    folders(tmp_path, "0", "1", "2")
    (tmp_path / "classes.txt").write_text("0 happy\n1 sad\n")
    with pytest.raises(DataError, match="by numbers"):
        read(tmp_path)


def test_no_folders_have_no_roles() -> None:
    assert read_roles([]).places == {}
