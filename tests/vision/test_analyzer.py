import numpy as np
import pytest

from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.frame import Frame
from fer_desktop.domain.neutral_baseline import NeutralBaseline, estimate_baseline
from fer_desktop.domain.scores import EmotionScores
from fer_desktop.settings import FaceSearch
from fer_desktop.vision.analyzer import Analyzer
from fer_desktop.vision.calibrator import Calibrator
from tests.helpers.fakes import FakeClassifier, FakeDetector, fake_preset
from trainer.contract.labels import LABEL_SETS

pytestmark = pytest.mark.unit

FRAME_US = 33_333
LEFT, RIGHT = (100, 80, 220, 200), (400, 90, 520, 210)
LABELS = LABEL_SETS["fer7"]
SADDISH = [0.01, 0.01, 0.01, 0.01, 0.25, 0.01, 0.7]


def frame(index: int, timestamp_us: int | None = None) -> Frame:
    pixels = np.zeros((480, 640, 3), np.uint8)
    time_us = index * FRAME_US if timestamp_us is None else timestamp_us
    return Frame(index, time_us, 0, pixels, wall_ns=123)


def analyses(analyzer: Analyzer, count: int) -> list[FrameAnalysis]:
    return [analyzer.analyze(frame(index)) for index in range(count)]


def test_a_frame_without_faces() -> None:
    classifier = FakeClassifier()
    analysis = Analyzer(FakeDetector([[]]), classifier).analyze(frame(7))
    assert analysis == FrameAnalysis(7, 7 * FRAME_US, 123, 640, 480, ())
    assert classifier.calls == 0


def test_before_a_model_is_ready_faces_are_only_found() -> None:
    (face,) = Analyzer(FakeDetector()).analyze(frame(0)).faces
    assert (face.face_id, face.scores, face.smoothed, face.is_unsure) == (1, None, None, False)


def test_faces_are_sorted_by_id_and_keep_their_own_scores() -> None:
    detector = FakeDetector([[LEFT, RIGHT], [RIGHT, LEFT]])
    first, second = analyses(Analyzer(detector, FakeClassifier(), smoothing_ms=0), 2)
    assert [face.face_id for face in first.faces] == [face.face_id for face in second.faces]
    left, right = second.faces
    assert (left.detection.box.x1, right.detection.box.x1) == (100, 400)
    assert left.scores is not None
    assert right.scores is not None
    # The detector named the right face first, so the classifier answered for it first.
    assert (right.scores.emotion, left.scores.emotion) == ("disgust", "fear")


def test_scores_are_of_this_frame_and_smoothed_ones_of_the_last_moments() -> None:
    first, second = analyses(Analyzer(FakeDetector(), FakeClassifier(), smoothing_ms=300), 2)
    assert first.faces[0].smoothed == first.faces[0].scores
    face = second.faces[0]
    assert face.scores is not None
    assert face.smoothed is not None
    assert face.scores.emotion == "disgust"
    assert face.smoothed.emotion == "angry"
    assert sum(face.smoothed.probabilities) == pytest.approx(1, abs=1e-6)


def test_a_still_picture_is_searched_thoroughly_and_not_smoothed() -> None:
    detector = FakeDetector()
    analyzer = Analyzer(detector, FakeClassifier())
    for index in range(2):
        (face,) = analyzer.analyze(frame(index, 0), still=True).faces
        assert face.smoothed == face.scores
    assert detector.thorough_calls == 2


@pytest.mark.parametrize(
    ("choice", "thorough"),
    [("auto", (False, True)), ("small", (True, True)), ("large", (False,) * 2)],
)
def test_small_faces_are_looked_for_where_that_was_chosen(
    choice: FaceSearch, thorough: tuple[bool, bool]
) -> None:
    found = []
    for chosen_later in (False, True):
        detector = FakeDetector()
        first: FaceSearch = "auto" if chosen_later else choice
        analyzer = Analyzer(detector, FakeClassifier(), face_search=first)
        analyzer.set_face_search(choice)
        for index, still in enumerate((False, True)):
            before = detector.thorough_calls
            analyzer.analyze(frame(index), still=still)
            found.append(detector.thorough_calls > before)
    assert tuple(found) == thorough * 2


@pytest.mark.parametrize(("unsure_below", "is_unsure"), [(0.69, False), (0.71, True)])
def test_a_face_is_unsure_below_the_models_own_threshold(
    unsure_below: float, is_unsure: bool
) -> None:
    classifier = FakeClassifier(fake_preset(unsure_below=unsure_below))
    (face,) = Analyzer(FakeDetector(), classifier).analyze(frame(0)).faces
    assert face.is_unsure is is_unsure


