"""How far an analysis is, in words."""

from fer_desktop.pipeline.events import AnalysisProgress
from fer_desktop.ui.runtime.analysis_watch import AnalysisWatch


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def progress(frames: int, total: int | None = 1000, **more: bool) -> AnalysisProgress:
    return AnalysisProgress(1, frames, total, frames * 33_333, 1, **more)


def test_the_time_left_follows_the_speed_of_the_last_seconds() -> None:
    clock = Clock()
    watch = AnalysisWatch(clock)
    watch.take(progress(0))
    assert watch.state.text() == "analysing, 0 %"
    for _ in range(3):
        clock.now += 1
        watch.take(progress(round(clock.now * 100)))
    assert watch.state.text() == "analysing, 30 %, 00:00:07 left"
    for _ in range(20):  # ten times slower from now on
        clock.now += 1
        watch.take(progress(round(300 + (clock.now - 3) * 10)))
    assert watch.state.left_s == 50
    watch.take(progress(500, is_paused=True))
    assert watch.state.text() == "analysis paused at 50 %"
    clock.now += 100
    watch.take(progress(500))
    assert watch.state.left_s is None  # the rest does not count


def test_an_end_is_whole_or_not() -> None:
    watch = AnalysisWatch(Clock())
    watch.take(progress(250))
    watch.end(is_whole=False)
    assert watch.state.text() == "analysed to 25 %"
    watch.take(progress(990))
    watch.end(is_whole=True)
    assert watch.state.text() == "analysed"
    assert watch.state.share == 1.0
    watch.reset()
    watch.take(progress(1_234, total=None))
    assert watch.state.text() == "analysing, 1,234"
