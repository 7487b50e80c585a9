"""Lines of text from other programs, over TCP or UDP, each answered with one line."""

import asyncio
import contextlib
import hmac
import math
import time
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

from fer_desktop.errors import FerError, StreamError
from fer_desktop.log import get_logger
from fer_desktop.streaming.commands import LINE_MAX, Command, command, is_foreign, too_long
from fer_desktop.streaming.serving import CLOSE_LIMIT_S, Serving
from fer_desktop.streaming.targets import LOOPBACK, control_target, is_loopback
from trainer.contract.text import one_line

log = get_logger("streaming")

_SPEAKERS_MAX: Final = 16  # connections at once
_WAITING_MAX: Final = 64  # datagrams without an answer
_ANSWER_LIMIT_S: Final = 60.0
_READ_LIMIT_S: Final = 10.0  # so long may an answer lie about
_ANSWER_MAX: Final = 500  # characters
_TOKEN_WORD: Final = b"TOKEN "


class Request:
    """A command that waits for its answer; of several answers the first one counts.

    Attributes:
        command: what is wanted.
        received_ns: when it came, as ``time.monotonic_ns()`` counts.
    """

    def __init__(
        self, wanted: Command, take: Callable[[str], object], received_ns: int | None = None
    ) -> None:
        """Take what is wanted, who gets the answer, and when it came, which is now unless given."""
        self.command = wanted
        self.received_ns = time.monotonic_ns() if received_ns is None else received_ns
        self._take = take

    def done(self, text: str = "") -> None:
        """Answer that it is done; any thread may."""
        self._take(_line("OK", text))

    def failed(self, reason: str | FerError) -> None:
        """Answer why it cannot be done; any thread may."""
        self._take(_line("ERROR", str(reason)))


