"""Every layout with a file missing, empty, cut off, swapped or of another kind: it is told.

Labels out of range and whole halves that are missing are with each layout's own tests.
"""

import shutil
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.trainer.conftest import face, write_csv
from tests.trainer.data.pictures import SIDE, read
from tests.trainer.data.published import LAYOUTS, make_label_folders
from trainer.config import DataSource
from trainer.contract.bounded_file import BoundedFile
from trainer.data.readers import load_dataset, read_faces
from trainer.errors import DataError

# Files of a layout that are damaged, one after the other; spread over all of them.
_DAMAGED = 3
# These say nothing that is used: values beside labels, and pictures between a sequence's ends.
_UNUSED = ("_val.npy", "_00000002.png", "_00000003.png")
# Where nothing says which pictures there should be, one that is gone cannot be missed.
_WITHOUT_LIST = ("JAFFE", "KDEF", "label folders", "CK+")


def gone(path: Path, _: Path) -> None:
    path.unlink()


def empty(path: Path, _: Path) -> None:
    path.write_bytes(b"")


def cut_off(path: Path, _: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def something_else(path: Path, _: Path) -> None:
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4)


def swapped(path: Path, other: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(other.read_bytes())
    other.write_bytes(content)


DAMAGES: dict[str, Callable[[Path, Path], None]] = {
    damage.__name__: damage for damage in (gone, empty, cut_off, something_else, swapped)
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_one_damaged_file_is_told_and_never_a_crash(layout: str, tmp_path: Path) -> None:
    whole = _made(layout, tmp_path / "whole")
    told_before = _told(whole)
    files = sorted(path.relative_to(whole) for path in whole.rglob("*") if path.is_file())
    chosen = [files[at] for at in np.linspace(0, len(files) - 1, _DAMAGED).astype(int)]
    # What is not a picture is a list, of which there are few: each of them.
    chosen += [path for path in files if path.suffix in (".csv", ".txt", ".lst", ".npy")][:2]
    for number, path in enumerate(dict.fromkeys(chosen)):
        for name, damage in DAMAGES.items():
            copy = tmp_path / f"{number} {name}"
            shutil.copytree(whole, copy)
            # The list that is swapped with a picture, and the picture with a list.
            other = next((each for each in files if each.suffix != path.suffix), files[0])
            damage(copy / path, copy / other)
            told = _told(copy)
            silent = (
                (name == "swapped" and path.suffix == other.suffix)
                or path.name.endswith(_UNUSED)
                or any(path.as_posix() in line for line in told_before)  # it is not used anyway
                or other.name.endswith(_UNUSED)
                or (name == "gone" and layout in _WITHOUT_LIST)
                or (name == "cut_off" and path.suffix not in (".png", ".jpg", ".npy"))
            )
            assert silent or told != told_before, (path, name)


def _made(layout: str, root: Path) -> Path:
    if layout == "Parquet":
        pytest.importorskip("pyarrow")
    return LAYOUTS[layout](root)


def _told(path: Path) -> tuple[str, ...]:
    """Return what a person is told of a dataset, a line each; whatever else happens is a crash."""
    try:
        faces = read(path)
        load_dataset(DataSource(path=path), size_px=SIDE)  # as a training reads it
    except DataError as error:
        lines = [str(error)]
    else:
        lines = [*(f"{row.name}: {row.reason}" for row in faces.skipped), *faces.notes]
    assert all(line.strip() and "\n" not in line for line in lines), lines
    return tuple(line.replace(str(path), "") for line in lines)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_is_written_beside_a_dataset(layout: str, tmp_path: Path) -> None:
    """So that one on a read-only disk is read like any other."""
    root = _made(layout, tmp_path / "whole")
    archive = Path(shutil.make_archive(str(tmp_path / "packed"), "zip", root))

    def state() -> dict[Path, tuple[int, int]]:
        found = {path: path.stat() for path in [tmp_path, *tmp_path.rglob("*")]}
        return {path: (each.st_mtime_ns, each.st_size) for path, each in found.items()}

    before = state()
    folder_names, archive_names = read(root).names, read(archive).names
    assert len(folder_names) == len(archive_names) > 0
    assert state() == before


def test_a_slow_disk_gives_the_same_faces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_label_folders(tmp_path / "faces")
    quick = read(root)
    opened = 0

    def wait(self: BoundedFile, *args: object, **options: object) -> None:
        nonlocal opened
        opened += 1
        time.sleep(0.02 * (opened % 3))  # they become ready in another order
        begin(self, *args, **options)  # type: ignore[arg-type]

    begin = BoundedFile.__init__
    monkeypatch.setattr(BoundedFile, "__init__", wait)
    monkeypatch.setenv("FER_TRAINER_CACHE", str(tmp_path / "another cache"))
    slow = read(root)
    assert opened >= len(slow.names)
    assert slow.names == quick.names
    np.testing.assert_array_equal(slow.images, quick.images)
    np.testing.assert_array_equal(slow.label, quick.label)


def test_more_rows_take_no_memory_for_their_pictures(tmp_path: Path) -> None:
    """Only names, labels and checksums are kept of a row, whatever the number of rows."""

    def peak(rows: int) -> int:
        path = write_csv(
            tmp_path / f"{rows}.csv",
            [(at % 2, pictures[at % 50], "Training") for at in range(rows)],
        )
        tracemalloc.start()
        try:
            read_faces(DataSource(path=path), size_px=3 * SIDE)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    pictures = [face(0, seed) for seed in range(50)]
    few, many = peak(1_000), peak(3_000)
    picture_bytes = (3 * SIDE) ** 2
    assert (many - few) / 2_000 < picture_bytes / 2
