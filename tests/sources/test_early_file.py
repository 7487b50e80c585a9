"""A file that is opened before anybody reads it."""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from fer_desktop.domain.frame import SourceInfo
from fer_desktop.errors import SourceError
from fer_desktop.sources.base import FileSource, SeekableSource
from fer_desktop.sources.early_file import EarlyFile
from fer_desktop.sources.factory import open_file
from fer_desktop.sources.media_file import VideoSource
from tests.helpers.clips import number_of, numbered, write_clip


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "clip.mp4", (numbered(at) for at in range(12)))


class Slow(VideoSource):
    """A film whose opening waits until it may go on."""

    def __init__(self, path: Path, check: Callable[[], object]) -> None:
        super().__init__(path, check)
        self.goes_on = threading.Event()
        self.is_open = threading.Event()
        self.is_closed = threading.Event()

    def open(self) -> SourceInfo:
        self.goes_on.wait(10)
        info = super().open()
        self.is_open.set()
        return info

    def close(self) -> None:
        super().close()
        if self.goes_on.is_set():
            self.is_closed.set()


def test_it_reads_as_if_it_had_been_opened_by_its_reader(clip: Path) -> None:
    early, plain = EarlyFile(partial(open_file, clip)), open_file(clip)
    assert isinstance(early, FileSource)
    assert isinstance(early, SeekableSource)
    assert early.open() == plain.open()
    early.seek(7)
    frame = early.read()
    assert frame is not None
    assert (frame.index, number_of(frame.pixels)) == (7, 7)
    assert early.index_at(frame.timestamp_us) == 7
    early.open()  # anew: from the beginning
    first = early.read()
    assert first is not None
    assert first.index == 0
    another = early.again()
    assert another.open().frame_count == 12
    for source in (early, plain, another):
        source.close()


@pytest.fixture
def slow(clip: Path) -> tuple[EarlyFile, Slow]:
    made: list[Slow] = []

    def make(check: Callable[[], object]) -> Slow:
        made.append(Slow(clip, check))
        return made[0]

    return EarlyFile(make), made[0]


def test_it_is_open_before_anybody_asks(slow: tuple[EarlyFile, Slow]) -> None:
    early, film = slow
    film.goes_on.set()
    assert film.is_open.wait(10)
    assert early.open().frame_count == 12
    early.close()
    assert film.is_closed.is_set()


def test_what_is_closed_while_it_opens_lets_go_of_the_file_soon(
    slow: tuple[EarlyFile, Slow],
) -> None:
    early, film = slow
    early.close()  # waits for nothing
    film.goes_on.set()
    assert film.is_closed.wait(10)
    assert not film.is_open.is_set()  # its packets were read no further


def test_why_it_cannot_be_opened_is_told_to_its_reader(tmp_path: Path) -> None:
    path = tmp_path / "no film.mp4"
    path.write_bytes(b"what is not a film" * 100)
    early = EarlyFile(partial(open_file, path))
    with pytest.raises(SourceError, match=r"no film.mp4 is not a video"):
        early.open()
    early.close()
    with pytest.raises(SourceError, match="There is no file"):
        EarlyFile(partial(open_file, tmp_path / "gone.mp4"))
