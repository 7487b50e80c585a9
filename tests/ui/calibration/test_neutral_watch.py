"""What ends an attempt to calibrate a face, and what does not."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.domain.face import Detection
from fer_desktop.domain.scores import EmotionScores
from fer_desktop.errors import CalibrationError
from fer_desktop.ui.calibration.neutral_watch import DURATION_US, READY_US, NeutralWatch, Trouble
from tests.helpers.faces import portrait
from tests.helpers.fakes import face_at
from trainer.contract.labels import LABEL_SETS

pytestmark = pytest.mark.unit

FRAME_US = 33_333
BOX = (180.0, 180.0, 300.0, 300.0)
REST = (0.01, 0.01, 0.01, 0.02, 0.2, 0.01, 0.74)
SMILE = (0.01, 0.01, 0.01, 0.8, 0.01, 0.01, 0.15)
Change = Callable[[FaceAnalysis], FaceAnalysis | None]


def scored(probabilities: tuple[float, ...]) -> EmotionScores:
    return EmotionScores(LABEL_SETS["fer7"], probabilities)


def seen(box: tuple[float, float, float, float] = BOX, nose_x: float = 0.5) -> Detection:
    """Return a face whose nose lies at a share of its width."""
    face = face_at(box)
    x1, y1, x2, y2 = box
    nose = (x1 + nose_x * (x2 - x1), y1 + 0.55 * (y2 - y1))
    return replace(face, landmarks={**face.landmarks, "nose": nose})


def moved(dx: float = 0.0, scale: float = 1.0) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = BOX
    width, height = (x2 - x1) * scale, (y2 - y1) * scale
    return x1 + dx, y1, x1 + dx + width, y1 + height


def watched(
    change: Change = lambda face: face,
    *,
    after_s: float = 3.0,
    lasting_s: float = 9.0,
    picture: NDArray[np.uint8] | None = None,
) -> NeutralWatch:
    """Return a watch over a face that rests, but for a change that begins at a time and ends."""
    watch, good = NeutralWatch(1), portrait(0)
    for index in range(10 * 30):
        time_us = index * FRAME_US
        face: FaceAnalysis | None = FaceAnalysis(1, seen(), scored(REST), scored(REST))
        is_changed = after_s <= time_us / 1e6 < after_s + lasting_s
        if is_changed and face is not None:
            face = change(face)
        other = FaceAnalysis(2, seen((0, 0, 80, 80)), scored(SMILE), scored(SMILE))
        faces = (face, other) if face is not None else (other,)
        analysis = FrameAnalysis(index, time_us, None, 480, 480, faces)
        if index % 5 == 0:  # the window looks as often as it paints
            watch.look(picture if is_changed and picture is not None else good, analysis)
        watch.take(analysis)
        if watch.is_done:
            break
    return watch


def test_three_seconds_at_rest_are_enough() -> None:
    watch = watched()
    assert watch.trouble is None
    assert watch.progress == 1
    assert watch.elapsed_us == pytest.approx(READY_US + DURATION_US, abs=FRAME_US)
    baseline = watch.baseline()
    assert baseline.origin == "live"
    assert baseline.evidence_s == pytest.approx(3.0, abs=0.1)
    assert np.allclose(baseline.rest, REST, atol=1e-6)


@pytest.mark.parametrize(
    ("change", "trouble"),
    [
        (lambda face: None, Trouble.GONE),
        (lambda face: replace(face, detection=seen(moved(dx=60))), Trouble.MOVED),
        (lambda face: replace(face, detection=seen(moved(scale=1.5))), Trouble.MOVED),
        (lambda face: replace(face, detection=seen(nose_x=0.65)), Trouble.TURNED),
        (lambda face: replace(face, scores=scored(SMILE)), Trouble.LIVELY),
    ],
    ids=["leaves", "moves", "comes near", "turns", "smiles"],
)
def test_what_the_face_must_not_do(change: Change, trouble: Trouble) -> None:
    watch = watched(change)
    assert watch.trouble is trouble
    assert watch.progress < 1


@pytest.mark.parametrize(
    ("picture", "trouble"),
    [
        ((portrait(0) * 0.2).astype(np.uint8), Trouble.TOO_DARK),
        (np.clip(portrait(0) * 2.4, 0, 255).astype(np.uint8), Trouble.TOO_BRIGHT),
        (cv2.GaussianBlur(portrait(0), (0, 0), 4), Trouble.BLURRED),
    ],
    ids=["dark", "bright", "blurred"],
)
def test_how_the_face_must_not_look(picture: NDArray[np.uint8], trouble: Trouble) -> None:
    assert watched(picture=picture).trouble is trouble


def test_a_small_face_and_one_at_the_edge_are_refused() -> None:
    small = watched(lambda face: replace(face, detection=seen((200, 200, 240, 240))), after_s=0)
    assert small.trouble is Trouble.TOO_FAR
    cut = watched(lambda face: replace(face, detection=seen((-40, 100, 80, 220))), after_s=0)
    assert cut.trouble is Trouble.CUT_OFF


@pytest.mark.parametrize("change", [lambda face: None, lambda face: replace(face, scores=None)])
def test_a_moment_without_the_face_is_overlooked(change: Change) -> None:
    watch = watched(change, lasting_s=0.4)
    assert watch.trouble is None
    assert watch.progress == 1


def test_what_happens_before_the_seconds_count_does_not_matter() -> None:
    watch = watched(lambda face: replace(face, scores=scored(SMILE)), after_s=0, lasting_s=1.9)
    assert watch.trouble is None


def test_an_expression_that_changes_slowly_is_refused_in_the_end() -> None:
    random = np.random.default_rng(0)

    def change(face: FaceAnalysis) -> FaceAnalysis:
        powers = np.array(REST) * np.exp(random.normal(0, 1.5, len(REST)))
        powers[3] = 0.001  # but it never smiles
        return replace(face, scores=scored(tuple((powers / powers.sum()).tolist())))

    watch = watched(change, after_s=0)
    with pytest.raises(CalibrationError, match="changes"):
        watch.baseline()