class ControlServer:
    """Hears commands at a port of this computer, on a thread of its own.

    With a token every line begins with ``TOKEN`` and it, as in ``TOKEN secret MARK one``. Lines of
    one connection are obeyed one after the other; nobody waits for another's.
    """

    def __init__(
        self,
        text: str,
        obey: Callable[[Request], object],
        *,
        bind: str = LOOPBACK,
        token: str = "",
    ) -> None:
        """Take who obeys; nothing is opened yet.

        Args:
            text: where to listen, as in ``tcp:9010``.
            obey: takes each request on the server's thread, and returns at once.
            bind: address of this computer to listen at.
            token: what must be known; empty for none, which only loopback may have.

        Raises:
            StreamError: if ``text`` is written wrongly.
        """
        target = self.target = control_target(text)
        self._obey = obey
        self._bind = bind
        self._token = token.encode()
        served = self._served_tcp if target.kind == "tcp" else self._served_udp
        self._serving = Serving(f"control {text}", bind, target.port, served)
        # From here on everything belongs to the loop.
        self._speakers: set[_Speaker] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def open(self) -> None:
        """Listen.

        Raises:
            StreamError: if the port is taken, the address is not ours, or a token is missing.
        """
        if not self._token and not is_loopback(self._bind):
            raise StreamError(
                f"control {self.target.text}: other computers may give commands only with a token.",
                hint="Give one with --token.",
            )
        self._serving.open()

    def close(self, limit_s: float = CLOSE_LIMIT_S) -> None:
        """Listen no more; waits for it, but no longer than so many seconds."""
        self._serving.close(limit_s)

    @contextlib.asynccontextmanager
    async def _served_tcp(self) -> AsyncIterator[None]:
        server = await asyncio.start_server(
            self._converse, self._bind, self.target.port, limit=LINE_MAX
        )
        try:
            yield
        finally:
            server.close()
            for speaker in self._speakers:
                speaker.writer.transport.abort()

    @contextlib.asynccontextmanager
    async def _served_udp(self) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            lambda: _Datagrams(self._take_datagram), local_addr=(self._bind, self.target.port)
        )
        try:
            yield
        finally:
            transport.abort()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one line after the other until one of us goes."""
        if len(self._speakers) >= _SPEAKERS_MAX and not self._has_made_room():
            writer.write(_line("ERROR", "too many are connected already").encode())
            writer.close()
            return
        speaker = _Speaker(writer)
        self._speakers.add(speaker)
        try:
            while (line := await _next_line(reader)) is not None:
                speaker.waits = True
                answer, is_heard = await self._answer(line)
                speaker.waits, speaker.spoke_s = False, time.monotonic()
                if answer:
                    writer.write(answer.encode())
                    async with asyncio.timeout(_READ_LIMIT_S):
                        await writer.drain()
                if not is_heard:
                    break
        except (OSError, TimeoutError):
            writer.transport.abort()
        except asyncio.CancelledError:
            pass  # the loop ends, and nobody asks how this did
        finally:
            self._speakers.discard(speaker)
            writer.close()

    def _has_made_room(self) -> bool:
        """Send away who has been silent for longest; False if all wait for an answer."""
        silent = [speaker for speaker in self._speakers if not speaker.waits]
        if not silent:
            return False
        longest = min(silent, key=lambda speaker: speaker.spoke_s)
        longest.writer.write(_line("ERROR", "others want to be heard: connect again").encode())
        longest.writer.close()
        self._speakers.discard(longest)
        return True

    def _take_datagram(self, data: bytes, answer: Callable[[bytes], object]) -> None:
        if len(self._tasks) >= _WAITING_MAX:
            answer(_line("ERROR", "too many wait already").encode())
            return

        async def run() -> None:
            text, _ = await self._answer(data)
            if text:
                answer(text.encode())

        task = asyncio.ensure_future(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, line: bytes | StreamError) -> tuple[str, bool]:
        """Return the answer to a line, and whether who sent it is heard any further."""
        try:
            if isinstance(line, StreamError):
                raise line
            if is_foreign(line):
                return _line("ERROR", "this is no command"), False
            wanted = command(self._without_token(line))
        except StreamError as error:
            return _line("ERROR", str(error)), not isinstance(error, _Refused)
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[str] = loop.create_future()

        def settle(text: str) -> None:
            if not answered.done():  # in time, and for the first time
                answered.set_result(text)

        def take(text: str) -> None:
            self._serving.call(settle, text)

        self._obey(Request(wanted, take))
        try:
            async with asyncio.timeout(_ANSWER_LIMIT_S):
                return await answered, True
        except TimeoutError:
            return _line("ERROR", "it takes too long"), True

    def _without_token(self, line: bytes) -> bytes:
        """Return a line without its token, which must be ours where there is one."""
        line = line.strip()
        given = b""
        if line[: len(_TOKEN_WORD)].upper() == _TOKEN_WORD:
            given, _, line = line[len(_TOKEN_WORD) :].lstrip().partition(b" ")
        if self._token and not hmac.compare_digest(given, self._token):
            raise _Refused("the token is missing or wrong: TOKEN text MARK one")
        return line


class _Speaker:
    """Somebody who has connected.

    Attributes:
        writer: what is answered on.
        waits: whether a command of theirs has no answer yet.
        spoke_s: when they gave their last command; the beginning of time before the first one.
    """

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.waits = False
        self.spoke_s = -math.inf


class _Refused(StreamError):
    """Who sent this is not listened to."""


class _Datagrams(asyncio.DatagramProtocol):
    """Hands each datagram on, with what sends an answer to where it came from."""

    def __init__(self, take: Callable[[bytes, Callable[[bytes], object]], object]) -> None:
        self._take = take
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def datagram_received(self, data: bytes, addr: Any) -> None:
        def answer(text: bytes) -> None:
            if self._transport is not None and not self._transport.is_closing():
                self._transport.sendto(text, addr)

        self._take(data, answer)


async def _next_line(reader: asyncio.StreamReader) -> bytes | StreamError | None:
    """Return the next line, what is wrong with it if it was too long, or None at the end."""
    is_too_long = False
    while True:
        try:
            line = await reader.readuntil(b"\n")
        except asyncio.LimitOverrunError as error:
            await reader.readexactly(error.consumed)  # thrown away piece by piece
            is_too_long = True
        except asyncio.IncompleteReadError as error:
            return too_long() if is_too_long else error.partial or None
        else:
            return too_long() if is_too_long else line


def _line(word: str, text: str) -> str:
    return f"{word} {one_line(text, _ANSWER_MAX)}".rstrip() + "\n"
