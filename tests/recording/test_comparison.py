"""Two series of readings compared: agreement, differences, means, and where they are aligned."""

from pathlib import Path

import numpy as np
import pytest

from fer_desktop.domain.people import People
from fer_desktop.recording.comparison import (
    Difference,
    FaceSeries,
    compare,
    persons_seen,
    read_person,
)
from fer_desktop.recording.session_people import set_people
from fer_desktop.recording.session_writer import SessionWriter
from tests.recording.samples import OTHER_PRESET, PRESET, VIDEO, face, frame, scores

pytestmark = pytest.mark.unit


def series(tops: str, step_us: int = 100_000, begin_us: int = 0, labels: str = "ab") -> FaceSeries:
    """Return readings of which each is sure of one label, by its letter."""
    values = np.array([[0.8 if top == label else 0.2 for label in labels] for top in tops])
    times_us = begin_us + step_us * np.arange(len(tops), dtype=np.int64)
    return FaceSeries(times_us, tuple(labels), values)


def test_stretches_with_another_expression_are_listed() -> None:
    found = compare(series("aaabbbaa"), series("abbbbaaa"))
    assert (found.moments, found.agreeing) == (8, 5)
    assert found.agreement == pytest.approx(5 / 8)
    assert found.differences == (
        Difference(100_000, 200_000, "a", "b"),
        Difference(500_000, 500_000, "b", "a"),
    )
    first, second = found.means
    assert (first.label, first.first, first.second) == ("a", pytest.approx(0.575), 0.5)
    assert first.difference == pytest.approx(-0.075)
    assert second.difference == pytest.approx(0.075)


def test_series_are_aligned_at_a_moment_and_matched_at_other_rates() -> None:
    shifted = series("aaabbbaa", begin_us=5_000_000)
    found = compare(series("aaabbbaa"), shifted, 5_000_000)
    assert (found.moments, found.agreeing, found.differences) == (8, 8, ())
    assert compare(series("aaabbbaa"), shifted).agreement is None
    slow = compare(series("aabb", step_us=50_000), series("ab", step_us=100_000))
    assert (slow.moments, slow.agreeing) == (4, 4)
    beyond = compare(series("aabb"), series("aa"))
    assert beyond.moments == 2
    nothing = FaceSeries(np.empty(0, np.int64), ("a",), np.empty((0, 1)))
    assert compare(series("aa"), nothing).agreement is None


def test_an_expression_that_only_one_model_knows_has_no_difference() -> None:
    found = compare(series("aa"), series("ac", labels="ac"))
    assert [mean.label for mean in found.means] == ["a", "b", "c"]
    assert found.means[1].second is None
    assert found.means[1].difference is None
    assert found.differences == (Difference(100_000, 100_000, "a", "c"),)


def test_a_face_is_read_from_a_session_that_two_models_read(tmp_path: Path) -> None:
    path = tmp_path / "a.fersession"
    writer = SessionWriter(path, VIDEO, settings={})
    writer.model_changed(PRESET, 0)
    for index in range(3):
        writer.write(frame(index, face(2, raw=scores(0.5, 0.25, 0.25))))
    writer.model_changed(OTHER_PRESET, 3)
    two = scores(0.75, 0.25, labels=OTHER_PRESET.labels)
    writer.write(frame(3, face(1, raw=two), face(2, raw=two)))
    writer.close()
    assert persons_seen(path) == [(2, "2"), (1, "1")]
    found = read_person(path, 2)
    assert found.labels == ("happy", "sad", "neutral", "surprise")
    np.testing.assert_allclose(found.values[0], [0.5, 0.25, 0.25, np.nan])
    np.testing.assert_allclose(found.values[3], [np.nan, np.nan, 0.75, 0.25])
    assert found.times_us.tolist() == [index * 1_000_000 // 30 for index in range(4)]
    set_people(path, People().merged(1, 2).named(1, "Ann"))
    assert persons_seen(path) == [(1, "Ann")]
    np.testing.assert_array_equal(read_person(path, 1).times_us, found.times_us)
    alike = compare(found, found)
    assert alike.agreement == 1.0
    assert alike.means[0].first == pytest.approx(0.5)
