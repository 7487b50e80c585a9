import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.helpers.data import shared_data
from tests.helpers.faces import texture
from tests.trainer.conftest import FolderMaker, face, write_csv
from trainer.cli import main
from trainer.config import DataSource
from trainer.data import near_copies as near_copy_search
from trainer.data import readers
from trainer.data.csv_reader import CsvReader
from trainer.data.faces import FaceRow, Skipped
from trainer.data.inspection import inspect
from trainer.data.near_copies import near_copies
from trainer.reports.contact_sheets import write_contact_sheets
from trainer.reports.inspection_page import as_html, as_text


@pytest.fixture
def flawed(face_folder: FolderMaker) -> Path:
    """Write two labels with a copy across splits, a near-copy, a flat and a broken image."""
    for split, count in (("train", 6), ("validation", 2), ("test", 2)):
        root = face_folder("happy", "sad <b>", count=count, below=split)
    picture = face(0, 7, side=64)
    Image.fromarray(picture).save(root / "train" / "happy" / "one.png")
    Image.fromarray(picture).save(root / "test" / "sad <b>" / "same.png")
    noise = np.random.default_rng(0).integers(-3, 4, picture.shape)
    nearly = (picture.astype(int) + noise).clip(0, 255).astype(np.uint8)
    Image.fromarray(nearly).save(root / "validation" / "happy" / "nearly.png")
    Image.new("L", (30, 40), 99).save(root / "train" / "happy" / "flat.png")
    (root / "train" / "happy" / "broken.png").write_bytes(b"no")
    return root


def test_what_is_wrong_with_a_dataset_is_found(flawed: Path) -> None:
    facts, _ = inspect(DataSource(path=flawed))
    assert facts["counts"]["train"] == {"happy": 8, "sad <b>": 6}
    assert facts["exact_copies"]["across"]["test in train"] == 1
    assert facts["exact_copies"]["pictures_with_several_labels"] == 1
    assert facts["near_copies"]["across"]["validation in train"] >= 1
    assert facts["constant"] == ["train/happy/flat.png"]
    assert [row["name"] for row in facts["skipped"]] == ["train/happy/broken.png"]
    assert facts["size_px"]["width"]["max"] == 64
    assert facts["brightness"]["min"] < facts["brightness"]["max"]


def test_text_json_and_page_say_the_same(
    flawed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    assert main(["inspect", "--data", str(flawed), "--html", str(page)]) == 0
    text = capsys.readouterr().out
    assert main(["inspect", "--data", str(flawed), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    content = page.read_text(encoding="utf-8")
    assert text.rstrip("\n") == as_text(facts)
    for words in ("Exact copies of train faces in test: 1.", "train/happy/broken.png"):
        assert words in text
        assert words in content
    assert content.count('alt="faces labelled') == 2
    assert "sad &lt;b&gt;" in content
    assert "sad <b>" not in content


def test_sheets_show_the_faces_of_each_label(flawed: Path, tmp_path: Path) -> None:
    facts, dataset = inspect(DataSource(path=flawed))
    found = write_contact_sheets(tmp_path / "sheets", facts, dataset)
    assert json.loads((tmp_path / "sheets" / "inspection.json").read_text()) == found
    assert found["sheets"] == {"happy": "label_0.png", "sad <b>": "label_1.png"}
    for at, name in enumerate(found["sheets"].values()):
        sheet = np.asarray(Image.open(tmp_path / "sheets" / name))
        assert sheet.shape == (48, 16 * 48)
        rows = np.flatnonzero(dataset.truth(np.arange(len(dataset.images))) == at)
        np.testing.assert_array_equal(sheet[:, :48], dataset.images[rows[0], ..., 0])


def test_different_faces_are_no_near_copies() -> None:
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (50, 16, 16, 1), np.uint8)
    assert len(near_copies(images, np.arange(50), np.arange(50)).pairs) == 0
    assert len(near_copies(images, np.arange(50), np.arange(1)).pairs) == 0


def test_of_very_many_near_copies_some_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """As frames of a film have: pairs grow with the square of the pictures."""
    random = np.random.default_rng(0)
    frames = np.repeat(texture(1)[np.newaxis, ..., np.newaxis], 40, axis=0).astype(np.int16)
    frames = (frames + random.integers(-2, 3, frames.shape)).clip(0, 255).astype(np.uint8)
    every = np.arange(40)
    whole = near_copies(frames, every, every)
    assert whole.is_complete
    assert len(whole.pairs) > 400
    monkeypatch.setattr(near_copy_search, "_MOST_PAIRS", 100)
    some = near_copies(frames, every, every)
    assert not some.is_complete
    assert 0 < len(some.pairs) <= 40 * 39 / 2


def test_a_page_of_a_csv_needs_no_sizes(tmp_path: Path) -> None:
    rows = [(label, face(label, seed), "Training") for label in (0, 1) for seed in range(4)]
    facts, dataset = inspect(DataSource(path=write_csv(tmp_path / "a.csv", rows)))
    assert facts["size_px"] == {}
    assert "<h2>angry</h2>" in as_html(facts, dataset)


def test_uneven_labels_are_told(face_folder: FolderMaker) -> None:
    root = face_folder("happy", count=60)
    face_folder("sad", count=8)
    facts, _ = inspect(DataSource(path=root))
    (line,) = [line for line in as_text(facts).splitlines() if line.startswith("Labels are uneven")]
    assert " of happy and " in line
    assert line.endswith("compare balanced accuracy.")


class _Published(CsvReader):
    """FER2013 from the pictures beside the project: its text takes half a minute to write."""

    def rows(self) -> Iterator[FaceRow | Skipped]:
        script = self._path.with_name("unpack.py")
        spec = importlib.util.spec_from_file_location("unpack", script)
        assert spec is not None
        assert spec.loader is not None
        unpack = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(unpack)
        for at, (label, usage, image) in enumerate(unpack.read_rows()):
            yield FaceRow(image[..., np.newaxis], label, unpack.USAGES.index(usage), f"row {at}")


def test_the_copies_of_fer2013_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "LAYOUTS", (_Published,))
    facts, _ = inspect(DataSource(path=shared_data() / "fer2013" / "labels.csv"))
    assert facts["exact_copies"]["distinct"] == 34_034
    assert facts["exact_copies"]["across"]["test in train"] == 288
    assert facts["exact_copies"]["across"]["validation in train"] == 280
    assert len(facts["constant"]) == 12
