"""The cache shows what it has, keeps within its limit, and deletes only what is its own."""

import json
import os
from pathlib import Path

import pytest

from tests.trainer.conftest import FolderMaker
from trainer.cli import main
from trainer.config import DataSource
from trainer.data import cache_room
from trainer.data.cache_room import LIMIT_VARIABLE, entries
from trainer.data.readers import read_faces


def test_the_cache_is_shown_and_cleared(
    face_folder: FolderMaker, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    read_faces(DataSource(path=face_folder("happy", "sad")))
    (cache / "letters.txt").write_text("mine")
    (cache / "pictures").mkdir()
    assert main(["cache", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["folder"] == str(cache)
    assert facts["datasets"] == 1
    assert facts["bytes"] > 8 * 48 * 48
    assert main(["cache", "--clear"]) == 0
    assert "0 entries, 0 MB of 20,000 MB at most" in capsys.readouterr().out
    assert sorted(path.name for path in cache.iterdir()) == ["letters.txt", "pictures"]


def test_what_was_used_least_recently_makes_room(
    face_folder: FolderMaker, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = DataSource(path=face_folder("happy", "sad"))
    for at, size in enumerate((16, 20, 24)):
        read_faces(source, size_px=size)
        for entry in entries():
            if entry.used > 1e9:  # the new one: as if it had been used long ago
                os.utime(entry.path, (at + 1, at + 1))
    read_faces(source, size_px=16)  # the oldest is used again
    sizes = [entry.size for entry in entries()]
    monkeypatch.setenv(LIMIT_VARIABLE, str((sum(sizes) + 100) / 1e9))
    read_faces(source, size_px=28)
    kept = {round((entry.path / "images.u8").stat().st_size / 8) for entry in entries()}
    assert 28 * 28 in kept
    assert 16 * 16 in kept
    assert 20 * 20 not in kept


def test_the_new_entry_stays_however_large(
    face_folder: FolderMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(LIMIT_VARIABLE, "0")
    faces = read_faces(DataSource(path=face_folder("happy", "sad")))
    assert len(faces.images) == 8


@pytest.mark.parametrize("text", ["", "much", "-1", "nan"])
def test_a_limit_that_is_none_is_the_usual_one(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LIMIT_VARIABLE, text)
    assert cache_room.limit_bytes() == 20_000_000_000


def test_what_a_killed_program_left_is_removed(face_folder: FolderMaker, cache: Path) -> None:
    for name, age in ((".unpacked-abcd1234", 1), (".new-abcd1234", 1), (".new-running1", 2e9)):
        (cache / name).mkdir()
        os.utime(cache / name, (age, age))
    os.utime(cache / ".new-running1")
    read_faces(DataSource(path=face_folder("happy", "sad")))
    assert [path.name for path in cache.iterdir() if path.name.startswith(".")] == [".new-running1"]
