"""Results to whoever connects: lines of JSON over a WebSocket, the newest one over HTTP."""

import asyncio
import contextlib
import hmac
import json
import logging
import re
import socket
from collections import deque
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from fer_desktop import paths
from fer_desktop.domain.frame import SourceInfo
from fer_desktop.errors import StreamError
from fer_desktop.log import get_logger
from fer_desktop.streaming.libraries import library
from fer_desktop.streaming.reading import (
    Reading,
    StreamMark,
    StreamModel,
    json_text,
    mark_text,
)
from fer_desktop.streaming.serving import Serving
from fer_desktop.streaming.targets import LOOPBACK, Target, is_loopback

log = get_logger("streaming")

_WAITING_MAX: Final = 60  # frames for one listener, two seconds of a camera
_LISTENERS_MAX: Final = 100
_HEARD_MAX: Final = 4096  # bytes; what listeners say is not for us
_SEND_BUFFER: Final = 65536  # bytes; what the system holds for one who does not read grows old
_FLUSH_S: Final = 0.5
_CLOSE_S: Final = 0.5
_LATEST: Final = "/latest"
_VIEW: Final = "/view"
_HOST: Final = re.compile(r"[A-Za-z0-9.:\[\]-]{1,260}")


class _Listener:
    """Somebody who has connected, and what waits for them."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.waiting: deque[str] = deque()
        self.has_more = asyncio.Event()
        self.dropped = 0
        self.untold = 0  # of those dropped
        self.is_gone = False

    def leave(self) -> None:
        """Note that they have gone, which nobody would notice before the next frame."""
        self.is_gone = True
        self.has_more.set()

    def put(self, text: str) -> int:
        """Let a frame wait; return how many it replaces."""
        lost = 0
        if len(self.waiting) >= _WAITING_MAX:
            self.waiting.popleft()
            lost = 1
        self.dropped += lost
        self.untold += lost
        self.waiting.append(text)
        self.has_more.set()
        return lost


class WebSocketCarrier:
    """Serves any number of listeners on a thread of its own; none waits for another.

    Only this computer is served unless another address is bound. Browsers say which page asks:
    pages from elsewhere are refused, and so are names that only pretend to be this computer. Who
    has the token may come from anywhere.
    """

    def __init__(self, target: Target, *, bind: str = LOOPBACK, token: str = "") -> None:
        """Take where to listen.

        Args:
            target: with the port.
            bind: address of this computer to listen at.
            token: what listeners must know; empty for none, which only loopback may have.
        """
        self._target = target
        self._bind = bind
        self._token = token
        self._serving = Serving(target.text, bind, target.port, self._served)
        # From here on everything belongs to the loop.
        self._listeners: set[_Listener] = set()
        self._latest = self._page = ""
        self._lost = 0  # ever
        self._counted = 0  # of those, by who sends

    def open(self) -> None:
        """Listen.

        Raises:
            StreamError: if the port is taken, the address is not ours, or a library is missing.
        """
        if not self._token and not is_loopback(self._bind):
            raise StreamError(
                f"{self._target.text}: other computers may listen only with a token.",
                hint="Give one with --token.",
            )
        library("websockets.asyncio.server", "websockets")
        self._page = _page()
        self._serving.open()

    def begin(self, info: SourceInfo) -> None:
        """Each frame names its source."""

    def use_model(self, model: StreamModel) -> None:
        """Each frame names its model."""

    def send(self, reading: Reading) -> int:
        """Hand a frame to every listener; return how many frames they have lost meanwhile."""
        text = json_text(reading).decode()
        if reading.dropped:
            self._serving.call(self._note_dropped, reading.dropped)
        self._serving.call(self._publish, text)
        self._serving.call(self._remember, text)
        counted, self._counted = self._counted, self._lost
        return self._counted - counted

    def mark(self, mark: StreamMark) -> None:
        """Hand a mark to every listener, between its frames."""
        self._serving.call(self._publish, mark_text(mark).decode())

    def end(self) -> None:
        """Listeners stay for the next source."""

    def close(self) -> None:
        """Say good-bye to the listeners and listen no more."""
        self._serving.close()

    @contextlib.asynccontextmanager
    async def _served(self) -> AsyncIterator[None]:
        from websockets.asyncio.server import serve

        serving = serve(
            self._converse,
            self._bind,
            self._target.port,
            process_request=self._answer,
            max_size=_HEARD_MAX,
            compression=None,  # frames are short, and shall be there soon
            close_timeout=_CLOSE_S,
            server_header=None,
            logger=_quiet_logger(),
        )
        async with serving:
            yield
            await self._flush()

    async def _flush(self) -> None:
        """Let those who keep up have what waits for them, and leave the others."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _FLUSH_S
        while any(item.waiting for item in self._listeners) and loop.time() < deadline:
            await asyncio.sleep(0.01)
        for listener in self._listeners:
            if listener.waiting:  # one who does not read would not read a good-bye either
                listener.connection.transport.abort()

    def _publish(self, text: str) -> None:
        self._lost += sum(listener.put(text) for listener in self._listeners)

    def _note_dropped(self, frames: int) -> None:
        """Take that frames came to nobody, of which everybody is to be told."""
        for listener in self._listeners:
            listener.untold += frames

    def _remember(self, text: str) -> None:
        self._latest = text

    def _answer(self, connection: Any, request: Any) -> Any:
        """Let a request through to the conversation, or answer it at once."""
        refusal = self._refusal(request)
        if refusal is not None:
            status, reason = refusal
            return connection.respond(status, f"{reason}\n")
        path = urlsplit(request.path).path
        if path == _LATEST:
            if not self._latest:
                reason = "Nothing has been read yet."
                return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, f"{reason}\n")
            response = connection.respond(HTTPStatus.OK, f"{self._latest}\n")
            del response.headers["Content-Type"]
            response.headers["Content-Type"] = "application/json; charset=utf-8"
            response.headers["Cache-Control"] = "no-store"
            return response
        if path == _VIEW:
            return self._answer_with_page(connection, request)
        if path != "/":
            reason = f"There are / for WebSockets, {_LATEST} and {_VIEW} here."
            return connection.respond(HTTPStatus.NOT_FOUND, f"{reason}\n")
        if len(self._listeners) >= _LISTENERS_MAX:
            reason = "Too many listen already."
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, f"{reason}\n")
        return None

    def _answer_with_page(self, connection: Any, request: Any) -> Any:
        """Give a browser the page that draws results; it may connect to nobody but us."""
        response = connection.respond(HTTPStatus.OK, self._page)
        del response.headers["Content-Type"]
        response.headers["Content-Type"] = "text/html; charset=utf-8"
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"  # the address may hold the token
        host = request.headers.get("Host") or ""
        ours = f"ws://{host}" if _HOST.fullmatch(host) else ""
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline';"
            f" connect-src 'self' {ours}; base-uri 'none'; form-action 'none';"
            " frame-ancestors 'none'"
        )
        return response

    def _refusal(self, request: Any) -> tuple[HTTPStatus, str] | None:
        """Return why a request is refused; None if it is not."""
        if self._token:
            given = parse_qs(urlsplit(request.path).query).get("token", [""])[0]
            if not given:
                given = (request.headers.get("Authorization") or "").removeprefix("Bearer ")
            if hmac.compare_digest(given.encode(), self._token.encode()):
                return None
            return HTTPStatus.UNAUTHORIZED, "The token is missing or wrong."
        # Without a token only this computer is served, and a browser on it may show any page.
        host = urlsplit(f"//{request.headers.get('Host') or ''}").hostname or ""
        if not is_loopback(host):
            return HTTPStatus.FORBIDDEN, "This is not its name."
        origin = request.headers.get("Origin")
        if origin is not None and not is_loopback(urlsplit(origin).hostname or ""):
            return HTTPStatus.FORBIDDEN, "Pages from elsewhere may not listen without a token."
        return None

    async def _converse(self, connection: Any) -> None:
        """Send a listener everything, until one of us goes."""
        from websockets.exceptions import ConnectionClosed

        sending = connection.transport.get_extra_info("socket")
        if sending is not None:
            sending.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        listener = _Listener(connection)
        self._listeners.add(listener)
        hearing = asyncio.ensure_future(self._hear(connection))
        hearing.add_done_callback(lambda _: listener.leave())
        try:
            while True:
                await listener.has_more.wait()
                if listener.is_gone:
                    break
                if listener.untold:
                    untold, listener.untold = listener.untold, 0
                    await connection.send(json.dumps({"type": "dropped", "frames": untold}))
                if listener.waiting:
                    await connection.send(listener.waiting.popleft())
                else:
                    listener.has_more.clear()
        except ConnectionClosed:
            pass
        finally:
            self._listeners.discard(listener)
            hearing.cancel()
            log.info("%s: a listener went, %d dropped", self._target.text, listener.dropped)

    async def _hear(self, connection: Any) -> None:
        """Take what a listener says, so that it does not pile up: nothing is done about it."""
        from websockets.exceptions import ConnectionClosed

        with contextlib.suppress(ConnectionClosed):
            async for _ in connection:
                pass


def _page() -> str:
    path = paths.assets_dir() / "streams" / "view.html"
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        log.error("%s cannot be read: %s", path, error)
        return "The page is missing. Install FER Desktop anew.\n"


def _quiet_logger() -> logging.Logger:
    """Return a logger for the library, which tells of every visitor who is no WebSocket."""
    logger = logging.getLogger("fer.streaming.websockets")
    logger.setLevel(logging.CRITICAL)
    return logger
