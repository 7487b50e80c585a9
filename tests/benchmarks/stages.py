"""The stages of the frame path, one by one and together, without threads."""

from pathlib import Path
from time import monotonic_ns

from fer_desktop.domain.frame import Frame
from fer_desktop.models.catalogue import resolve_model
from fer_desktop.sources.media_file import VideoSource
from fer_desktop.vision.analyzer import Analyzer
from fer_desktop.vision.classifier import ModelClassifier
from fer_desktop.vision.detection.detector import MediaPipeFaceDetector
from fer_desktop.vision.tracker import FaceTracker
from tests.benchmarks import clips
from tests.benchmarks.figures import Figure, figure, timed_ms

FRAMES = 300
WARM_UP = 20


def run(work: Path) -> list[Figure]:
    """Measure decode, detect, crop and classify, track, and all of them, for 1 and 4 faces."""
    figures = [figure("stages", "decode, 640 x 480 H.264", _decode(work / "one.mp4"))]
    detector = MediaPipeFaceDetector()
    try:
        for engine in ("auto", "litert-int8"):
            classifier = ModelClassifier.load(resolve_model(""), engine=engine)
            suffix = "" if engine == "auto" else f", {engine}"
            for faces, mark in ((1, 2.7), (4, 7.5)):
                figures += _vision(detector, classifier, faces, mark, suffix)
            classifier.close()
    finally:
        detector.close()
    return figures


def _decode(path: Path) -> list[float]:
    clips.write_clip(path, clips.demo_pictures(FRAMES))
    source = VideoSource(path)
    source.open()
    try:
        return [timed_ms(source.read) for _ in range(FRAMES)][WARM_UP:]
    finally:
        source.close()


def _vision(
    detector: MediaPipeFaceDetector,
    classifier: ModelClassifier,
    faces: int,
    mark: float,
    engine: str,
) -> list[Figure]:
    pictures = clips.with_faces(clips.demo_pictures(FRAMES), faces)
    detect, classify, track, found = [], [], [], 0
    tracker = FaceTracker()
    for index, picture in enumerate(pictures):
        start = monotonic_ns()
        detections = detector.detect(picture)
        detected = monotonic_ns()
        classifier.classify(picture, detections)
        classified = monotonic_ns()
        tracker.update(detections, index * 33_333)
        tracked = monotonic_ns()
        if index >= WARM_UP:
            found += len(detections)
            detect.append((detected - start) / 1e6)
            classify.append((classified - detected) / 1e6)
            track.append((tracked - classified) / 1e6)
    per_frame = found / (FRAMES - WARM_UP)

    analyzer = Analyzer(detector, classifier)
    together = []
    for index, picture in enumerate(pictures):
        frame = Frame(index, index * 33_333, monotonic_ns(), picture)
        together.append(timed_ms(lambda frame=frame: analyzer.analyze(frame)))  # type: ignore[misc]
    suffix = f"{faces} face{'s' if faces > 1 else ''}{engine}"
    return [
        figure("stages", f"faces found a frame, {suffix}", [per_frame], "faces"),
        figure("stages", f"detect, {suffix}", detect),
        figure("stages", f"crop and classify, {suffix}", classify),
        figure("stages", f"track, {suffix}", track),
        figure("stages", f"detect + classify + track, {suffix}", together[WARM_UP:], mark=mark),
    ]
