"""``fer-desktop stream`` with several cameras: on one clock, each for itself, marked together."""

import csv
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from fer_desktop.cli import stream_run
from fer_desktop.log import set_up_logging
from fer_desktop.recording.session_reader import SessionReader
from fer_desktop.recording.session_store import list_sessions
from tests.helpers.clips import numbered
from tests.helpers.fakes import FakeClassifier, FakeDetector
from tests.helpers.mjpeg import MjpegServer
from tests.streaming.test_websocket import free_port
from tests.test_stream_command import run


@pytest.fixture(autouse=True)
def networks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(stream_run, "_make_detector", lambda _: FakeDetector())
    monkeypatch.setattr(stream_run, "_load_classifier", lambda *_: FakeClassifier())
    yield
    set_up_logging(None)


class Receiver:
    """A program that hears every camera at one port, and gives commands at another."""

    def __init__(self) -> None:
        self._socket = socket.socket(type=socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(30)
        self.to = f"udp:127.0.0.1:{self._socket.getsockname()[1]}"
        self.control = free_port()
        self.heard: list[dict[str, object]] = []

    def until(self, **wanted: object) -> dict[str, object]:
        while True:
            found = json.loads(self._socket.recv(65536))
            self.heard.append(found)
            if wanted.items() <= found.items():
                return dict(found)

    def ask(self, line: str) -> str:
        with socket.create_connection(("127.0.0.1", self.control)) as connection:
            connection.settimeout(30)
            connection.sendall(f"{line}\n".encode())
            with connection.makefile() as answers:
                return answers.readline().strip()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


def while_running(receiver: Receiver, words: list[str], do: Callable[[], object]) -> int:
    """Run the command until something is done; return its exit status."""
    failures: list[BaseException] = []

    def act() -> None:
        try:
            do()
        except BaseException as error:  # noqa: BLE001 - told on the other thread
            failures.append(error)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    watcher = threading.Thread(target=act, name="watcher")
    watcher.start()
    status = run(*words, "--to", receiver.to, "--control", f"tcp:{receiver.control}")
    watcher.join()
    if failures:
        raise failures[0]
    return status


def test_two_cameras_are_marked_and_recorded_on_one_clock(
    receiver: Receiver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers: list[str] = []

    def do() -> None:
        receiver.until(type="frame", camera=1)
        receiver.until(type="frame", camera=2)
        answers.append(receiver.ask("NEWSESSION P07"))
        for camera in (1, 2):
            receiver.until(type="frame", camera=camera, session=2)
        time.sleep(0.3)
        answers.append(receiver.ask("MARK stimulus"))
        receiver.until(type="mark", text="stimulus")
        receiver.until(type="mark", text="stimulus")
        time.sleep(0.5)
        answers.append(receiver.ask("EXPORT ../away"))
        answers.append(receiver.ask("EXPORT all"))

    with MjpegServer(numbered) as one, MjpegServer(numbered) as two:
        words = ["--camera", one.url, "--camera", two.url, "--sessions", str(tmp_path)]
        assert while_running(receiver, words, do) == 0
    assert answers[0] == "OK P07, P07"
    assert answers[1].startswith("OK ")
    assert answers[2].startswith("ERROR the path must lead into the export folder")
    joint = tmp_path / "all.csv"
    assert answers[3] == f"OK {joint}"
    marks = [item for item in receiver.heard if item.get("text") == "stimulus"]
    assert {mark["camera"] for mark in marks} == {1, 2}
    assert abs(marks[0]["captured_us"] - marks[1]["captured_us"]) < 1_000  # type: ignore[operator]
    named = [item for item in list_sessions(tmp_path) if item.facts.title == "P07"]
    assert len(named) == 2
    moments_ns = []
    for summary in named:
        with SessionReader(summary.path) as reader:
            (mark,) = reader.marks()
        assert summary.info.zero_ns is not None
        moments_ns.append(summary.info.zero_ns + 1000 * mark.timestamp_us)
    assert abs(moments_ns[0] - moments_ns[1]) < 1_000_000
    with joint.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    marked = [float(row["shared_time_s"]) for row in rows if row["marks"]]
    assert len(marked) == 2
    assert abs(marked[0] - marked[1]) < 0.05  # a frame of each camera
    said = capsys.readouterr().err
    assert f"camera 1, 127.0.0.1:{one.url.split(':')[2].split('/')[0]}" in said
    assert said.count("recording its sessions") == 4
    assert "Traceback" not in said


def test_one_that_is_not_there_does_not_hold_up_the_other(
    receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    def do() -> None:
        for _ in range(20):
            receiver.until(type="frame", camera=1)
        answers.append(receiver.ask("MARK still here"))
        receiver.until(type="mark", camera=1, text="still here")

    answers: list[str] = []
    with MjpegServer(numbered) as camera:
        words = ["--camera", camera.url, "--camera", "no such camera"]
        assert while_running(receiver, words, do) == 0
    assert answers == ["ERROR camera 2: nothing is read at the moment; the others have done it"]
    (line,) = (line for line in capsys.readouterr().err.splitlines() if "Trying again" in line)
    assert line.startswith("fer-desktop: camera 2: ")
    assert {item["camera"] for item in receiver.heard} == {1}


def test_each_camera_is_served_at_a_port_of_its_own(receiver: Receiver) -> None:
    from websockets.sync.client import connect

    port = free_port()

    def do() -> None:
        receiver.until(type="frame", camera=1)
        receiver.until(type="frame", camera=2)
        for number in (1, 2):
            with connect(f"ws://127.0.0.1:{port + number - 1}/") as listener:
                assert json.loads(listener.recv(30))["camera"] == number

    with MjpegServer(numbered) as one, MjpegServer(numbered) as two:
        words = ["--camera", one.url, "--camera", two.url, "--to", f"ws:{port}"]
        assert while_running(receiver, words, do) == 0


def test_a_port_that_is_taken_stops_only_what_is_served_there(
    receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as other:
        while True:  # two ports in a row, of which the second one is taken
            port = free_port()
            with suppress(OSError):
                other.bind(("127.0.0.1", port + 1))
                break
        other.listen()

        def do() -> None:
            receiver.until(type="frame", camera=1)
            receiver.until(type="frame", camera=2)

        with MjpegServer(numbered) as one, MjpegServer(numbered) as two:
            words = ["--camera", one.url, "--camera", two.url, "--to", f"ws:{port}"]
            assert while_running(receiver, words, do) == 1
    assert capsys.readouterr().err.count(f"ws:{port + 1}: cannot listen") == 1
