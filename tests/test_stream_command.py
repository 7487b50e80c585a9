"""``fer-desktop stream``: sends until it is told to end, and says in a line what is wrong."""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from fer_desktop import cli, paths
from fer_desktop.cli import stream_run
from fer_desktop.log import set_up_logging
from tests.helpers.clips import cut_short, numbered, write_clip
from tests.helpers.fakes import FakeClassifier, FakeDetector
from tests.helpers.mjpeg import MjpegServer

_SIZE_PX = (320, 240)


def run(*words: object) -> int:
    def no_window(_: argparse.Namespace) -> int:
        raise AssertionError("no window was asked for")

    return cli.main(["stream", *map(str, words)], no_window)


@pytest.fixture(autouse=True)
def _close_log() -> Iterator[None]:
    yield
    set_up_logging(None)


@pytest.fixture
def networks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put fakes behind the ports: one face, whose probabilities are known."""
    monkeypatch.setattr(stream_run, "_make_detector", lambda _: FakeDetector())
    monkeypatch.setattr(stream_run, "_load_classifier", lambda *_: FakeClassifier())


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket(type=socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(20)
        yield listening


def to(listener: socket.socket) -> str:
    return f"udp:127.0.0.1:{listener.getsockname()[1]}"


def received(listener: socket.socket) -> list[int]:
    """Return the indices of all frames that have come in."""
    listener.setblocking(False)
    indices = []
    try:
        while True:
            indices.append(json.loads(listener.recv(65536))["frame_index"])
    except BlockingIOError:
        return indices


def clip(path: Path, frames: int = 12) -> Path:
    return write_clip(path, (numbered(number, _SIZE_PX) for number in range(frames)))


@pytest.mark.usefixtures("networks")
def test_a_file_is_sent_at_its_pace_to_its_last_frame(
    tmp_path: Path, listener: socket.socket, capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    assert run("--open", clip(tmp_path / "a.mp4", 30), "--to", to(listener)) == 0
    assert time.monotonic() - began > 0.9
    indices = received(listener)
    assert indices == sorted(set(indices))
    assert indices[-1] == 29
    said = capsys.readouterr().err.splitlines()
    assert said[0] == f"a.mp4: sending to {to(listener)}"
    assert said[-1] == f"{to(listener)}: {len(indices)} sent"
    assert threading.active_count() == 1 or not [
        thread for thread in threading.enumerate() if thread.name.startswith("stream")
    ]


@pytest.mark.usefixtures("networks")
def test_a_camera_that_goes_away_comes_back_and_a_signal_ends_it(
    listener: socket.socket, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[dict[str, float]] = []
    camera = MjpegServer(lambda number: numbered(number % 50))
    camera.start()

    def disturb() -> None:
        for _ in range(5):
            seen.append(json.loads(listener.recv(65536)))
        camera.stop()
        while True:  # what was on its way
            listener.settimeout(1)
            try:
                listener.recv(65536)
            except TimeoutError:
                break
        camera.start()
        listener.settimeout(20)
        for _ in range(5):
            seen.append(json.loads(listener.recv(65536)))
        os.kill(os.getpid(), signal.SIGTERM)

    watcher = threading.Thread(target=disturb, name="watcher")
    watcher.start()
    status = run("--camera", camera.url, "--to", to(listener))
    watcher.join()
    camera.stop()
    assert status == 0
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    times = [item["time_s"] for item in seen]
    assert times == sorted(times)
    assert {item["session"] for item in seen} == {1}
    assert times[-1] > times[0] + 1
    said = capsys.readouterr().err
    assert said.count("Trying again") == 1
    assert said.count("is back") == 1
    assert "Traceback" not in said


@pytest.mark.usefixtures("networks")
def test_one_that_cannot_be_opened_is_told_and_the_others_are_fed(
    tmp_path: Path, listener: socket.socket, capsys: pytest.CaptureFixture[str]
) -> None:
    film = clip(tmp_path / "a.mp4")
    nowhere = "udp:256.256.256.256:9"
    assert run("--open", film, "--to", nowhere, "--to", to(listener)) == 1
    assert received(listener)[-1] == 11
    said = capsys.readouterr().err.splitlines()
    assert sum("the address cannot be found" in line for line in said) == 1
    assert run("--open", film, "--to", nowhere) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.usefixtures("networks")
def test_a_damaged_file_is_sent_as_far_as_it_goes(
    tmp_path: Path, listener: socket.socket, capsys: pytest.CaptureFixture[str]
) -> None:
    film = clip(tmp_path / "a.mp4", 40)
    cut_short(film, 0.6)
    status = run("--open", film, "--to", to(listener))
    said = capsys.readouterr().err
    assert status == 1
    assert sum(line.startswith("fer-desktop: ") for line in said.splitlines()) == 1
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--open", "a.mp4"], "stream needs --to"),
        (["--open", "a.mp4", "--sessions", "."], "records cameras only"),
        (["--camera", "0", "--sessions", ".", "--marks-from", "osc"], "write lsl, or lsl:NAME"),
        (["--to", "udp:127.0.0.1:9"], "one of the arguments --camera --open is required"),
        (["--camera", "0", "--open", "a.mp4", "--to", "udp:127.0.0.1:9"], "not allowed with"),
        (["--camera", "0", "--to", "udp:9"], "write udp:HOST:PORT, as in udp:127.0.0.1:9001"),
        (["--camera", "0", "--to", "smoke:9"], "unknown: 'smoke' (there are udp, osc"),
        (["--camera", "0", "--to", "udp:h:9", "--smoothing-ms", "-1"], "must lie between"),
        (["--camera", "0", "--to", "ws:70000"], "write ws:PORT, as in ws:8765"),
        (["--camera", "0", "--to", "ws:8765", "--token", "short"], "must have 8 to 200 letters"),
    ],
)
def test_wrong_usage(words: list[str], reason: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        run(*words)
    assert raised.value.code == 2
    assert reason in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--open", "nothing.mp4"], "There is no file"),
        (["--open", __file__], "test_stream_command.py"),
        (["--camera", "ftp://x"], "is not the address of a stream"),
        (["--camera", "0", "--model", "nobody"], "nobody"),
    ],
)
@pytest.mark.usefixtures("networks")
def test_what_cannot_be_read_is_one_line(
    words: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*words, "--to", "udp:127.0.0.1:9") == 1
    said = [line for line in capsys.readouterr().err.splitlines() if "fer-desktop:" in line]
    assert len(said) == 1
    assert reason in said[0]


@pytest.mark.usefixtures("networks")
def test_other_computers_need_the_token_that_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    answers: list[int] = []

    def ask() -> None:
        deadline = time.monotonic() + 10
        while not answers and time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/latest", timeout=5):
                    answers.append(200)
            except urllib.error.HTTPError as error:
                with error:
                    answers.append(error.code)
            except OSError:
                time.sleep(0.02)

    asking = threading.Thread(target=ask, name="asking")
    asking.start()
    words = ["--to", f"ws:{port}", "--bind", "0.0.0.0"]
    assert run("--open", clip(tmp_path / "a.mp4", 30), *words) == 0
    asking.join()
    assert answers == [401]
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith("Listeners need this token: ")
    assert len(said[0].split()[-1]) >= 20


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGTERM")
def test_the_real_program_sends_expressions_and_ends_when_asked(
    listener: socket.socket, tmp_path: Path
) -> None:
    words = ["--open", str(paths.demo_clip()), "--to", to(listener), "--measures", "all"]
    program = subprocess.Popen(
        [sys.executable, "-m", "fer_desktop", "stream", *words],
        stderr=subprocess.PIPE,
        text=True,
    )
    listener.settimeout(60)
    told = [json.loads(listener.recv(65536)) for _ in range(5)]
    program.send_signal(signal.SIGTERM)
    _, said = program.communicate(timeout=20)
    assert program.returncode == 0, said
    face = told[0]["faces"][0]
    assert told[0]["model"] == "seven-expressions"
    assert sum(face["probabilities"].values()) == pytest.approx(1, abs=1e-4)
    assert "head_roll_deg" in face["measures"]
    assert "Traceback" not in said


@pytest.mark.usefixtures("networks")
def test_other_programs_mark_stop_and_start(listener: socket.socket) -> None:
    camera = MjpegServer(lambda number: numbered(number % 50))
    camera.start()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    answers: list[str] = []
    kinds: list[tuple[str, int]] = []

    def until(kind: str, session: int) -> None:
        while True:
            found = json.loads(listener.recv(65536))
            kinds.append((found["type"], found["session"]))
            if kinds[-1] == (kind, session):
                return

    def control() -> None:
        until("frame", 1)
        with socket.create_connection(("127.0.0.1", port)) as sender, sender.makefile() as lines:
            sender.settimeout(20)

            def ask(line: str) -> None:
                sender.sendall(f"{line}\n".encode())
                answers.append(lines.readline().strip())

            ask("MARK one")
            until("mark", 1)
            ask("EXPORT a")
            ask("STOP")
            ask("MARK two")
            ask("START")
            until("frame", 2)
            ask("NEWSESSION P07")
            until("mark", 3)
            until("frame", 3)
        os.kill(os.getpid(), signal.SIGTERM)

    watcher = threading.Thread(target=control, name="watcher")
    watcher.start()
    status = run("--camera", camera.url, "--to", to(listener), "--control", f"tcp:{port}")
    watcher.join()
    camera.stop()
    assert status == 0
    assert answers[0].startswith("OK ")
    assert answers[1].startswith("ERROR nothing is recorded here: begin it with --sessions")
    assert answers[2] == "OK"
    assert answers[3] == "ERROR nothing is read at the moment"
    assert answers[4].startswith("OK ")
    assert answers[5] == "OK P07"


def test_a_control_port_that_cannot_be(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run("--camera", "0", "--to", "udp:127.0.0.1:9", "--control", "tcp:http")
    assert "write tcp:PORT, as in tcp:9010" in capsys.readouterr().err


@pytest.mark.usefixtures("networks")
def test_where_commands_cannot_be_heard_results_are_sent_all_the_same(
    tmp_path: Path, listener: socket.socket, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        control = f"tcp:{other.getsockname()[1]}"
        film = clip(tmp_path / "a.mp4")
        assert run("--open", film, "--to", to(listener), "--control", control) == 1
    assert received(listener)[-1] == 11
    said = capsys.readouterr().err.splitlines()
    assert sum("cannot listen at 127.0.0.1" in line for line in said) == 1
