"""Network cameras and other streams, each read by a process of its own."""

import io
import json
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final, cast
from urllib.parse import urlsplit

from fer_desktop.addresses import bare_address, login_of, without_login
from fer_desktop.domain.frame import Frame, SourceInfo, SourceKind
from fer_desktop.errors import SourceError
from fer_desktop.log import get_logger
from fer_desktop.sources.live_clock import LiveClock
from fer_desktop.sources.network.messages import Fault, Picture, StreamFault, read_picture
from fer_desktop.sources.network.wording import explained

log = get_logger("capture")

_PATIENCE_S: Final = 5.0
_FAREWELL_S: Final = 0.5
_PIPE_BYTES: Final = 1 << 20  # a picture passes in few pieces


class StreamSource:
    """A stream that FFmpeg reads: RTSP, MJPEG over HTTP and the like.

    What it says of itself, which ends up in recordings, holds neither a user's name nor a password.
    """

    kind: SourceKind = "stream"

    def __init__(
        self,
        url: str,
        *,
        complete: Callable[[str], str] = str,
        may_leave: bool = False,
        patience_s: float = _PATIENCE_S,
    ) -> None:
        """Choose a stream.

        Args:
            url: its address.
            complete: adds the password that is known for an address; may take its time.
            may_leave: whether the camera may refer to other hosts.
            patience_s: how long nothing may come.
        """
        self._url = url
        self._complete = complete
        self._may_leave = may_leave
        self._patience_s = patience_s
        self._uri = bare_address(url)
        place = urlsplit(without_login(self._uri))
        self._name = f"{place.netloc}{place.path}" or self._uri
        self._has_login = False
        self._lock = threading.Lock()
        self._reader: subprocess.Popen[bytes] | None = None
        self._is_interrupted = False
        self._is_running = False
        self._clock = LiveClock()
        self._held: Picture | None = None

    def open(self) -> SourceInfo:
        """Connect, and wait for the first picture.

        Raises:
            SourceError: if there is none.
        """
        self.close()
        self._clock = LiveClock()
        url = self._complete(self._url)
        self._has_login = login_of(url) is not None
        self._start(url)
        self._held = self._next()
        self._is_running = True
        height, width = self._held.pixels.shape[:2]
        return SourceInfo(
            kind=self.kind, name=self._name, uri=self._uri, width_px=width, height_px=height
        )

    def read(self) -> Frame | None:
        """Wait for the next picture.

        Raises:
            SourceError: if none comes any more.
        """
        picture, self._held = self._held, None
        if picture is None:
            picture = self._next()
        return self._clock.frame(picture.pixels, picture.captured_ns)

    def interrupt(self) -> None:
        """Let ``open`` and ``read`` fail soon, now and ever after; from any thread."""
        with self._lock:
            self._is_interrupted = True
            if self._reader is not None:
                self._dismiss(self._reader)

    def close(self) -> None:
        """Disconnect."""
        self._held = None
        with self._lock:
            reader, self._reader = self._reader, None
        if reader is None:
            return
        self._dismiss(reader)
        if reader.stdout is not None:
            reader.stdout.close()
        try:
            reader.wait(_FAREWELL_S)
        except subprocess.TimeoutExpired:
            reader.kill()
            reader.wait()

    def _start(self, url: str) -> None:
        order = {"url": url, "may_leave": self._may_leave, "patience_s": self._patience_s}
        with self._lock:
            if self._is_interrupted:
                raise SourceError("The stream is not wanted any more.")
            self._is_running = False
            self._reader = subprocess.Popen(
                [sys.executable, "-m", "fer_desktop.sources.network.reader"],
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pipesize=_PIPE_BYTES,
            )
            if self._reader.stdin is not None:
                with suppress(OSError):  # if it has died, reading from it will tell
                    # Not among its arguments, which every user of the computer can see.
                    self._reader.stdin.write(json.dumps(order).encode() + b"\n")

    def _next(self) -> Picture:
        with self._lock:
            reader = self._reader
        if reader is None:
            raise RuntimeError("the source is not open")
        try:
            picture = read_picture(cast(io.RawIOBase, reader.stdout))
        except StreamFault as fault:
            log.info("the stream %s: %s", self._name, fault)
            raise explained(fault, self._name, has_login=self._has_login) from fault
        if picture is None:
            log.info("the process that reads %s has ended", self._name)
            raise explained(StreamFault(Fault.ENDED), self._name, has_login=self._has_login)
        return picture

    def _dismiss(self, reader: "subprocess.Popen[bytes]") -> None:
        """End a process: one that shows pictures may take leave of the camera, for a moment."""
        if not self._is_running:
            reader.kill()
        if reader.stdin is not None:
            with suppress(OSError):
                reader.stdin.close()
