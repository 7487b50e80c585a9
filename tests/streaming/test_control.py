"""Commands at real sockets: obeyed and answered, and whatever else comes does no harm."""

import random
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fer_desktop.errors import StreamError
from fer_desktop.streaming.control import ControlServer, Request
from tests.streaming.samples import wait_until
from tests.streaming.test_websocket import free_port


class Rig:
    """A server that answers MARK and EXPORT by itself and keeps what else it is asked.

    Attributes:
        server: what is tested.
        port: where it listens.
        kept: requests that were not answered yet.
        marks: texts of all marks.
    """

    def __init__(self, kind: str, **options: Any) -> None:
        self.port = free_port()
        self.kept: list[Request] = []
        self.marks: list[str] = []
        self.server = ControlServer(f"{kind}:{self.port}", self._obey, **options)
        self.server.open()

    def _obey(self, request: Request) -> None:
        if request.command.verb == "MARK":
            self.marks.append(request.command.text)
            request.done(request.command.text)
            request.failed("a second answer")
        elif request.command.verb == "EXPORT":
            request.failed("nothing to export")
        else:
            self.kept.append(request)

    def connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port))
        connection.settimeout(30)
        return connection

    def asked(self, *lines: bytes) -> list[bytes]:
        """Send lines at once over a new connection, and return all answers."""
        with self.connect() as connection:

            def send() -> None:
                try:
                    for line in lines:
                        connection.sendall(line)
                    connection.shutdown(socket.SHUT_WR)
                except OSError:  # it hears no further
                    pass

            sender = threading.Thread(target=send)
            sender.start()
            with connection.makefile("rb") as answers:
                found = answers.read().splitlines()
            sender.join()
        return found


Serve = Callable[..., Rig]


@pytest.fixture
def serve() -> Iterator[Serve]:
    rigs: list[Rig] = []

    def make(kind: str = "tcp", **options: Any) -> Rig:
        rigs.append(Rig(kind, **options))
        return rigs[-1]

    yield make
    for rig in rigs:
        rig.server.close()
    names = [thread.name for thread in threading.enumerate()]
    assert not [name for name in names if name.startswith("stream server control")]


def test_lines_are_answered_in_their_order(serve: Serve) -> None:
    answers = serve().asked(b"MARK a\nmark b\r\n", b"MA", b"RK c\nJUMP\nMARK d")
    assert answers[:3] == [b"OK a", b"OK b", b"OK c"]
    assert answers[3].startswith(b"ERROR there are MARK")
    assert answers[4:] == [b"OK d"]


def test_nobody_waits_for_another(serve: Serve) -> None:
    rig = serve()
    with rig.connect() as slow, slow.makefile("rb") as answers:
        slow.sendall(b"NEWSESSION P07\nMARK later\n")
        wait_until(lambda: len(rig.kept) == 1)
        assert rig.asked(b"MARK now\n") == [b"OK now"]
        assert rig.marks == ["now"]
        rig.kept[0].failed("no\ncamera")
        assert answers.readline().startswith(b"ERROR no")
        assert answers.readline() == b"OK later\n"


def test_ten_megabytes_are_refused_and_the_next_line_is_heard(serve: Serve) -> None:
    rig = serve()
    answers = rig.asked(b"MARK " + b"x" * 10_000_000 + b"\nMARK a\n", b"y" * 10_000)
    long = b"ERROR a line can have at most 4096 bytes."
    assert [answer.rstrip(b".") + b"." for answer in answers] == [long, b"OK a.", long]
    assert rig.marks == ["a"]


def test_a_page_in_a_browser_gives_no_commands(serve: Serve) -> None:
    rig = serve()
    post = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nMARK evil\r\n"
    for start in (post, b"\x16\x03\x01\nMARK evil\n", b"\xff\nMARK evil\n"):
        assert rig.asked(start)[1:] == []
    assert rig.marks == []


