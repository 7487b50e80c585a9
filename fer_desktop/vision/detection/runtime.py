"""The port of what runs a face network."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.face import Point

# Boxes with more of intersection over union are about one face.
SUPPRESSION: Final = 0.3


@dataclass(frozen=True, slots=True)
class RawFace:
    """A face as a network answers.

    Attributes:
        score: 0 to 1.
        left, top, width, height: of its box, whole pixels inside the picture.
        points: right and left eye, nose, mouth, right and left ear, pixels.
    """

    score: float
    left: int
    top: int
    width: int
    height: int
    points: Sequence[Point]


class Runtime(Protocol):
    """Runs one network; used by one thread at a time."""

    def faces(self, picture: NDArray[np.uint8]) -> list[RawFace]:
        """Return the faces of a BGR picture, the surest first."""
        ...

    def close(self) -> None:
        """Release the network; called once."""
        ...
