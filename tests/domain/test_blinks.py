"""Blinks are short; closed eyes, squints and gaps are none."""

import numpy as np
import pytest

from fer_desktop.domain.blinks import find_blinks

pytestmark = pytest.mark.unit

TIMES = np.arange(300) / 30


def opened(*closures: tuple[int, int], to: float = 0.2) -> np.ndarray:
    series = 1.0 + 0.03 * np.sin(TIMES * 5)
    for first, last in closures:
        series[first : last + 1] = to
    return series


def frames(series: np.ndarray) -> list[tuple[int, int]]:
    return [
        (round(blink.start_s * 30), round(blink.end_s * 30)) for blink in find_blinks(TIMES, series)
    ]


def test_each_blink_is_found_once() -> None:
    assert frames(opened((40, 44), (90, 90), (200, 206))) == [(40, 44), (90, 90), (200, 206)]


def test_long_closures_squints_and_the_ends_are_none() -> None:
    assert frames(opened((60, 90))) == []
    assert frames(opened((60, 64), to=0.8)) == []
    assert frames(opened((0, 3), (297, 299))) == []
    assert frames(opened((0, 299), to=0.2)) == []


def test_both_eyes_and_gaps() -> None:
    series = opened((100, 104))
    series[10:20] = np.nan
    both = np.column_stack((series, series))
    assert len(find_blinks(TIMES, both)) == 1
    assert find_blinks([], []) == []
    with pytest.raises(ValueError, match="times"):
        find_blinks(TIMES, series[:-1])
