import pytest

from fer_desktop.ui.timeline.visible_stretch import VisibleStretch

pytestmark = pytest.mark.unit

SECOND = 1_000_000


def stretch_at(last_s: float, *, span_s: float = 60) -> VisibleStretch:
    stretch = VisibleStretch(round(span_s * SECOND))
    stretch.advance(0, round(last_s * SECOND), round(last_s * SECOND))
    return stretch


def seconds(stretch: VisibleStretch) -> tuple[float, float]:
    return stretch.start_us / SECOND, stretch.end_us / SECOND


def test_fills_from_the_left_then_moves_on() -> None:
    assert seconds(stretch_at(10)) == (0, 60)
    assert seconds(stretch_at(100)) == (40, 100)


def test_following_a_position_sought_back_to() -> None:
    stretch = stretch_at(100)
    stretch.advance(0, 100 * SECOND, 50 * SECOND)
    assert seconds(stretch) == (40, 100)
    stretch.advance(0, 100 * SECOND, 20 * SECOND)
    assert seconds(stretch) == (14, 74)


def test_panning_stops_following_and_ends_at_the_session() -> None:
    stretch = stretch_at(100)
    stretch.pan(-10 * SECOND)
    assert not stretch.is_following
    assert seconds(stretch) == (30, 90)
    stretch.advance(0, 110 * SECOND, 110 * SECOND)
    assert seconds(stretch) == (30, 90)
    stretch.pan(-1000 * SECOND)
    assert seconds(stretch) == (0, 60)
    stretch.pan(1000 * SECOND)
    assert seconds(stretch) == (50, 110)


def test_zoom_keeps_what_is_under_the_cursor() -> None:
    stretch = stretch_at(100)
    stretch.zoom(0.5, 55 * SECOND)
    assert seconds(stretch) == (47.5, 77.5)
    assert not stretch.is_following


def test_zoom_has_limits() -> None:
    stretch = stretch_at(1000)
    for _ in range(100):
        stretch.zoom(0.5, 990 * SECOND)
    assert stretch.width_us == SECOND
    for _ in range(100):
        stretch.zoom(2, 990 * SECOND)
    assert seconds(stretch) == (0, 1000)


@pytest.mark.parametrize("by_wheel", [True, False])
def test_the_whole_session_stays_whole_while_it_grows(by_wheel: bool) -> None:
    stretch = stretch_at(1000)
    if by_wheel:
        for _ in range(100):
            stretch.zoom(2, 990 * SECOND)
    else:
        stretch.show_all()
    stretch.advance(0, 1200 * SECOND, 1200 * SECOND)
    assert seconds(stretch) == (0, 1200)


def test_follow_comes_back_to_the_last_stretch() -> None:
    stretch = stretch_at(1000)
    stretch.show_all()
    stretch.follow(1000 * SECOND)
    assert stretch.is_following
    assert seconds(stretch) == (940, 1000)


def test_a_source_need_not_begin_at_zero() -> None:
    stretch = VisibleStretch(60 * SECOND)
    stretch.advance(500 * SECOND, 501 * SECOND, 501 * SECOND)
    assert seconds(stretch) == (500, 560)
