"""The rest of a face that nobody asked to look neutral."""

import numpy as np
import pytest

from fer_desktop.domain.neutral_baseline import estimate_baseline
from fer_desktop.domain.resting_expression import RestingExpression
from fer_desktop.domain.scores import EmotionScores

pytestmark = pytest.mark.unit

LABELS = ("angry", "happy", "sad", "neutral")
REST = (0.01, 0.01, 0.28, 0.70)
SMILE = (0.01, 0.90, 0.01, 0.08)
FRAME_US = 33_333


def scores(probabilities: tuple[float, ...]) -> EmotionScores:
    return EmotionScores(LABELS, probabilities)


def after(seconds: int, resting_share: float = 1.0) -> RestingExpression:
    """Return the estimate after a session at 30 frames a second, at rest for some of its time."""
    estimate = RestingExpression()
    random = np.random.default_rng(0)
    is_resting = random.random(seconds * 2 + 1) < resting_share
    for frame in range(seconds * 30):
        time_us = frame * FRAME_US
        look = REST if is_resting[time_us // 500_000] else SMILE
        estimate.take(scores(look), time_us)
    return estimate


def test_nothing_is_corrected_in_the_first_half_minute() -> None:
    assert after(29).baseline is None
    baseline = after(35).baseline
    assert baseline is not None
    assert baseline.origin == "automatic"


def test_the_resting_moments_count_and_not_the_common_ones() -> None:
    baseline = after(120, resting_share=0.3).baseline
    assert baseline is not None
    assert np.allclose(baseline.rest, REST, atol=0.01)


def test_it_corrects_less_than_a_face_that_was_asked_to_look_neutral() -> None:
    estimate = after(60).baseline
    assert estimate is not None
    asked = estimate_baseline([scores(REST)] * 90, 3.0)
    assert 0 < max(estimate.offsets) < 0.55 * max(asked.offsets)


def test_a_stretch_played_over_and_over_counts_once() -> None:
    estimate = RestingExpression()
    for _ in range(10):
        for frame in range(10 * 30):
            estimate.take(scores(REST), frame * FRAME_US)
    assert estimate.baseline is None


def test_the_latest_minutes_replace_the_first_ones() -> None:
    estimate = RestingExpression()
    former, latter = (0.01, 0.01, 0.38, 0.60), (0.2, 0.01, 0.09, 0.70)
    for look in range(700):
        estimate.take(scores(former if look < 60 else latter), look * 500_000)
    assert estimate.baseline is not None
    assert np.allclose(estimate.baseline.rest, latter, atol=0.01)


def test_a_face_that_never_looks_neutral_stays_as_it_is() -> None:
    assert after(60, resting_share=0.0).baseline is None


def test_a_model_without_neutral_corrects_nothing() -> None:
    estimate = RestingExpression()
    for look in range(100):
        estimate.take(EmotionScores(("happy", "sad"), (0.7, 0.3)), look * 500_000)
    assert estimate.baseline is None
