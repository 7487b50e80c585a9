"""Faces to test on."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

_ROOT = Path(__file__).resolve().parents[2]


def shared_data() -> Path:
    """Return the folder of test media beside the project; skip the test where there is none."""
    folder = _ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the shared test data are not here")
    return folder


@cache
def astronaut() -> NDArray[np.uint8]:
    """Return a public-domain portrait with one face, BGR, shape (512, 512, 3), read-only."""
    from skimage import data

    picture = np.ascontiguousarray(data.astronaut()[:, :, ::-1])
    picture.flags.writeable = False
    return picture
