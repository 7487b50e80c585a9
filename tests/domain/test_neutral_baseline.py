"""A face against its own rest: what is gained, and what must not be lost."""

import math

import numpy as np
import pytest

from fer_desktop.domain.neutral_baseline import NeutralBaseline, estimate_baseline
from fer_desktop.domain.scores import EmotionScores
from fer_desktop.errors import CalibrationError

pytestmark = pytest.mark.unit

LABELS = ("angry", "happy", "sad", "neutral")
SAD_LOOKING_REST = (0.002, 0.001, 0.27, 0.727)
THREE_SECONDS = 3.0


def reading(*probabilities: float, labels: tuple[str, ...] = LABELS) -> EmotionScores:
    total = sum(probabilities)
    return EmotionScores(labels, tuple(p / total for p in probabilities))


def noisy(rest: tuple[float, ...], sigma: float, count: int = 60) -> list[EmotionScores]:
    random = np.random.default_rng(1)
    logs = np.log(rest) + random.normal(0, sigma, (count, len(rest)))
    return [reading(*row) for row in np.exp(logs).tolist()]


@pytest.fixture
def baseline() -> NeutralBaseline:
    return estimate_baseline(noisy(SAD_LOOKING_REST, 0.1), THREE_SECONDS)


def test_a_faint_expression_shows_once_the_rest_is_known(baseline: NeutralBaseline) -> None:
    faintly_angry = reading(0.25, 0.001, 0.2, 0.549)
    assert faintly_angry.emotion == "neutral"
    assert baseline.correct(faintly_angry).emotion == "angry"


def test_the_resting_face_stays_neutral_with_its_noise(baseline: NeutralBaseline) -> None:
    frames = noisy(SAD_LOOKING_REST, 0.2, count=500)
    raw = np.mean([frame.emotion == "neutral" for frame in frames])
    kept = np.mean([baseline.correct(frame).emotion == "neutral" for frame in frames])
    assert kept >= min(raw, 0.98)


def test_a_face_that_looks_sad_at_rest_reads_as_neutral() -> None:
    resting = (0.01, 0.01, 0.53, 0.45)
    baseline = estimate_baseline(noisy(resting, 0.05), THREE_SECONDS)
    assert reading(*resting).emotion == "sad"
    assert baseline.correct(reading(*resting)).emotion == "neutral"
    assert baseline.correct(reading(0.01, 0.01, 0.93, 0.05)).emotion == "sad"


def test_corrected_probabilities_sum_to_one_at_the_edges(baseline: NeutralBaseline) -> None:
    certain = baseline.correct(reading(0.0, 1.0, 0.0, 0.0))
    assert math.isclose(sum(certain.probabilities), 1.0)
    assert certain.emotion == "happy"


def test_noise_weakens_the_correction_and_never_lifts_neutral() -> None:
    calm = estimate_baseline(noisy(SAD_LOOKING_REST, 0.05), THREE_SECONDS)
    restless = estimate_baseline(noisy(SAD_LOOKING_REST, 3.0), THREE_SECONDS)
    assert restless.spread > calm.spread
    assert max(restless.offsets) < max(calm.offsets)
    neutral = restless.offsets[LABELS.index("neutral")]
    assert min(restless.offsets) >= neutral - 1e-9


def test_a_single_picture_is_trusted_less_than_three_seconds_of_the_same() -> None:
    picture = estimate_baseline([reading(*SAD_LOOKING_REST)], 0.0)
    seconds = estimate_baseline([reading(*SAD_LOOKING_REST)] * 90, THREE_SECONDS)
    assert 0 < max(picture.offsets) < max(seconds.offsets)


def test_blinks_and_words_in_between_hardly_matter(baseline: NeutralBaseline) -> None:
    frames = noisy(SAD_LOOKING_REST, 0.1)
    frames[:6] = [reading(0.1, 0.8, 0.05, 0.05)] * 6
    disturbed = estimate_baseline(frames, THREE_SECONDS)
    assert np.allclose(disturbed.rest, baseline.rest, atol=0.03)


def test_half_the_strength_is_half_the_correction() -> None:
    frames = noisy(SAD_LOOKING_REST, 0.1)
    whole = estimate_baseline(frames, THREE_SECONDS)
    half = estimate_baseline(frames, THREE_SECONDS, strength=0.5)
    assert np.allclose(half.offsets, np.multiply(whole.offsets, 0.5))


def test_labels_of_any_order_and_spelling_work() -> None:
    labels = ("Neutral", "happiness", "sadness")
    baseline = estimate_baseline([reading(0.7, 0.01, 0.29, labels=labels)], 0.0)
    assert baseline.offsets[0] == 0.0
    assert baseline.offsets[1] > 0


def test_a_model_without_neutral_is_refused() -> None:
    with pytest.raises(CalibrationError, match="no neutral expression"):
        estimate_baseline([reading(0.5, 0.5, labels=("happy", "sad"))], THREE_SECONDS)


def test_a_face_that_is_anything_but_neutral_is_refused() -> None:
    with pytest.raises(CalibrationError, match="does not see a neutral expression"):
        estimate_baseline([reading(0.3, 0.3, 0.35, 0.05)], THREE_SECONDS)
