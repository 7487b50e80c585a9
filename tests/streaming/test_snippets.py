"""The snippets of docs/streams.md, as they stand there, get numbers of real faces.

Each is run by the program that it is for, where that is installed, against the real command.
"""

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from fer_desktop import paths
from fer_desktop.paths import PROFILE_VARIABLE
from tests.helpers.mjpeg import MjpegServer
from tests.streaming.test_view_page import CHROMIUM, Browser
from tests.streaming.test_websocket import free_port

pytest.importorskip("pylsl")
pytest.importorskip("pythonosc")
pytestmark = pytest.mark.slow

_DOCS = Path(__file__).resolve().parents[2] / "docs"
_PAGE = _DOCS / "streams.md"
_LABELS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
# What stands in for PsychoPy, whose own window no test opens.
_PSYCHOPY = """
import time
class win:
    on_flip = []
    def callOnFlip(do, *values):
        win.on_flip.append((do, values))
    def flip():
        for do, values in win.on_flip:
            do(*values)
        win.on_flip.clear()
"""
_FRAMES = """
deadline = time.monotonic() + 30
while time.monotonic() < deadline and not markers.have_consumers():
    time.sleep(0.05)
for _ in range(60):
{each}
    win.flip()
    time.sleep(1 / 60)
print(is_happy, newest["faces"][0]["probabilities"])
"""


