"""A mouth that opens and closes again and again talks; one that stays open does not."""

import numpy as np
import pytest

from fer_desktop.domain.talking import find_talking

pytestmark = pytest.mark.unit

TIMES = np.arange(300) / 30


def moving(*stretches: tuple[float, float]) -> np.ndarray:
    """Return a mouth that opens four times a second in these stretches of time."""
    series = np.full(len(TIMES), 0.02)
    for start, end in stretches:
        inside = (start <= TIMES) & (end > TIMES)
        series[inside] += 0.1 * (1 - np.cos(2 * np.pi * 4 * (TIMES[inside] - start)))
    return series


def test_stretches_are_found_and_pauses_are_none() -> None:
    first, second = find_talking(TIMES, moving((1, 3), (6, 9)))
    assert (first.start_s, first.end_s) == pytest.approx((1.1, 2.9), abs=0.1)
    assert (second.start_s, second.end_s) == pytest.approx((6.1, 8.9), abs=0.1)


def test_a_yawn_a_smile_and_trembling_are_no_talking() -> None:
    yawn = np.full(len(TIMES), 0.02)
    yawn[60:120] = 0.8
    twice = yawn.copy()
    twice[150:160] = 0.3
    trembling = 0.2 + 0.025 * np.sin(2 * np.pi * 5 * TIMES)
    for series in (yawn, twice, trembling, np.full(len(TIMES), np.nan), np.zeros(len(TIMES))):
        assert find_talking(TIMES, series) == []


def test_what_is_not_known_is_left_out() -> None:
    series = moving((1, 9))
    series[100:110] = np.nan
    (talk,) = find_talking(TIMES, series)
    assert talk.end_s - talk.start_s == pytest.approx(7.8, abs=0.2)
    assert find_talking([], []) == []
    with pytest.raises(ValueError, match="times for"):
        find_talking(TIMES, series[:-1])
