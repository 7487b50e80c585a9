"""A network camera that a test can unplug: MJPEG over HTTP on this computer."""

import contextlib
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
from numpy.typing import NDArray

from tests.helpers.clips import numbered

_BOUNDARY = "frame"


class MjpegServer:
    """Sends pictures at a steady rate to everyone who connects.

    Attributes:
        url: address of the stream; the same after a restart.
        sent_ns: monotonic time at which each picture was sent last, by number.
        connections: how often someone has connected.
    """

    def __init__(
        self,
        picture: Callable[[int], NDArray[np.uint8]] = numbered,
        *,
        fps: float = 30.0,
        quality: int = 90,
    ) -> None:
        """Take what to send: a function from a number, counted from 0, to a BGR picture."""
        self._picture = picture
        self._interval_s = 1.0 / fps
        self._quality = quality
        self._port = 0
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self.sent_ns: dict[int, int] = {}
        self.connections = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/stream.mjpg"

    def start(self) -> None:
        """Listen; on the same port as before when started again."""
        camera = self
        self._stopping.clear()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                camera.connections += 1
                self.send_response(200)
                kind = f"multipart/x-mixed-replace; boundary={_BOUNDARY}"
                self.send_header("Content-Type", kind)
                self.end_headers()
                with contextlib.suppress(OSError):  # the viewer has gone
                    camera._send_all(self.wfile.write)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), Handler)
        self._server.daemon_threads = False  # so that closing waits for them
        self._port = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="mjpeg-server"
        )
        self._thread.start()

    def stop(self) -> None:
        """Hang up on everyone and stop listening."""
        self._stopping.set()
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> "MjpegServer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _send_all(self, write: Callable[[bytes], object]) -> None:
        import cv2

        number = 0
        due_s = time.monotonic()
        while not self._stopping.is_set():
            quality = [cv2.IMWRITE_JPEG_QUALITY, self._quality]
            picture = cv2.imencode(".jpg", self._picture(number), quality)[1].tobytes()
            if self._stopping.wait(max(0.0, due_s - time.monotonic())):
                return
            head = (
                f"--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\n"
                f"Content-Length: {len(picture)}\r\n\r\n"
            )
            self.sent_ns[number] = time.monotonic_ns()
            write(head.encode() + picture + b"\r\n")
            number += 1
            due_s += self._interval_s
