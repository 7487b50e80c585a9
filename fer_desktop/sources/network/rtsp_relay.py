"""Stands between FFmpeg and an RTSP camera, and keeps the camera from sending FFmpeg elsewhere.

FFmpeg follows every redirection of an RTSP camera. So it is given an address of this computer; what
it says is passed on to the camera as it is, and what the camera answers is read on the way.
"""

import re
import selectors
import socket
import ssl
import threading
from contextlib import ExitStack, suppress
from typing import Final

_PIECE: Final = 1 << 16
_FAREWELL_S: Final = 0.2
_HEAD_BYTES_MAX: Final = 1 << 16
_MEDIA: Final = ord("$")  # four bytes: this, the channel, and the length of what follows
_MEDIA_HEAD: Final = 4
_STATUS: Final = re.compile(rb"RTSP/\d\.\d ((\d)\d\d[^\r\n]*)")
_LENGTH: Final = re.compile(rb"^content-length:\s*(\d+)", re.IGNORECASE | re.MULTILINE)
_LOCATION: Final = re.compile(rb"^location:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


class RtspRelay:
    """One connection to a camera.

    Attributes:
        port: where FFmpeg finds it, on 127.0.0.1.
        location: where the camera refers to; the connection ends then.
        refusal: the last answer that was an error.
    """

    def __init__(self, camera: socket.socket) -> None:
        """Take the connection to the camera."""
        self._camera = camera
        self._server = socket.create_server(("127.0.0.1", 0), backlog=1)
        self._stop, self._stopped = socket.socketpair()
        self._waiting = bytearray()
        self.port: int = self._server.getsockname()[1]
        self.location = ""
        self.refusal = ""
        # One thread for both directions: an encrypted connection is not for two at a time.
        self._thread = threading.Thread(target=self._run, name="rtsp relay", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Hang up, once what FFmpeg has to say in the end is passed on."""
        self._thread.join(_FAREWELL_S)
        self._stop.close()
        self._thread.join()

    def _run(self) -> None:
        with ExitStack() as stack, suppress(OSError):
            for end in (self._stopped, self._camera, self._server):
                stack.enter_context(end)
            selector = stack.enter_context(selectors.DefaultSelector())
            selector.register(self._stopped, selectors.EVENT_READ)
            selector.register(self._server, selectors.EVENT_READ)
            if self._stopped in _ready(selector):
                return
            viewer = stack.enter_context(self._server.accept()[0])
            selector.unregister(self._server)
            selector.register(viewer, selectors.EVENT_READ)
            selector.register(self._camera, selectors.EVENT_READ)
            while self._stopped not in (ready := _ready(selector)):
                if viewer in ready:
                    request = viewer.recv(_PIECE)
                    if not request:
                        return
                    self._camera.sendall(request)
                if self._camera in ready and not self._pass_answers(viewer):
                    return

    def _pass_answers(self, viewer: socket.socket) -> bool:
        """Pass on what has come as a whole; tell whether the connection goes on."""
        data = _received(self._camera)
        if data is None:
            return False
        self._waiting += data
        while size := _whole_size(self._waiting):
            message = bytes(self._waiting[:size])
            if self._refers_elsewhere(message):
                return False
            viewer.sendall(message)
            del self._waiting[:size]
        return len(self._waiting) <= _HEAD_BYTES_MAX or self._waiting[0] == _MEDIA

    def _refers_elsewhere(self, message: bytes) -> bool:
        status = _STATUS.match(message)
        if status is None:
            return False
        if status[2] in b"456":
            self.refusal = status[1].decode(errors="replace").strip()
        if status[2] != b"3":
            return False
        location = _LOCATION.search(message)
        self.location = location[1].decode(errors="replace") if location else "?"
        return True


def _ready(selector: selectors.BaseSelector) -> list[object]:
    """Wait, and return the ends that have something to say."""
    return [key.fileobj for key, _ in selector.select()]


def _received(connection: socket.socket) -> bytes | None:
    """Return what can be read without waiting, None at the end.

    An encrypted connection may wake its reader for messages of its own, and may hold decrypted
    data for which it wakes nobody.
    """
    data = b""
    connection.setblocking(False)
    try:
        while piece := connection.recv(_PIECE):
            data += piece
    except (BlockingIOError, ssl.SSLWantReadError):
        return data
    finally:
        connection.setblocking(True)
    return data or None


def _whole_size(data: bytearray) -> int:
    """Return the length of the message that data begins with, 0 if it has not come as a whole."""
    if not data:
        return 0
    if data[0] == _MEDIA:
        if len(data) < _MEDIA_HEAD:
            return 0
        size = _MEDIA_HEAD + int.from_bytes(data[2:4])
    else:
        head = data.find(b"\r\n\r\n")
        if head < 0:
            return 0
        length = _LENGTH.search(data, 0, head + 2)
        size = head + 4 + (int(length[1]) if length else 0)
    return size if len(data) >= size else 0
