import numpy as np
import pytest

from trainer.metrics.bootstrap import balanced_accuracy_draws, percentile_interval

pytestmark = pytest.mark.unit


def _faces(n: int = 600) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(4)
    truth = random.choice(3, n, p=[0.6, 0.3, 0.1])
    right = random.random(n) < np.array([0.9, 0.6, 0.5])[truth]
    return truth, np.where(right, truth, (truth + 1) % 3)


def test_the_interval_is_that_of_independent_recalls() -> None:
    truth, predicted = _faces()
    draws = balanced_accuracy_draws(truth, predicted, np.arange(len(truth)))
    recalls = [(predicted[truth == label] == label).mean() for label in range(3)]
    counts = np.bincount(truth)
    spread = np.sqrt(sum(r * (1 - r) / n for r, n in zip(recalls, counts, strict=True))) / 3
    assert draws.mean() == pytest.approx(np.mean(recalls), abs=0.005)
    assert draws.std() == pytest.approx(spread, rel=0.1)
    low, high = percentile_interval(draws)
    assert (high - low) / 2 == pytest.approx(1.96 * spread, rel=0.1)


def test_faces_of_one_person_come_and_go_together() -> None:
    """Ten copies of each face, told apart as people, say no more than one copy."""
    truth, predicted = _faces(120)
    once = balanced_accuracy_draws(truth, predicted, np.arange(120))
    tenfold = [np.repeat(values, 10) for values in (truth, predicted, np.arange(120))]
    np.testing.assert_allclose(balanced_accuracy_draws(*tenfold), once)
    blind = balanced_accuracy_draws(tenfold[0], tenfold[1], np.arange(1200))
    assert blind.std() < 0.5 * once.std()


def test_the_same_faces_give_the_same_interval() -> None:
    truth, predicted = _faces(50)
    one, other = (balanced_accuracy_draws(truth, predicted, np.arange(50)) for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_a_label_that_a_sample_lacks_does_not_count_in_it() -> None:
    draws = balanced_accuracy_draws(np.array([0, 0, 0, 5]), np.array([0, 0, 0, 1]), np.arange(4))
    assert set(np.unique(draws)) == {0.0, 0.5, 1.0}
