"""Changed copies, doubtful labels and poor pictures are found, and a copy without them is made."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.helpers.faces import portrait, texture
from trainer.cli import main
from trainer.config import DataSource
from trainer.data.changed_copies import changed_copies
from trainer.data.doubtful_labels import doubtful_labels
from trainer.data.fixing import fix_dataset
from trainer.data.inspection import inspect
from trainer.data.picture_quality import poor_pictures
from trainer.errors import DataError
from trainer.reports.inspection_page import as_html, as_text


def turned(picture: NDArray[np.uint8], degrees: float) -> NDArray[np.uint8]:
    matrix = cv2.getRotationMatrix2D((23.5, 23.5), degrees, 1)
    return np.asarray(cv2.warpAffine(picture, matrix, (48, 48), borderMode=cv2.BORDER_REPLICATE))


CHANGES = {
    "mirrored": lambda picture: picture[:, ::-1],
    "turned": lambda picture: turned(picture, 11),
    "upside down": lambda picture: np.rot90(picture, 2),
    "cut anew": lambda picture: cv2.resize(picture[3:43, 5:45], (48, 48)),
    "mirrored and turned": lambda picture: turned(np.ascontiguousarray(picture[:, ::-1]), -8),
    "lighter": lambda picture: (picture * 0.7 + 60).astype(np.uint8)[:, ::-1],
}


@pytest.mark.parametrize("change", CHANGES)
def test_changed_copies_are_found_and_different_pictures_are_not(change: str) -> None:
    originals = [texture(seed) for seed in range(40)]
    new = [CHANGES[change](originals[at]) for at in range(10)]
    others = [texture(1000 + seed) for seed in range(20)]
    images = np.stack([*originals, *new, *others])[..., np.newaxis]
    found = changed_copies(images, np.arange(40), np.arange(40, 70))
    pairs = {each.row - 40: each.original for each in found}
    assert sum(pairs.get(at) == at for at in range(10)) >= 9
    assert not [at for at in pairs if at >= 10]


def test_other_portraits_of_one_person_are_no_copies() -> None:
    random = np.random.default_rng(0)
    first, second = (
        cv2.cvtColor(cv2.resize(portrait(seed), (48, 48)), cv2.COLOR_BGR2GRAY) for seed in (0, 5)
    )
    second = (second + random.normal(0, 25, second.shape)).clip(0, 255).astype(np.uint8)
    images = np.stack([first, second])[..., np.newaxis]
    assert changed_copies(images, np.array([0]), np.array([1])) == []
    assert changed_copies(images, np.array([], np.int64), np.array([1])) == []


def test_planted_errors_stand_at_the_top_of_doubtful_labels() -> None:
    random = np.random.default_rng(0)
    kinds = [texture(seed).astype(np.float32) for seed in (1, 2, 3)]
    labels = np.arange(150) % 3
    images = np.stack(
        [(kinds[label] + random.normal(0, 15, (48, 48))).clip(0, 255) for label in labels]
    ).astype(np.uint8)[..., np.newaxis]
    given = labels.copy()
    given[:6] = (given[:6] + 1) % 3
    found = doubtful_labels(images, np.arange(150), given, np.arange(150))
    assert {each.row for each in found[:6]} == set(range(6))
    assert all(each.likely == labels[each.row] for each in found[:6])
    few = np.arange(9)
    assert doubtful_labels(images, few, given[:9], few) == []


def test_poor_pictures_have_one_fault_each() -> None:
    good = texture(0)
    images = np.stack(
        [
            good,
            cv2.GaussianBlur(good, (0, 0), 5),
            (good * 0.1).astype(np.uint8),
            (235 + good * 0.07).astype(np.uint8),
            (120 + good * 0.03).astype(np.uint8),
            np.full((48, 48), 9, np.uint8),
        ]
    )[..., np.newaxis]
    found = {name: rows.tolist() for name, rows in poor_pictures(images, np.arange(6)).items()}
    assert found == {"blurred": [1], "dark": [2], "bright": [3], "faint": [4]}


@pytest.fixture
def leaky(tmp_path: Path) -> Path:
    """Write two labels with a mirrored leak, an exact one, a contradiction and a blank picture."""
    root = tmp_path / "leaky"

    def put(place: str, picture: NDArray[np.uint8]) -> None:
        path = root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(path)

    for at in range(12):
        put(f"train/{('happy', 'sad')[at % 2]}/{at}.png", texture(at))
    for at in range(6):
        put(f"test/{('happy', 'sad')[at % 2]}/{at}.png", texture(100 + at))
        put(f"val/{('happy', 'sad')[at % 2]}/{at}.png", texture(200 + at))
    put("test/happy/mirrored.png", np.ascontiguousarray(texture(2)[:, ::-1]))
    put("train/happy/same.png", texture(100))
    put("train/happy/both.png", texture(300))
    put("train/sad/both.png", texture(300))
    put("train/sad/blank.png", np.full((48, 48), 7, np.uint8))
    return root


def test_a_thorough_inspection_tells_and_shows_leaks(leaky: Path) -> None:
    facts, dataset = inspect(DataSource(path=leaky), is_thorough=True)
    assert facts["changed_copies"]["across"] == {
        "validation in train": 0,
        "test in train": 1,
        "test in validation": 0,
    }
    (example,) = facts["changed_copies"]["examples"]
    assert example == {
        "picture": "test/happy/mirrored.png",
        "original": "train/happy/2.png",
        "kind": "mirrored",
        "splits": "test in train",
    }
    assert "mirrored, turned, moved or cut copies of train pictures: 1." in as_text(facts)
    assert "test/happy/mirrored.png" in as_html(facts, dataset)


def test_a_fixed_copy_has_no_leaks_and_the_original_stays(
    leaky: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.read_bytes() for path in leaky.rglob("*.png")}
    out = tmp_path / "fixed"
    words = ["fix", "--data", str(leaky), "--out", str(out), "--size", "48", "--thorough"]
    assert main([*words, "--drop", "val/sad/1.png", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    reasons = {row["name"]: row["reason"] for row in found["removed"]}
    assert reasons == {
        "train/happy/2.png": "test/happy/mirrored.png of test is a copy of it (mirrored)",
        "train/happy/same.png": "it is an exact copy of test/happy/0.png",
        "train/happy/both.png": "the same picture stands under several labels",
        "train/sad/both.png": "the same picture stands under several labels",
        "train/sad/blank.png": "it has one colour only",
        "val/sad/1.png": "it was named to be left out",
    }
    assert found["counts"] == {"train": 11, "validation": 5, "test": 7}
    facts, _ = inspect(DataSource(path=out), is_thorough=True)
    assert facts["layout"] == "index.csv"
    assert (out / "test" / "happy" / "000001.png").is_file()
    assert sum(facts["changed_copies"]["across"].values()) == 0
    assert facts["exact_copies"]["surplus"] == 0
    assert {path: path.read_bytes() for path in leaky.rglob("*.png")} == before

    assert main(words) == 1
    assert "is there already" in capsys.readouterr().err
    with pytest.raises(DataError, match=r"has no picture 'no\.png'"):
        fix_dataset(DataSource(path=leaky), tmp_path / "x", size_px=48, drop=["no.png"])
