"""Listeners at real sockets, with the library that they would use: quick, slow, dead and wrong."""

import json
import re
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from fer_desktop.errors import StreamError
from fer_desktop.streaming.streams import stream_outputs
from fer_desktop.streaming.targets import is_loopback
from tests.streaming.samples import begin, feed, wait_until

TOKEN = "correct-horse"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


class Served:
    """A stream that is open.

    Attributes:
        output: the stream.
        port: where it listens.
    """

    def __init__(self, **options: str) -> None:
        self.port = free_port()
        (self.output,) = stream_outputs([f"ws:{self.port}"], **options).values()
        self.output.start(10)
        begin(self.output)

    def connect(self, path: str = "/", **options: Any) -> Any:
        return connect(f"ws://127.0.0.1:{self.port}{path}", **options)

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    all_served: list[Served] = []

    def make(**options: str) -> Served:
        all_served.append(Served(**options))
        return all_served[-1]

    yield make
    for served in all_served:
        served.output.shutdown()


def test_a_listener_that_keeps_up_gets_every_frame(serve: Callable[..., Served]) -> None:
    served = serve()
    with served.connect() as client:
        feed(served.output, 1)
        assert json.loads(client.recv(10))["frame_index"] == 0
        indices = []
        for index in range(1, 301):
            feed(served.output, 1, first=index)
            indices.append(json.loads(client.recv(10))["frame_index"])
    assert indices == list(range(1, 301))
    assert served.output.dropped == 0


