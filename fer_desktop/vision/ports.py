"""The ports of the vision layer: what finds faces, and what reads them."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.face import Detection
from trainer.contract.preset import Preset


class FaceDetector(Protocol):
    """Finds faces in one picture; the answer depends on nothing but that picture."""

    def detect(self, pixels: NDArray[np.uint8], *, thorough: bool = False) -> list[Detection]:
        """Return the faces of a BGR picture, shape (height, width, 3).

        Args:
            pixels: the picture.
            thorough: also search overlapping tiles, for still images.
        """
        ...

    def copier(self) -> "Callable[[], FaceDetector] | None":
        """Return what makes another one with the same answers for one thread, if there can be one.

        That may be called on any thread, also when this detector has been closed.
        """
        ...

    def close(self) -> None:
        """Release the networks; may be called twice."""
        ...


class EmotionClassifier(Protocol):
    """Reads expressions off the faces of one picture.

    Attributes:
        preset: what the model is; labels in the order of the columns.
        engine: what runs it, such as "litert".
        device: what that computes on ("CPU", "GPU: ...").
    """

    @property
    def preset(self) -> Preset: ...

    @property
    def engine(self) -> str: ...

    @property
    def device(self) -> str: ...

    def classify(
        self, pixels: NDArray[np.uint8], detections: Sequence[Detection]
    ) -> NDArray[np.float32]:
        """Return calibrated probabilities, shape (faces, labels), rows summing to 1."""
        ...

    def crops(
        self, pixels: NDArray[np.uint8], detections: Sequence[Detection]
    ) -> NDArray[np.uint8]:
        """Return faces as the model sees them, shape (faces, size, size, channels)."""
        ...

    def read(self, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return calibrated probabilities of at least one crop, shape (faces, labels)."""
        ...

    def copier(self) -> "Callable[[], EmotionClassifier] | None":
        """Return what makes another one with the same answers for one thread, if there can be one.

        That may be called on any thread, also when this classifier has been closed, and raises
        ModelError where it turns out that there cannot be one.
        """
        ...

    def close(self) -> None:
        """Release the model; may be called twice."""
        ...
