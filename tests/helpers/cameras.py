"""Network cameras that behave as a test tells them to: sockets on this computer."""

import base64
import hashlib
import re
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Self

from tests.helpers.clips import numbered

Behaviour = Callable[["Visit"], None]
_HEAD_END = b"\r\n\r\n"


class Visit:
    """One connection to a camera.

    Attributes:
        camera: the camera.
        connection: the socket.
    """

    def __init__(self, camera: "NetworkCamera", connection: socket.socket) -> None:
        self.camera = camera
        self.connection = connection
        self._waiting = b""

    def request(self) -> str:
        """Wait for the next request, without a body; empty if the visitor has gone."""
        while _HEAD_END not in self._waiting:
            data = self.connection.recv(65536)
            if not data:
                return ""
            self._waiting += data
        head, _, self._waiting = self._waiting.partition(_HEAD_END)
        self.camera.requests.append(head.decode())
        return head.decode()

    def send(self, data: bytes | str) -> None:
        self.connection.sendall(data.encode() if isinstance(data, str) else data)

    def answer(
        self, status: str = "200 OK", body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> None:
        """Send a whole HTTP answer."""
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self.send("\r\n".join(lines).encode() + _HEAD_END + body)

    def stay_silent(self) -> None:
        """Keep the connection until the visitor or the camera goes."""
        while self.connection.recv(65536):
            pass


class NetworkCamera:
    """Listens on a port of its own, and treats every visitor alike.

    Attributes:
        port: of 127.0.0.1.
        requests: the heads of all requests.
        visits: how often somebody has connected.
    """

    def __init__(self, behave: Behaviour) -> None:
        self._behave = behave
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self.requests: list[str] = []
        self.visits = 0
        self.was_visited = threading.Event()
        self._connections: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._listen, name="camera")]

    def url(self, path: str = "/stream", scheme: str = "http", login: str = "") -> str:
        return f"{scheme}://{login}127.0.0.1:{self.port}{path}"

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        for end in (self._server, *self._connections):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        for thread in self._threads:
            thread.join()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._server.accept()
                self.visits += 1
                self.was_visited.set()
                self._connections.append(connection)
                visitor = threading.Thread(target=self._receive, args=(connection,), name="visit")
                self._threads.append(visitor)
                visitor.start()

    def _receive(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            self._behave(Visit(self, connection))


def is_let_in(request: str, user: str, password: str) -> bool:
    """Tell whether a request carries a login, in the one way or the other."""
    basic = base64.b64encode(f"{user}:{password}".encode()).decode()
    if f"Authorization: Basic {basic}" in request:
        return True
    sent = re.search(r"Authorization: Digest (.*)", request)
    if sent is None:
        return False
    fields = dict(re.findall(r'(\w+)="?([^",]*)"?', sent[1]))
    method = request.split(" ", 1)[0]

    def digest(*texts: str) -> str:
        return hashlib.md5(":".join(texts).encode()).hexdigest()

    secret = digest(user, fields["realm"], password)
    what = digest(method, fields["uri"])
    middle = [fields["nonce"]]
    if "qop" in fields:
        middle += [fields["nc"], fields["cnonce"], fields["qop"]]
    return fields["username"] == user and fields["response"] == digest(secret, *middle, what)


def send_pictures(visit: Visit, count: int = 30, *, has_lengths: bool = True) -> None:
    """Send numbered pictures as most cheap cameras do."""
    import cv2

    visit.send("HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n")
    for number in range(count):
        picture = cv2.imencode(".jpg", numbered(number))[1].tobytes()
        length = f"Content-Length: {len(picture)}\r\n" if has_lengths else ""
        head = f"--frame\r\nContent-Type: image/jpeg\r\n{length}\r\n"
        visit.send(head.encode() + picture + b"\r\n")
