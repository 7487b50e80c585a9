"""Files that appear whole, and what killed writers leave behind."""

import os
import subprocess
import sys
from pathlib import Path

from trainer.contract.whole_file import remove_leftovers, replacing, scratch_folder

_WRITER = """
import sys
from pathlib import Path
from trainer.contract.whole_file import replacing

with replacing(Path(sys.argv[1])) as part:
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
    with replacing(path) as part:
        part.write_text("whole")
        remove_leftovers(tmp_path)  # another run begins in the same folder
        assert not path.exists()
    assert path.read_text() == "whole"


def test_a_killed_writers_folder_is_removed_and_one_in_use_stays(tmp_path: Path) -> None:
    left = tmp_path / ".fer-0123abcd"
    left.mkdir()
    (left / "hold").touch()
    (left / "session").write_text("half")
    with scratch_folder(tmp_path) as scratch:
        (scratch / "session").write_text("half")
        remove_leftovers(tmp_path)
        assert not left.exists()
        assert (scratch / "session").exists()
    assert not os.listdir(tmp_path)


def test_a_process_that_ends_gives_up_what_its_threads_write(tmp_path: Path) -> None:
    program = """
import os, sys, threading, time
from pathlib import Path
from trainer.contract.whole_file import give_up_parts, replacing, scratch_folder

folder = Path(sys.argv[1])

def write(name):
    with scratch_folder(folder), replacing(folder / name) as part:
        part.write_text("half")
        is_writing.wait()
        time.sleep(60)

is_writing = threading.Barrier(3)
for name in ("a.csv", "b.csv"):
    threading.Thread(target=write, args=(name,), daemon=True).start()
is_writing.wait()
give_up_parts()
try:
    with replacing(folder / "c.csv"):
        pass
except OSError as error:
    print(error.strerror, flush=True)
os._exit(0)
"""
    said = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    assert said == "the application is closing\n"
    assert not os.listdir(tmp_path)
