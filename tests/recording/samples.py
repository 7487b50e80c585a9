"""Analyses with known numbers, as they come out of the vision layer."""

from collections.abc import Sequence

import numpy as np

from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.domain.face import BoundingBox, Detection
from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.domain.neutral_baseline import NeutralBaseline, Origin, estimate_baseline
from fer_desktop.domain.scores import EmotionScores
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
    baseline: NeutralBaseline | None = None,
) -> FaceAnalysis:
    """Return a face, smoothed like raw, or like raw against its baseline, unless given."""
    corrected = baseline.correct(raw) if baseline is not None and raw is not None else None
    if corrected is not None:  # models answer in float32
        stored = np.asarray(corrected.probabilities, np.float32).tolist()
        corrected = EmotionScores(corrected.labels, tuple(stored))
    return FaceAnalysis(
        face_id=face_id,
        detection=Detection(BoundingBox(*box), score=0.875),
        scores=raw,
        smoothed=smoothed or corrected or raw,
        is_unsure=is_unsure,
        corrected=corrected,
        baseline=baseline,
    )


def rest(*probabilities: float, origin: Origin = "live") -> NeutralBaseline:
    """Return what is known of a face at rest."""
    return estimate_baseline([scores(*probabilities)] * 90, 3.0, origin=origin)


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
