import numpy as np
import pytest

from trainer.data.batches import Batches, balanced_weights

pytestmark = pytest.mark.unit

INPUTS = np.arange(11, dtype=np.float32).reshape(11, 1, 1, 1)
TARGETS = np.eye(2, dtype=np.float32)[np.arange(11) % 2]
ROWS = np.arange(10)


def _seen(batches: Batches) -> list[list[float]]:
    return [batches[at][0].ravel().tolist() for at in range(len(batches))]


def test_every_row_comes_once_in_an_order_of_the_epochs_own() -> None:
    batches = Batches(INPUTS, TARGETS, ROWS, batch_size=4, seed=1)
    first = _seen(batches)
    assert [len(batch) for batch in first] == [4, 4, 2]
    assert sorted(value for batch in first for value in batch) == ROWS.tolist()
    batches.set_epoch(1)
    assert _seen(batches) != first
    batches.set_epoch(0)
    assert _seen(batches) == first


def test_batches_can_be_divided_between_accelerators() -> None:
    for seed in (None, 1):
        batches = Batches(INPUTS, TARGETS, ROWS, batch_size=5, parts=3, seed=seed)
        assert [len(batch) for batch in _seen(batches)] == [6, 3]


def test_a_second_head_ignores_faces_that_nobody_voted_on() -> None:
    votes = TARGETS[:, ::-1].copy()
    votes[3] = 0
    batches = Batches(INPUTS, TARGETS, ROWS, batch_size=10, auxiliary=votes)
    _, targets, weights = batches[0]
    np.testing.assert_array_equal(targets["auxiliary"], votes[:10])
    assert weights["main"].tolist() == [1] * 10
    assert weights["auxiliary"].tolist() == [1, 1, 1, 0, 1, 1, 1, 1, 1, 1]


def test_rare_labels_count_more() -> None:
    targets = np.eye(3, dtype=np.float32)[[0, 0, 0, 1]]
    weights = balanced_weights(targets)
    assert weights.tolist() == pytest.approx([2 / 3, 2, 0])
    assert (targets @ weights).mean() == pytest.approx(1)
