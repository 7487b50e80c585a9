"""Sound that comes in blocks laid beside pictures, so that both stay together for hours."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.sources.microphone import SoundBlock

# AAC's decoder needs so much before the first sound that counts. With silence there, no time lies
# before the beginning, and the muxer has no reason to shift the pictures.
PRIMING: Final = 1024
_LEAP_S: Final = 0.04  # what is further off was lost, not slow
_TOLERATED_S: Final = 0.005
_BENT_AT_MOST: Final = 200  # one sample of so many: nobody hears it
_WEIGHT: Final = 0.05  # of a block's time in the average: a single one may come late
_SILENCE_S: Final = 1.0


class SoundTrack:
    """One channel that grows without a gap.

    The clock of a microphone and that of the computer differ, by seconds in a day. Blocks are
    lengthened or shortened a little so that each sample stays within milliseconds of its moment.
    """

    def __init__(self, rate: int, began_ns: int) -> None:
        """Begin a track.

        Args:
            rate: samples a second.
            began_ns: ``time.monotonic_ns()`` of the first picture.
        """
        self._rate = rate
        self._began_ns = began_ns
        self._length = PRIMING
        self._has_begun = False
        self._late = 0.0  # how much later sound comes than it lies, in samples

    def take(self, block: SoundBlock) -> Iterator[NDArray[np.float32]]:
        """Yield what a block adds to the track: silence before it where something is missing."""
        samples = block.samples
        late = self._place(block.captured_ns) - self._length
        if not self._has_begun or abs(late) > _LEAP_S * self._rate:
            self._late = 0.0
            if late > 0:
                yield from self._silent(late)
            samples = samples[max(0, -late) :]
        else:
            self._late += _WEIGHT * (late - self._late)
            samples = self._bent(samples)
        if len(samples):
            self._has_begun = True
            self._length += len(samples)
            yield samples

    def silence(self, until_ns: int) -> Iterator[NDArray[np.float32]]:
        """Yield silence up to a moment, if the track does not reach it."""
        yield from self._silent(self._place(until_ns) - self._length)

    def _place(self, at_ns: int) -> int:
        return round((at_ns - self._began_ns) * self._rate / 1e9)

    def _silent(self, count: int) -> Iterator[NDArray[np.float32]]:
        longest = round(_SILENCE_S * self._rate)
        while count > 0:
            part = min(count, longest)
            count -= part
            self._length += part
            yield np.zeros(part, np.float32)

    def _bent(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        if abs(self._late) < _TOLERATED_S * self._rate:
            return samples
        most = len(samples) // _BENT_AT_MOST
        change = int(np.clip(round(self._late), -most, most))
        self._late -= change
        places = np.linspace(0, len(samples) - 1, len(samples) + change)
        return np.interp(places, np.arange(len(samples)), samples).astype(np.float32)
