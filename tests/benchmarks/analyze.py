"""Analysing a file, every frame, as the command line does it."""

from pathlib import Path
from time import perf_counter

from fer_desktop.models.catalogue import resolve_model
from fer_desktop.pipeline.analysis_run import analyze_file
from fer_desktop.sources.media_file import VideoSource
from fer_desktop.vision.analyzer import Analyzer
from fer_desktop.vision.classifier import ModelClassifier
from fer_desktop.vision.detection.detector import MediaPipeFaceDetector
from tests.benchmarks import clips
from tests.benchmarks.figures import Figure, figure

FRAMES = 900
RUNS = 5


def run(work: Path) -> list[Figure]:
    """Measure frames a second for one and three faces, models already loaded."""
    detector = MediaPipeFaceDetector()
    paths = {faces: work / f"analyze-{faces}.mp4" for faces in (1, 3)}
    for faces, path in paths.items():
        clips.write_clip(path, clips.with_faces(clips.demo_pictures(FRAMES), faces))
    figures = []
    try:
        for engine in ("auto", "litert-int8"):
            classifier = ModelClassifier.load(resolve_model(""), engine=engine)
            for faces, mark in ((1, 380), (3, 150)):
                rates = [_rate(paths[faces], Analyzer(detector, classifier)) for _ in range(RUNS)]
                suffix = f"{faces} face{'s' if faces > 1 else ''}"
                figures += _figures(
                    rates, suffix if engine == "auto" else f"{suffix}, {engine}", mark
                )
            classifier.close()
    finally:
        detector.close()
    return figures


def _figures(rates: list[float], suffix: str, mark: float) -> list[Figure]:
    times = [rate / clips.FPS for rate in rates]
    return [
        figure("analyze", f"frames a second, {suffix}", rates, "1/s", mark=mark, better="higher"),
        figure("analyze", f"times real time, {suffix}", times, "x", better="higher"),
    ]


def _rate(path: Path, analyzer: Analyzer) -> float:
    start = perf_counter()
    count = sum(1 for _ in analyze_file(VideoSource(path), analyzer))
    if count != FRAMES:
        raise RuntimeError(f"{path} gave {count} of {FRAMES} frames")
    return count / (perf_counter() - start)
