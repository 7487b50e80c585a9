"""Where sound comes in: microphones, by PortAudio, which is loaded when one is wanted."""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from fer_desktop.errors import SourceError

# What AAC knows; of microphones that have another rate this is asked.
_RATES: Final = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
_USUAL_RATE: Final = 48_000
_BLOCK_S: Final = 0.02
_BLOCKS_OF_CLOCK: Final = 250  # five seconds
_NO_LIBRARY: Final = SourceError(
    "Sound cannot be recorded: the library PortAudio is missing.",
    hint="Install it, on Debian and Ubuntu by: apt install libportaudio2",
)


@dataclass(frozen=True, slots=True, eq=False)
class SoundBlock:
    """Some milliseconds of sound.

    Attributes:
        samples: one channel, from -1 to 1.
        captured_ns: ``time.monotonic_ns()`` when the first of them was heard.
    """

    samples: NDArray[np.float32]
    captured_ns: int


class Microphone(Protocol):
    """Hears from when it is opened until it is closed; one thread does both."""

    def open(self, on_block: Callable[[SoundBlock], None]) -> int:
        """Begin to hear, and return the samples a second.

        Args:
            on_block: gets what is heard, on any thread; it must not wait.

        Raises:
            SourceError: if it cannot be opened.
        """
        ...

    def close(self) -> None:
        """Hear no more; may be called twice, and without open."""
        ...


class Microphones(Protocol):
    """The microphones of a computer."""

    def names(self) -> list[str]:
        """Return what each is called; may take a moment.

        Raises:
            SourceError: if there is none, or it cannot be told.
        """
        ...

    def microphone(self, name: str) -> Microphone:
        """Return the one of this name, the system's own choice for an empty one; not opened yet."""
        ...


class PortAudioMicrophones:
    """Those that PortAudio finds."""

    def names(self) -> list[str]:
        """Return what each is called, with the system that it belongs to where there are several.

        Raises:
            SourceError: if there is none, or PortAudio is missing.
        """
        library = _portaudio()
        _look_again(library)
        found = [name for name, _ in _inputs(library)]
        if not found:
            raise SourceError("No microphone was found.", hint="Plug one in and try again.")
        return found

    def microphone(self, name: str) -> "PortAudioMicrophone":
        """Return the one of this name, the system's own choice for an empty one."""
        return PortAudioMicrophone(name)


class PortAudioMicrophone:
    """One microphone; only what comes while it is open is heard."""

    def __init__(self, name: str = "") -> None:
        """Take its name, as ``PortAudioMicrophones.names`` gives it; empty for the usual one."""
        self._name = name
        self._stream: Any = None

    def open(self, on_block: Callable[[SoundBlock], None]) -> int:
        """Begin to hear, and return the samples a second.

        Raises:
            SourceError: if it is not there, or cannot be opened.
        """
        library = _portaudio()
        if self._name and self._name not in dict(_inputs(library)):
            _look_again(library)
        with _once:
            _in_use.add(self)  # from here on the numbers of devices stay
        try:
            return self._opened(library, on_block)
        except BaseException:
            self.close()
            raise

    def _opened(self, library: Any, on_block: Callable[[SoundBlock], None]) -> int:
        device = None
        if self._name:
            device = dict(_inputs(library)).get(self._name)
            if device is None:
                raise SourceError(f"The microphone {self._name} was not found.")
        try:
            usual = round(library.query_devices(device, "input")["default_samplerate"])
            rate = usual if usual in _RATES else _USUAL_RATE

            def heard(samples: Any, count: int, _: Any, flags: Any) -> None:
                captured_ns = clock.captured_ns(count, is_after_loss=flags.input_overflow)
                on_block(SoundBlock(samples[:, 0].copy(), captured_ns))

            stream = library.InputStream(
                samplerate=rate,
                blocksize=round(rate * _BLOCK_S),
                device=device,
                channels=1,
                dtype="float32",
                callback=heard,
            )
            clock = _SampleClock(rate, stream.latency)
            self._stream = stream
            stream.start()
        except (library.PortAudioError, ValueError) as error:
            called = self._name or "The microphone"
            raise SourceError(
                f"{called} cannot be opened: {error}.",
                hint="Check that it is plugged in, allowed, and not used by another program.",
            ) from error
        return rate

    def close(self) -> None:
        """Let go of the microphone; may be called twice."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.abort(ignore_errors=True)  # one that was unplugged has nothing more to give
            stream.close(ignore_errors=True)
        with _once:
            _in_use.discard(self)


class _SampleClock:
    """Tells when samples were heard, from when blocks of them come.

    What drivers say of it was tried and left: behind PulseAudio it is wrong by half a second at
    first. A block may come late, never early: the earliest of the last seconds tell the time.
    """

    def __init__(self, rate: float, latency_s: float) -> None:
        """Take samples a second, and how long a sample takes until it comes."""
        self._ns_per_sample = 1e9 / rate
        self._latency_ns = latency_s * 1e9
        self._heard = 0
        self._earliest = self._former = math.inf
        self._blocks = 0

    def captured_ns(self, count: int, *, is_after_loss: bool) -> int:
        """Return when the first sample of a block that comes now was heard.

        Args:
            count: how many it has.
            is_after_loss: whether some were lost before it.
        """
        if is_after_loss:
            self._earliest = self._former = math.inf
        length_ns = count * self._ns_per_sample
        begin_ns = self._heard * self._ns_per_sample
        self._heard += count
        self._earliest = min(self._earliest, time.monotonic_ns() - begin_ns - length_ns)
        zero_ns = min(self._earliest, self._former)
        self._blocks += 1
        if self._blocks == _BLOCKS_OF_CLOCK:
            self._former, self._earliest, self._blocks = self._earliest, math.inf, 0
        return round(zero_ns + begin_ns - self._latency_ns)


_once: Final = threading.Lock()
_in_use: Final[set[PortAudioMicrophone]] = set()


def _portaudio() -> Any:
    """Return the library, loaded when it is asked for first: that looks at all devices.

    Raises:
        SourceError: if it is missing.
    """
    with _once:
        try:
            import sounddevice
        except (ImportError, OSError) as error:
            raise _NO_LIBRARY from error
        return sounddevice


def _look_again(library: Any) -> None:
    """Have the library find what was plugged in since; while it is in use, it cannot."""
    with _once:
        if not _in_use:
            library._terminate()
            library._initialize()


def _inputs(library: Any) -> list[tuple[str, int]]:
    """Return names and numbers of what can be heard through."""
    systems = library.query_hostapis()
    inputs = [
        (device["name"], systems[device["hostapi"]]["name"], device["index"])
        for device in library.query_devices()
        if device["max_input_channels"] > 0
    ]
    is_one = len({system for _, system, _ in inputs}) < 2
    return [(name if is_one else f"{name} ({system})", at) for name, system, at in inputs]
