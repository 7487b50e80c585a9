"""Files are known again by their content, and frames without pictures are played like a video."""

import os
from pathlib import Path

import pytest

from fer_desktop.sources.fingerprint import find_file, fingerprint
from fer_desktop.sources.recorded_frames import RecordedFramesSource


def test_a_file_is_found_under_another_name_in_another_folder(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    content = os.urandom(3_000_000)
    (here / "a.mp4").write_bytes(content)
    wanted = fingerprint(here / "a.mp4")
    (here / "same length.mp4").write_bytes(os.urandom(3_000_000))
    (here / "notes.txt").write_bytes(content)  # no media file
    (here / "a.mp4").rename(there / "renamed é.MP4")
    assert find_file(wanted, [here]) is None
    assert find_file(wanted, [here, tmp_path / "gone", there]) == there / "renamed é.MP4"


@pytest.mark.parametrize("length", [0, 1, 1 << 20, (1 << 20) + 1, 5 << 20])
def test_a_change_anywhere_near_an_end_or_the_middle_counts(tmp_path: Path, length: int) -> None:
    path = tmp_path / "a.mp4"
    content = bytearray(os.urandom(length))
    path.write_bytes(content)
    before = fingerprint(path)
    for at in {0, length // 2, length - 1} if length else ():
        changed = bytearray(content)
        changed[at] ^= 1
        path.write_bytes(changed)
        assert fingerprint(path) != before
    path.write_bytes(content)
    assert fingerprint(path) == before


def test_what_is_no_file_has_no_fingerprint(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.mp4"):
        with pytest.raises(OSError, match="not an ordinary file"):
            fingerprint(path)


def test_frames_without_pictures_are_played_and_sought() -> None:
    source = RecordedFramesSource("a", "/a", [0, 40_000, 90_000, 100_000], [(64, 48)] * 4)
    info = source.open()
    assert (info.kind, info.duration_us, info.width_px) == ("video", 100_000, 64)
    assert [source.read().timestamp_us for _ in range(4)] == [0, 40_000, 90_000, 100_000]
    assert source.read() is None
    assert source.index_at(60_000) == 1
    for wanted, found in ((1, 1), (-5, 0), (9, 3)):
        source.seek(wanted)
        assert source.read().index == found
    twin = source.again()
    twin.open()
    assert twin.read().pixels.shape == (48, 64, 3)
    source.close()
    assert source.read() is None
