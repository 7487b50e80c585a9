import time
from collections.abc import Sequence

import numpy as np
import pytest

from fer_desktop.domain import timeline_series
from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.domain.face import BoundingBox, Detection
from fer_desktop.domain.measures import Measurement, MeasureSpec
from fer_desktop.domain.scores import EmotionScores
from fer_desktop.domain.timeline import Timeline
from fer_desktop.domain.timeline_series import TimelineSeries, TimelineWindow

pytestmark = pytest.mark.unit

SECOND = 1_000_000
FRAME = 33_333
LABELS = ("happy", "sad")
MANY = 10_000


def series_of(samples: dict[int, Sequence[float]]) -> TimelineSeries:
    labels = len(next(iter(samples.values())))
    series = TimelineSeries(labels)
    for time_us, values in samples.items():
        series.put(time_us, np.array(values, np.float32))
    return series


def steady(seconds: float, labels: int = 2) -> TimelineSeries:
    """A face seen at 30 frames a second."""
    rng = np.random.default_rng(0)
    count = int(seconds * 30)
    values = rng.random((count, labels), dtype=np.float32)
    series = TimelineSeries(labels)
    for index in range(count):
        series.put(index * FRAME, values[index])
    return series


def everything(series: TimelineSeries) -> TimelineWindow:
    return series.window(0, 10**12, MANY)


def seen(window: TimelineWindow) -> dict[int, float]:
    """Times with the first label's value, two digits."""
    return {
        int(time_us): round(float(value), 2)
        for time_us, value in zip(window.times_us, window.values[:, 0], strict=True)
        if np.isfinite(value)
    }


def frame(
    time_us: int, faces: dict[int, Sequence[float]], labels: tuple[str, ...] = LABELS
) -> FrameAnalysis:
    detection = Detection(BoundingBox(0, 0, 10, 10), 0.9)
    return FrameAnalysis(
        frame_index=0,
        timestamp_us=time_us,
        wall_ns=None,
        width_px=640,
        height_px=480,
        faces=tuple(
            FaceAnalysis(face_id, detection, scores, scores)
            for face_id, values in sorted(faces.items())
            for scores in [EmotionScores(labels, tuple(values))]
        ),
    )


def timeline_of(*frames: FrameAnalysis) -> Timeline:
    timeline = Timeline(LABELS)
    for analysis in frames:
        timeline.append(analysis)
    return timeline


def curve(timeline: Timeline, face_id: int = 1) -> dict[int, float]:
    series = timeline.series(face_id)
    assert series is not None
    return seen(everything(series))


