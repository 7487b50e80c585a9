"""Measure a model where it is used: through the application's own detector, crop and smoothing.

    python packaging/check_model.py --model models/ferplus7 --data fer2013.csv
        [--votes fer2013new.csv] [--videos DIR] [--split validation]
        [--set DIR ...] [--only-labels SET=A,B ...] [--framed SCALE,SHIFT_UP] [--groups DIR]

Three things that no evaluation on face crops shows: what is lost when the detector frames the face
(test faces are put into larger pictures), how calm the label is on videos at several smoothings,
and how long a face takes. And, given sets of other people's faces, how well it reads these
(``trainer/EVALUATION.md``). The figures go into the model's ``metrics.json``, under ``application``
and ``sets``, and into its card; with the validation faces, for choices on the way, they are only
printed. Without ``--data`` the sets alone are measured.
"""

import argparse
import json
import shlex
import statistics
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.face import BoundingBox, Detection
from fer_desktop.domain.scores import EmotionScores
from fer_desktop.sources.factory import open_file
from fer_desktop.vision.analyzer import Analyzer
from fer_desktop.vision.classifier import ModelClassifier
from fer_desktop.vision.detection.detector import MediaPipeFaceDetector
from fer_desktop.vision.smoothing import ScoreSmoother
from trainer.cli.set_options import add_sets, sets_from_args
from trainer.config import DataSource
from trainer.contract.crop import box_of_crop
from trainer.contract.preset import METRICS_FILE
from trainer.data.readers import load_dataset
from trainer.presets.card_figures import application_section, sets_section
from trainer.presets.model_card import write_card
from trainer.presets.model_folder import load_model_folder
from trainer.reports.sets import evaluate_sets
from trainer.runs.devices import machine

FACE_SIDES_PX: Final = (80, 160, 320)
PICTURE_PX: Final = (640, 480)
SMOOTHINGS_MS: Final = (0, 150, 300, 500, 1000)
SEED: Final = 0
ROUNDS: Final = 300


@dataclass(frozen=True)
class Framing:
    """Faces of one size, pasted into pictures: found again, and read as from the direct crop?

    Attributes:
        accuracy_direct: of the faces found, as the dataset has them.
        accuracy_exact: cut out where they were pasted, so that they are only resampled.
        accuracy_found: cut out where the detector saw them.
    """

    face_side_px: int
    faces: int
    found: int
    accuracy_direct: float
    accuracy_exact: float
    accuracy_found: float


@dataclass(frozen=True)
class Calmness:
    """Videos at one smoothing.

    Attributes:
        changes_per_s: changes of the label shown, per second that a face is seen.
        delay_ms: until a face that turns from 90 % one label to 90 % another shows the new one.
    """

    smoothing_ms: int
    changes_per_s: float
    delay_ms: float


