"""Files that appear whole, what killed writers leave behind, and names of all kinds."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fer_desktop.files import remove_leftovers, shown_name, whole_file

_WRITER = """
import sys
from pathlib import Path
from fer_desktop.files import whole_file

with whole_file(Path(sys.argv[1])) as part:
    part.write_text("half")
    print("writing", flush=True)
    sys.stdin.read()
"""


def _writer(path: Path) -> "subprocess.Popen[str]":
    """Start a process that has begun to write a file."""
    process = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "writing\n"
    return process


def test_what_killed_writers_leave_is_removed_and_what_is_being_written_stays(
    tmp_path: Path,
) -> None:
    killed, alive = _writer(tmp_path / "a.csv"), _writer(tmp_path / "b.csv")
    killed.kill()
    killed.communicate()
    assert len(os.listdir(tmp_path)) == 2
    remove_leftovers(tmp_path)
    assert len(os.listdir(tmp_path)) == 1
    alive.communicate()
    assert os.listdir(tmp_path) == ["b.csv"]


def test_only_temporary_files_of_ours_are_removed(tmp_path: Path) -> None:
    (tmp_path / ".fer-0123abcd").mkdir()
    (tmp_path / ".fer-00000000.csv").symlink_to(tmp_path / "mine.csv")
    for name in (".fer-xyz.csv", "fer-0123abcd.csv", ".fer-0123abcde.csv", "mine.csv"):
        (tmp_path / name).touch()
    before = sorted(os.listdir(tmp_path))
    (tmp_path / ".fer-0123abcd.csv").touch()
    remove_leftovers(tmp_path)
    assert sorted(os.listdir(tmp_path)) == before
    remove_leftovers(tmp_path / "missing")


def test_a_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with whole_file(path) as part:
        part.write_text("whole")
        remove_leftovers(tmp_path)  # another run begins in the same folder
        assert not path.exists()
    assert path.read_text() == "whole"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("une clé ☺  1.csv", "une clé ☺  1.csv"),
        ("👨\u200d👩.png", "👨\u200d👩.png"),
        ("9.41\u202fAM.png", "9.41\u202fAM.png"),
        ("a\nb\t.mp4", "a\\nb\\t.mp4"),
        ("\x1b[2Jx.mp4", "\\x1b[2Jx.mp4"),
        ("gpj.\u202eexe", "gpj.\\u202eexe"),
        (os.fsdecode(b"b\xffd.mp4"), "b\\udcffd.mp4"),
    ],
)
def test_names_are_shown_in_one_line_with_all_they_have(name: str, shown: str) -> None:
    assert shown_name(name) == shown