@dataclass(frozen=True)
class Running:
    """The command, which sends to everybody.

    Attributes:
        ports: by the ones that stand in the page.
        source: what the camera is called.
    """

    ports: dict[str, int]
    source: str

    def text(self, text: str) -> str:
        """Return a snippet with the ports and the stream of this test in place of the usual ones.

        Other tests may stream at the same time.
        """
        for usual, port in self.ports.items():
            text = re.sub(rf"\b{usual}\b", str(port), text)
        mine = f"\"name='FER Desktop' and desc/source='{self.source}'\""
        return text.replace('resolve_byprop("name", "FER Desktop"', f"resolve_bypred({mine}")

    def snippets(self, heading: str) -> list[str]:
        """Return the code that stands below a heading of the page."""
        page = _PAGE.read_text(encoding="utf-8")
        section = page.partition(f"\n### {heading}\n")[2].partition("\n#")[0]
        found = re.findall(r"^```\w+\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
        assert found, f"nothing below {heading}"
        return [self.text(snippet) for snippet in found]


def demo() -> list[NDArray[np.uint8]]:
    film = cv2.VideoCapture(str(paths.demo_clip()))
    pictures = []
    while len(pictures) < 100:
        is_read, picture = film.read()
        assert is_read
        pictures.append(picture)
    film.release()
    return pictures


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    pictures = demo()
    ports = {usual: free_port() for usual in ("9000", "9001", "8765", "9010")}
    words = [f"udp:127.0.0.1:{ports['9001']}", f"osc:127.0.0.1:{ports['9000']}"]
    words += [f"ws:{ports['8765']}", "lsl"]
    folder = tmp_path_factory.mktemp("snippets")
    with MjpegServer(lambda number: pictures[number % len(pictures)], fps=15) as camera:
        program = subprocess.Popen(
            [
                *(sys.executable, "-m", "fer_desktop", "stream", "--camera", camera.url),
                *(word for place in words for word in ("--to", place)),
                *("--control", f"tcp:{ports['9010']}", "--marks-from", "lsl:stimuli"),
                *("--sessions", str(folder)),
            ],
            env={**os.environ, PROFILE_VARIABLE: str(folder)},
            stderr=subprocess.PIPE,
            text=True,
        )
        assert program.stderr is not None
        said = program.stderr.readline()
        assert "sending to" in said, said
        talking = threading.Thread(target=program.stderr.read, name="Thread-said", daemon=True)
        talking.start()
        yield Running(ports, camera.url.removeprefix("http://"))
        program.terminate()
        program.wait(30)
        talking.join(10)
        program.stderr.close()


def output(command: list[str], patience_s: float = 90) -> str:
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=patience_s
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@pytest.mark.parametrize("heading", ["Python, UDP", "Python, Lab Streaming Layer"])
def test_python(running: Running, heading: str) -> None:
    (snippet,) = running.snippets(heading)
    lines = [line for line in output([sys.executable, "-c", snippet]).splitlines() if "{" in line]
    assert len(lines) > 60  # less those without a face
    numbers = eval("{" + lines[-1].partition("{")[2])
    scores = [numbers.get(label, numbers.get(f"p_{label}")) for label in _LABELS]
    assert sum(scores) == pytest.approx(1, abs=1e-4)


def test_commands_from_python(running: Running) -> None:
    page = _PAGE.read_text(encoding="utf-8")
    section = page.partition("\n## Commands and markers")[2]
    (snippet, *_) = re.findall(r"^```python\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    assert output([sys.executable, "-c", running.text(snippet)]).startswith("OK ")


def test_psychopy(running: Running) -> None:
    begin, routine, each = running.snippets("PsychoPy")
    indented = "".join(f"    {line}\n" for line in each.splitlines())
    program = "\n".join((_PSYCHOPY, begin, routine, _FRAMES.format(each=indented)))
    said = output([sys.executable, "-c", program]).splitlines()[-1]
    assert said.startswith(("True {", "False {"))
    assert "'happy': " in said


def test_octave(running: Running, tmp_path: Path) -> None:
    octave = program("octave-cli")
    (snippet,) = running.snippets("MATLAB and Octave")
    has_package = subprocess.run(
        [octave, "--eval", "pkg load instrument-control"], capture_output=True
    )
    if has_package.returncode:
        snippet = snippet.partition("\nif exist(")[0]
    script = tmp_path / "snippet.m"
    script.write_text(snippet, encoding="utf-8")
    # Octave itself says so when a program with a package ends; its status is 0 all the same.
    said = output([octave, "--no-gui", str(script)])
    assert len(re.findall(r"^\d+\.\d{3} s: [a-z]+, [01]\.\d{3}$", said, re.MULTILINE)) == 10
    assert has_package.returncode or re.search(r"^OK \d+\.\d+", said, re.MULTILINE)


def test_r(running: Running, tmp_path: Path) -> None:
    rscript = program("Rscript")
    if subprocess.run([rscript, "-e", "library(jsonlite)"], capture_output=True).returncode:
        pytest.skip("jsonlite is not installed")
    (snippet,) = running.snippets("R")
    script = tmp_path / "snippet.R"
    script.write_text(snippet, encoding="utf-8")
    said = output([rscript, str(script)])
    assert len(re.findall(r"^[\d.]+ [a-z]+ [01][\d.]* $", said, re.MULTILINE)) == 10
    assert re.search(r'"OK \d+\.\d+"', said)


def test_pure_data(running: Running, tmp_path: Path) -> None:
    pd = program("pd")
    patch = tmp_path / "fer.pd"
    shipped = (_DOCS / "streams" / "fer.pd").read_text(encoding="utf-8")
    patch.write_text(running.text(shipped), encoding="utf-8")
    with subprocess.Popen(
        [pd, "-nogui", "-noaudio", "-nomidi", "-stderr", str(patch)],
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        said = [process.stderr.readline() for _ in range(20)]
        process.kill()
    assert any(re.fullmatch(r"emotion: [a-z]+ [01][\d.]*\n", line) for line in said), said
    assert any(re.fullmatch(r"happy: [01][-e\d.]*\n", line) for line in said), said


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
def test_a_browser(running: Running, tmp_path: Path) -> None:
    (sketch,) = running.snippets("p5.js and browsers")
    # What p5.js gives a sketch, as far as this one uses it.
    stand_in = """
    window.drawn = [];
    const createCanvas = () => {}, background = () => { window.drawn = []; };
    const text = (label) => window.drawn.push(label), rect = (x, y, width) => {};
    window.onload = () => { setup(); setInterval(draw, 16); };
    """
    page = f"<!doctype html><body>sketch</body><script>{stand_in}{sketch}</script>"
    (tmp_path / "index.html").write_text(page, encoding="utf-8")
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    handler.func.log_message = lambda *_: None  # type: ignore[attr-defined]
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.02,))
        serving.start()
        url = f"http://127.0.0.1:{server.server_address[1]}/index.html"
        browser = Browser(tmp_path / "chromium", url)
        try:
            browser.wait_for("window.drawn.length === 7")
            assert browser.value("window.drawn.join()") == ",".join(_LABELS)
        finally:
            browser.close()
            server.shutdown()
            serving.join()
