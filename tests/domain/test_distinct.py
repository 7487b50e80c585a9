"""Numbers are sorted, each once."""

import numpy as np
import pytest

from fer_desktop.domain.distinct import distinct

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("numbers", [[], [3], [2, 2, 2], [5, -1, 5, 0, -1], [2**62, -(2**62)]])
def test_each_number_comes_once_in_order(numbers: list[int]) -> None:
    given = np.array(numbers, np.int64)
    assert distinct(given).tolist() == sorted(set(numbers))
    assert given.tolist() == numbers
