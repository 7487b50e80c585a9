"""An event loop on a thread of its own that serves others until it is told to end."""

import asyncio
import contextlib
import os
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Final

from fer_desktop.deadline import Deadline
from fer_desktop.errors import StreamError
from fer_desktop.log import get_logger

log = get_logger("streaming")

_READY_LIMIT_S: Final = 10.0
CLOSE_LIMIT_S: Final = 10.0


class Serving:
    """What listens at one port of this computer."""

    def __init__(
        self,
        name: str,
        address: str,
        port: int,
        serve: Callable[[], AbstractAsyncContextManager[object]],
    ) -> None:
        """Take what serves; nothing is opened yet.

        Args:
            name: what messages call it.
            address: of this computer.
            port: at which it listens.
            serve: makes what is entered on the loop, listens from then on, and is left at the end.
        """
        self._name = name
        self._address = address
        self._port = port
        self._make = serve
        self._lock = threading.Lock()
        self._is_closed = False
        self._ready = threading.Event()
        self._problem: Exception | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ending: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name=f"stream server {name}", daemon=True)

    def open(self) -> None:
        """Listen, unless it has been closed meanwhile.

        Raises:
            StreamError: if the port is taken, or the address is not ours.
        """
        with self._lock:
            if self._is_closed:
                return
            self._thread.start()
        self._ready.wait(_READY_LIMIT_S)
        if isinstance(self._problem, OSError | UnicodeError):
            raise StreamError(
                f"{self._name}: cannot listen at {self._address}, port {self._port}:"
                f" {_reason(self._problem)}.",
                hint="Take another port, or end the program that uses it.",
            ) from self._problem
        if self._problem is not None:
            raise self._problem

    def call(self, do: Callable[..., object], *values: object) -> None:
        """Have something done on the loop, if it still goes on; any thread may ask."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # it may have ended by itself
                self._loop.call_soon_threadsafe(do, *values)

    def close(self, limit_s: float = CLOSE_LIMIT_S) -> None:
        """End it; may be called without ``open``, and after it has failed.

        Args:
            limit_s: how long it may take before its thread is left behind.
        """
        deadline = Deadline(limit_s)
        with self._lock:
            self._is_closed = True
        if self._thread.ident is None:
            return
        self._ready.wait(deadline.left_s)
        if self._ending is not None:
            self.call(self._ending.set)
        if not deadline.join(self._thread):
            log.warning("the server of %s does not end", self._name)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as error:
            if self._ready.is_set():
                log.exception("the server of %s failed", self._name)
            self._problem = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._ending = asyncio.Event()
        async with self._make():
            self._loop = asyncio.get_running_loop()
            self._ready.set()
            await self._ending.wait()


def _reason(error: Exception) -> str:
    is_known = isinstance(error, OSError) and (error.errno or 0) > 0
    return os.strerror(error.errno) if is_known else str(error)  # type: ignore[attr-defined]
