"""Probabilities averaged over the last moments, so that labels can be read."""

import math
from typing import Final

from fer_desktop.domain.scores import EmotionScores

_FORGET_AFTER_US: Final = 5_000_000


class ScoreSmoother:
    """Exponential average of each face's probabilities over the source's clock.

    A time constant, not a share per frame: ten frames a second look like sixty, only coarser.

    Attributes:
        time_constant_ms: after this time a change shows by 63 %; 0 switches the smoothing off.
    """

    def __init__(self, time_constant_ms: int) -> None:
        self.time_constant_ms = time_constant_ms
        self._last: dict[int, tuple[int, EmotionScores]] = {}

    def smooth(self, face_id: int, scores: EmotionScores, timestamp_us: int) -> EmotionScores:
        """Return a face's probabilities, smoothed up to this moment."""
        before = self._last.get(face_id)
        smoothed = scores
        if before is not None and self.time_constant_ms > 0:
            elapsed_us, old = timestamp_us - before[0], before[1]
            if elapsed_us >= 0 and old.labels == scores.labels:
                keep = math.exp(-elapsed_us / (1000 * self.time_constant_ms))
                pairs = zip(old.probabilities, scores.probabilities, strict=True)
                smoothed = EmotionScores(
                    scores.labels, tuple(keep * a + (1 - keep) * b for a, b in pairs)
                )
        self._last[face_id] = (timestamp_us, smoothed)
        return smoothed

    def forget_absent(self, timestamp_us: int) -> None:
        """Drop faces that have not been seen for a while."""
        self._last = {
            face_id: entry
            for face_id, entry in self._last.items()
            if timestamp_us - entry[0] <= _FORGET_AFTER_US
        }

    def reset(self) -> None:
        """Start anew with every face."""
        self._last.clear()
