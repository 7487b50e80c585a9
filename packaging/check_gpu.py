"""What a graphics card does for this application, in one run: numbers, times, a training.

    python packaging/check_gpu.py [--model DIR] [--data fer2013.csv] [--backends tensorflow,jax]

For each Keras backend that is installed, in a process of its own: the device; milliseconds for 1,
4, 16 and 64 faces through the window's classifier, run by Keras; ``fer-desktop analyze`` on the
demo clip; and images a second in training, if data are given. Its probabilities are compared with
those that LiteRT gives on the processor: exit status 1 if they differ by more than 0.001. Without a
card the same runs on the processor, and says so.
"""

import argparse
import csv
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import numpy as np

from fer_desktop.domain.face import BoundingBox, Detection
from fer_desktop.models.catalogue import resolve_model
from fer_desktop.paths import demo_clip
from fer_desktop.vision.classifier import ModelClassifier
from trainer.contract.checked_json import decode_json
from trainer.contract.offers import Estimate

TOLERANCE: Final = 1e-3
FACES: Final = (1, 4, 16, 64)
RUNS: Final = 40
SYSTEM: Final = "residual_se"


def main() -> int:
    """Check every backend, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", default="", help="a model's name or folder")
    parser.add_argument("--data", type=Path, help="faces to train on for a moment")
    parser.add_argument("--backends", default="tensorflow,jax,torch")
    parser.add_argument("--classify", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    folder = resolve_model(args.model)
    if args.classify:
        print(json.dumps(classify(folder, os.environ["CHECKED_ENGINE"])))
        return 0
    with tempfile.TemporaryDirectory() as work:
        out = Path(work)
        truth = _classified(args, "litert") | {"rows": analyze(folder, "litert", out / "litert")}
        _print("backend", "device", *(f"{n} faces, ms" for n in FACES), "difference", "images/s")
        _print("litert", truth["device"], *_times(truth), "", "")
        differences = [0.0]
        for backend in args.backends.split(","):
            if importlib.util.find_spec(backend) is None:
                _print(backend, "not installed")
                continue
            os.environ["KERAS_BACKEND"] = backend
            found = _classified(args, "keras")
            rows = analyze(folder, "keras", out / backend)
            pairs = [(found["answers"], truth["answers"]), (rows, truth["rows"])]
            differs = float(np.max([np.abs(np.subtract(*pair)).max() for pair in pairs]))
            speed = training(args.data) if args.data else ""
            _print(backend, found["device"], *_times(found), f"{differs:.1e}", speed)
            differences.append(differs)
    return int(not np.max(differences) <= TOLERANCE)  # also where one is no number


def classify(folder: Path, engine: Any) -> dict[str, Any]:
    """Return device, answers and milliseconds for each number of faces."""
    classifier = ModelClassifier.load(folder, engine=engine)
    random = np.random.default_rng(0)
    picture = random.integers(0, 256, (480, 640, 3), np.uint8)
    boxes = random.uniform(0, 300, (FACES[-1], 2))
    faces = [Detection(BoundingBox(x, y, x + 120, y + 120), 1.0) for x, y in boxes]
    times: dict[int, float] = {}
    for count in FACES:
        samples = []
        for _ in range(RUNS + 5):
            started = time.perf_counter()
            answers = classifier.classify(picture, faces[:count])
            samples.append(1000 * (time.perf_counter() - started))
        times[count] = statistics.median(samples[5:])
    classifier.close()
    return {"device": classifier.device, "answers": answers.tolist(), "ms": list(times.values())}


def analyze(folder: Path, engine: str, out: Path) -> list[list[float]]:
    """Return the probabilities that ``fer-desktop analyze`` writes for the demo clip."""
    _run("fer_desktop", "analyze", demo_clip(), "--model", folder, "--engine", engine, "--out", out)
    with (out / f"{demo_clip().stem}.csv").open(newline="", encoding="utf-8") as file:
        return [
            [float(value) for name, value in row.items() if name.startswith("p_")]
            for row in csv.DictReader(file)
        ]


def training(data: Path) -> str:
    """Return how many faces a second a training takes in, less its start and its end."""
    words = ["probe", "--system", SYSTEM, "--data", data, "--json"]
    found = decode_json(_run("trainer", *words), Estimate)
    return f"{found.faces / found.seconds_per_epoch:.0f}"


def _classified(args: argparse.Namespace, engine: str) -> dict[str, Any]:
    os.environ["CHECKED_ENGINE"] = engine
    command = [sys.executable, __file__, "--classify", "--model", args.model]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _run(module: str, *words: object) -> str:
    command = [sys.executable, "-m", module, *map(str, words)]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def _times(found: dict[str, Any]) -> list[str]:
    return [f"{value:.2f}" for value in found["ms"]]


def _print(*cells: str) -> None:
    print("  ".join(cell.ljust(13) for cell in cells).rstrip(), flush=True)


if __name__ == "__main__":
    sys.exit(main())
