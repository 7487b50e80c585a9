"""An output from another package takes every analysis; one that fails takes nothing along."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fer_desktop import cli
from fer_desktop.pipeline.outputs import FanOut
from fer_desktop.pipeline.plugin_outputs import chosen_outputs
from tests.helpers.clips import write_clip
from tests.helpers.data import astronaut
from tests.recording.samples import VIDEO, frame, picture

Install = Callable[..., None]

OUTPUT = """
    from pathlib import Path

    class Lines:
        def __init__(self, target):
            self.path = Path(target)

        def note(self, *words):
            with self.path.open("a") as file:
                print(*words, file=file)

        def opened(self, session, info):
            self.note("opened", session, info.name)

        def model_changed(self, preset, frame_index, *, engine, device):
            self.note("model", len(preset.labels), frame_index, engine)

        def write(self, frame, analysis):
            shown = [face.smoothed.emotion if face.smoothed else "?" for face in analysis.faces]
            self.note("write", frame.index, *shown)

        def close(self, *, is_complete):
            self.note("close", is_complete)
"""


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "a.mp4", [astronaut()] * 3)


def install_lines(package: Install, former: str = "", latter: str = "") -> None:
    assert former in OUTPUT
    source = OUTPUT.replace(former, latter) if former else OUTPUT
    package("lines", {"fer_desktop.outputs": {"lines": "lines:Lines"}}, {"lines": source})


def analyze(tmp_path: Path, *words: object) -> int:
    arguments = ["analyze", *words, "--out", tmp_path / "out"]
    return cli.main([str(word) for word in arguments], lambda _: 1)


def test_it_hears_of_every_file_and_frame(package: Install, clip: Path, tmp_path: Path) -> None:
    install_lines(package)
    notes = tmp_path / "notes.txt"
    assert analyze(tmp_path, clip, clip, "--output", f"lines:{notes}") == 0
    of_one_file = ["model 7 0 litert", "write 0 happy", "write 1 happy", "write 2 happy"]
    assert notes.read_text().splitlines() == [
        "opened 1 a.mp4", *of_one_file, "close True", "opened 2 a.mp4", *of_one_file, "close True",
    ]  # fmt: skip


def test_one_that_fails_is_told_of_and_the_table_is_written(
    package: Install, clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    install_lines(package, 'self.note("write"', 'frame.index and 1 / 0; self.note("write"')
    notes = tmp_path / "notes.txt"
    assert analyze(tmp_path, clip, "--output", f"lines:{notes}") == 1
    told = [line for line in capsys.readouterr().err.splitlines() if "has failed" in line]
    assert len(told) == 1
    assert "ZeroDivisionError" in told[0]
    assert notes.read_text().splitlines()[-2:] == ["write 0 happy", "close False"]
    assert len((tmp_path / "out" / "a.csv").read_text().splitlines()) == 4


@pytest.mark.parametrize(
    ("former", "latter", "reason"),
    [
        ("class Lines:", "import nothing_of_that_name\n    class Lines:", "cannot be imported"),
        ("class Lines:", "Lines = 3\n    class Other:", "it must be a function that makes an out"),
        ("def write(self", "def written(self", "It is no OutputSink: it has no write."),
        ("self.path = Path(target)", "1 / 0", "ZeroDivisionError: division by zero"),
    ],
)
def test_one_that_cannot_be_used_is_told_of(
    package: Install,
    clip: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    former: str,
    latter: str,
    reason: str,
) -> None:
    install_lines(package, former, latter)
    assert analyze(tmp_path, clip, "--output", "lines:x") == 1
    assert sum(reason in line for line in capsys.readouterr().err.splitlines()) == 1
    assert (tmp_path / "out" / "a.csv").is_file()


def test_one_that_is_not_there_is_wrong_usage(
    package: Install, clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as raised:
        analyze(tmp_path, clip, "--output", "lines:x")
    assert raised.value.code == 2
    assert "no installed package has any" in capsys.readouterr().err


def test_it_is_imported_by_its_first_session(package: Install, tmp_path: Path) -> None:
    install_lines(package)
    notes = tmp_path / "notes.txt"
    outputs = chosen_outputs([f"lines:{notes}"])
    assert "lines" not in sys.modules
    fan = FanOut(outputs, pytest.fail)
    for session in (1, 2):
        fan.opened(session, VIDEO)
        fan.write(picture(0), frame(0))
        fan.close(is_complete=session == 1)
    words = [line.split()[0] for line in notes.read_text().splitlines()]
    assert words == ["opened", "write", "close"] * 2


def test_the_window_feeds_it_too(package: Install, tmp_path: Path) -> None:
    install_lines(package)
    notes = tmp_path / "notes.txt"
    words = ["--smoke-test", "--to", f"lines:{notes}"]
    done = subprocess.run(
        [sys.executable, "-m", "fer_desktop", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=400,  # the smoke test has a limit of its own
    )
    assert done.stdout.startswith("smoke test: ok"), done.stderr
    first, *others = notes.read_text().splitlines()
    assert first == "opened 1 demo.mp4"
    assert any(word.startswith("write") for word in others)
    assert others[-1] == "close True"
