"""Readings that show a face at rest, and those that only claim to."""

import numpy as np
import pytest

from fer_desktop.domain.neutral_evidence import evidence_s, is_lively, judged_baseline
from fer_desktop.domain.scores import EmotionScores
from fer_desktop.errors import CalibrationError

pytestmark = pytest.mark.unit

LABELS = ("angry", "disgust", "happiness", "sad", "surprise", "neutral")
REST = (0.01, 0.005, 0.01, 0.2, 0.005, 0.77)
SMILE = (0.01, 0.01, 0.6, 0.01, 0.01, 0.36)
SAD = (0.01, 0.005, 0.01, 0.55, 0.005, 0.42)
FRAME_US = 33_333

Readings = list[tuple[int, EmotionScores]]


def timed(frames: list[EmotionScores], step_us: int = FRAME_US) -> Readings:
    return [(at * step_us, frame) for at, frame in enumerate(frames)]


def readings(
    probabilities: tuple[float, ...], count: int = 90, *, sigma: float = 0.1
) -> list[EmotionScores]:
    random = np.random.default_rng(2)
    powers = np.exp(np.log(probabilities) + random.normal(0, sigma, (count, len(LABELS))))
    rows = powers / powers.sum(axis=1, keepdims=True)
    return [EmotionScores(LABELS, tuple(row)) for row in rows.tolist()]


def test_a_face_at_rest_is_taken() -> None:
    baseline = judged_baseline(timed(readings(REST)), origin="interval")
    assert baseline.origin == "interval"
    assert baseline.evidence_s == pytest.approx(3.0, abs=0.04)


def test_a_face_that_looks_sad_at_rest_is_taken() -> None:
    judged_baseline(timed(readings(SAD)), origin="live")


def test_a_smile_is_refused_also_if_it_lasts_a_third_of_the_time() -> None:
    assert is_lively(EmotionScores(LABELS, SMILE))
    for frames in (readings(SMILE), readings(REST, 60) + readings(SMILE, 30)):
        with pytest.raises(CalibrationError, match="smiles or looks surprised"):
            judged_baseline(timed(frames), origin="live")


def test_a_blink_of_a_smile_is_overlooked() -> None:
    frames = readings(REST, 87) + [EmotionScores(LABELS, SMILE)] * 3
    judged_baseline(timed(frames), origin="live")


def test_a_changing_expression_is_refused() -> None:
    with pytest.raises(CalibrationError, match="changes"):
        judged_baseline(timed(readings(REST, sigma=1.5)), origin="live")


@pytest.mark.parametrize(("count", "step_us"), [(0, FRAME_US), (25, FRAME_US), (60, 600_000)])
def test_too_little_is_refused(count: int, step_us: int) -> None:
    with pytest.raises(CalibrationError, match="too briefly"):
        judged_baseline(timed(readings(REST, count), step_us), origin="interval")


def test_time_without_the_face_does_not_count() -> None:
    assert evidence_s([0, 100_000, 200_000, 5_000_000, 5_100_000]) == pytest.approx(0.3)
    assert evidence_s([]) == 0.0
