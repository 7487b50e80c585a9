"""Stand-ins for networks that each thread can have for itself: they know only the picture."""

import threading
import time
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.face import Detection
from fer_desktop.errors import ModelError
from tests.helpers.clips import number_of
from tests.helpers.fakes import FakeClassifier, face_at
from trainer.contract.preset import Preset


class CopyableDetector:
    """Finds as many faces as the number on the picture says, 0 to 2, some later than others.

    Attributes:
        made: how many copies were made.
        seen: numbers of the pictures that were seen, by the detector or a copy.
        broken_at: the picture with this number raises ZeroDivisionError.
        may_look: what it waits for.
    """

    def __init__(self) -> None:
        self.made = 0
        self.seen: list[int] = []
        self.broken_at = -1
        self.may_look = threading.Event()
        self.may_look.set()

    def detect(self, pixels: NDArray[np.uint8], *, thorough: bool = False) -> list[Detection]:
        self.may_look.wait()
        number = number_of(pixels)
        self.seen.append(number)
        if number == self.broken_at:
            raise ZeroDivisionError("a bug")
        time.sleep(number % 3 / 1000)
        faces = [face_at((20 + number % 9, 20, 60, 60)), face_at((100, 20 + number % 7, 140, 60))]
        return faces[: number // 4 % 3]

    def copier(self) -> "Callable[[], CopyableDetector]":
        def make() -> CopyableDetector:
            self.made += 1
            return self  # all it knows is what the test wants to know of all of them

        return make

    def close(self) -> None:
        pass


class CopyableClassifier(FakeClassifier):
    """Reads of each crop how bright it is.

    Attributes:
        together: how many crops were read at once, by a copy.
        problem: why no copy can be made.
    """

    def __init__(self, preset: Preset | None = None) -> None:
        super().__init__(preset)
        self.together: list[int] = []
        self.problem = ""

    def classify(
        self, pixels: NDArray[np.uint8], detections: Sequence[Detection]
    ) -> NDArray[np.float32]:
        return self._rows(self.crops(pixels, detections))

    def read(self, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
        self.together.append(len(crops))
        return self._rows(crops)

    def copier(self) -> "Callable[[], CopyableClassifier]":
        def make() -> CopyableClassifier:
            if self.problem:
                raise ModelError(self.problem)
            return self

        return make

    def _rows(self, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
        share = crops.reshape(len(crops), -1).mean(axis=1, dtype=np.float32)[:, None] / 255
        labels = len(self.preset.labels)
        return np.hstack([share, np.repeat((1 - share) / (labels - 1), labels - 1, axis=1)])
