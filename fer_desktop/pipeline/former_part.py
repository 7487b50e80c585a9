"""What is known of a file whose analysis was interrupted, so that it goes on as if it had not been.

Networks look at single pictures; only tracking, smoothing and automatic calibration have memory.
That memory comes back by following the recorded numbers, without pictures. The last seconds, as
long as looks are remembered, are then analysed once more and compared: the rest comes out as it
would have, or the file begins anew.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

import numpy as np

from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.domain.neutral_baseline import NeutralBaseline
from fer_desktop.domain.scores import EmotionScores
from fer_desktop.errors import FerError
from fer_desktop.vision.analyzer import Analyzer
from fer_desktop.vision.tracker import MEMORY_US

_OVERLAP_US: Final = MEMORY_US + 1_000_000
_ROWS_AT_ONCE: Final = 100  # some milliseconds, so that nothing else waits for long


class OtherNumbersError(Exception):
    """What was recorded does not come out again: the file has to be analysed from its beginning."""


@dataclass(frozen=True, slots=True)
class FormerPart:
    """What was recorded before an interruption.

    Attributes:
        analyses: returns all of it, in order and without gaps; FerError. Called on the thread that
            analyses.
        edge_us: time of the last of them.
        baselines: the rest of faces that were read against it.
        on_dropped: called where the file is analysed from its beginning after all.
    """

    analyses: Callable[[], Iterator[FrameAnalysis]]
    edge_us: int
    baselines: Mapping[int, NeutralBaseline] = field(default_factory=dict)
    on_dropped: Callable[[], object] = lambda: None


class Following:
    """Takes an analyzer to where a former analysis ended; used by one thread.

    Attributes:
        since_us: from when on frames are analysed once more.
    """

    def __init__(self, part: FormerPart) -> None:
        """Begin at the first frame."""
        self.since_us = max(0, part.edge_us - _OVERLAP_US)
        self._rows: Iterator[FrameAnalysis] | None = None
        self._part = part
        self._is_done = False
        self._expected: dict[int, FrameAnalysis] = {}

    def take(self, analyzer: Analyzer) -> list[FrameAnalysis] | None:
        """Follow some frames and return them; None once all were.

        Raises:
            OtherNumbersError: if they can no longer be read.
        """
        if self._is_done:
            return None
        try:
            if self._rows is None:
                self._rows = self._part.analyses()
            rows = list(islice(self._rows, _ROWS_AT_ONCE))
        except FerError as error:
            raise OtherNumbersError(str(error)) from error
        self._is_done = not rows
        followed = []
        for row in rows:
            if row.timestamp_us < self.since_us:
                analyzer.follow(row)
                followed.append(row)
            else:
                self._expected[row.frame_index] = row
        return followed

    def confirm(self, analysis: FrameAnalysis) -> None:
        """Compare a frame with what was recorded of it, if anything was.

        Raises:
            OtherNumbersError: if it is another.
        """
        former = self._expected.pop(analysis.frame_index, None)
        if former is not None and _numbers(former) != _numbers(analysis):
            raise OtherNumbersError(f"frame {analysis.frame_index} has other numbers than before")

    def confirm_end(self) -> None:
        """Make sure that every recorded frame has come again.

        Raises:
            OtherNumbersError: if not.
        """
        if self._expected:
            raise OtherNumbersError(f"{len(self._expected)} frames are not there any more")


def _numbers(analysis: FrameAnalysis) -> tuple[object, ...]:
    """Return the numbers of a frame in the precision in which they are recorded."""
    return analysis.timestamp_us, [_face_numbers(face) for face in analysis.faces]


def _face_numbers(face: FaceAnalysis) -> tuple[object, ...]:
    scores = (face.scores, face.smoothed, face.corrected)
    return (
        face.face_id,
        face.detection.box,
        face.detection.score,
        bool(face.is_unsure),
        *map(_packed, scores),
    )


def _packed(scores: EmotionScores | None) -> bytes | None:
    return None if scores is None else np.asarray(scores.probabilities, np.float32).tobytes()
