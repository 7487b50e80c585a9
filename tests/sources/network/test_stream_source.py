"""Network cameras as the application sees them: real servers, and the real process that reads."""

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from fer_desktop.errors import LoginError, RefusedSourceError, SourceError
from fer_desktop.sources.network.stream_source import StreamSource
from tests.helpers.cameras import Behaviour, NetworkCamera, Visit, send_pictures
from tests.helpers.clips import number_of
from tests.helpers.mjpeg import MjpegServer

INTERRUPTED_LIMIT_S = 1.0


def read_on(source: StreamSource) -> None:
    for _ in range(100):
        source.read()


def open_and_read(source: StreamSource) -> None:
    source.open()
    read_on(source)


def refuse(visit: Visit) -> None:
    visit.request()
    visit.answer("401 Unauthorized", headers={"WWW-Authenticate": 'Basic realm="camera"'})


def stay_silent(visit: Visit) -> None:
    visit.stay_silent()


def begin_a_header(visit: Visit) -> None:
    visit.request()
    visit.send("HTTP/1.1 200 OK\r\nContent-Ty")
    visit.stay_silent()


def send_no_picture(visit: Visit) -> None:
    visit.request()
    send_pictures(visit, 0)
    visit.stay_silent()


def stall(visit: Visit) -> None:
    visit.request()
    send_pictures(visit, 10)
    visit.stay_silent()


def answer_rtsp_once(visit: Visit) -> None:
    visit.request()
    visit.send("RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n")
    visit.stay_silent()


@contextlib.contextmanager
def black_hole() -> Iterator[int]:
    """Give a port that answers nobody: those who knock wait."""
    with socket.socket() as hole, contextlib.ExitStack() as stack:
        hole.bind(("127.0.0.1", 0))
        hole.listen(0)
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            with contextlib.suppress(OSError):
                waiting.connect(hole.getsockname())
        yield hole.getsockname()[1]


def readers() -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process().children()
        if "fer_desktop.sources.network.reader" in child.cmdline()
    ]


def test_stream_delivers_what_the_server_sends() -> None:
    with MjpegServer(fps=100) as server:
        source = StreamSource(server.url)
        info = source.open()
        frames = [source.read() for _ in range(10)]
        source.close()
    assert (info.kind, info.width_px, info.height_px, info.fps) == ("stream", 192, 96, None)
    assert info.uri == server.url
    numbers = [number_of(frame.pixels) for frame in frames if frame]
    assert numbers == list(range(numbers[0], numbers[0] + 10))
    assert [frame.index for frame in frames if frame] == list(range(10))
    times = [frame.timestamp_us for frame in frames if frame]
    assert times == sorted(set(times))
    walls = [frame.wall_ns for frame in frames if frame]
    assert all(wall is not None and abs(wall - time.time_ns()) < 10e9 for wall in walls)


def test_stream_that_ends_says_so(capfd: pytest.CaptureFixture[str]) -> None:
    with MjpegServer(fps=100) as server:
        source = StreamSource(server.url)
        source.open()
        source.read()
    with pytest.raises(SourceError, match="has stopped"):
        read_on(source)
    source.close()
    assert capfd.readouterr().err == ""


def test_unreachable_stream_says_so(capfd: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    source = StreamSource(f"http://127.0.0.1:{port}/x")
    with pytest.raises(SourceError, match=f"The stream 127.0.0.1:{port}/x cannot be reached"):
        source.open()
    source.close()
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("behave", "words"),
    [
        (stay_silent, "cannot be reached"),
        (begin_a_header, "cannot be reached"),
        (stall, "has stopped"),
    ],
)
def test_patience_has_an_end(behave: Behaviour, words: str) -> None:
    with NetworkCamera(behave) as camera:
        source = StreamSource(camera.url(), patience_s=0.6)
        with pytest.raises(SourceError, match=words):
            open_and_read(source)
        source.close()


def test_wanted_and_refused_logins_are_told_apart() -> None:
    with NetworkCamera(refuse) as camera:
        place = f"127.0.0.1:{camera.port}"
        source = StreamSource(camera.url())
        with pytest.raises(LoginError, match=f"{place} requires a user name and a password"):
            source.open()
        source.close()
        source = StreamSource(camera.url(login="me:s3cret@"))
        with pytest.raises(LoginError, match=f"{place} does not accept this user name") as caught:
            source.open()
        source.close()
    assert "s3cret" not in str(caught.value) + caught.value.hint


