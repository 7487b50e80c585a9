"""Analyses with known numbers, as they come out of the vision layer."""

from collections.abc import Sequence

import numpy as np

from fer_desktop.domain.emotion import EmotionScores, FaceAnalysis, FrameAnalysis
from fer_desktop.domain.face import BoundingBox, Detection
from fer_desktop.domain.frame import Frame, SourceInfo
from tests.helpers.fakes import fake_preset

PRESET = fake_preset("fake3", ("happy", "sad", "neutral"), sha256="a" * 64)
OTHER_PRESET = fake_preset("other2", ("neutral", "surprise"), sha256="b" * 64)

VIDEO = SourceInfo(
    kind="video",
    name="clip é.mp4",
    uri="/films/clip é.mp4",
    width_px=640,
    height_px=480,
    fps=30.0,
    frame_count=90,
    duration_us=3_000_000,
)
CAMERA = SourceInfo(kind="camera", name="HD Webcam", uri="0", width_px=640, height_px=480)


def scores(*probabilities: float, labels: Sequence[str] = PRESET.labels) -> EmotionScores:
    """Return what a model says."""
    return EmotionScores(tuple(labels), probabilities)


def face(
    face_id: int = 1,
    *,
    raw: EmotionScores | None = None,
    smoothed: EmotionScores | None = None,
    box: tuple[float, float, float, float] = (100.0, 80.0, 220.0, 200.0),
    is_unsure: bool = False,
) -> FaceAnalysis:
    """Return a face, smoothed like raw unless given."""
    return FaceAnalysis(
        face_id=face_id,
        detection=Detection(BoundingBox(*box), score=0.875),
        scores=raw,
        smoothed=smoothed or raw,
        is_unsure=is_unsure,
    )


def frame(
    index: int, *faces: FaceAnalysis, timestamp_us: int | None = None, wall_ns: int | None = None
) -> FrameAnalysis:
    """Return a frame of a 640 x 480 source at 30 frames a second."""
    return FrameAnalysis(
        frame_index=index,
        timestamp_us=index * 1_000_000 // 30 if timestamp_us is None else timestamp_us,
        wall_ns=wall_ns,
        width_px=640,
        height_px=480,
        faces=faces,
    )


def picture(index: int, width: int = 640, height: int = 480, timestamp_us: int = -1) -> Frame:
    """Return a gray picture whose brightness tells its index."""
    pixels = np.full((height, width, 3), 16 + index * 5 % 224, np.uint8)
    time_us = index * 1_000_000 // 30 if timestamp_us < 0 else timestamp_us
    return Frame(index=index, timestamp_us=time_us, captured_ns=0, pixels=pixels)
