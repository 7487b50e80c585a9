"""Watches one face while it is asked to look neutral for some seconds."""

from enum import Enum, auto
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.arousal import arousal_of
from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.domain.face import Detection
from fer_desktop.domain.face_quality import nose_offset
from fer_desktop.domain.neutral_baseline import NeutralBaseline
from fer_desktop.domain.neutral_evidence import is_lively, judged_baseline
from fer_desktop.domain.scores import EmotionScores
from fer_desktop.training.frame_quality import Flaw, look_at

READY_US: Final = 2_000_000
DURATION_US: Final = 3_000_000
# A blink or a single bad frame is no trouble; what lasts longer ends the attempt.
_PATIENCE_US: Final = 500_000
# In face widths, as a ratio of widths, and in distances between the eyes. Faces in films of people
# who look into the camera stayed within .18, 1.17 and .15 over three seconds.
_MOVED: Final = 0.35
_NEARER: Final = 1.3
_TURNED: Final = 0.25


class Trouble(Enum):
    """Why a face cannot be calibrated."""

    GONE = auto()
    MOVED = auto()
    TURNED = auto()
    TOO_FAR = auto()
    CUT_OFF = auto()
    TOO_DARK = auto()
    TOO_BRIGHT = auto()
    BLURRED = auto()
    LIVELY = auto()


_OF_FLAW: Final = {
    Flaw.TOO_FAR: Trouble.TOO_FAR,
    Flaw.CUT_OFF: Trouble.CUT_OFF,
    Flaw.TOO_DARK: Trouble.TOO_DARK,
    Flaw.TOO_BRIGHT: Trouble.TOO_BRIGHT,
    Flaw.BLURRED: Trouble.BLURRED,
}


class NeutralWatch:
    """One attempt: time to get ready, then the seconds that count, on the source's clock.

    Attributes:
        face_id: who is watched.
        trouble: why the attempt has failed; None while it has not.
    """

    def __init__(self, face_id: int) -> None:
        self.face_id = face_id
        self.trouble: Trouble | None = None
        self._readings: list[tuple[int, EmotionScores]] = []
        self._arousal: list[float | None] = []
        self._began_us: int | None = None
        self._now_us = 0
        self._first: Detection | None = None
        self._flaw: Trouble | None = None
        self._fit_us = 0

    @property
    def elapsed_us(self) -> int:
        """Time since the first frame."""
        return 0 if self._began_us is None else self._now_us - self._began_us

    @property
    def is_ready(self) -> bool:
        """Whether the seconds count by now."""
        return self.elapsed_us >= READY_US

    @property
    def progress(self) -> float:
        """How much of the seconds that count is over, 0 to 1."""
        return min(max((self.elapsed_us - READY_US) / DURATION_US, 0.0), 1.0)

    @property
    def is_done(self) -> bool:
        """Whether nothing more is wanted."""
        return self.trouble is not None or self.progress >= 1

    def look(self, pixels: NDArray[np.uint8], analysis: FrameAnalysis) -> None:
        """Judge how well the face can be seen on a picture; before the frame is taken."""
        face = self._find(analysis)
        found = look_at(pixels, [face.detection]) if face is not None else None
        self._flaw = _OF_FLAW.get(found) if isinstance(found, Flaw) else None

    def take(self, analysis: FrameAnalysis) -> None:
        """Take the next frame in."""
        if self._began_us is None:
            self._began_us = analysis.timestamp_us
        self._now_us = analysis.timestamp_us
        if self.is_done or not self.is_ready:
            self._fit_us = self._now_us
            return
        face = self._find(analysis)
        trouble = self._trouble(face)
        if trouble is None and face is not None and face.scores is not None:
            self._fit_us = self._now_us
            self._readings.append((self._now_us, face.scores))
            self._arousal.append(arousal_of(face))
        elif self._now_us - self._fit_us > _PATIENCE_US:
            self.trouble = trouble

    def baseline(self) -> NeutralBaseline:
        """Return what the face looks like at rest.

        Raises:
            CalibrationError: if it was not at rest.
        """
        return judged_baseline(self._readings, origin="live", arousal=self._arousal)

    def _find(self, analysis: FrameAnalysis) -> FaceAnalysis | None:
        return next((face for face in analysis.faces if face.face_id == self.face_id), None)

    def _trouble(self, face: FaceAnalysis | None) -> Trouble | None:
        if face is None or face.scores is None:
            return Trouble.GONE
        if self._first is None:
            self._first = face.detection
        if _is_elsewhere(self._first, face.detection):
            return Trouble.MOVED
        if _is_turned(self._first, face.detection):
            return Trouble.TURNED
        return Trouble.LIVELY if is_lively(face.scores) else self._flaw


def _is_elsewhere(first: Detection, now: Detection) -> bool:
    width = first.box.width
    moved = np.subtract(now.box.center, first.box.center)
    ratio = now.box.width / max(width, 1.0)
    return bool(np.hypot(*moved) > _MOVED * width) or not 1 / _NEARER < ratio < _NEARER


def _is_turned(first: Detection, now: Detection) -> bool:
    poses = [nose_offset(first), nose_offset(now)]
    if poses[0] is None or poses[1] is None:
        return False
    return bool(np.abs(poses[1] - poses[0]).max() > _TURNED)
