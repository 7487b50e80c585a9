"""Files that are read up to a limit."""

import os
import sys
from pathlib import Path

import pytest

from trainer.contract import bounded_file
from trainer.contract.bounded_file import BoundedFile, TooMuchRead


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(bytes(range(200)))
    return path


def test_a_file_reads_as_it_is(path: Path) -> None:
    with BoundedFile(path) as file:
        assert file.read(3) == b"\0\1\2"
        file.seek(100)
        assert file.read() == bytes(range(100, 200))
        assert file.read() == file.read(1) == b""


def test_no_more_is_read_than_pixels_can_need(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_file, "_SPARE_BYTES", 20)
    with BoundedFile(path) as file:
        file.allow_pixels(5)
        assert len(file.read(100)) == 100
        for size in (1, -1, None, 1000):
            with pytest.raises(TooMuchRead):
                file.read(size)
        file.seek(0)
        file.allow_pixels(11)
        with pytest.raises(TooMuchRead):
            file.read()


def test_a_search_byte_by_byte_comes_to_an_end(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_file, "_HEADER_READS", 100)
    with BoundedFile(path) as file:
        for _ in range(100):
            assert file.read(1)
        with pytest.raises(TooMuchRead):
            file.read(1)


def test_whoever_reads_can_be_told_to_stop(path: Path) -> None:
    wanted = [True]

    def check() -> None:
        if not wanted[0]:
            raise InterruptedError

    with BoundedFile(path, check) as file:
        file.read(1)
        wanted[0] = False
        with pytest.raises(InterruptedError):
            file.read(1)


@pytest.mark.skipif(sys.platform == "win32", reason="special files of POSIX")
def test_pipes_and_devices_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for special in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(OSError, match="not an ordinary file"):
            BoundedFile(special)
