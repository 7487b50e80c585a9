"""A dataset layout from another package is read like the trainer's own."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from trainer.config import DataSource
from trainer.data.faces import CACHE_VARIABLE
from trainer.data.readers import load_dataset, read_faces
from trainer.errors import DataError

Install = Callable[..., None]

# Faces in one array, their labels in a text file beside it.
READER = """
    import numpy as np
    from trainer.data.faces import FaceRow, Skipped

    class ArrayReader:
        label_names = ("angry", "happy")

        def __init__(self, path, options):
            self.path, self.options = path, options

        @staticmethod
        def refusal(path):
            return "" if (path / "faces.npy").is_file() else "it has no faces.npy"

        def fingerprint(self):
            return f"{self.path} {(self.path / 'faces.npy').stat().st_mtime_ns}"

        def rows(self):
            labels = (self.path / "labels.txt").read_text().split()
            for at, (face, label) in enumerate(zip(np.load(self.path / "faces.npy"), labels)):
                if label == "?":
                    yield Skipped(f"face {at}", "nobody knows its label")
                    continue
                yield FaceRow(face[..., np.newaxis], int(label), -1, f"face {at}")
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a folder of this layout: 40 faces of noise, one of them without a label."""
    folder = tmp_path / "data"
    folder.mkdir()
    faces = np.random.default_rng(0).integers(0, 256, (41, 16, 16), np.uint8)
    np.save(folder / "faces.npy", faces)
    (folder / "labels.txt").write_text("0 1 " * 20 + "?")
    return folder


def test_a_layout_is_found_by_what_it_recognizes(package: Install, data: Path) -> None:
    package("arrays", {"trainer.layouts": {"array": "arrays:ArrayReader"}}, {"arrays": READER})
    dataset = load_dataset(DataSource(path=data), size_px=16)
    assert dataset.labels == ("angry", "happy")
    assert dataset.targets.sum(axis=0).tolist() == [20, 20]
    assert np.array_equal(dataset.images[..., 0], np.load(data / "faces.npy")[:40])
    assert [row.reason for row in read_faces(DataSource(path=data), size_px=16).skipped] == [
        "nobody knows its label"
    ]


def test_what_it_refuses_is_left_to_the_others(
    package: Install, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package("arrays", {"trainer.layouts": {"array": "arrays:ArrayReader"}}, {"arrays": READER})
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(DataError, match="no column emotion"):
        read_faces(DataSource(path=tmp_path / "notes.txt"))
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("former", "latter", "reason"),
    [
        ("labels = (self", "labels = (1 / 0)\n            (self", "ZeroDivisionError"),
        ("face[..., np.newaxis]", "face", r"of the shape \(16, 16\), and must be uint8"),
        ("int(label)", "int(label) + 1", "has the label 2, which has no name"),
        ("int(label), -1", "int(label), 7", "the split 7"),
        ('f"{self.path}', 'f"{self.where}', "AttributeError"),
        ("path, options):", "path):", "TypeError"),
    ],
)
def test_a_fault_in_it_is_a_fault_of_the_dataset(
    package: Install, data: Path, former: str, latter: str, reason: str
) -> None:
    assert former in READER
    source = READER.replace(former, latter)
    package("arrays", {"trainer.layouts": {"array": "arrays:ArrayReader"}}, {"arrays": source})
    with pytest.raises(DataError, match=reason) as caught:
        read_faces(DataSource(path=data), size_px=16)
    assert "the layout array of the package arrays 1.0" in str(caught.value)


def test_one_that_cannot_even_refuse_refuses(package: Install, data: Path) -> None:
    source = READER.replace('return ""', "1 / 0\n            return ''")
    package("arrays", {"trainer.layouts": {"array": "arrays:ArrayReader"}}, {"arrays": source})
    with pytest.raises(DataError, match="contains no faces"):  # as a folder that has none
        read_faces(DataSource(path=data))


def test_what_is_no_layout_is_left_out(
    package: Install, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package("arrays", {"trainer.layouts": {"array": "arrays:X"}}, {"arrays": "X = print"})
    (tmp_path / "empty").mkdir()
    for _ in range(2):
        with pytest.raises(DataError, match="contains no faces"):
            read_faces(DataSource(path=tmp_path / "empty"))
    errors = capsys.readouterr().err
    assert errors.startswith("warning: The extension 'array' (trainer.layouts) of the package ")
    assert errors.count("\n") == 1
