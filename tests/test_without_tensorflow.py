"""What reads expressions on a processor needs neither TensorFlow nor anything else that is heavy.

Each test runs a process in which these packages seem not to be installed, and tells who asked.
"""

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.clips import write_clip
from tests.helpers.data import astronaut

LEFT_OUT = ("tensorflow", "keras", "jax", "torch", "sklearn", "scipy.optimize", "tensorboard")
NOT_LIVE = (*LEFT_OUT, "scipy", "matplotlib", "h5py", "pandas")

PREPARATION = """
import sys
from importlib.abc import MetaPathFinder

class Missing(MetaPathFinder):
    asked = set()

    def find_spec(self, name, path=None, target=None):
        for missing in {packages!r}:
            if name == missing or name.startswith(missing + "."):
                self.asked.add(name)
                raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Missing())
"""
APPLICATION = """
import os
from fer_desktop.__main__ import main
sys.argv[1:] = {arguments!r}
os._exit = sys.exit  # with which the window ends
try:
    status = main()
except SystemExit as end:
    status = end.code
print(status, sorted(Missing.asked))
"""
SCRIPT = """
from fer_desktop import api
with api.read_video(*{arguments!r}) as video:
    table = video.to_table()
print(len(table), sorted(Missing.asked))
"""
TRAINER = """
from trainer.cli import main
print(main({arguments!r}))
"""


def run(program: str, arguments: list[str], packages: tuple[str, ...]) -> tuple[str, str]:
    """Return the last line that a program prints, and its standard error."""
    code = PREPARATION.format(packages=packages) + program.format(arguments=arguments)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=150
    )
    assert "Traceback" not in done.stderr
    return (done.stdout.splitlines() or [""])[-1], done.stderr


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "a.mp4", [astronaut()] * 5)


def test_files_are_analysed(clip: Path, tmp_path: Path) -> None:
    arguments = ["analyze", str(clip), "--out", str(tmp_path / "out"), "--annotated"]
    assert run(APPLICATION, arguments, NOT_LIVE)[0] == "0 []"
    with (tmp_path / "out" / "a.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 5
    assert all(row["emotion"] == "happy" for row in rows)


def test_a_script_reads_a_video(clip: Path) -> None:
    assert run(SCRIPT, [str(clip)], NOT_LIVE) == ("5 []", "")


def test_the_window_opens_and_reads_the_demo_clip() -> None:
    assert run(APPLICATION, ["--smoke-test"], NOT_LIVE)[0] == "0 []"


def test_who_asks_for_keras_is_told_what_to_install(clip: Path, tmp_path: Path) -> None:
    arguments = ["analyze", str(clip), "--out", str(tmp_path), "--engine", "keras"]
    line, errors = run(APPLICATION, arguments, LEFT_OUT)
    assert line.startswith("1 ")
    assert "Keras cannot start" in errors
    assert "pip install" in errors
    assert errors.count("\n") == 1


def test_who_trains_is_told_what_to_install(tmp_path: Path) -> None:
    arguments = ["train", "--system", "study_d_cnn_1", "--data", str(tmp_path), "--out", "x"]
    line, errors = run(TRAINER, arguments, LEFT_OUT)
    assert line == "1"
    assert "pip install" in errors
    assert errors.count("\n") == 1
