"""The mesh of a face, and the movements that a network reads off it."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

POINTS: Final = 478
# The order of the network's answer (MediaPipe, face_blendshapes_graph.cc); the names are Apple's.
BLENDSHAPES: Final = (
    *("_neutral", "browDownLeft", "browDownRight", "browInnerUp"),
    *("browOuterUpLeft", "browOuterUpRight", "cheekPuff", "cheekSquintLeft", "cheekSquintRight"),
    *("eyeBlinkLeft", "eyeBlinkRight", "eyeLookDownLeft", "eyeLookDownRight"),
    *("eyeLookInLeft", "eyeLookInRight", "eyeLookOutLeft", "eyeLookOutRight"),
    *("eyeLookUpLeft", "eyeLookUpRight", "eyeSquintLeft", "eyeSquintRight"),
    *("eyeWideLeft", "eyeWideRight", "jawForward", "jawLeft", "jawOpen", "jawRight"),
    *("mouthClose", "mouthDimpleLeft", "mouthDimpleRight", "mouthFrownLeft", "mouthFrownRight"),
    *("mouthFunnel", "mouthLeft", "mouthLowerDownLeft", "mouthLowerDownRight"),
    *("mouthPressLeft", "mouthPressRight", "mouthPucker", "mouthRight"),
    *("mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper"),
    *("mouthSmileLeft", "mouthSmileRight", "mouthStretchLeft", "mouthStretchRight"),
    *("mouthUpperUpLeft", "mouthUpperUpRight", "noseSneerLeft", "noseSneerRight"),
)
# On 34,600 faces of FER2013 the 99th percentile of each of these was .06 and less: they say
# nothing, and are not offered.
DEAD_BLENDSHAPES: Final = frozenset(
    {
        *("_neutral", "cheekPuff", "cheekSquintLeft", "cheekSquintRight", "jawForward"),
        *("jawRight", "mouthClose", "noseSneerLeft", "noseSneerRight"),
    }
)
_INDEX: Final = {name: at for at, name in enumerate(BLENDSHAPES)}


@dataclass(frozen=True, slots=True, eq=False)
class FaceMesh:
    """What the landmarker found of one face.

    Attributes:
        points: shape (478, 3): pixels of the picture, x to the right and y down; z in the same
            unit, smaller nearer to the camera, from about the middle of the head. The last ten are
            the irises.
        blendshapes: shape (52,), 0 to 1, in the order of ``BLENDSHAPES``.
    """

    points: NDArray[np.float32]
    blendshapes: NDArray[np.float32]

    def blendshape(self, name: str) -> float:
        """Return one of the movements by its name."""
        return float(self.blendshapes[_INDEX[name]])
