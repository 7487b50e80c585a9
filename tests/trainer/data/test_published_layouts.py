"""AffectNet, RAF-DB, FER+, ExpW, CK+, JAFFE and KDEF as they are unpacked, whole and in part."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.trainer.data.pictures import counts, labels_of, put, read, reasons
from tests.trainer.data.published import make_affectnet, make_ck, make_ferplus, make_rafdb
from trainer.errors import DataError


@pytest.fixture
def affectnet(tmp_path: Path) -> Path:
    return make_affectnet(tmp_path / "AffectNet")


def test_affectnet(affectnet: Path) -> None:
    names = ("angry", "contempt", "disgust", "fear", "happy", "neutral", "sad", "surprise")
    assert counts(affectnet) == {
        "train": dict.fromkeys(names, 1),
        "validation": {"happy": 1, "angry": 1},
        "test": {},
    }
    faces = read(affectnet)
    assert faces.layout == "AffectNet"
    numbers = dict(zip(faces.names, faces.label.tolist(), strict=True))
    assert faces.label_names[numbers["train_set/images/1.jpg"]] == "happy"
    assert not faces.skipped


def test_affectnet_is_told_where_it_is_broken(affectnet: Path) -> None:
    notes = affectnet / "train_set" / "annotations"
    (notes / "0_exp.npy").unlink()
    np.save(notes / "1_exp.npy", "9")
    np.save(notes / "2_exp.npy", "77")
    np.save(notes / "3_exp.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    (notes / "4_exp.npy").write_bytes(b"")
    np.save(notes / "55_exp.npy", "1")
    (affectnet / "train_set" / "images" / "6.jpg").write_bytes(b"")
    found = reasons(read(affectnet))
    assert found["train_set/images/0.jpg"] == "its annotation 0_exp.npy is missing"
    assert found["train_set/images/1.jpg"] == "it is annotated as uncertain"
    assert "'77' is no expression" in found["train_set/images/2.jpg"]
    assert "3_exp.npy cannot be read" in found["train_set/images/3.jpg"]
    assert "4_exp.npy cannot be read" in found["train_set/images/4.jpg"]
    assert found["train_set/annotations/55_exp.npy"] == "its picture is missing"
    assert "is not an image" in found["train_set/images/6.jpg"]
    assert len(found) == 7


def test_affectnet_unpacked_in_part_is_refused_or_told(affectnet: Path) -> None:
    shutil.rmtree(affectnet / "val_set")
    assert "There is no val_set: AffectNet seems to be unpacked in part." in read(affectnet).notes
    shutil.rmtree(affectnet / "train_set" / "annotations")
    with pytest.raises(DataError, match=r"train_set has no folder annotations.*in part") as caught:
        read(affectnet)
    assert caught.value.hint


@pytest.fixture
def rafdb(tmp_path: Path) -> Path:
    """RAF-DB in its folder ``basic``."""
    return make_rafdb(tmp_path / "RAF-DB" / "basic")


@pytest.mark.parametrize("below", [".", ".."])
def test_rafdb(rafdb: Path, below: str) -> None:
    names = ("surprise", "fear", "disgust", "happy", "sad", "angry", "neutral")
    found = counts(rafdb / below)
    assert found["test"] == {"happy": 1, "neutral": 1}
    assert sum(found["train"].values()) + sum(found["validation"].values()) == 7
    faces = read(rafdb / below)
    assert (faces.layout, faces.skipped) == ("RAF-DB", ())
    by_name = dict(zip(faces.names, faces.label, strict=True))
    for number, name in enumerate(names, 1):
        at = by_name[f"Image/aligned/train_{number:05}_aligned.jpg"]
        assert faces.label_names[at] == name


def test_rafdb_is_told_where_it_is_broken(rafdb: Path) -> None:
    (rafdb / "Image" / "aligned" / "train_00001_aligned.jpg").unlink()
    put(rafdb / "Image" / "aligned" / "train_00099_aligned.jpg", seed=99)
    table = rafdb / "EmoLabel" / "list_patition_label.txt"
    with table.open("a") as file:
        file.write("train_00002.jpg 8\ntrain_00003.jpg 3\n")
    found = reasons(read(rafdb))
    assert found["Image/aligned/train_00001_aligned.jpg"] == "there is no such file"
    assert "does not name it" in found["Image/aligned/train_00099_aligned.jpg"]
    assert "'8' is no label of RAF-DB's" in found["Image/aligned/train_00002_aligned.jpg"]
    assert "names it more than once" in found["Image/aligned/train_00003_aligned.jpg"]

    table.write_text("angry\n")  # another file in its place
    with pytest.raises(DataError, match=r"line 1: 1 words where 2"):
        read(rafdb)
    table.write_bytes(b"PK\x03\x04")
    with pytest.raises(DataError, match="it is a zip archive"):
        read(rafdb)


def test_rafdb_unpacked_in_part_is_refused_with_what_is_missing(rafdb: Path) -> None:
    shutil.move(rafdb / "EmoLabel", rafdb.parent / "away")
    with pytest.raises(DataError, match=r"no EmoLabel/list_patition_label\.txt"):
        read(rafdb)
    shutil.move(rafdb.parent / "away", rafdb / "EmoLabel")
    shutil.move(rafdb / "Image" / "aligned", rafdb / "Image" / "original")
    with pytest.raises(DataError, match=r"no faces in Image/aligned .*original holds whole"):
        read(rafdb)


def test_rafdb_in_numbered_folders_is_known_by_its_files(tmp_path: Path) -> None:
    for label in range(1, 8):
        for split in ("train", "test"):
            name = f"{split}_{label:05}_aligned.jpg"
            put(tmp_path / "DATASET" / split / str(label) / name, seed=10 * label + len(split))
    (tmp_path / "train_labels.csv").write_text("image,label\ntrain_00001_aligned.jpg,1\n")
    (tmp_path / "test_labels.csv").write_text("image,label\ntest_00001_aligned.jpg,1\n")
    faces = read(tmp_path)
    assert any("RAF-DB's numbers" in note for note in faces.notes)
    by_name = dict(zip(faces.names, faces.label, strict=True))
    label = by_name["DATASET/train/4/train_00004_aligned.jpg"]
    assert faces.label_names[label] == "happy"
    assert counts(tmp_path)["test"]["surprise"] == 1


@pytest.fixture
def ferplus(tmp_path: Path) -> Path:
    return make_ferplus(tmp_path / "FERPlus")


def test_ferplus_folders(ferplus: Path) -> None:
    each = {"happiness": 1, "anger": 1}
    assert counts(ferplus) == {"train": each, "validation": each, "test": each}
    faces = read(ferplus)
    assert faces.layout == "FER+ folders"
    assert len(faces.skipped) == 3
    assert all("no majority" in row.reason for row in faces.skipped)
    assert any("more than half of FER+'s voters" in note for note in faces.notes)


def test_ferplus_folders_are_told_where_they_are_broken(ferplus: Path) -> None:
    folder = ferplus / "FER2013Train"
    (folder / "fer0000000.png").unlink()
    put(folder / "more.png", seed=77)
    with (folder / "label.csv").open("a") as file:
        file.write('short.png,"(0, 0, 48, 48)",1,2\n')
    shutil.rmtree(ferplus / "FER2013Test")
    faces = read(ferplus)
    found = reasons(faces)
    assert found["FER2013Train/fer0000000.png"] == "there is no such file"
    assert "does not name it" in found["FER2013Train/more.png"]
    assert "has no ten votes" in found["FER2013Train/short.png"]
    assert "There is no FER2013Test." in faces.notes
    (folder / "label.csv").unlink()
    with pytest.raises(DataError, match=r"FER2013Train has no label\.csv"):
        read(ferplus)


def test_expw_faces_are_cut_out_by_their_boxes(tmp_path: Path) -> None:
    for at in range(3):
        put(tmp_path / "origin" / f"photo {at}.jpg", seed=at, side=64)
    lines = ["photo 0.jpg 0 0 0 32 32 98.5 3", "photo 0.jpg 1 32 32 64 64 98.5 4"]
    lines += ["photo 1.jpg 0 8 8 40 40 50.0 6", "photo 2.jpg 0 200 200 300 300 9.0 0"]
    lines += ["photo 2.jpg 1 0 0 32 32 9.0 7", "gone.jpg 0 0 0 9 9 9.0 1"]
    (tmp_path / "label.lst").write_text("\n".join(lines) + "\n")
    faces = read(tmp_path)
    assert faces.layout == "ExpW"
    assert labels_of(faces) == {"happy": 1, "sad": 1, "neutral": 1}
    np.testing.assert_array_equal(faces.sizes, [[32, 32]] * 3)
    assert len(np.unique(faces.copies)) == 3
    found = [row.reason for row in faces.skipped]
    assert "its face box lies outside of the picture." in found
    assert "line 5 of label.lst: '7' is no label of ExpW's" in found
    assert "there is no such file." in found

    shutil.rmtree(tmp_path / "origin")
    with pytest.raises(DataError, match=r"names pictures such as photo 0\.jpg, which are not"):
        read(tmp_path)


@pytest.fixture
def ck(tmp_path: Path) -> Path:
    return make_ck(tmp_path)


def test_ck_sequences(ck: Path) -> None:
    faces = read(ck)
    assert faces.layout == "CK+"
    assert labels_of(faces) == {"contempt": 1, "disgust": 1, "neutral": 3, "surprise": 1}
    assert set(faces.subjects) == {"S005", "S010", "S011"}
    assert faces.names[:2] == (
        "cohn-kanade-images/S005/001/S005_001_00000001.png",
        "cohn-kanade-images/S005/001/S005_001_00000004.png",
    )
    assert [row.reason for row in faces.skipped] == ["its sequence has no label"]
    assert any("9 pictures between or without a label are not used" in note for note in faces.notes)


def test_ck_is_told_where_it_is_broken(ck: Path) -> None:
    (label,) = (ck / "Emotion" / "S005" / "001").iterdir()
    label.write_text("   9.0e+00\n")
    shutil.rmtree(ck / "cohn-kanade-images" / "S010")
    found = [row.reason for row in read(ck).skipped]
    assert f"{label.name} holds no label of CK+'s" in found
    assert "its sequence has no pictures" in found
    shutil.rmtree(ck / "Emotion")
    with pytest.raises(DataError, match=r"has no folder Emotion: CK\+ seems"):
        read(ck)


def test_ck_in_label_folders_keeps_persons_together(tmp_path: Path) -> None:
    for at, label in enumerate(("anger", "contempt", "fear", "happy", "sadness")):
        for person in range(4):
            name = f"S{person:03}_00{at}_00000012.png"
            put(tmp_path / "CK+48" / label / name, seed=10 * at + person)
    faces = read(tmp_path)
    assert set(faces.subjects) == {"S000", "S001", "S002", "S003"}
    assert "CK+" in faces.subjects_from
    assert labels_of(faces)["contempt"] == 4


def test_jaffe(tmp_path: Path) -> None:
    codes = ("AN", "DI", "FE", "HA", "NE", "SA", "SU")
    for at, code in enumerate(codes):
        put(tmp_path / "jaffedbase" / f"KA.{code}1.{at + 1}.tiff", seed=at)
        put(tmp_path / "jaffedbase" / f"YM.{code}2.{at + 9}.tiff", seed=at + 50)
    (tmp_path / "jaffedbase" / "README").write_text("about\n")
    put(tmp_path / "jaffedbase" / "cover.tiff", seed=99)
    faces = read(tmp_path)
    assert faces.layout == "JAFFE"
    assert labels_of(faces) == dict.fromkeys(
        ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"), 2
    )
    assert set(faces.subjects) == {"KA", "YM"}
    assert reasons(faces) == {
        "jaffedbase/README": "not an image file",
        "jaffedbase/cover.tiff": "it is not named as JAFFE's pictures are",
    }


def test_kdef(tmp_path: Path) -> None:
    for at, code in enumerate(("AF", "AN", "DI", "HA", "NE", "SA", "SU")):
        for session in "AB":
            who = f"{session}F01"
            put(tmp_path / "KDEF" / who / f"{who}{code}S.JPG", seed=at + 50 * (session == "B"))
    put(tmp_path / "KDEF" / "AM02" / "AM02HAFL.JPG", seed=300)
    faces = read(tmp_path)
    assert faces.layout == "KDEF"
    assert labels_of(faces)["fear"] == 2
    assert labels_of(faces)["happy"] == 3
    assert set(faces.subjects) == {"F01", "M02"}
    assert any(note.endswith("does not read: 1 face.") for note in faces.notes)
