"""A script hears of extensions that cannot be used as of warnings."""

from collections.abc import Callable

import numpy as np
import pytest

from fer_desktop import api

Install = Callable[..., None]

MEASURES = """
    from fer_desktop.domain.measures import MeasureSpec
    from fer_desktop.vision.measuring import Measure

    def fail():
        raise FileNotFoundError("its weights are missing")

    lost = Measure(MeasureSpec("lost", ("lost",)), fail)
"""


def test_a_measure_that_cannot_start_is_a_warning(package: Install) -> None:
    package("heavy", {"fer_desktop.measures": {"lost": "heavy:lost"}}, {"heavy": MEASURES})
    with pytest.warns(UserWarning, match="'lost' cannot start and stays empty: .*its weights"):
        reader = api.Reader(measures=["lost"])
    with reader:
        assert reader.read_picture(np.zeros((48, 64, 3), np.uint8)).faces == ()