def test_a_hundred_thousand_random_lines_neither_crash_nor_block(serve: Serve) -> None:
    rig = serve()
    chance = random.Random(5)
    letters = [bytes([sign]) for sign in range(32, 127)] + ["ß".encode(), "漢".encode()]
    heads = [b"", b"MARK ", b"MARK", b"EXPOR"]
    lines = [
        chance.choice(heads) + b"".join(chance.choices(letters, k=chance.randrange(12))) + b"\n"
        for _ in range(100_000)
    ]
    answers = rig.asked(*(b"".join(lines[at : at + 1000]) for at in range(0, len(lines), 1000)))
    assert len(answers) == len(lines)
    assert all(answer.startswith((b"OK", b"ERROR")) for answer in answers)
    assert rig.asked(b"MARK still here\n") == [b"OK still here"]


def test_silent_connections_keep_nobody_out(serve: Serve) -> None:
    rig = serve()
    talking = rig.connect()
    talking.sendall(b"MARK a\n")
    assert talking.recv(100) == b"OK a\n"
    silent = [rig.connect() for _ in range(15)]
    for _ in range(5):
        assert rig.asked(b"MARK b\n") == [b"OK b"]
    # One of them made room, and who has spoken is still heard.
    assert sum(_was_sent_away(connection) for connection in silent) == 1
    talking.sendall(b"MARK c\n")
    assert talking.recv(100) == b"OK c\n"
    for connection in (talking, *silent):
        connection.close()


def _was_sent_away(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return connection.recv(100).startswith(b"ERROR others want to be heard")
    except BlockingIOError:
        return False


def test_connections_are_bounded_while_all_wait(serve: Serve) -> None:
    rig = serve()
    waiting = [rig.connect() for _ in range(16)]
    for connection in waiting:
        connection.sendall(b"START\n")
    wait_until(lambda: len(rig.kept) == 16)
    assert rig.asked()[0].startswith(b"ERROR too many")
    for request in rig.kept:
        request.done()
    for connection in waiting:
        assert connection.recv(100) == b"OK\n"
        connection.close()
    wait_until(lambda: rig.asked(b"MARK b\n") == [b"OK b"])


def test_datagrams(serve: Serve) -> None:
    rig = serve("udp")
    with socket.socket(type=socket.SOCK_DGRAM) as sender:
        sender.connect(("127.0.0.1", rig.port))
        sender.settimeout(30)
        for said, answer in (
            (b"MARK a", b"OK a"),
            (b"MARK b\n", b"OK b"),
            (b"MARK c\nMARK d", b"ERROR this is no command"),
            (b"\xff\x00", b"ERROR this is no command"),
            (b"MARK " + b"x" * 5000, b"ERROR a line can have"),
        ):
            sender.send(said)
            assert sender.recv(1000).startswith(answer)
        chance = random.Random(3)
        for _ in range(500):
            sender.send(chance.randbytes(chance.randrange(1, 100)))
            sender.recv(1000)
        for _ in range(65):
            sender.send(b"START")
        assert sender.recv(1000).startswith(b"ERROR too many wait")
    assert rig.marks == ["a", "b"]


def test_with_a_token_every_line_needs_it(serve: Serve) -> None:
    rig = serve(token="correct-horse")
    assert rig.asked(b"TOKEN correct-horse MARK a\ntoken correct-horse MARK b\n") == [
        b"OK a",
        b"OK b",
    ]
    for wrong in (b"MARK c\n", b"TOKEN wrong MARK c\n", b"TOKEN\n", b"TOKEN correct-hors MARK c\n"):
        (answer,) = rig.asked(wrong + b"TOKEN correct-horse MARK d\n")
        assert answer.startswith(b"ERROR the token is missing or wrong")
    assert rig.marks == ["a", "b"]


def test_other_computers_need_a_token_and_a_port_must_be_free() -> None:
    with pytest.raises(StreamError, match="only with a token"):
        ControlServer("tcp:9010", print, bind="0.0.0.0").open()
    with pytest.raises(StreamError, match="write tcp:PORT, as in tcp:9010"):
        ControlServer("tcp:http", print)
    with socket.create_server(("127.0.0.1", 0)) as other:
        server = ControlServer(f"tcp:{other.getsockname()[1]}", print)
        with pytest.raises(StreamError, match="cannot listen at"):
            server.open()
        server.close()
    never = ControlServer(f"tcp:{free_port()}", print)
    never.close()
    never.open()  # closed meanwhile: nothing listens
