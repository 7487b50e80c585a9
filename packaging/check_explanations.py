"""Measure what the maps of "Why this expression?" are worth.

    python packaging/check_explanations.py [--data taiwan --data jaffe --data lfw] [--faces 8]

A folder of data holds ``index.csv`` and faces, as ``check_measures.py`` takes them. Of each label
and folder some faces are looked at that the model reads rightly; without data it is scikit-image's
astronaut alone.

*Deletion*: the face is covered bit by bit, what speaks most for the label first. Its probability
should fall early: the mean of the curve is told, which should be small. *Insertion*: the covered
face is uncovered in the same order; the mean should be large. Parts are covered in two ways:
blurred, as the maps do it, and painted in the face's mean gray, which they have never seen. The
maps are compared with random ones as smooth, with "middle of the crop first", and with sliding one
patch over the face, which is the usual way to make such maps.

*Where*: the share of what speaks for a label that lies on the mouth and on eyes and brows, as
Google's face landmarker finds them, enlarged by half, beside the share of the crop that they cover.

*Stability*: correlation of a map with that of the same face moved by one pixel of the crop.
"""

import argparse
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from check_measures import Posed, read_posed
from numpy.typing import NDArray

from fer_desktop.models.catalogue import resolve_model
from fer_desktop.vision.classifier import ModelClassifier
from fer_desktop.vision.detection.detector import MediaPipeFaceDetector
from fer_desktop.vision.explaining import FaceExplanation, explain_face
from fer_desktop.vision.landmarks.landmarker import FaceLandmarker
from trainer.contract.evidence import blurred, find_evidence, hiding, masked

Array = NDArray[np.float64]
Shares = tuple[float, float, float, float]

STEPS: Final = 16
ENLARGED: Final = 1.5
# Points of the mesh: the outer edge of the lips; lids and brows.
LIPS: Final = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40)
EYES: Final = (
    *(33, 133, 159, 145, 70, 63, 105, 66, 107, 46, 53, 52, 65, 55),
    *(263, 362, 386, 374, 300, 293, 334, 296, 336, 276, 283, 282, 295, 285),
)
METHODS: Final = ("this map", "one patch that slides", "middle first", "random")
RUNS: Final = ("deletion, blurred", "deletion, gray", "insertion, blurred", "insertion, gray")


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, action="append", default=[], metavar="FOLDER")
    parser.add_argument("--faces", type=int, default=8, help="of each label and folder")
    parser.add_argument("--model", default="", help="default: the shipped one")
    arguments = parser.parse_args()
    with closing(ModelClassifier.load(resolve_model(arguments.model))) as model:
        check(model, _faces(model, arguments.data, arguments.faces))
    return 0


def check(model: ModelClassifier, faces: Sequence[Posed]) -> None:
    """Print what the maps of faces are worth."""
    curves: dict[str, list[list[float]]] = defaultdict(list)
    shares: dict[str, list[Shares]] = defaultdict(list)
    stable: dict[bool, list[float]] = defaultdict(list)
    times = []
    random = np.random.default_rng(1)
    for posed in faces:
        began = time.process_time()
        found = explain_face(model, posed.pixels, posed.detection)
        times.append(time.process_time() - began)
        at = int(found.evidence.probabilities.argmax())
        label, size = model.preset.labels[at], model.preset.input_size_px
        evidence = found.evidence.map(at, size)
        maps = {
            "this map": evidence,
            "one patch that slides": _sliding(model, found.crop, at),
            "middle first": _middle_first(size),
            "random": cv2.resize(
                random.random((8, 8)), (size, size), interpolation=cv2.INTER_CUBIC
            ),
        }
        for name, each in maps.items():
            curves[name].append(_means(model, found.crop, each, at))
        shares[label].append(_shares(found, posed, evidence))
        moved = np.roll(found.crop, 1, axis=1)
        moved[:, 0] = found.crop[:, 0]
        other = np.roll(find_evidence(moved, model.read).map(at, size), -1, axis=1)
        is_sure = found.evidence.probabilities[at] >= model.preset.unsure_below
        inside = np.s_[:, :-1]
        stable[is_sure].append(
            float(np.corrcoef(evidence[inside].ravel(), other[inside].ravel())[0, 1])
        )
    _print_curves(curves)
    _print_shares(shares)
    print()
    for is_sure, values in sorted(stable.items(), reverse=True):
        kind = "sure" if is_sure else "unsure"
        print(
            f"correlation with the face moved by a pixel, {kind} ({len(values)} faces): "
            f"median {np.median(values):.2f}"
        )
    print(f"a face takes {float(np.median(times)):.2f} s of processor time (median)")


