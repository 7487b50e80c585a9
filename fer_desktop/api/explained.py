"""Why a model reads faces as it does, as NumPy arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_desktop.api.frames import FaceReading, frame_reading
from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.frame import Frame
from fer_desktop.vision.explaining import explain_face
from fer_desktop.vision.ports import EmotionClassifier


@dataclass(frozen=True, slots=True, eq=False)
class ExplainedFace:
    """One face, and what in it speaks for each expression.

    Attributes:
        face: it, as `Reader.read_picture` returns it.
        crop: the face as the model sees it, shape (size, size, channels), uint8, gray or RGB.
        maps: how much each pixel of the crop speaks for each expression, negative against it, in
            log-odds, shape (labels, size, size).
        crop_to_picture: from shares of the crop's side, across and down, to pixels of the picture,
            whose edges lie at whole numbers; shape (2, 3).
        without_for: probability of each expression when the fifth of the crop that speaks most for
            it is blurred, shape (labels,).
        without_against: the same for the fifth that speaks most against it.
        without_random: the same for a random fifth, the mean of eight.
    """

    face: FaceReading
    crop: NDArray[np.uint8]
    maps: NDArray[np.float64]
    crop_to_picture: NDArray[np.float64]
    without_for: NDArray[np.float64]
    without_against: NDArray[np.float64]
    without_random: NDArray[np.float64]

    def map(self, label: str = "") -> NDArray[np.float64]:
        """Return the map of an expression, of the likeliest one unless given.

        Raises:
            ValueError: if the model does not know it.
        """
        labels = self.face.labels
        wanted = label or self.face.emotion
        if wanted not in labels:
            raise ValueError(f"label must be one of {', '.join(labels)}. Received: {label!r}")
        return np.asarray(self.maps[labels.index(wanted)])

    def __repr__(self) -> str:
        return f"ExplainedFace({self.face})"


def explained_faces(
    classifier: EmotionClassifier, frame: Frame, analysis: FrameAnalysis
) -> tuple[ExplainedFace, ...]:
    """Return the faces of a picture, explained."""
    labels = classifier.preset.labels
    explained = []
    reading = frame_reading(frame, analysis, labels)
    for face, read in zip(analysis.faces, reading.faces, strict=True):
        found = explain_face(classifier, frame.pixels, face.detection)
        evidence, size = found.evidence, found.preset.input_size_px
        explained.append(
            ExplainedFace(
                face=read,
                crop=found.crop,
                maps=np.stack([evidence.map(at, size) for at in range(len(labels))]),
                crop_to_picture=found.to_picture,
                without_for=evidence.without_for,
                without_against=evidence.without_against,
                without_random=evidence.without_random,
            )
        )
    return tuple(explained)
