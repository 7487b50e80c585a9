import pytest

from fer_desktop.ui.time_axis import TimeAxis

SECOND = 1_000_000


def axis_at(last_s: float, *, span_s: float = 60) -> TimeAxis:
    axis = TimeAxis(round(span_s * SECOND))
    axis.advance(0, round(last_s * SECOND), round(last_s * SECOND))
    return axis


def seconds(axis: TimeAxis) -> tuple[float, float]:
    return axis.start_us / SECOND, axis.end_us / SECOND


def test_fills_from_the_left_then_moves_on() -> None:
    assert seconds(axis_at(10)) == (0, 60)
    assert seconds(axis_at(100)) == (40, 100)


def test_following_a_position_sought_back_to() -> None:
    axis = axis_at(100)
    axis.advance(0, 100 * SECOND, 50 * SECOND)
    assert seconds(axis) == (40, 100)
    axis.advance(0, 100 * SECOND, 20 * SECOND)
    assert seconds(axis) == (14, 74)


def test_panning_stops_following_and_ends_at_the_session() -> None:
    axis = axis_at(100)
    axis.pan(-10 * SECOND)
    assert not axis.is_following
    assert seconds(axis) == (30, 90)
    axis.advance(0, 110 * SECOND, 110 * SECOND)
    assert seconds(axis) == (30, 90)
    axis.pan(-1000 * SECOND)
    assert seconds(axis) == (0, 60)
    axis.pan(1000 * SECOND)
    assert seconds(axis) == (50, 110)


def test_zoom_keeps_what_is_under_the_cursor() -> None:
    axis = axis_at(100)
    axis.zoom(0.5, 55 * SECOND)
    assert seconds(axis) == (47.5, 77.5)
    assert not axis.is_following


def test_zoom_has_limits() -> None:
    axis = axis_at(1000)
    for _ in range(100):
        axis.zoom(0.5, 990 * SECOND)
    assert axis.width_us == SECOND
    for _ in range(100):
        axis.zoom(2, 990 * SECOND)
    assert seconds(axis) == (0, 1000)


@pytest.mark.parametrize("by_wheel", [True, False])
def test_the_whole_session_stays_whole_while_it_grows(by_wheel: bool) -> None:
    axis = axis_at(1000)
    if by_wheel:
        for _ in range(100):
            axis.zoom(2, 990 * SECOND)
    else:
        axis.show_all()
    axis.advance(0, 1200 * SECOND, 1200 * SECOND)
    assert seconds(axis) == (0, 1200)


def test_follow_comes_back_to_the_last_stretch() -> None:
    axis = axis_at(1000)
    axis.show_all()
    axis.follow(1000 * SECOND)
    assert axis.is_following
    assert seconds(axis) == (940, 1000)


def test_a_source_need_not_begin_at_zero() -> None:
    axis = TimeAxis(60 * SECOND)
    axis.advance(500 * SECOND, 501 * SECOND, 501 * SECOND)
    assert seconds(axis) == (500, 560)


@pytest.mark.parametrize(
    ("width_s", "max_ticks", "step_s", "tenths"),
    [(60, 8, 10, False), (2, 8, 0.5, True), (3 * 3600, 8, 1800, False), (3600, 30, 120, False)],
)
def test_ticks_are_round_times(width_s: float, max_ticks: int, step_s: float, tenths: bool) -> None:
    axis = axis_at(width_s)
    axis.start_us, axis.end_us = 0, round(width_s * SECOND)
    times_us, are_tenths = axis.ticks(max_ticks)
    assert times_us[1] - times_us[0] == step_s * SECOND
    assert len(times_us) <= max_ticks + 1
    assert are_tenths is tenths
