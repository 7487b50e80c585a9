"""Sessions on a medium that cannot be written, as a DVD or another person's folder."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from fer_desktop.errors import StorageError
from fer_desktop.recording.csv_export import export_session
from fer_desktop.recording.session_facts import SessionFacts, write_facts
from fer_desktop.recording.session_reader import SessionReader
from fer_desktop.recording.session_writer import SessionWriter
from tests.recording.samples import PRESET, VIDEO, face, frame, scores
from tests.recording.test_migrations import WRITTEN, _of_first_version

pytestmark = [
    pytest.mark.unit,
    pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows keeps folders writable"),
]
_NOBODY = 65534


@pytest.fixture
def medium() -> Iterator[Path]:
    """A folder that anybody may read, whoever runs the tests."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Let nothing in a folder be written."""
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o555)
    former = os.geteuid()
    if former == 0:  # whom no mode stops
        os.seteuid(_NOBODY)
    try:
        yield
    finally:
        if former == 0:
            os.seteuid(former)


def test_a_session_of_an_older_version_is_read(medium: Path) -> None:
    path = medium / "a.fersession"
    _of_first_version(path)
    before = path.read_bytes()
    with read_only(medium), SessionReader(path) as reader:
        assert [row.analysis for row in reader.rows()] == [WRITTEN]
        assert reader.path == path
        assert reader.summary().path == path
    assert path.read_bytes() == before
    assert [file.name for file in medium.iterdir()] == ["a.fersession"]
    assert not list(Path(tempfile.gettempdir()).glob("fer-desktop-*/session"))


def test_a_session_of_this_version_is_read_and_exported(medium: Path, tmp_path: Path) -> None:
    path = _of_this_version(medium)
    with read_only(medium):
        with SessionReader(path) as reader:
            assert len(list(reader.rows())) == 3
        with pytest.raises(StorageError, match=r"written|read-only|permission"):
            write_facts(path, SessionFacts("a title"))
    export_session(path, tmp_path / "a.csv")


def test_what_a_crash_left_is_read(medium: Path) -> None:
    whole = _of_this_version(medium)
    path = medium / "crashed.fersession"
    with closing(sqlite3.connect(whole)) as db:
        db.execute("PRAGMA wal_autocheckpoint = 0")
        with db:
            db.execute("INSERT INTO marks (timestamp_us, text) VALUES (5, 'at the end')")
        for suffix in ("", "-wal"):
            shutil.copyfile(f"{whole}{suffix}", f"{path}{suffix}")
    assert Path(f"{path}-wal").stat().st_size > 0
    with read_only(medium), SessionReader(path) as reader:
        assert [mark.text for mark in reader.marks()] == ["at the end"]


def test_one_that_may_not_be_read_is_told(medium: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only an administrator can make a file that somebody else may not read")
    path = _of_this_version(medium)
    with read_only(medium):
        os.seteuid(0)
        path.chmod(0o000)
        os.seteuid(_NOBODY)
        with pytest.raises(StorageError):
            SessionReader(path)


def _of_this_version(folder: Path) -> Path:
    path = folder / "b.fersession"
    writer = SessionWriter(path, VIDEO, settings={})
    writer.model_changed(PRESET, 0)
    for index in range(3):
        writer.write(frame(index, face(1, raw=scores(0.5, 0.25, 0.25))))
    writer.close()
    return path