def test_slow_and_dead_listeners_hold_up_nobody_and_are_told(
    serve: Callable[..., Served],
) -> None:
    served = serve()
    everyone = ExitStack()
    # Their good-bye would wait for one that the server has no more to say.
    impatient = {"max_queue": 1, "close_timeout": 0.1}
    lazy = [everyone.enter_context(served.connect(**impatient)) for _ in range(3)]
    for _ in range(7):  # they shake hands and never read again
        connection = socket.create_connection(("127.0.0.1", served.port))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(
            b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        assert b"101" in connection.recv(100)
        everyone.callback(connection.close)
    with served.connect() as quick:
        slowest_s = 0.0
        for index in range(300):  # of a crowd, so that buffers are full soon
            began = time.perf_counter()
            feed(served.output, 1, first=index, faces=30)
            slowest_s = max(slowest_s, time.perf_counter() - began)
            assert json.loads(quick.recv(10))["frame_index"] == index
    assert slowest_s < 1
    feed(served.output, 1, first=300)
    wait_until(lambda: served.output.dropped > 7 * 100)
    while (told := json.loads(lazy[0].recv(10)))["type"] == "frame":
        pass
    assert told["type"] == "dropped"
    assert told["frames"] > 100
    began = time.perf_counter()
    served.output.shutdown()
    assert time.perf_counter() - began < 3
    everyone.close()


def test_frames_that_nobody_was_sent_are_told_to_everybody(
    serve: Callable[..., Served],
) -> None:
    served = serve()
    with served.connect() as client:
        feed(served.output, 1)
        assert json.loads(client.recv(10))["frame_index"] == 0
        served.output._capacity = 2
        with served.output._changed:  # it cannot send meanwhile
            feed(served.output, 10, first=1)
        assert json.loads(client.recv(10)) == {"type": "dropped", "frames": 8}
        assert [json.loads(client.recv(10))["frame_index"] for _ in range(2)] == [9, 10]
    assert served.output.dropped == 8


def test_what_a_listener_says_is_heard_by_nobody(serve: Callable[..., Served]) -> None:
    served = serve()
    with served.connect() as client:
        for text in ("STOP", "{}", "\0" * 4000):
            client.send(text)
        feed(served.output, 1)
        assert json.loads(client.recv(10))["frame_index"] == 0
        with suppress(ConnectionClosed):  # ten megabytes are more than anybody has to say
            client.send("x" * 10_000_000)
        with pytest.raises(ConnectionClosed):
            client.recv(10)
    with served.connect() as client:
        feed(served.output, 1, first=1)
        assert json.loads(client.recv(10))["frame_index"] == 1


def test_the_latest_frame_over_http(serve: Callable[..., Served]) -> None:
    served = serve()
    assert served.get("/latest")[0] == 503
    feed(served.output, 5)
    wait_until(lambda: served.output.sent == 5)
    wait_until(lambda: served.get("/latest")[0] == 200)
    wait_until(lambda: json.loads(served.get("/latest")[1])["frame_index"] == 4)
    assert served.get("/settings")[0] == 404
    assert served.get("/")[0] == 426
    assert served.get("/latest?x=../../etc/passwd")[0] == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost.evil.example"])
def test_pages_from_elsewhere_are_refused(serve: Callable[..., Served], origin: str) -> None:
    served = serve()
    with pytest.raises(InvalidStatus) as raised, served.connect(origin=origin):
        pass
    assert raised.value.response.status_code == 403
    assert served.get("/latest", Origin=origin)[0] == 403
    for neighbour in ("http://localhost:5500", "http://127.0.0.1:8000"):
        with served.connect(origin=neighbour):
            pass


def test_a_name_that_pretends_to_be_this_computer_is_refused(
    serve: Callable[..., Served],
) -> None:
    served = serve()
    assert served.get("/latest", Host="evil.example")[0] == 403
    assert served.get("/latest", Host="localhost.evil.example")[0] == 403
    assert served.get("/latest", Host=f"localhost:{served.port}")[0] == 503


def test_with_a_token_only_those_who_know_it_listen(serve: Callable[..., Served]) -> None:
    served = serve(bind="0.0.0.0", token=TOKEN)
    for path in ("/", "/?token=", "/?token=wrong", f"/?token={TOKEN}x", "/?token=%F0%9F%98%80"):
        with pytest.raises(InvalidStatus) as raised, served.connect(path):
            pass
        assert raised.value.response.status_code == 401
    with served.connect(f"/?token={TOKEN}", origin="http://evil.example"):
        pass
    with served.connect(additional_headers={"Authorization": f"Bearer {TOKEN}"}):
        pass
    assert served.get(f"/latest?token={TOKEN}")[0] == 503
    assert served.get("/latest")[0] == 401


def test_other_computers_are_not_served_without_a_token() -> None:
    (output,) = stream_outputs([f"ws:{free_port()}"], bind="0.0.0.0").values()
    with pytest.raises(StreamError, match="only with a token"):
        output.start(10)


def test_a_port_that_is_taken_is_one_line(serve: Callable[..., Served]) -> None:
    served = serve()
    (second,) = stream_outputs([f"ws:{served.port}"]).values()
    with pytest.raises(StreamError, match=r"Address already in use\. Take another port") as raised:
        second.start(10)
    assert "\n" not in str(raised.value)


def test_an_address_that_is_not_ours_is_one_line() -> None:
    (output,) = stream_outputs(["ws:8765"], bind="192.0.2.1", token=TOKEN).values()
    with pytest.raises(StreamError, match=r"cannot listen at 192\.0\.2\.1, port 8765: Cannot"):
        output.start(10)


def test_listeners_are_sent_what_waits_before_the_end(serve: Callable[..., Served]) -> None:
    served = serve()
    with served.connect() as client:
        feed(served.output, 1)
        client.recv(10)
        feed(served.output, 40, first=1)
        served.output.shutdown()
        told = [json.loads(text)["frame_index"] for text in client]
    assert told == list(range(1, 41))


@pytest.mark.unit
@pytest.mark.parametrize(
    ("address", "is_here"),
    [
        ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("[::1]", True),
        ("localhost", True), ("0.0.0.0", False), ("", False), ("192.168.1.4", False),
        ("localhost.example", False),
    ],
)  # fmt: skip
def test_what_counts_as_this_computer(address: str, is_here: bool) -> None:
    assert is_loopback(address) is is_here


def test_the_page_that_draws_results_is_served_to_those_who_may_listen(
    serve: Callable[..., Served],
) -> None:
    served = serve()
    url = f"http://127.0.0.1:{served.port}/view"
    with urllib.request.urlopen(url, timeout=10) as answer:
        policy, page = answer.headers["Content-Security-Policy"], answer.read().decode()
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "new WebSocket(" in page
    assert "innerHTML" not in page
    assert re.findall(r"https?://|//cdn", page) == []
    assert f"connect-src 'self' ws://127.0.0.1:{served.port};" in policy
    assert policy.startswith("default-src 'none'")
    assert served.get("/view", Host="evil.example")[0] == 403
    assert served.get("/view", Origin="null")[0] == 403
    assert serve(token=TOKEN).get("/view")[0] == 401
    assert serve(token=TOKEN).get(f"/view?token={TOKEN}")[1] == page
