"""Valence and arousal against a face's own rest, from the calibration to the table."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from fer_desktop.domain.arousal import AROUSAL
from fer_desktop.domain.emotion import FaceAnalysis
from fer_desktop.domain.frame import Frame
from fer_desktop.domain.frame_selection import FrameSelection
from fer_desktop.domain.measures import Measurement
from fer_desktop.domain.neutral_evidence import judged_baseline
from fer_desktop.pipeline.interval_calibration import interval_baselines
from fer_desktop.recording.session_reader import SessionReader
from fer_desktop.recording.session_writer import SessionWriter
from fer_desktop.vision.analyzer import Analyzer
from fer_desktop.vision.detection.detector import MediaPipeFaceDetector
from fer_desktop.vision.measure_catalogue import chosen_measures
from fer_desktop.vision.measuring import Measure, Measurer, each_face
from tests.helpers.clips import numbered, write_clip
from tests.helpers.data import astronaut
from tests.helpers.fakes import FakeClassifier, FakeDetector, RousedClassifier
from tests.recording.samples import PRESET, VIDEO, face, frame, scores

CHOSEN = ("valence", "valence_corrected", "arousal", "arousal_corrected")


def columns(found: FaceAnalysis) -> dict[str, float]:
    return {spec.key: numbers[0] for spec, numbers in found.measurements}


def test_a_calibrated_face_has_both_and_another_only_the_plain_ones() -> None:
    with (
        closing(MediaPipeFaceDetector()) as detector,
        closing(Measurer(chosen_measures(CHOSEN))) as measurer,
    ):
        classifier = FakeClassifier()
        analyzer = Analyzer(detector, classifier, measurer=measurer)
        picture = Frame(0, 0, 0, astronaut())
        (plain,) = analyzer.analyze(picture).faces
        assert set(columns(plain)) == {"valence", "arousal"}
        labels = classifier.preset.labels
        at_rest = [0.02] * len(labels)
        at_rest[labels.index("neutral")] = 1 - 0.02 * (len(labels) - 1)
        rest = scores(*at_rest, labels=labels)
        readings = [(index * 33_333, rest) for index in range(60)]
        baseline = judged_baseline(readings, origin="live", arousal=[0.1, None, 0.3, 0.2])
        assert baseline.arousal == 0.2
        analyzer.calibrator.calibrate(1, baseline)
        (calibrated,) = analyzer.analyze(replace(picture, index=1, timestamp_us=33_333)).faces
    found = columns(calibrated)
    assert found["arousal_corrected"] == pytest.approx(found["arousal"] - 0.2, abs=1e-6)
    assert -1 <= found["valence_corrected"] <= 1
    assert found["valence"] == columns(plain)["valence"]


def test_an_interval_tells_the_arousal_at_rest(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4", [numbered(index, is_pale=True) for index in range(60)])
    steady = Measure(AROUSAL, each_face(lambda *_: (0.25,)))
    for measures, expected in (((steady,), 0.25), ((), None)):
        analyzer = Analyzer(FakeDetector(), RousedClassifier(), measurer=Measurer(measures))
        found, refusals = interval_baselines(clip, (0, 1.5), analyzer, FrameSelection())
        assert refusals == []
        assert found[1].arousal == expected


def test_a_session_keeps_it(tmp_path: Path) -> None:
    path = tmp_path / "a.fersession"
    readings = [(index * 33_333, scores(0.1, 0.1, 0.8)) for index in range(60)]
    baseline = judged_baseline(readings, origin="interval", arousal=[0.25])
    writer = SessionWriter(path, VIDEO, settings={})
    writer.model_changed(PRESET, 0)
    for index in range(4):
        one = face(1, raw=scores(0.7, 0.2, 0.1), baseline=baseline)
        measured = (Measurement(AROUSAL, (index / 8,)),)
        writer.write(frame(index, replace(one, measurements=measured)))
    writer.close()
    with SessionReader(path) as reader:
        assert [used.baseline for used in reader.calibrations] == [baseline]
        assert reader.numbers(AROUSAL, 1, 33_000, 70_000) == [(0.125,), (0.25,)]
        assert reader.numbers(replace(AROUSAL, key="other"), 1, 0, 10**9) == []