class TestSamples:
    def test_few_samples_are_drawn_as_they_are(self) -> None:
        window = everything(series_of({0: (0.25, 0.75), FRAME: (0.5, 0.5)}))
        assert window.times_us.tolist() == [0, FRAME]
        assert window.values.tolist() == [[0.25, 0.75], [0.5, 0.5]]
        assert window.extremes is None

    def test_a_sample_at_the_same_time_replaces_the_former(self) -> None:
        series = series_of({0: (0.25,), FRAME: (0.5,)})
        series.put(0, np.array([0.75], np.float32))
        assert seen(everything(series)) == {0: 0.75, FRAME: 0.5}

    def test_an_earlier_sample_finds_its_place(self) -> None:
        series = series_of({2 * FRAME: (0.5,), 0: (0.25,), FRAME: (0.75,)})
        assert everything(series).times_us.tolist() == [0, FRAME, 2 * FRAME]

    def test_only_the_stretch_asked_for_and_its_neighbours_come_back(self) -> None:
        window = steady(10).window(2 * SECOND, 3 * SECOND, MANY)
        assert 2 * SECOND - FRAME <= window.times_us[0] <= 2 * SECOND
        assert 3 * SECOND <= window.times_us[-1] <= 3 * SECOND + FRAME

    def test_nearest_sample(self) -> None:
        series = series_of({0: (0.25,), SECOND: (0.5,)})
        found = series.nearest(SECOND - 10, FRAME)
        assert found is not None
        assert found[0] == SECOND
        assert found[1].tolist() == [0.5]
        assert series.nearest(SECOND // 2, FRAME) is None
        assert TimelineSeries(1).nearest(0, SECOND) is None


class TestGaps:
    def test_curves_break_where_the_face_was_away_for_more_than_a_second(self) -> None:
        times = [index * FRAME for index in range(30)]
        times += [times[-1] + SECOND // 2, times[-1] + 2 * SECOND]
        window = everything(series_of({time_us: (0.5,) for time_us in times}))
        missing = window.times_us[np.isnan(window.values[:, 0])]
        assert len(missing) == 1
        assert times[-2] < missing[0] < times[-1]

    def test_a_slow_source_is_one_curve(self) -> None:
        window = everything(series_of({second * 2 * SECOND: (0.5,) for second in range(20)}))
        assert not np.isnan(window.values).any()

    def test_moments_picked_from_a_video_are_not_joined(self) -> None:
        window = everything(series_of({minute * 60 * SECOND: (0.5,) for minute in range(4)}))
        assert np.isnan(window.values[:, 0]).tolist() == [False, True] * 3 + [False]

    def test_gaps_show_at_every_zoom(self) -> None:
        series = TimelineSeries(1)
        for index in range(30 * 600):
            if not 4000 < index < 8000:
                series.put(index * FRAME, np.array([0.5], np.float32))
        for points in (50, 400, MANY):
            window = series.window(0, 600 * SECOND, points)
            missing = window.times_us[np.isnan(window.values[:, 0])]
            assert len(missing) == 1
            assert 4000 * FRAME < missing[0] < 8001 * FRAME


class TestSummaries:
    def test_a_short_peak_is_seen_in_an_hour(self) -> None:
        series = TimelineSeries(1)
        for index in range(30 * 3600):
            series.put(index * FRAME, np.array([0.875 if index == 5000 else 0.125], np.float32))
        window = series.window(0, 3600 * SECOND, 400)
        assert len(window.times_us) <= 400
        assert window.extremes is not None
        peak = int(np.argmax(window.extremes[:, 1, 0]))
        assert window.extremes[peak, :, 0].tolist() == [0.125, 0.875]
        assert abs(int(window.times_us[peak]) - 5000 * FRAME) < 2 * 3600 * SECOND // 400
        assert 0.12 < float(window.values[:, 0].mean()) < 0.14

    def test_they_follow_every_change(self) -> None:
        rng = np.random.default_rng(3)
        series, kept = TimelineSeries(2), dict[int, tuple[float, float]]()
        position = 0
        for _ in range(4000):
            action = rng.random()
            if action < 0.01:
                position = int(rng.integers(0, 400 * SECOND)) // FRAME * FRAME
            elif action < 0.03:
                series.erase(position - SECOND, position)
                kept = {key: kept[key] for key in kept if not position - SECOND < key <= position}
            elif action < 0.05:
                series.window(position, position + SECOND, 10)
            position += FRAME * int(rng.integers(1, 4))
            values = (float(rng.integers(0, 100)) / 128, float(rng.integers(0, 100)) / 128)
            series.put(position, np.array(values, np.float32))
            kept[position] = values
        fresh = series_of(dict(sorted(kept.items())))
        for points in (20, 100, 1000, MANY):
            ours, theirs = (one.window(0, 450 * SECOND, points) for one in (series, fresh))
            np.testing.assert_array_equal(ours.times_us, theirs.times_us)
            np.testing.assert_array_equal(ours.values, theirs.values)
            if ours.extremes is not None:
                np.testing.assert_array_equal(ours.extremes, theirs.extremes)

    def test_bins_stay_in_place_while_the_view_moves(self) -> None:
        series = steady(120)
        first = series.window(0, 60 * SECOND, 400)
        second = series.window(10 * SECOND, 70 * SECOND, 400)
        shared = np.isin(first.times_us, second.times_us) & (first.times_us > 11 * SECOND)
        assert shared.sum() > 100

    def test_cost_depends_on_the_points_not_on_the_time(self) -> None:
        hour = steady(3600, labels=8)

        def best_of(start_us: int, end_us: int) -> float:
            durations = []
            for _ in range(15):
                begin = time.perf_counter()
                window = hour.window(start_us, end_us, 1000)
                durations.append(time.perf_counter() - begin)
                assert len(window.times_us) <= 1000
            return min(durations)

        best_of(0, 60 * SECOND)
        assert best_of(0, 3600 * SECOND) < 6 * best_of(3500 * SECOND, 3600 * SECOND)

    def test_twenty_thousand_frames_are_small(self) -> None:
        series = steady(20_000 / 30, labels=8)
        series.window(0, 700 * SECOND, 900)
        assert series.nbytes < 2_000_000

    def test_an_endless_session_keeps_its_shape_in_bounded_memory(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(timeline_series, "_RAW_MAX", 900)
        series = steady(300)
        assert len(series) <= 900
        window = series.window(0, 300 * SECOND, MANY)
        assert window.times_us[0] < SECOND
        assert not np.isnan(window.values).any()
        found = series.nearest(10 * SECOND, SECOND)
        assert found is not None
        assert abs(found[0] - 10 * SECOND) < SECOND


class TestTimeline:
    def test_each_face_has_its_curves(self) -> None:
        timeline = timeline_of(
            frame(0, {1: (0.25, 0.75), 2: (0.5, 0.5)}), frame(FRAME, {2: (1, 0)})
        )
        assert curve(timeline, 1) == {0: 0.25}
        assert curve(timeline, 2) == {0: 0.5, FRAME: 1.0}
        assert timeline.series(3) is None
        assert timeline.extent_us == (0, FRAME)

    def test_faces_without_scores_leave_no_trace(self) -> None:
        face = FaceAnalysis(1, Detection(BoundingBox(0, 0, 1, 1), 0.9), None, None)
        timeline = timeline_of(FrameAnalysis(0, 0, None, 640, 480, (face,)))
        assert timeline.series(1) is None

    def test_playing_again_replaces_also_frames_dropped_this_time(self) -> None:
        first = [frame(index * FRAME, {1: (0.25, 0.75)}) for index in range(10)]
        again = [frame(index * FRAME, {1: (0.75, 0.25)}) for index in (2, 4, 5)]
        expected = {index * FRAME: 0.25 for index in range(10)}
        expected |= {index * FRAME: 0.75 for index in (2, 4, 5)}
        del expected[3 * FRAME]
        assert curve(timeline_of(*first, *again)) == expected

    def test_a_face_not_found_again_is_gone_there(self) -> None:
        timeline = timeline_of(
            *(frame(index * FRAME, {1: (0.25, 0.75)}) for index in range(4)),
            frame(FRAME, {2: (0.5, 0.5)}),
            frame(2 * FRAME, {}),
        )
        assert curve(timeline, 1) == {0: 0.25, 3 * FRAME: 0.25}
        assert curve(timeline, 2) == {FRAME: 0.5}

    def test_seeking_back_leaves_the_rest_alone(self) -> None:
        timeline = timeline_of(
            *(frame(index * FRAME, {1: (0.25, 0.75)}) for index in range(100)),
            frame(50 * FRAME, {1: (0.5, 0.5)}),
            frame(10 * FRAME, {1: (0.5, 0.5)}),
        )
        changed = [time_us for time_us, value in curve(timeline).items() if value == 0.5]
        assert changed == [10 * FRAME, 50 * FRAME]
        assert len(curve(timeline)) == 100

    def test_another_model_adds_its_labels(self) -> None:
        timeline = timeline_of(
            frame(0, {1: (0.25, 0.75)}),
            frame(FRAME, {1: (0.5, 0.25, 0.25)}, ("contempt", "happiness", "fear")),
        )
        assert timeline.labels == ("happy", "sad", "contempt", "fear")
        series = timeline.series(1)
        assert series is not None
        np.testing.assert_array_equal(
            everything(series).values,
            np.array([[0.25, 0.75, np.nan, np.nan], [0.25, np.nan, 0.5, 0.25]], np.float32),
        )

    def test_passers_by_are_forgotten_oldest_first(self) -> None:
        timeline = timeline_of(
            *(frame(index * SECOND, {index: (0.5, 0.5), 999: (1, 0)}) for index in range(1, 300))
        )
        assert timeline.series(1) is None
        assert timeline.series(299) is not None
        assert len(curve(timeline, 999)) == 299


def test_what_is_measured_has_a_series_of_its_own() -> None:
    spec, mesh = MeasureSpec("light", ("left", "right")), MeasureSpec("mesh", tuple("abcdefg"))
    timeline = Timeline()

    def append(time_us: int, *numbers: float) -> None:
        scores = EmotionScores(("happy", "sad"), (0.75, 0.25))
        measurements = (Measurement(spec, numbers), Measurement(mesh, (0.0,) * 7))
        detection = Detection(BoundingBox(0, 0, 9, 9), 0.9)
        face = FaceAnalysis(1, detection, scores, scores, measurements=measurements)
        timeline.append(FrameAnalysis(0, time_us, None, 640, 480, (face,)))

    append(0, 1.0, 2.0)
    append(100_000, 3.0, 1e9)
    assert timeline.measures == (spec,)
    assert timeline.measured(2, spec) is timeline.measured(None, spec) is None
    series = timeline.measured(1, spec)
    assert series is not None
    assert series.window(0, 200_000, 10).values.tolist() == [[1, 2], [3, 60_000]]
    append(0, 5.0, 6.0)  # played again
    assert series.window(0, 0, 10).values[0].tolist() == [5, 6]
