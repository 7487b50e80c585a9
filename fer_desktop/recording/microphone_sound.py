"""What a microphone hears while a video is recorded."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.errors import SourceError
from fer_desktop.log import get_logger
from fer_desktop.recording.sound_track import SoundTrack
from fer_desktop.sources.microphone import Microphone, SoundBlock

log = get_logger("recording")

_OPENING_S: Final = 3.0
_CLOSING_S: Final = 2.0
_FIRST_BLOCKS: Final = 10
_LOOK_S: Final = 0.02
_LOST_NS: Final = 2_500_000_000
_WAITING_MAX: Final = 3_000  # a minute: pictures may pause for so long
_FADING: Final = 0.85


class MicrophoneSound:
    """Opens and closes the microphone on a thread of its own: a driver may hang.

    Attributes:
        rate: samples a second; 0 before it is open.
    """

    def __init__(self, microphone: Microphone, on_problem: Callable[[SourceError], None]) -> None:
        """Take the microphone, and what hears once that it cannot be used, or is gone."""
        self.rate = 0
        self._microphone = microphone
        self._on_problem = on_problem
        self._is_told = False
        self._waiting: deque[SoundBlock] = deque(maxlen=_WAITING_MAX)
        self._heard_ns = 0
        self._blocks = 0
        self._peak = 0.0
        self._track: SoundTrack | None = None
        self._failure: SourceError | None = None
        self._is_open = threading.Event()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="microphone", daemon=True)

    @property
    def has_failed(self) -> bool:
        """Whether it could not be opened."""
        return self._failure is not None

    @property
    def is_hearing(self) -> bool:
        """Whether it has begun to give sound."""
        return self._blocks >= _FIRST_BLOCKS

    @property
    def is_lost(self) -> bool:
        """Whether nothing comes from it any more."""
        return self._heard_ns > 0 and time.monotonic_ns() - self._heard_ns > _LOST_NS

    @property
    def level(self) -> float:
        """How loud it has just been, 0 to 1."""
        return 0.0 if self.is_lost else min(1.0, self._peak)

    def start(self) -> bool:
        """Open the microphone, wait for its first sounds, and tell whether that went well.

        It takes three seconds at most.
        """
        ends_s = time.monotonic() + _OPENING_S
        self._thread.start()
        if self._is_open.wait(_OPENING_S):
            # The first blocks come in heaps, and tell less well when they were heard.
            while not (self.is_hearing or self._failure or time.monotonic() > ends_s):
                time.sleep(_LOOK_S)
        else:
            self._failure = SourceError(
                "The microphone does not answer.", hint="Unplug it and plug it in again."
            )
        if self._failure is not None:
            self._is_over.set()
            self._tell(self._failure)
        return self._failure is None

    def until(self, captured_ns: int) -> Iterator[NDArray[np.float32]]:
        """Yield the sound up to the moment of a picture; the first one is where it begins.

        Of a microphone that is gone it is silence.
        """
        if self._track is None:
            self._track = SoundTrack(self.rate, captured_ns)
        while self._waiting and self._waiting[0].captured_ns <= captured_ns:
            yield from self._track.take(self._waiting.popleft())
        if self.is_lost:
            self._tell(
                SourceError(
                    "The microphone is gone: the recording goes on with silence.",
                    hint="Check that it is plugged in, and record again.",
                )
            )
            yield from self._track.silence(captured_ns)

    def close(self) -> None:
        """Let go of the microphone; one that hangs is left behind."""
        self._is_over.set()
        if self._thread.is_alive():
            self._thread.join(_CLOSING_S)

    def _hear(self, block: SoundBlock) -> None:
        self._heard_ns = time.monotonic_ns()
        peak = float(np.abs(block.samples).max(initial=0.0))
        self._peak = max(peak, self._peak * _FADING)
        self._waiting.append(block)
        self._blocks += 1

    def _tell(self, problem: SourceError) -> None:
        if not self._is_told:
            self._is_told = True
            self._on_problem(problem)

    def _run(self) -> None:
        try:
            self.rate = self._microphone.open(self._hear)
            self._heard_ns = time.monotonic_ns()
        except SourceError as error:
            self._failure = error
        except Exception as error:  # thread boundary
            log.exception("the microphone cannot be used")
            self._failure = SourceError(f"The microphone cannot be used: {error}.")
        self._is_open.set()
        if self._failure is None:
            self._is_over.wait()
        try:
            self._microphone.close()
        except Exception:  # thread boundary
            log.exception("closing the microphone failed")
