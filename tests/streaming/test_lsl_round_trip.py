"""A recorder, the command and a sender of markers, each a process: killed, restarted, on one clock.

The command's LSL clock runs 500 seconds ahead of the others', as on another computer.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from fer_desktop.paths import PROFILE_VARIABLE
from fer_desktop.recording.session_reader import SessionReader
from tests.helpers.clips import numbered
from tests.helpers.mjpeg import MjpegServer
from tests.streaming.samples import wait_until
from tests.streaming.test_lsl_markers import Sender

pytest.importorskip("pylsl")
pytestmark = pytest.mark.slow

AHEAD_S = 500
PATIENCE_S = 60
# The command as it is, with networks that load at once and a clock of its own.
STREAM = f"""
import sys
import pylsl
from fer_desktop import cli
from fer_desktop.cli import stream_run
from tests.helpers.fakes import FakeClassifier, FakeDetector
stream_run._make_detector = lambda score: FakeDetector()
stream_run._load_classifier = lambda folder, engine: FakeClassifier()
clock, correction = pylsl.local_clock, pylsl.StreamInlet.time_correction
pylsl.local_clock = lambda: clock() + {AHEAD_S}
pylsl.StreamInlet.time_correction = lambda *of, **how: correction(*of, **how) + {AHEAD_S}
sys.exit(cli.main(["stream", *sys.argv[1:]], None))
"""
RECORDER = f"""
import pylsl, sys, time
pylsl.set_config_content("[multicast]\\nResolveScope = machine\\n")
(found,) = pylsl.resolve_bypred(f"name='FER Desktop' and desc/source='{{sys.argv[1]}}'", timeout=60)
inlet = pylsl.StreamInlet(found)
offset = pylsl.local_clock() - time.monotonic()
while True:
    sample, moment = inlet.pull_sample()
    print(round((moment - {AHEAD_S} - offset) * 1e6), flush=True)
"""


class Program:
    """A process whose lines are kept."""

    def __init__(self, code: str, *words: str, profile: Path) -> None:
        self.lines: list[str] = []
        self._process = subprocess.Popen(
            [sys.executable, "-c", code, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, PROFILE_VARIABLE: str(profile)},
        )
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._reading.join()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as said:
            for line in said:
                self.lines.append(line.strip())


Start = Callable[..., Program]


@pytest.fixture
def start(profile: Path) -> Iterator[Start]:
    with ExitStack() as programs:

        def make(code: str, *words: str) -> Program:
            program = Program(code, *words, profile=profile)
            programs.callback(program.kill)
            return program

        yield make


@pytest.fixture
def make_sender() -> Iterator[Callable[[str], Sender]]:
    """Make senders that only those hear who want them by name: others may run beside this test."""
    made: list[Sender] = []

    def make(name: str) -> Sender:
        made.append(Sender(name, "Triggers"))
        return made[-1]

    yield make
    for sender in made:
        if sender.is_alive:
            sender.kill()


def times_us(folder: Path) -> list[list[int]]:
    """Return when the frames of each session were captured, in the order of the sessions."""
    sessions = []
    for path in sorted(folder.glob("*.fersession")):
        with SessionReader(path) as reader:
            zero_ns = reader.summary().info.zero_ns
            assert zero_ns is not None
            sessions.append([zero_ns // 1000 + at_us for at_us in reader.times_us()])
    return sessions


def marks_us(folder: Path) -> list[tuple[str, int]]:
    marks = []
    for path in sorted(folder.glob("*.fersession")):
        with SessionReader(path) as reader:
            zero_ns = reader.summary().info.zero_ns
            assert zero_ns is not None
            marks += [(mark.text, zero_ns // 1000 + mark.timestamp_us) for mark in reader.marks()]
    return marks


def test_times_are_those_of_the_session_whoever_is_killed(
    start: Start, make_sender: Callable[[str], Sender], tmp_path: Path
) -> None:
    name = f"stimuli of {tmp_path.name}"
    with MjpegServer(numbered) as camera:
        source = camera.url.removeprefix("http://")
        words = ("--camera", camera.url, "--to", "lsl", "--sessions", str(tmp_path))
        words += ("--marks-from", f"lsl:{name}")
        first_recorder = start(RECORDER, source)  # before the command
        command = start(STREAM, *words)
        wait_until(lambda: len(first_recorder.lines) >= 20, PATIENCE_S)
        sender = make_sender(name)
        sent = {"one": sender.send("one")}
        wait_until(lambda: len(marks_us(tmp_path)) == 1, PATIENCE_S)
        sender.kill()
        first_recorder.kill()
        recorder = start(RECORDER, source)  # after the command
        wait_until(lambda: len(recorder.lines) >= 20, PATIENCE_S)
        sender = make_sender(name)
        sent["two"] = sender.send("two")
        wait_until(lambda: len(marks_us(tmp_path)) == 2, PATIENCE_S)
        command.kill()
        seen = len(recorder.lines)
        start(STREAM, *words)  # the recorder finds it by itself, and it finds the sender
        wait_until(lambda: len(recorder.lines) >= seen + 20, PATIENCE_S)
        sent["three"] = sender.send("three")
        wait_until(lambda: len(marks_us(tmp_path)) == 3, PATIENCE_S)
        sender.kill()
        wait_until(lambda: sum(map(len, times_us(tmp_path))) >= seen + 20, PATIENCE_S)
        heard = [int(line) for line in (*first_recorder.lines[:20], *recorder.lines[: seen + 20])]
        wait_until(lambda: max(times_us(tmp_path)[-1]) >= max(heard), PATIENCE_S)
    sessions = times_us(tmp_path)
    assert len(sessions) == 2
    captured = sorted(at_us for session in sessions for at_us in session)
    # A killed command leaves the last quarter of a second unwritten.
    written = [at for at in heard if at <= sessions[0][-1] or at >= sessions[1][0] - 1000]
    assert len(written) > 40
    assert all(min(abs(at - other) for other in captured) < 1_000 for at in written)
    marks = dict(marks_us(tmp_path))
    assert list(marks) == ["one", "two", "three"]
    apart_us = {text: marks[text] - sent_ns // 1000 for text, sent_ns in sent.items()}
    assert max(map(abs, apart_us.values())) < 1_000, apart_us
