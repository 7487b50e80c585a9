"""The least total cost is found, whatever the shape."""

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from fer_desktop.vision.assignment import assign

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (4, 1), (3, 3), (2, 5), (7, 4), (12, 12)])
def test_no_other_assignment_costs_less(shape: tuple[int, int]) -> None:
    for seed in range(40):
        random = np.random.default_rng(seed)
        costs = random.uniform(0, 1, shape)
        if seed % 2:  # many equal ones, as where faces are out of reach
            costs = np.minimum(np.round(costs * 3), 2)
        pairs = assign(costs.tolist())
        assert len(pairs) == min(shape)
        assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
        assert pairs == sorted(pairs)
        best = costs[linear_sum_assignment(costs)].sum()
        assert sum(costs[pair] for pair in pairs) == pytest.approx(best)


def test_the_order_of_faces_makes_no_difference() -> None:
    costs = np.random.default_rng(1).uniform(0, 1, (5, 6))
    order = [3, 1, 4, 0, 2]
    given = dict(assign(costs.tolist()))
    shuffled = dict(assign(costs[order].tolist()))
    assert {order[row]: column for row, column in shuffled.items()} == given