def test_another_model_is_used_from_the_next_frame_on() -> None:
    analyzer = Analyzer(FakeDetector(), FakeClassifier())
    analyzer.analyze(frame(0))
    analyzer.set_classifier(FakeClassifier(fake_preset("other", ("calm", "tense"))))
    (face,) = analyzer.analyze(frame(1)).faces
    assert face.face_id == 1
    assert face.smoothed == face.scores
    assert face.scores is not None
    assert face.scores.labels == ("calm", "tense")
    analyzer.set_classifier(None)
    assert analyzer.analyze(frame(2)).faces[0].scores is None


def test_smoothing_can_be_switched_off() -> None:
    analyzer = Analyzer(FakeDetector(), FakeClassifier(), smoothing_ms=5000)
    analyses(analyzer, 2)
    analyzer.set_smoothing(0)
    (face,) = analyzer.analyze(frame(2)).faces
    assert face.face_id == 1
    assert face.smoothed == face.scores


def test_a_new_source_starts_with_face_one() -> None:
    analyzer = Analyzer(FakeDetector([[LEFT, RIGHT], [RIGHT]]), FakeClassifier())
    analyzer.analyze(frame(0))
    analyzer.reset()
    assert [face.face_id for face in analyzer.analyze(frame(0)).faces] == [1]


def test_the_same_frames_give_the_same_answers() -> None:
    script = [[LEFT], [LEFT, RIGHT], [], [RIGHT, LEFT]]
    runs = [analyses(Analyzer(FakeDetector(script), FakeClassifier()), 4) for _ in range(2)]
    assert runs[0] == runs[1]


def rest_of(probabilities: list[float]) -> NeutralBaseline:
    return estimate_baseline([EmotionScores(LABELS, tuple(probabilities))] * 90, 3.0)


def test_a_calibrated_face_shows_corrected_scores_and_keeps_the_plain_ones() -> None:
    angrier = [0.3, 0.01, 0.01, 0.01, 0.2, 0.01, 0.46]
    calibrator = Calibrator()
    detector = FakeDetector([[LEFT, RIGHT]])
    classifier = FakeClassifier(probabilities=lambda call, face: angrier)
    analyzer = Analyzer(detector, classifier, smoothing_ms=0, calibrator=calibrator)
    plain, _ = analyzer.analyze(frame(0)).faces
    assert (plain.corrected, plain.baseline) == (None, None)
    calibrator.calibrate(1, rest_of(SADDISH))
    first, second = analyzer.analyze(frame(1)).faces
    assert first.scores == plain.scores
    assert first.corrected is not None
    assert first.smoothed == first.corrected
    assert (first.corrected.emotion, plain.smoothed.emotion) == ("angry", "neutral")
    assert first.baseline is not None
    assert (second.corrected, second.smoothed) == (None, second.scores)
    calibrator.remove(1)
    (first, _) = analyzer.analyze(frame(2)).faces
    assert (first.corrected, first.smoothed) == (None, plain.smoothed)


def test_calibration_ends_with_the_source_and_with_the_model() -> None:
    calibrator = Calibrator()
    classifier = FakeClassifier(probabilities=lambda call, face: SADDISH)
    analyzer = Analyzer(FakeDetector(), classifier, calibrator=calibrator)
    other = FakeClassifier(fake_preset(sha256="1" * 64), lambda call, face: SADDISH)
    for end in (analyzer.reset, lambda: analyzer.set_classifier(other)):
        analyzer.analyze(frame(0))
        calibrator.calibrate(1, rest_of(SADDISH))
        assert analyzer.analyze(frame(1)).faces[0].corrected is not None
        end()
        assert analyzer.analyze(frame(2)).faces[0].corrected is None


def test_calibration_holds_for_the_same_model_on_another_engine() -> None:
    calibrator = Calibrator()
    classifier = FakeClassifier(probabilities=lambda call, face: SADDISH)
    analyzer = Analyzer(FakeDetector(), classifier, calibrator=calibrator)
    analyzer.analyze(frame(0))
    calibrator.calibrate(1, rest_of(SADDISH))
    analyzer.set_classifier(FakeClassifier(probabilities=lambda call, face: SADDISH))
    assert analyzer.analyze(frame(1)).faces[0].corrected is not None


def test_rest_is_estimated_by_itself_where_wanted_and_what_was_given_goes_first() -> None:
    calibrator = Calibrator(automatic=True)
    classifier = FakeClassifier(probabilities=lambda call, face: SADDISH)
    analyzer = Analyzer(FakeDetector(), classifier, calibrator=calibrator)
    faces = [analyzer.analyze(frame(i, i * 500_000)).faces[0] for i in range(80)]
    assert faces[0].baseline is None
    assert faces[-1].baseline is not None
    assert faces[-1].baseline.origin == "automatic"
    calibrator.calibrate(1, rest_of(SADDISH))
    assert analyzer.analyze(frame(80, 40_000_000)).faces[0].baseline.origin == "live"
    calibrator.remove()
    assert analyzer.analyze(frame(81, 40_500_000)).faces[0].baseline.origin == "automatic"
    calibrator.set_automatic(False)
    assert analyzer.analyze(frame(82, 41_000_000)).faces[0].baseline is None
