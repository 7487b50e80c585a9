import numpy as np
import pytest
from sklearn import metrics

from trainer.contract.calibration import calibrate
from trainer.metrics.figures import (
    choose_unsure_below,
    expected_calibration_error,
    fit_temperature,
    measure,
    wilson_interval,
)

pytestmark = pytest.mark.unit

LABELS = ("happy", "sad", "neutral")


def _random(n: int = 400) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(1)
    truth = random.choice(3, n, p=[0.6, 0.3, 0.1])
    logits = random.normal(0, 1, (n, 3))
    logits[np.arange(n), truth] += 1.2
    powers = np.exp(logits)
    return powers / powers.sum(axis=1, keepdims=True), truth


def test_the_interval_of_study_a_is_the_published_one() -> None:
    low, high = wilson_interval(104, 128)
    assert (round(low, 3), round(high, 3)) == (0.736, 0.871)


def test_nothing_counted_says_nothing() -> None:
    assert wilson_interval(0, 0) == (0.0, 1.0)


def test_figures_agree_with_scikit_learn() -> None:
    probabilities, truth = _random()
    figures = measure(probabilities, truth, LABELS)
    predicted = probabilities.argmax(axis=1)
    assert figures["n"] == 400
    assert figures["accuracy"] == pytest.approx(metrics.accuracy_score(truth, predicted))
    assert figures["balanced_accuracy"] == pytest.approx(
        metrics.balanced_accuracy_score(truth, predicted)
    )
    assert figures["macro_f1"] == pytest.approx(metrics.f1_score(truth, predicted, average="macro"))
    assert figures["confusion"] == metrics.confusion_matrix(truth, predicted).tolist()
    columns = metrics.precision_recall_fscore_support(truth, predicted)
    for at, name in enumerate(LABELS):
        row = figures["per_label"][name]
        expected = [float(column[at]) for column in columns]
        assert list(row.values()) == pytest.approx(expected)


def test_copies_of_training_faces_are_left_out_of_the_honest_figure() -> None:
    probabilities, truth = np.eye(3), np.array([0, 1, 0])
    figures = measure(probabilities, truth, LABELS, copied=np.array([True, False, False]))
    assert figures["accuracy"] == pytest.approx(2 / 3)
    assert figures["accuracy_without_copies"] == pytest.approx(1 / 2)
    assert figures["n_without_copies"] == 2


def test_a_label_without_faces_does_not_count_in_averages() -> None:
    figures = measure(np.eye(3)[[0, 1]], np.array([0, 1]), LABELS)
    assert figures["balanced_accuracy"] == 1.0
    assert figures["macro_f1"] == 1.0
    assert figures["per_label"]["neutral"]["support"] == 0


def test_calibration_error_of_a_boaster() -> None:
    probabilities = np.tile([0.95, 0.05], (100, 1))
    truth = np.repeat([0, 1], 50)
    assert expected_calibration_error(probabilities, truth) == pytest.approx(0.45)


def test_the_fitted_temperature_undoes_a_known_one() -> None:
    probabilities, _ = _random(20_000)
    random = np.random.default_rng(2)
    truth = np.array([random.choice(3, p=row) for row in probabilities])
    sharpened = calibrate(probabilities, 0.5)
    assert fit_temperature(sharpened, truth) == pytest.approx(2.0, abs=0.1)
    np.testing.assert_allclose(calibrate(sharpened, 2.0), probabilities, atol=1e-6)


def test_the_threshold_leaves_nine_right_in_ten() -> None:
    probabilities, truth = _random(5000)
    chosen = choose_unsure_below(probabilities, truth)
    accepted = probabilities.max(axis=1) >= chosen.confidence
    right = probabilities.argmax(axis=1) == truth
    assert right[accepted].mean() >= 0.9
    assert chosen.accuracy == pytest.approx(right[accepted].mean())
    assert chosen.accepted == pytest.approx(accepted.mean())


def test_a_network_that_guesses_keeps_its_surer_half() -> None:
    random = np.random.default_rng(3)
    probabilities = random.dirichlet([1, 1, 1], 1000)
    chosen = choose_unsure_below(probabilities, random.choice(3, 1000))
    assert chosen.accepted == pytest.approx(0.5, abs=0.05)
