"""Archives are read without being unpacked by hand, and hostile ones are refused."""

import io
import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.trainer.conftest import FolderMaker, face, write_csv
from tests.trainer.data.pictures import counts, labels_of, read, reasons
from trainer.data import archive_files
from trainer.data.archive_files import unpack
from trainer.errors import DataError


def packed(root: Path, target: Path) -> Path:
    """Pack a folder as a zip or tar file."""
    if target.suffix == ".zip":
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(root.rglob("*")):
                archive.write(path, f"{root.name}/{path.relative_to(root)}")
    else:
        mode = {".tar": "w", ".gz": "w:gz", ".tgz": "w:gz", ".bz2": "w:bz2", ".xz": "w:xz"}
        with tarfile.open(target, mode[target.suffix]) as archive:  # type: ignore[call-overload]
            archive.add(root, root.name)
    return target


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz", "a.tgz", "a.tar.bz2", "a.tar.xz"])
def test_an_archive_is_read_as_what_is_in_it(
    face_folder: FolderMaker, tmp_path: Path, cache: Path, name: str
) -> None:
    for split, count in (("train", 4), ("val", 2), ("test", 3)):
        root = face_folder("happy", "sad", count=count, below=split)
    (root / "train" / "happy" / "bad.png").write_bytes(b"no")
    archive = packed(root, tmp_path / name)
    assert counts(archive) == counts(root)
    faces = read(archive)
    assert faces.layout == "label folders, in an archive"
    (skipped,) = faces.skipped
    assert skipped.name == "faces/train/happy/bad.png"
    assert str(archive) in skipped.reason
    assert str(cache) not in skipped.reason
    assert not [path for path in cache.iterdir() if path.name.startswith(".")]


def test_the_competitions_archive(tmp_path: Path) -> None:
    rows = [(n % 3, face(n % 3, n), "Training") for n in range(9)]
    write_csv(tmp_path / "fer2013" / "fer2013.csv", rows)
    archive = packed(tmp_path / "fer2013", tmp_path / "fer2013.tar.gz")
    assert labels_of(read(archive)) == {"angry": 3, "disgust": 3, "fear": 3}


def test_what_macs_add_is_ignored(face_folder: FolderMaker, tmp_path: Path) -> None:
    archive = packed(face_folder("happy", "sad"), tmp_path / "a.zip")
    with zipfile.ZipFile(archive, "a") as more:
        more.writestr("__MACOSX/faces/happy/._0.png", b"resource")
        more.writestr("faces/.DS_Store", b"x")
    faces = read(archive)
    assert len(faces.names) == 8
    assert faces.skipped == ()


@pytest.mark.parametrize(
    "name", ["../evil.png", "/tmp/evil.png", "a/../../evil.png", "C:\\evil.png"]
)
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_a_path_that_leads_outside_is_refused(tmp_path: Path, name: str, kind: str) -> None:
    archive = tmp_path / f"evil.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(archive, "w") as writer:
            writer.writestr(name, b"x")
    else:
        with tarfile.open(archive, "w") as tape:
            info = tarfile.TarInfo(name)
            info.size = 1
            tape.addfile(info, io.BytesIO(b"x"))
    with pytest.raises(DataError, match="which would be written outside"):
        read(archive)
    assert not (tmp_path.parent / "evil.png").exists()


