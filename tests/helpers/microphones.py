"""Microphones that hear what the script says."""

import threading
import time
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from fer_desktop.errors import SourceError
from fer_desktop.sources.microphone import Microphone, SoundBlock

RATE = 48_000
_BLOCK = 960


class ScriptedMicrophone:
    """Hears what is played to it, from when it is opened on, with a clock of its own.

    Attributes:
        is_open: whether it hears.
        opened: how often it was opened.
        unplugged: set, it gives nothing more.
    """

    def __init__(
        self,
        sound: Callable[[NDArray[np.int64]], NDArray[np.float32]],
        error: SourceError | None = None,
        drift: float = 0.0,
    ) -> None:
        """Write the script.

        Args:
            sound: from moments, ``time.monotonic_ns()``, to what is heard then, -1 to 1.
            error: raised by ``open``.
            drift: by which share its clock is too fast.
        """
        self._sound = sound
        self._error = error
        self._drift = drift
        self._thread: threading.Thread | None = None
        self._over = threading.Event()
        self.unplugged = threading.Event()
        self.is_open = False
        self.opened = 0

    def open(self, on_block: Callable[[SoundBlock], None]) -> int:
        self.opened += 1
        if self._error is not None:
            raise self._error
        self._over.clear()
        self.is_open = True
        self._thread = threading.Thread(target=self._hear, args=(on_block,), name="script mic")
        self._thread.start()
        return RATE

    def close(self) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()
        self.is_open = False

    def _hear(self, on_block: Callable[[SoundBlock], None]) -> None:
        step_ns = 1e9 / RATE / (1 + self._drift)
        began_ns, number = time.monotonic_ns(), 0
        while not self._over.is_set():
            due_ns = began_ns + round((number + 1) * _BLOCK * step_ns)
            if self._over.wait(max(0.0, (due_ns - time.monotonic_ns()) / 1e9)):
                return
            first = number * _BLOCK
            moments = began_ns + ((first + np.arange(_BLOCK)) * step_ns).astype(np.int64)
            number += 1
            if not self.unplugged.is_set():
                on_block(SoundBlock(self._sound(moments), int(moments[0])))


class ScriptedMicrophones:
    """The microphones of a computer, by name; without any there is a reason."""

    def __init__(self, found: dict[str, Microphone] | None = None) -> None:
        self.found = found or {}
        self.asked: list[str] = []

    def names(self) -> Sequence[str]:
        if not self.found:
            raise SourceError("No microphone was found.", hint="Plug one in and try again.")
        return list(self.found)

    def microphone(self, name: str) -> Microphone:
        self.asked.append(name)
        return self.found[name] if name else next(iter(self.found.values()))


def click_at(moments_ns: list[int], length_s: float = 0.005) -> Callable[..., NDArray[np.float32]]:
    """Return the sound of short clicks at moments, which may be added later."""

    def sound(moments: NDArray[np.int64]) -> NDArray[np.float32]:
        found = np.zeros(len(moments), np.float32)
        for at_ns in moments_ns:
            since = moments - at_ns
            found[(since >= 0) & (since < length_s * 1e9)] = 0.9
        return found

    return sound
