import math

import pytest

from fer_desktop.domain.scores import EmotionScores
from fer_desktop.vision.smoothing import ScoreSmoother

pytestmark = pytest.mark.unit

LABELS = ("happy", "sad")
HAPPY = EmotionScores(LABELS, (1.0, 0.0))
SAD = EmotionScores(LABELS, (0.0, 1.0))


def test_the_first_answer_is_taken_as_it_is() -> None:
    assert ScoreSmoother(300).smooth(1, HAPPY, 0) == HAPPY


@pytest.mark.parametrize("fps", [5, 24, 30, 60, 120])
def test_a_change_shows_alike_at_every_frame_rate(fps: int) -> None:
    smoother = ScoreSmoother(300)
    smoother.smooth(1, HAPPY, 0)
    frames = round(0.6 * fps)
    for frame in range(1, frames + 1):
        smoothed = smoother.smooth(1, SAD, round(frame * 1e6 / fps))
    assert smoothed.probabilities[0] == pytest.approx(math.exp(-frames / fps / 0.3), abs=1e-4)
    assert sum(smoothed.probabilities) == pytest.approx(1)


def test_faces_do_not_mix() -> None:
    smoother = ScoreSmoother(300)
    smoother.smooth(1, HAPPY, 0)
    assert smoother.smooth(2, SAD, 0) == SAD
    assert smoother.smooth(1, HAPPY, 1000) == HAPPY


def test_zero_switches_it_off_at_once() -> None:
    smoother = ScoreSmoother(300)
    smoother.smooth(1, HAPPY, 0)
    smoother.time_constant_ms = 0
    assert smoother.smooth(1, SAD, 1000) == SAD


def test_the_same_moment_twice_changes_nothing() -> None:
    smoother = ScoreSmoother(300)
    smoother.smooth(1, HAPPY, 5000)
    assert smoother.smooth(1, HAPPY, 5000) == HAPPY


@pytest.mark.parametrize("cause", ["reset", "time ran backwards", "another model", "long gone"])
def test_it_starts_anew(cause: str) -> None:
    smoother = ScoreSmoother(300)
    smoother.smooth(1, HAPPY, 1_000_000)
    answer, now = SAD, 1_001_000
    if cause == "reset":
        smoother.reset()
    elif cause == "time ran backwards":
        now = 500_000
    elif cause == "another model":
        answer = EmotionScores(("calm", "tense"), (0.0, 1.0))
    else:
        now = 8_000_000
        smoother.forget_absent(now)
    assert smoother.smooth(1, answer, now) == answer