def _faces(model: ModelClassifier, folders: Sequence[Path], most: int) -> list[Posed]:
    landmarker = FaceLandmarker()
    if not folders:
        from skimage import data

        picture = np.ascontiguousarray(data.astronaut()[:, :, ::-1])
        with closing(MediaPipeFaceDetector()) as detector:
            (face,) = detector.detect(picture, thorough=True)
        (mesh,) = landmarker.find(picture, [face])
        return [Posed("happy", "astronaut", picture, face, mesh)]  # type: ignore[arg-type]
    chosen: list[Posed] = []
    for folder in folders:
        by_label: dict[str, list[Posed]] = defaultdict(list)
        for posed in read_posed(folder, landmarker):
            answer = model.classify(posed.pixels, [posed.detection])[0]
            if model.preset.labels[int(answer.argmax())] == posed.label:
                by_label[posed.label].append(posed)
        for found in by_label.values():
            places = np.linspace(0, len(found) - 1, min(most, len(found))).astype(int)
            chosen += [found[place] for place in places]
    return chosen


def _means(
    model: ModelClassifier, crop: NDArray[np.uint8], order: Array, label: int
) -> list[float]:
    """Return the means of the curves in the order of ``RUNS``."""
    steps = [hiding(order, step / STEPS) for step in range(STEPS + 1)]
    results = []
    for masks in (np.stack(steps), 1 - np.stack(steps)):
        for instead in (blurred(crop), np.full(crop.shape, crop.mean())):
            answers = model.read(masked(crop, masks, instead))
            results.append(float(answers[:, label].mean()))
    return results


def _sliding(model: ModelClassifier, crop: NDArray[np.uint8], label: int) -> Array:
    """Return the mean loss of log-odds under a blurred patch a third of the crop wide."""
    size = crop.shape[0]
    places = np.arange(size) + 0.5
    middles = np.linspace(0, size, 7)
    patches = np.array(
        [
            (np.abs(places[:, None] - y) < size / 6) & (np.abs(places - x) < size / 6)
            for y in middles
            for x in middles
        ],
        np.float64,
    )
    whole = _log_odds(model.read(crop[None]))[0, label]
    losses = whole - _log_odds(model.read(masked(crop, 1 - patches, blurred(crop))))[:, label]
    return np.asarray(np.tensordot(losses, patches, 1) / patches.sum(axis=0))


def _log_odds(probabilities: NDArray[np.float32]) -> Array:
    bounded = np.clip(probabilities.astype(np.float64), 1e-6, 1 - 1e-6)
    return np.log(bounded / (1 - bounded))


def _middle_first(size: int) -> Array:
    places = np.arange(size) + 0.5 - size / 2
    return -np.hypot(places[:, None], places)


def _shares(
    found: FaceExplanation, posed: Posed, evidence: Array
) -> tuple[float, float, float, float]:
    """Return the shares of evidence on the mouth and on the eyes, and of the crop each covers."""
    speaks_for = np.maximum(evidence, 0)
    back = np.linalg.inv(found.to_picture[:, :2])
    points = (posed.mesh.points[:, :2] + 0.5 - found.to_picture[:, 2]) @ back.T
    results = []
    for chosen in (LIPS, EYES):
        hull = cv2.convexHull(points[list(chosen)].astype(np.float32))[:, 0]
        hull = (hull - hull.mean(axis=0)) * ENLARGED + hull.mean(axis=0)
        region = np.zeros(evidence.shape, np.uint8)
        cv2.fillConvexPoly(region, np.rint(hull * len(evidence)).astype(np.int32), 1)
        results += [
            float(speaks_for[region == 1].sum() / max(speaks_for.sum(), 1e-9)),
            float(region.mean()),
        ]
    return tuple(results)  # type: ignore[return-value]


def _print_curves(curves: dict[str, list[list[float]]]) -> None:
    ours = np.array(curves[METHODS[0]])
    print(f"{len(ours)} faces; mean probability of the label (share on which this map is better)")
    print(f"{'':<24}" + "".join(f"{run:>24}" for run in RUNS))
    signs = np.array([1 if run.startswith("deletion") else -1 for run in RUNS])
    for name in METHODS:
        theirs = np.array(curves[name])
        better = ((theirs - ours) * signs > 0).mean(axis=0)
        cells = [
            f"{mean:.3f}" + (f" ({100 * share:.0f} %)" if name != METHODS[0] else "")
            for mean, share in zip(theirs.mean(axis=0), better, strict=True)
        ]
        print(f"{name:<24}" + "".join(f"{cell:>24}" for cell in cells))


def _print_shares(shares: dict[str, list[Shares]]) -> None:
    print()
    print(f"{'what speaks for':<18}{'faces':>6}{'on the mouth':>24}{'on eyes and brows':>24}")
    for label, rows in sorted(shares.items()):
        mouth, mouth_area, eyes, eyes_area = (100 * np.mean(rows, axis=0)).tolist()
        print(
            f"{label:<18}{len(rows):>6}{f'{mouth:.0f} % of {mouth_area:.0f} %':>24}"
            f"{f'{eyes:.0f} % of {eyes_area:.0f} %':>24}"
        )


if __name__ == "__main__":
    raise SystemExit(main())
