import numpy as np

from trainer.metrics.confusion import Confusion


def test_answers_are_counted_over_batches() -> None:
    metric = Confusion(3)
    truth, answers = np.eye(3)[[0, 1, 2, 2]], np.eye(3)[[0, 2, 2, 1]] * 0.4 + 0.2
    for rows in (slice(0, 3), slice(3, 4)):
        metric.update_state(truth[rows], answers[rows])
    assert metric.as_rows() == ((1, 0, 0), (0, 0, 1), (0, 1, 1))
    assert float(metric.result()) == 0.5
    metric.reset_state()
    assert float(metric.result()) == np.sum(metric.as_rows()) == 0