def main() -> None:
    """Measure, and write the figures beside the model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", required=True, type=Path)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--votes", type=Path)
    parser.add_argument("--videos", type=Path)
    parser.add_argument("--split", choices=("test", "validation"), default="test")
    add_sets(parser, flag="--set", required=False)
    args = parser.parse_args()
    sets = sets_from_args(args)
    metrics = json.loads((args.model / METRICS_FILE).read_text(encoding="utf-8"))
    if args.data is not None:
        metrics["application"] = in_the_application(args)
        print(application_section(metrics))
    if sets.labelled or sets.unlabelled:
        metrics["sets"] = evaluate_sets(args.model, sets.labelled, sets.unlabelled)
        metrics["sets"]["command"] = command(args, ("sets", "only_labels", "framed", "groups"))
        print(sets_section(metrics))
    if args.split == "test":
        (args.model / METRICS_FILE).write_text(
            json.dumps(metrics, indent=1) + "\n", encoding="utf-8"
        )
        write_card(args.model)


def in_the_application(args: argparse.Namespace) -> dict[str, Any]:
    """Return the figures of framing, time and, given videos, calmness."""
    with (
        closing(ModelClassifier.load(args.model)) as classifier,
        closing(MediaPipeFaceDetector()) as detector,
    ):
        times = [face_ms(classifier)]
        found: dict[str, Any] = {
            "command": command(args, ("data", "votes", "split", "videos")),
            "machine": machine(),
            "rounds": ROUNDS,
            "framing": [asdict(row) for row in framing(classifier, detector, args)],
        }
        times.append(face_ms(classifier))
        if args.videos is not None:
            found |= calmness(classifier, detector, args.videos)
        times.append(face_ms(classifier))
        # What is slower than the quietest minute was the machine's other work.
        found["face_ms"] = {faces: min(each[faces] for each in times) for faces in times[0]}
    return found


def command(args: argparse.Namespace, options: Sequence[str]) -> str:
    """Return the command line of these options, with the names of files and folders only."""
    words = ["python", "packaging/check_model.py", "--model", f"models/{args.model.resolve().name}"]
    for option in options:
        flag = "--set" if option == "sets" else f"--{option.replace('_', '-')}"
        given = getattr(args, option)
        for value in given if isinstance(given, list) else [given]:
            if value not in (None, "test"):
                words += [flag, _short(str(value)) if option != "framed" else value]
    return shlex.join(words)


def _short(text: str) -> str:
    """Return a path's name, also where it stands before an equals sign."""
    name, equals, value = text.partition("=")
    return f"{Path(name).name}{equals}{value}"