def test_what_refuses_is_told_from_what_fails() -> None:
    with NetworkCamera(lambda visit: visit.answer("404 Not Found")) as camera:
        source = StreamSource(camera.url("/wrong"))
        with pytest.raises(RefusedSourceError, match=r"it has no stream at 127\.0\.0\.1:\d+/wrong"):
            source.open()
        source.close()
    with NetworkCamera(lambda visit: visit.answer("503 Service Unavailable")) as camera:
        source = StreamSource(camera.url())
        with pytest.raises(SourceError, match="503 Service Unavailable") as caught:
            source.open()
        source.close()
    assert not isinstance(caught.value, RefusedSourceError)


def test_passwords_stay_private() -> None:
    with MjpegServer(fps=100) as server:
        source = StreamSource(server.url.replace("http://", "http://me:s3cret@") + "?pwd=s3cret")
        info = source.open()
        (reader,) = readers()
        seen = " ".join(reader.cmdline()) + repr(reader.environ())
        source.close()
    assert "s3cret" not in info.uri + info.name + seen
    assert info.uri == f"{server.url}?pwd="


def test_a_password_is_added_when_it_is_needed() -> None:
    asked: list[str] = []

    def complete(url: str) -> str:
        asked.append(url)
        return url.replace("me@", "me:s3cret@")

    with NetworkCamera(refuse) as camera:
        source = StreamSource(camera.url(login="me@"), complete=complete)
        with pytest.raises(LoginError, match="does not accept"):
            source.open()
        source.close()
    assert asked == [camera.url(login="me@")]
    assert any("Authorization: Basic" in request for request in camera.requests)


@pytest.mark.parametrize(
    ("scheme", "behave"),
    [
        ("http", stay_silent),
        ("http", begin_a_header),
        ("http", send_no_picture),
        ("http", stall),
        ("https", stay_silent),
        ("rtsp", stay_silent),
        ("rtsp", answer_rtsp_once),
        ("rtmp", stay_silent),
        ("tcp", stay_silent),
    ],
)
def test_waiting_can_be_interrupted(scheme: str, behave: Behaviour) -> None:
    with NetworkCamera(behave) as camera:
        interrupt_when(camera.was_visited.is_set, camera.url(scheme=scheme))


def test_connecting_can_be_interrupted() -> None:
    with black_hole() as port:
        interrupt_when(lambda: bool(readers()), f"rtsp://127.0.0.1:{port}/x")


def test_listening_can_be_interrupted() -> None:
    interrupt_when(lambda: bool(readers()), "udp://127.0.0.1:5004")


def test_looking_up_a_host_can_be_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The one thing that cannot be had on this computer is a name server that does not answer.
    asked = tmp_path / "asked"
    (tmp_path / "sitecustomize.py").write_text(
        "import pathlib, socket, time\n"
        f"socket.getaddrinfo = lambda *_, **__: (pathlib.Path({str(asked)!r}).touch(),"
        " time.sleep(60))\n"
    )
    paths = [str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    interrupt_when(asked.exists, "rtsp://camera.example/live")


def interrupt_when(is_time: Callable[[], bool], url: str) -> None:
    """Open and read a stream on a thread, and interrupt it; it must end soon and leave nothing."""
    source = StreamSource(url, patience_s=60)
    failures: list[SourceError] = []

    def capture() -> None:
        try:
            open_and_read(source)
        except SourceError as error:
            failures.append(error)
        source.close()

    thread = threading.Thread(target=capture, name="capture")
    thread.start()
    deadline = time.monotonic() + 30
    while not is_time():
        assert thread.is_alive(), failures
        assert time.monotonic() < deadline
        time.sleep(0.01)
    began = time.monotonic()
    source.interrupt()
    assert time.monotonic() - began < 1.0, "whoever interrupts must not wait"
    thread.join(30)
    assert time.monotonic() - began < INTERRUPTED_LIMIT_S
    assert failures
    assert readers() == []


def test_what_is_interrupted_before_it_begins_does_not_begin() -> None:
    with MjpegServer() as server:
        source = StreamSource(server.url)
        source.interrupt()
        with pytest.raises(SourceError, match="not wanted any more"):
            source.open()
        source.close()
    assert server.connections == 0


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_a_reader_does_not_outlive_a_killed_application() -> None:
    program = (
        "from fer_desktop.sources.network.stream_source import StreamSource as S; import sys\n"
    )
    program += "source = S(sys.argv[1]); source._start(sys.argv[1]); print(source._reader.pid)\n"
    program += "sys.stdout.flush(); source.read()"
    with NetworkCamera(stay_silent) as camera:
        application = subprocess.Popen(
            [sys.executable, "-c", program, camera.url()], stdout=subprocess.PIPE
        )
        with application:
            assert application.stdout is not None
            reader = psutil.Process(int(application.stdout.readline()))
            assert camera.was_visited.wait(30)
            application.kill()
        reader.wait(5)
