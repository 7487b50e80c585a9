"""Stand-ins at the ports of the vision layer; everything they answer is known in advance."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.face import LEFT_EYE, RIGHT_EYE, BoundingBox, Detection
from tests.helpers.clips import number_of
from trainer.contract.labels import LABEL_SETS
from trainer.contract.preset import Preset

Box = tuple[float, float, float, float]


def fake_preset(
    name: str = "fake7",
    labels: Sequence[str] = LABEL_SETS["fer7"],
    *,
    unsure_below: float = 0.0,
    sha256: str = "0" * 64,
) -> Preset:
    """Return a preset that belongs to no weights."""
    return Preset(
        name=name,
        labels=tuple(labels),
        input_size_px=48,
        color="gray",
        sha256=sha256,
        system="fake",
        training_data="none",
        licence="none",
        unsure_below=unsure_below,
    )


def face_at(box: Box, score: float = 0.9) -> Detection:
    """Return an upright face whose eyes lie where MediaPipe puts them in such a box."""
    x1, y1, x2, y2 = box
    eye_y = y1 + 0.3 * (y2 - y1)
    return Detection(
        box=BoundingBox(x1, y1, x2, y2),
        score=score,
        landmarks={
            RIGHT_EYE: (x1 + 0.3 * (x2 - x1), eye_y),
            LEFT_EYE: (x1 + 0.7 * (x2 - x1), eye_y),
        },
    )


class FakeDetector:
    """Answers each call with the next scripted boxes, and the last ones ever after.

    Attributes:
        calls: number of pictures seen.
        thorough_calls: how many of them were to be searched thoroughly.
        latest: the picture seen last.
        closed: whether it was closed.
        error: raised by the next call, if set.
    """

    def __init__(self, script: Sequence[Sequence[Box | Detection]] = (((100, 80, 220, 200),),)):
        self._script = [
            [face if isinstance(face, Detection) else face_at(face) for face in faces]
            for faces in script
        ]
        self.calls = 0
        self.thorough_calls = 0
        self.latest: NDArray[np.uint8] | None = None
        self.closed = False
        self.error: Exception | None = None

    def detect(self, pixels: NDArray[np.uint8], *, thorough: bool = False) -> list[Detection]:
        """Return the scripted faces of this call."""
        if self.error is not None:
            raise self.error
        faces = self._script[min(self.calls, len(self._script) - 1)] if self._script else []
        self.calls += 1
        self.thorough_calls += thorough
        self.latest = pixels
        return list(faces)

    def copier(self) -> None:
        """Say that there is but this one: its answers depend on what it was asked before."""

    def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True


class FakeClassifier:
    """Answers with known probabilities: the first label for the first call, and so on in turn.

    Attributes:
        calls: number of pictures seen.
        closed: whether it was closed.
        error: raised by the next call, if set.
    """

    engine = "litert"
    device = "CPU"

    def __init__(
        self,
        preset: Preset | None = None,
        probabilities: Callable[[int, int], Sequence[float]] | None = None,
    ):
        """Take the preset to claim, and (call, face) -> probabilities instead of the default."""
        self.preset = preset or fake_preset()
        self._probabilities = probabilities or self._in_turn
        self.calls = 0
        self.closed = False
        self.error: Exception | None = None

    def _in_turn(self, call: int, face: int) -> list[float]:
        count = len(self.preset.labels)
        rest = 0.3 / (count - 1)
        return [0.7 if label == (call + face) % count else rest for label in range(count)]

    def classify(
        self, pixels: NDArray[np.uint8], detections: Sequence[Detection]
    ) -> NDArray[np.float32]:
        """Return the known probabilities of this call."""
        if self.error is not None:
            raise self.error
        rows = [self._probabilities(self.calls, face) for face in range(len(detections))]
        self.calls += 1
        return np.array(rows, dtype=np.float32).reshape(len(rows), len(self.preset.labels))

    def crops(
        self, pixels: NDArray[np.uint8], detections: Sequence[Detection]
    ) -> NDArray[np.uint8]:
        """Return the faces as a model of this preset would see them."""
        from fer_desktop.vision.crops import crop_faces

        preset = self.preset
        return crop_faces(pixels, detections, preset.crop, preset.input_size_px, preset.color)

    def read(self, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the same known probabilities for each crop."""
        row = self._probabilities(0, 0)
        return np.array([row] * len(crops), dtype=np.float32)

    def copier(self) -> "Callable[[], FakeClassifier] | None":
        """Say that there is but this one: its answers depend on what it was asked before."""
        return None

    def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True


class RousedClassifier(FakeClassifier):
    """Reads numbered pictures: a face that is neutral at first, and angrier from the 40th on."""

    def classify(
        self, pixels: NDArray[np.uint8], detections: Sequence[Detection]
    ) -> NDArray[np.float32]:
        """Return what the number of the picture asks for."""
        at_rest = [0.01, 0.01, 0.01, 0.01, 0.25, 0.01, 0.7]
        angrier = [0.25, 0.01, 0.01, 0.01, 0.2, 0.01, 0.51]
        row = at_rest if number_of(pixels) < 40 else angrier
        return np.array([row] * len(detections), np.float32)
