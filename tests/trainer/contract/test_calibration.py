import numpy as np
import pytest

from trainer.contract.calibration import calibrate

pytestmark = pytest.mark.unit


def test_calibration_softens_and_keeps_sums() -> None:
    raw = np.array([[0.9, 0.1, 0.0], [1 / 3, 1 / 3, 1 / 3]])
    np.testing.assert_allclose(calibrate(raw, 1.0), raw, atol=1e-6)
    softened = calibrate(raw, 2.0)
    np.testing.assert_allclose(softened[0, :2], [0.75, 0.25], atol=1e-4)
    np.testing.assert_allclose(softened.sum(axis=1), 1, atol=1e-6)
