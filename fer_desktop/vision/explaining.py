"""Why a model says what it says of a face: what in it speaks for a label, and what against it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.emotion import FaceAnalysis
from fer_desktop.domain.face import Detection
from fer_desktop.domain.frame import Frame
from fer_desktop.domain.measures import Measurement
from fer_desktop.domain.picture_problem import QUALITY
from fer_desktop.domain.scores import EmotionScores
from fer_desktop.vision.landmarks.landmarker import FaceLandmarker
from fer_desktop.vision.mesh_measures import MESH_MEASURES
from fer_desktop.vision.ports import EmotionClassifier
from trainer.contract.crop import crop_matrix
from trainer.contract.evidence import Evidence, find_evidence
from trainer.contract.preset import Preset

_MEASURED: Final = (QUALITY.key, "actions_upper", "actions_mouth", "actions_lips")


@dataclass(frozen=True, slots=True, eq=False)
class FaceExplanation:
    """What the parts of a face do to a model's answer, and where they are.

    Attributes:
        preset: of the model that was asked.
        crop: the face as the model sees it, shape (size, size, channels), gray or RGB.
        to_picture: from shares of the crop's side, across and down, to the picture's pixels, whose
            edges lie at whole numbers; shape (2, 3).
        evidence: what was found, by the index of the label.
    """

    preset: Preset
    crop: NDArray[np.uint8]
    to_picture: NDArray[np.float64]
    evidence: Evidence

    @property
    def scores(self) -> EmotionScores:
        """The model's answer for this very face, as it is."""
        return EmotionScores(self.preset.labels, tuple(self.evidence.probabilities.tolist()))


def explain_face(
    classifier: EmotionClassifier,
    pixels: NDArray[np.uint8],
    detection: Detection,
    is_wanted: Callable[[], bool] = lambda: True,
) -> FaceExplanation:
    """Ask a model about a face of which parts are hidden.

    Args:
        classifier: is asked about some 280 faces.
        pixels: the picture, BGR, shape (height, width, 3).
        detection: the face in it.
        is_wanted: asked every few faces.

    Raises:
        NotWanted: if it is not any more.
    """
    preset = classifier.preset
    (crop,) = classifier.crops(pixels, [detection])
    evidence = find_evidence(crop, classifier.read, is_wanted)
    return FaceExplanation(preset, crop, _to_picture(preset, detection), evidence)


def with_actions(frame: Frame, face: FaceAnalysis) -> FaceAnalysis:
    """Return a face with its facial actions and what its picture is worth, whatever is switched on.

    Raises:
        DetectorError: if the landmarker is not there, or cannot be run.
    """
    (mesh,) = FaceLandmarker().find(frame.pixels, [face.detection])
    found = []
    for measure in MESH_MEASURES:
        if measure.spec.key in _MEASURED:
            numbers = measure.of(frame, face, mesh)
            if numbers is not None:
                found.append(Measurement(measure.spec, tuple(map(float, numbers))))
    return replace(face, measurements=tuple(found))


def _to_picture(preset: Preset, detection: Detection) -> NDArray[np.float64]:
    box = detection.box
    corners = (box.x1, box.y1, box.x2, box.y2)
    matrix = crop_matrix(corners, preset.crop, 1, eyes=detection.eyes)
    back = np.linalg.inv(matrix[:, :2])
    # OpenCV's coordinates have pixel centres at whole numbers.
    offset = back @ (np.full(2, -0.5) - matrix[:, 2]) + 0.5
    return np.column_stack([back, offset])
