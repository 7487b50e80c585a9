"""What measures of faces cost: the frame path and the window, with and without all of them."""

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from time import monotonic_ns

from fer_desktop.domain.frame import Frame
from fer_desktop.models.catalogue import resolve_model
from fer_desktop.vision.analyzer import Analyzer
from fer_desktop.vision.classifier import ModelClassifier
from fer_desktop.vision.detection.detector import MediaPipeFaceDetector
from fer_desktop.vision.measure_catalogue import all_measures, chosen_measures
from fer_desktop.vision.measuring import Measurer
from tests.benchmarks import clips
from tests.benchmarks.figures import Figure, figure, timed_ms

FRAMES = 240
WARM_UP = 20
WINDOW_FACES = 2


def run(_work: Path) -> list[Figure]:
    """Measure frames of 1, 2 and 4 faces, and the window with a camera of two faces."""
    figures = []
    with (
        closing(MediaPipeFaceDetector()) as detector,
        closing(ModelClassifier.load(resolve_model(""))) as classifier,
        closing(Measurer(chosen_measures(all_measures()))) as measurer,
    ):
        for faces in (1, 2, 4):
            without = Analyzer(detector, classifier)
            with_all = Analyzer(detector, classifier, measurer=measurer)
            figures += _frames(faces, without, with_all)
    for choice, mark in (("none", None), ("all", 95.0)):
        figures += _window(choice, mark)
    return figures


def _frames(faces: int, without: Analyzer, with_all: Analyzer) -> list[Figure]:
    plain, measured = [], []
    pictures = clips.with_faces(clips.demo_pictures(FRAMES), faces)
    for index, picture in enumerate(pictures):
        frame = Frame(index, index * 33_333, monotonic_ns(), picture)
        # In turns, so that whatever else the machine does slows both alike.
        plain.append(timed_ms(lambda frame=frame: without.analyze(frame)))  # type: ignore[misc]
        measured.append(timed_ms(lambda frame=frame: with_all.analyze(frame)))  # type: ignore[misc]
    more = [after - before for before, after in zip(plain, measured, strict=True)]
    suffix = f"{faces} face{'s' if faces > 1 else ''}"
    mark = 5.0 if faces == 1 else None
    return [
        figure("measures", f"frame without measures, {suffix}", plain[WARM_UP:]),
        figure("measures", f"frame with all of them, {suffix}", measured[WARM_UP:]),
        figure("measures", f"what they add, {suffix}", more[WARM_UP:], mark=mark),
    ]


def _window(choice: str, mark: float | None) -> list[Figure]:
    """Return what the window makes of a camera with several faces."""
    command = [sys.executable, "-m", "tests.benchmarks.measured_window", choice, str(WINDOW_FACES)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    seen = json.loads(done.stdout.strip().splitlines()[-1])
    name = f"window, {WINDOW_FACES} faces, {choice} of them"
    return [
        figure(
            "measures",
            f"{name}: camera frames analysed",
            [seen["share"]],
            "%",
            mark=mark,
            better="higher",
        ),
        figure("measures", f"{name}: age when painted", seen["ages_ms"]),
        figure("measures", f"{name}: longest stall", [seen["stall_ms"]]),
    ]