def face_ms(classifier: ModelClassifier) -> dict[str, float]:
    """Return the median time of one face and of four, crops included, milliseconds."""
    pixels = np.random.default_rng(SEED).integers(0, 256, (720, 1280, 3), np.uint8)
    medians = {}
    for faces in (1, 4):
        detections = [
            Detection(BoundingBox(100.0 + 200 * at, 200, 260.0 + 200 * at, 360), 0.9)
            for at in range(faces)
        ]
        times = []
        for _ in range(ROUNDS):
            started = perf_counter()
            classifier.classify(pixels, detections)
            times.append(1000 * (perf_counter() - started))
        medians[str(faces)] = round(statistics.median(times[ROUNDS // 10 :]), 2)
    return medians


def framing(
    classifier: ModelClassifier, detector: MediaPipeFaceDetector, args: argparse.Namespace
) -> list[Framing]:
    """Return how well test faces are read when the application has to find them."""
    preset = classifier.preset
    dataset = load_dataset(
        DataSource(path=args.data, votes=args.votes),
        labels=preset.labels,
        size_px=preset.input_size_px,
        color=preset.color,
    )
    rows = dataset.rows(args.split)
    truth = dataset.truth(rows)
    answers = load_model_folder(args.model).probabilities(dataset, rows).argmax(axis=1)
    results = []
    for side_px in FACE_SIDES_PX:
        random = np.random.default_rng(SEED)
        right_direct, right_exact, right_found = [], [], []
        for row, label, answer in zip(rows, truth, answers, strict=True):
            face = np.repeat(dataset.images[row][..., :1], 3, axis=-1)
            picture, box = pasted(face, side_px, random)
            hits = [one for one in detector.detect(picture) if is_inside(one.box, box)]
            if not hits:
                continue
            best = max(hits, key=lambda one: one.score)
            right_direct.append(answer == label)
            square = (box.x1, box.y1, box.x2, box.y2)
            exact = Detection(BoundingBox(*box_of_crop(square, preset.crop)), 1.0)
            right_exact.append(classifier.classify(picture, [exact])[0].argmax() == label)
            right_found.append(classifier.classify(picture, [best])[0].argmax() == label)
        results.append(
            Framing(
                side_px,
                len(rows),
                len(right_found),
                round(float(np.mean(right_direct)), 4),
                round(float(np.mean(right_exact)), 4),
                round(float(np.mean(right_found)), 4),
            )
        )
    return results


def pasted(
    face: NDArray[np.uint8], side_px: int, random: np.random.Generator
) -> tuple[NDArray[np.uint8], BoundingBox]:
    """Return a picture with the face somewhere in it, and where it is."""
    width_px, height_px = PICTURE_PX
    left = int(random.integers(0, width_px - side_px))
    top = int(random.integers(0, height_px - side_px))
    # The border goes on outwards and blurs: no edge tells the detector where the face is.
    large = cv2.resize(face, (side_px, side_px), interpolation=cv2.INTER_CUBIC)
    edges = (top, height_px - side_px - top, left, width_px - side_px - left)
    picture = cv2.copyMakeBorder(large, *edges, cv2.BORDER_REPLICATE)
    blurred = cv2.blur(picture, (side_px // 2 + 1, side_px // 2 + 1))
    blurred[top : top + side_px, left : left + side_px] = large
    return blurred, BoundingBox(left, top, left + side_px, top + side_px)


def is_inside(found: BoundingBox, box: BoundingBox) -> bool:
    """Return whether the middle of a box found lies in the pasted face."""
    x, y = found.center
    return box.x1 < x < box.x2 and box.y1 < y < box.y2


def calmness(
    classifier: ModelClassifier, detector: MediaPipeFaceDetector, videos: Path
) -> dict[str, Any]:
    """Return the calmness at each smoothing over a folder of videos."""
    paths = sorted(path for path in videos.iterdir() if path.is_file())
    seen = [unsmoothed(classifier, detector, path) for path in paths]
    rows = []
    for smoothing_ms in SMOOTHINGS_MS:
        counted = [label_changes(frames, smoothing_ms) for frames in seen]
        changes = sum(one for one, _ in counted)
        seconds = sum(other for _, other in counted)
        delay = step_delay_ms(smoothing_ms)
        rows.append(asdict(Calmness(smoothing_ms, round(changes / seconds, 3), delay)))
    face_seconds = sum(label_changes(frames, 0)[1] for frames in seen)
    return {"videos": len(paths), "face_seconds": round(face_seconds, 1), "calmness": rows}


def unsmoothed(
    classifier: ModelClassifier, detector: MediaPipeFaceDetector, path: Path
) -> list[FrameAnalysis]:
    """Return what the application sees on every frame of a video."""
    analyzer = Analyzer(detector, classifier, smoothing_ms=0)
    frames = []
    with closing(open_file(path)) as source:
        source.open()
        while (frame := source.read()) is not None:
            frames.append(analyzer.analyze(frame))
    return frames


def label_changes(frames: list[FrameAnalysis], smoothing_ms: int) -> tuple[int, float]:
    """Return how often a face's label changes, and for how many seconds faces are seen."""
    smoother = ScoreSmoother(smoothing_ms)
    shown: dict[int, list[tuple[int, str]]] = {}
    for frame in frames:
        for face in frame.faces:
            if face.scores is not None:
                smoothed = smoother.smooth(face.face_id, face.scores, frame.timestamp_us)
                track = shown.setdefault(face.face_id, [])
                track.append((frame.timestamp_us, smoothed.emotion))
    pairs = [pair for track in shown.values() for pair in pairwise(track)]
    changes = sum(before[1] != after[1] for before, after in pairs)
    return changes, sum(after[0] - before[0] for before, after in pairs) / 1e6


def step_delay_ms(smoothing_ms: int, frame_ms: int = 33) -> float:
    """Return when the new label shows after a clear change, at 30 frames a second."""
    smoother = ScoreSmoother(smoothing_ms)
    before, after = (EmotionScores(("a", "b"), shares) for shares in ((0.9, 0.1), (0.1, 0.9)))
    smoother.smooth(1, before, 0)
    at = 0
    while smoother.smooth(1, after, 1000 * (at + frame_ms)).emotion != "b":
        at += frame_ms
    return at


if __name__ == "__main__":
    main()
