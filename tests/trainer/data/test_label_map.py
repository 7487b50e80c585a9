"""Labels that mean the same are one, what is renamed is told, and what cannot be is asked about."""

from pathlib import Path

import pytest

from tests.trainer.conftest import FolderMaker
from tests.trainer.data.pictures import counts, labels_of, read
from trainer.config import DataSource
from trainer.contract.label_words import EXPRESSION_OF, word_key, words_by_expression
from trainer.contract.labels import LABEL_SETS, canonical, expression_of
from trainer.data.label_map import parse_map
from trainer.data.readers import load_dataset
from trainer.errors import DataError


@pytest.mark.parametrize(
    ("word", "expression"),
    [
        ("Anger", "angry"), ("WUT", "angry"), ("Überraschung", "surprise"),
        ("U\u0308berraschung", "surprise"), ("dégoût", "disgust"), ("degout", "disgust"),
        ("felicità", "happy"), ("Грусть", "sad"), ("开心", "happy"), ("軽蔑", "contempt"),
        ("중립", "neutral"), ("3_happy", "happy"), ("01 - Neutral", "neutral"),
        ("contempt", "contempt"), ("neutral face", "neutral"), ("bored", ""), ("7", ""), ("", ""),
    ],
)  # fmt: skip
def test_expressions_have_names_in_many_languages(word: str, expression: str) -> None:
    assert expression_of(word) == expression
    assert canonical(word) == (expression or word.lower())


def test_a_word_stands_for_one_expression() -> None:
    words = [word_key(word) for each in words_by_expression().values() for word in each]
    assert set(words) == set(EXPRESSION_OF)
    for name, own in words_by_expression().items():
        assert {EXPRESSION_OF[word_key(word)] for word in own} == {name}
    assert set(LABEL_SETS["fer7"]) < set(words_by_expression())


def test_two_words_for_one_expression_are_one_label(face_folder: FolderMaker) -> None:
    face_folder("angry", "sad", count=6, below="train")
    root = face_folder("Anger", "Trauer", count=3, below="test")
    found = counts(root)
    assert found["test"] == {"angry": 3, "sad": 3}
    assert found["train"].keys() == {"angry", "sad"}
    notes = load_dataset(DataSource(path=root)).notes
    assert "Read as angry: Anger, angry." in notes
    assert "Read as sad: Trauer, sad." in notes


def test_one_word_stays_as_the_dataset_has_it(face_folder: FolderMaker) -> None:
    faces = read(face_folder("Wut", "Freude", "gelangweilt"))
    assert faces.label_names == ("Freude", "Wut", "gelangweilt")
    assert [(row.native, row.becomes) for row in faces.mapped if row.native == "Wut"] == [
        ("Wut", "Wut")
    ]


def test_a_map_renames_joins_and_leaves_out(face_folder: FolderMaker) -> None:
    root = face_folder("rage", "grin", "unclear", "sad", count=3)
    faces = read(root, "rage=angry, Grin=happy ,unclear=")
    assert labels_of(faces) == {"angry": 3, "happy": 3, "sad": 3}
    assert {row.native: row.becomes for row in faces.mapped} == {
        "rage": "angry",
        "grin": "happy",
        "unclear": "",
        "sad": "sad",
    }
    dataset = load_dataset(DataSource(path=root, label_map="unclear="))
    assert (dataset.splits >= 0).sum() == 9
    assert "Left out as the label map says: unclear (3)." in dataset.notes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rage", "is not understood at 'rage'.*pairs such as"),
        ("=angry", "is not understood at '=angry'"),
        ("rage=a,rage=b", "names 'rage' twice"),
        ("grim=happy", "'grim', which is no label of .*Did you mean grin"),
        ("rage=" + "x" * 65, "cannot be used: it has more than 64"),
        ("rage=train", "named like splits: train"),
    ],
)
def test_a_map_that_does_not_fit_is_refused(
    face_folder: FolderMaker, text: str, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        read(face_folder("rage", "grin"), text)


def test_a_legend_that_lacks_a_number_says_which(tmp_path: Path, face_folder: FolderMaker) -> None:
    with pytest.raises(DataError, match="the label 9, which raf-db does not know"):
        read(face_folder("1", "9"), "raf-db")


def test_a_map_may_be_empty() -> None:
    assert parse_map(" ") == {}
    assert parse_map("a=b,") == {"a": "b"}


def test_what_is_left_out_for_its_label_is_told(face_folder: FolderMaker) -> None:
    root = face_folder("happy", "sad", "fear", count=5)
    dataset = load_dataset(DataSource(path=root), labels=("happy", "sad"))
    assert dataset.left_out == {"fear": 5}
    assert any("5 faces left out" in note and "fear (5)" in note for note in dataset.notes)
    assert load_dataset(DataSource(path=root), labels=("happy", "rest")).left_out == {}


def test_a_pattern_that_finds_nobody_is_refused(face_folder: FolderMaker) -> None:
    root = face_folder("happy", "sad", count=12)
    with pytest.raises(DataError, match=r"finds nobody in .*24 files are named as happy/0\.png"):
        read(root, subject_pattern=r"person(\d+)")
    faces = read(root, subject_pattern=r"/1(\d)\.png")
    assert set(faces.subjects) == {"", "0", "1"}
    assert "The subject pattern finds nobody in 20 file names of 24." in faces.notes
