"""What was read once is read from the cache; where that is damaged, it is read anew."""

from pathlib import Path

import numpy as np
import pytest

from tests.trainer.conftest import FolderMaker
from trainer.config import DataSource
from trainer.data.cache_room import cache_dir
from trainer.data.readers import load_dataset

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("name", ["faces.json", "arrays.npz", "images.u8"])
@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "nonsense", "deep", "infinite"])
def test_a_damaged_cache_is_made_anew(face_folder: FolderMaker, name: str, damage: str) -> None:
    source = DataSource(path=face_folder("happy", "sad", count=6))
    first = load_dataset(source)
    names, images = first.names, np.array(first.images)  # not mapped from the file
    del first
    (folder,) = (entry for entry in cache_dir().iterdir() if entry.is_dir())
    file = folder / name
    content = file.read_bytes()
    match damage:
        case "missing":
            file.unlink()
        case "empty":
            file.write_bytes(b"")
        case "cut":
            file.write_bytes(content[: len(content) // 2])
        case "nonsense":
            file.write_bytes(b"\xff\x00 nonsense")
        case "deep":
            file.write_bytes(b'{"shape": ' + b"[" * 100_000)
        case "infinite":
            file.write_bytes(b'{"shape": [1e999], "names": 3}')
    again = load_dataset(source)
    assert again.names == names
    np.testing.assert_array_equal(again.images, images)
    assert file.read_bytes() == content


def test_the_cache_is_used(face_folder: FolderMaker, tmp_path: Path) -> None:
    source = DataSource(path=face_folder("happy", "sad", count=6))
    load_dataset(source)
    (folder,) = (entry for entry in cache_dir().iterdir() if entry.is_dir())
    before = {file: file.stat().st_mtime_ns for file in folder.iterdir()}
    load_dataset(source)
    assert {file: file.stat().st_mtime_ns for file in folder.iterdir()} == before