def test_links_are_left_out_and_told(face_folder: FolderMaker, tmp_path: Path) -> None:
    root = face_folder("happy", "sad")
    os.symlink("/etc/passwd", root / "happy" / "link.png")
    os.link(root / "sad" / "0.png", root / "sad" / "hard.png")
    found = read(packed(root, tmp_path / "a.tar"))
    assert reasons(found)["faces/happy/link.png"] == "it is a link"
    assert len(found.names) == 8
    archive = tmp_path / "b.zip"
    packed(face_folder("fear", "neutral"), archive)
    with zipfile.ZipFile(archive, "a") as writer:
        info = zipfile.ZipInfo("faces/fear/link.png")
        info.external_attr = 0o120777 << 16
        writer.writestr(info, "/etc/passwd")
    assert reasons(read(archive))["faces/fear/link.png"] == "it is a link"


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_a_bomb_is_refused(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_files, "_ALWAYS_FINE_BYTES", 1 << 20)
    archive, content = tmp_path / f"bomb.{kind}", bytes(8 << 20)
    if kind == "zip":
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writer:
            writer.writestr("happy/0.png", content)
    else:
        with tarfile.open(archive, "w:gz") as tape:
            info = tarfile.TarInfo("happy/0.png")
            info.size = len(content)
            tape.addfile(info, io.BytesIO(content))
    with pytest.raises(DataError, match="is refused: unpacked it would have"):
        read(archive)


def test_more_than_there_is_room_for_is_refused(
    face_folder: FolderMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = packed(face_folder("happy", "sad"), tmp_path / "a.tar")
    monkeypatch.setattr(archive_files, "_SPARE_BYTES", 1 << 60)
    with pytest.raises(DataError, match=r"than there is room for.*Free some space"):
        read(archive)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _wrong_sum(path: Path) -> None:
    content = bytearray(path.read_bytes())
    at = content.find(b"IDAT")
    content[at + 10] ^= 0xFF
    path.write_bytes(bytes(content))


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("a.zip", _cut),
        ("a.tar", _cut),
        ("a.tar.gz", _cut),
        ("a.tar.xz", _cut),
        ("s.zip", _wrong_sum),
    ],
)
def test_a_damaged_archive_is_refused_in_one_line(
    face_folder: FolderMaker, tmp_path: Path, name: str, damage: Callable[[Path], None]
) -> None:
    root = face_folder("happy", "sad", count=12)
    archive = tmp_path / name
    if name == "s.zip":
        with zipfile.ZipFile(archive, "w") as writer:
            writer.write(root / "happy" / "0.png", "happy/0.png")
    else:
        packed(root, archive)
    damage(archive)
    with pytest.raises(DataError, match="is damaged or not an archive") as caught:
        read(archive)
    assert "\n" not in str(caught.value)


def test_a_locked_archive_and_other_kinds_say_what_to_do(tmp_path: Path) -> None:
    locked = tmp_path / "locked.zip"
    with zipfile.ZipFile(locked, "w") as writer:
        writer.writestr("happy/0.png", b"x")
    content = bytearray(locked.read_bytes())
    content[6] |= 1  # "encrypted" in the member's head, and in the list at the end
    content[content.find(b"PK\x01\x02") + 8] |= 1
    locked.write_bytes(bytes(content))
    with pytest.raises(DataError, match=r"locked with a password.*Unpack it yourself"):
        read(locked)
    (tmp_path / "faces.rar").write_bytes(b"Rar!")
    with pytest.raises(DataError, match=r"archive \(\.rar\) that is not read here.*Unpack it"):
        read(tmp_path / "faces.rar")


def test_an_empty_archive_holds_no_faces(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "empty.zip", "w"):
        pass
    with pytest.raises(DataError, match="contains no faces"):
        read(tmp_path / "empty.zip")


def test_a_name_that_is_there_twice_is_unpacked_once(tmp_path: Path) -> None:
    archive, folder = tmp_path / "a.zip", tmp_path / "out"
    folder.mkdir()
    with zipfile.ZipFile(archive, "w") as writer:
        writer.writestr("a.txt", b"one")
        with pytest.warns(UserWarning, match="Duplicate name"):
            writer.writestr("a.txt", b"two")
        writer.writestr("a.txt/b.txt", b"three")
    left = unpack(archive, folder)
    assert [row.reason for row in left] == [
        "the archive holds it more than once",
        "another member of the archive has its name",
    ]
    assert (folder / "a.txt").read_bytes() == b"one"
