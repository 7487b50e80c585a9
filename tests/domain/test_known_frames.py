"""What is known of a file's frames: found again as it was, in little room."""

from dataclasses import replace

import numpy as np
import pytest

from fer_desktop.domain import kept_meshes, known_frames
from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.domain.face import BoundingBox, Detection
from fer_desktop.domain.known_frames import KnownFrames
from fer_desktop.domain.measures import MESH, Measurement, MeasureSpec
from fer_desktop.domain.neutral_baseline import estimate_baseline
from fer_desktop.domain.scores import EmotionScores

LABELS = ("happy", "sad", "neutral")
TWO = ("calm", "tense")


def scores(*values: float, labels: tuple[str, ...] = LABELS) -> EmotionScores:
    return EmotionScores(labels, tuple(float(np.float32(value)) for value in values))


def face(number: int, *, smoothed: EmotionScores | None, unsure: bool = False) -> FaceAnalysis:
    detection = Detection(BoundingBox(10.5, 20.25, 30.0, 40.0), 0.875)
    return FaceAnalysis(number, detection, smoothed, smoothed, unsure)


def frame(index: int, *faces: FaceAnalysis) -> FrameAnalysis:
    return FrameAnalysis(index, index * 33_333, None, 640, 480, faces)


def test_frames_come_back_as_they_were() -> None:
    known = KnownFrames()
    frames = [
        frame(0),
        frame(1, face(1, smoothed=scores(0.5, 0.25, 0.25))),
        frame(2, face(1, smoothed=None), face(7, smoothed=None)),
        frame(5, face(3, smoothed=scores(0.75, 0.25, labels=TWO), unsure=True)),
        FrameAnalysis(9, 400_000, 1_700_000_000_000_000_000, 1, 2, ()),
    ]
    for each in frames:
        known.append(each)
    assert [known.at(each.frame_index) for each in frames] == frames
    assert known.analyses(0, 99) == frames
    assert known.edge == (9, 400_000)
    assert len(known) == 5


def test_what_is_known_of_a_frame_may_hold_for_the_next_ones() -> None:
    known = KnownFrames()
    known.append(frame(4, face(1, smoothed=scores(0.5, 0.25, 0.25))))
    assert known.at(3) is None
    assert known.at(5) is None
    assert known.at(6, reach=2) == known.at(4)
    assert known.at(7, reach=2) is None


def test_the_latest_meshes_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_meshes, "MESHES_MAX", 3)
    spec = MeasureSpec(MESH, tuple(f"x{at}" for at in range(30)), "px")
    known = KnownFrames()
    meshes = [Measurement(spec, (float(index),) * 30) for index in range(5)]
    for index, mesh in enumerate(meshes):
        bare = face(1, smoothed=None)
        known.append(frame(index, replace(bare, measurements=(mesh,))))
    found = [known.at(index) for index in range(5)]
    assert [each.faces[0].measurements for each in found if each is not None] == [
        (), (), *((mesh,) for mesh in meshes[2:]),
    ]  # fmt: skip


def test_a_calibrated_face_stays_one() -> None:
    rest = scores(0.2, 0.2, 0.6)
    baseline = estimate_baseline([rest], 1.0)
    calibrated = FaceAnalysis(
        1, Detection(BoundingBox(0, 0, 1, 1), 0.5), rest, rest, corrected=None, baseline=baseline
    )
    known = KnownFrames()
    known.append(frame(0, calibrated))
    known.append(frame(1, face(1, smoothed=rest)))
    assert known.at(0).faces[0].baseline == baseline
    assert known.at(1).faces[0].baseline is None


def test_what_was_measured_stays_as_far_as_it_is_shown() -> None:
    light, mesh = MeasureSpec("light", ("left", "right")), MeasureSpec("many", tuple("abcdefg"))
    plain = face(1, smoothed=scores(0.5, 0.25, 0.25))
    shown = Measurement(light, (0.5, 99.25))
    known = KnownFrames()
    known.append(frame(0, replace(plain, measurements=(Measurement(mesh, (0.0,) * 7), shown))))
    known.append(frame(1, plain, replace(plain, face_id=2, measurements=(shown,))))
    assert known.at(0) == frame(0, replace(plain, measurements=(shown,)))
    assert known.at(1) == frame(1, plain, replace(plain, face_id=2, measurements=(shown,)))


def test_frames_come_in_order() -> None:
    known = KnownFrames()
    known.append(frame(3))
    with pytest.raises(ValueError, match="in order"):
        known.append(frame(3))


def test_two_hours_of_a_face_take_little_room() -> None:
    known = KnownFrames()
    one = face(1, smoothed=scores(0.5, 0.25, 0.25))
    for index in range(2_000):
        known.append(frame(index, one))
    assert known.nbytes / 2_000 < 120  # 26 MB in two hours at 30 frames a second


def test_what_is_too_much_is_forgotten_from_the_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_frames, "FACES_MAX", 100)
    known = KnownFrames()
    frames = [
        frame(index, *(face(number, smoothed=scores(0.5, 0.25, 0.25)) for number in (1, 2)))
        for index in range(60)
    ]
    for each in frames:
        known.append(each)
    assert known.at(0) is None
    assert [known.at(index) for index in range(30, 60)] == frames[30:]
