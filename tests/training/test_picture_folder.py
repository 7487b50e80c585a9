from pathlib import Path

import numpy as np
import pytest

from fer_desktop.training.job_progress import Work
from fer_desktop.training.picture_folder import PicturesError, is_small_crop, survey
from tests.helpers.faces import face_crops, save

pytestmark = pytest.mark.unit


def names(paths: object) -> list[str]:
    return [str(path) for path in paths]


def make_folder(root: Path, labels: tuple[str, ...] = ("happy", "wink"), each: int = 3) -> Path:
    crops = face_crops(each)
    for label in labels:
        for at in range(each):
            save(root / label / f"{at}.png", crops[at])
    return root


@pytest.mark.parametrize(
    ("size", "is_crop"),
    [
        ((48, 48), True),
        ((100, 100), True),
        ((128, 128), True),
        ((110, 128), True),
        ((128, 160), True),
        ((128, 170), False),  # not square
        ((129, 129), False),
        ((224, 224), False),
        ((640, 480), False),
        ((640, 96), False),
    ],
)
def test_small_square_pictures_are_taken_for_crops(size: tuple[int, int], is_crop: bool) -> None:
    assert is_small_crop(*size) is is_crop


def test_pictures_are_told_apart_by_their_sizes(tmp_path: Path) -> None:
    make_folder(tmp_path)
    save(tmp_path / "happy" / "ada" / "photo.jpg", np.zeros((300, 400, 3), np.uint8))
    (tmp_path / "happy" / "notes.txt").write_text("no picture", encoding="utf-8")
    (tmp_path / "happy" / "empty.png").touch()
    (tmp_path / "happy" / ".hidden").touch()
    (tmp_path / ".trash").mkdir()
    save(tmp_path / "stray.png", face_crops(1)[0])
    work = Work()
    found = survey(tmp_path, work)
    assert found is not None
    assert len(found.small) == 6
    assert names(found.large) == ["happy/ada/photo.jpg"]
    reasons = {item.name: item.reason for item in found.left_out}
    assert set(reasons) == {"happy/notes.txt", "happy/empty.png", "stray.png"}
    assert "no image" in reasons["happy/notes.txt"] or "not an image" in reasons["happy/notes.txt"]
    assert "empty" in reasons["happy/empty.png"]
    assert "no expression's folder" in reasons["stray.png"]
    assert work.done == work.total == 10


def test_links_are_followed_once(tmp_path: Path) -> None:
    make_folder(tmp_path / "elsewhere")
    folder = tmp_path / "linked"
    folder.mkdir()
    for label in ("happy", "wink"):
        (folder / label).symlink_to(tmp_path / "elsewhere" / label)
    (folder / "happy" / "circle").symlink_to(folder)
    found = survey(folder, Work())
    assert found is not None
    assert len(found.small) == 6


def test_splits_with_labels_in_them_are_no_labels(tmp_path: Path) -> None:
    for split in ("train", "test"):
        make_folder(tmp_path / split, ("happy", "sad"))
    found = survey(tmp_path, Work())
    assert found is not None
    assert len(found.small) == 12


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ((), "is empty"),
        (("happy",), "one expression only: happy"),
        (("train/happy", "test/happy"), "one expression only: happy"),
    ],
)
def test_what_no_model_can_learn_from_is_refused(
    tmp_path: Path, labels: tuple[str, ...], words: str
) -> None:
    make_folder(tmp_path, labels)
    with pytest.raises(PicturesError, match=words) as refused:
        survey(tmp_path, Work())
    assert "Put the pictures of each expression into a folder" in refused.value.hint


def test_pictures_that_lie_about_are_not_guessed(tmp_path: Path) -> None:
    save(tmp_path / "one.png", face_crops(1)[0])
    with pytest.raises(PicturesError, match="no pictures that can be read in folders"):
        survey(tmp_path, Work())


def test_a_folder_that_is_gone_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(PicturesError, match="cannot be read: No such file"):
        survey(tmp_path / "gone", Work())


def test_it_stops_when_nobody_waits(tmp_path: Path) -> None:
    work = Work()
    work.stop()
    assert survey(make_folder(tmp_path), work) is None
    assert work.done == 1
