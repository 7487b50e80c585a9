"""What is told of one face: the model's evidence, and the facial actions beside it."""

from collections.abc import Callable
from dataclasses import dataclass

from fer_desktop.domain.emotion import FaceAnalysis
from fer_desktop.domain.frame import Frame
from fer_desktop.errors import FerError
from fer_desktop.vision.explaining import FaceExplanation, explain_face, with_actions
from fer_desktop.vision.ports import EmotionClassifier
from trainer.contract.evidence import NotWanted


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What was found.

    Attributes:
        frame: the picture.
        face: the face with its facial actions, where they could be told.
        explanation: what in it speaks for which label.
        problem: why there are no facial actions; empty where there are.
    """

    frame: Frame
    face: FaceAnalysis
    explanation: FaceExplanation
    problem: str = ""


def answer(
    frame: Frame,
    face: FaceAnalysis,
    load: Callable[[], EmotionClassifier],
    is_wanted: Callable[[], bool],
) -> Answer | None:
    """Ask a model about a face; None once it is not wanted any more. Runs on any thread.

    Args:
        frame: the picture.
        face: in it.
        load: loads the model; ModelError.
        is_wanted: asked every few faces.

    Raises:
        ModelError: if the model cannot be loaded.
    """
    if not is_wanted():  # somebody asked again at once: a model is not loaded for nothing
        return None
    classifier = load()
    try:
        explanation = explain_face(classifier, frame.pixels, face.detection, is_wanted)
    except NotWanted:
        return None
    finally:
        classifier.close()
    try:
        return Answer(frame, with_actions(frame, face), explanation)
    except FerError as error:
        return Answer(frame, face, explanation, str(error))
