"""A run of the tests ends, with the names of those to blame, whatever becomes of them."""

import subprocess
import sys
from pathlib import Path

_PROJECT = Path(__file__).resolve().parents[1]
_DIES = """
import os

def test_before(): pass

def test_that_dies(): os.abort()

def test_after(): pass
"""
_HANGS_AFTER_FAILING = """
import time, pytest

@pytest.fixture
def never_over():
    yield
    time.sleep(1000)

def test_that_hangs(never_over): assert False, "what failed"
"""
_LONG = """
import time

def test_too_long():
    for _ in range(10_000): time.sleep(0.1)
"""


def _run(folder: Path, *options: str, **files: str) -> str:
    """What two processes with the project's own settings say of a folder of test files."""
    for name, text in files.items():
        (folder / f"test_{name}.py").write_text(text, encoding="utf-8")
    settings = ["-c", str(_PROJECT / "pyproject.toml"), "--rootdir", str(folder)]
    plugins = ["-p", "no:cacheprovider", "-n2", "--dist=loadfile", "--no-loadscope-reorder"]
    words = [sys.executable, "-m", "pytest", *settings, *plugins, *options, str(folder)]
    ended = subprocess.run(words, cwd=_PROJECT, capture_output=True, text=True, timeout=120)
    assert ended.returncode != 0
    return ended.stdout + ended.stderr


def test_a_process_that_dies_and_one_that_hangs_end_the_run(tmp_path: Path) -> None:
    passes = {f"passes{number}": "def test_passes(): pass" for number in range(3)}
    limit = "faulthandler_timeout=3"
    said = _run(tmp_path, "-o", limit, dies=_DIES, hangs=_HANGS_AFTER_FAILING, **passes)
    assert "Fatal Python error: Aborted" in said
    assert "crashed while running 'test_dies.py::test_that_dies'" in said
    assert "what failed" in said
    assert "Timeout (0:00:03)!" in said
    assert "in never_over" in said
    assert "crashed while running 'test_hangs.py::test_that_hangs'" in said


def test_a_run_that_takes_too_long_is_interrupted(tmp_path: Path) -> None:
    said = _run(tmp_path, "-o", "run_limit=1", long=_LONG)
    assert "KeyboardInterrupt" in said
