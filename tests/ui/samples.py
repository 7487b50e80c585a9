"""Frames and analyses to show."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.domain.face import BoundingBox, Detection
from fer_desktop.domain.frame import Frame
from fer_desktop.domain.scores import EmotionScores

LABELS = ("happy", "sad", "neutral")
Box = tuple[float, float, float, float]


def picture(width: int = 64, height: int = 48, color: Sequence[int] = (0, 0, 255)) -> NDArray:
    """Return a plain BGR picture."""
    return np.full((height, width, 3), color, np.uint8)


def frame_of(pixels: NDArray, index: int = 0, timestamp_us: int = 0) -> Frame:
    """Return a frame."""
    return Frame(index, timestamp_us, 0, pixels)


def face(
    face_id: int = 1,
    box: Box = (10, 10, 30, 30),
    scores: Sequence[float] | None = (0.7, 0.2, 0.1),
    *,
    unsure: bool = False,
) -> FaceAnalysis:
    """Return a face with its scores; None stands for a model that is not ready."""
    smoothed = EmotionScores(LABELS, tuple(scores)) if scores is not None else None
    detection = Detection(BoundingBox(*box), 0.9)
    return FaceAnalysis(face_id, detection, smoothed, smoothed, unsure)


def analysis_of(
    *faces: FaceAnalysis, index: int = 0, timestamp_us: int = 0, size: tuple[int, int] = (64, 48)
) -> FrameAnalysis:
    """Return the analysis of a frame."""
    return FrameAnalysis(index, timestamp_us, None, size[0], size[1], faces)
