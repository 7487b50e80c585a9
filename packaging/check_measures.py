"""Measure how well the measures of a face's mesh tell what they say, and how long they take.

    python packaging/check_measures.py [--data taiwan --data jaffe] [--videos FOLDER]

A folder of data holds ``index.csv`` with the columns ``file`` and ``label`` and, where the files'
names do not begin with it, ``person``; its pictures are faces cut out as a model sees them. Facial
actions and valence are checked on those: each person's posed expression against their own neutral
pictures. Gaze is checked on the neutral pictures, whose persons look into the camera. Blinks and
talking are checked on the films that are known here, in which they were counted by eye.

The head's attitude is checked on scikit-image's astronaut and, where data are given, on one neutral
picture of each person: turned in the picture, and turned in space by moving the surface of the
face's own mesh. The latter tells whether the angle of a mesh is found again, not whether the depth
of that mesh is true.
"""

import argparse
import csv
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.blinks import find_blinks
from fer_desktop.domain.emotion import FaceAnalysis
from fer_desktop.domain.face import LEFT_EYE, RIGHT_EYE, BoundingBox, Detection
from fer_desktop.domain.face_guides import head_rotation
from fer_desktop.domain.facial_actions import LIPS, MOUTH, UPPER
from fer_desktop.domain.frame import Frame
from fer_desktop.domain.scores import EmotionScores
from fer_desktop.domain.talking import find_talking
from fer_desktop.domain.valence import valence
from fer_desktop.models.catalogue import resolve_model
from fer_desktop.vision.classifier import ModelClassifier
from fer_desktop.vision.detection.detector import MediaPipeFaceDetector
from fer_desktop.vision.landmarks.eyes import eye_openness, gaze
from fer_desktop.vision.landmarks.face_mesh import FaceMesh
from fer_desktop.vision.landmarks.facial_actions import action
from fer_desktop.vision.landmarks.head_pose import head_pose
from fer_desktop.vision.landmarks.landmarker import FaceLandmarker
from fer_desktop.vision.measure_catalogue import all_measures, chosen_measures
from fer_desktop.vision.measuring import Measurer
from fer_desktop.vision.mesh_measures import AT_CAMERA_DEG, mouth_openness
from trainer.contract.crop import CropGeometry

Picture = NDArray[np.uint8]

NEUTRAL: Final = "neutral"
# Expressions, and the actions that they raise in a person who poses them.
EXPECTED: Final = (
    ("happy", ("AU12",)),
    ("surprise", ("AU1", "AU2")),
    ("surprise", ("AU26",)),
    ("angry", ("AU4",)),
    ("disgust", ("AU10",)),
    ("sad", ("AU15",)),
    ("sad", ("AU1",)),
)
UNPLEASANT: Final = ("angry", "disgust", "fear", "sad")
# Frames in the middle of each blink, seen in contact sheets of all frames.
BLINKS: Final = {
    "liveportrait_d10.mp4": (223, 334),
    "liveportrait_d18.mp4": (96, 186),
    "liveportrait_d19.mp4": (100,),
    "pyfeat_WolfgangLanger_Pexels.mp4": (153, 202, 248, 288, 386),
    "pyfeat_single_face.mp4": (27,),
    "intel_asl_sorry.mkv": (),
}
# Seconds in which somebody talks, or moves the lips like it, seen in contact sheets; in the others
# nobody does.
TALKS: Final = {"liveportrait_d10.mp4": ((0.0, 4.83), (10.47, 15.0))}
TILTS: Final = (-40, -25, -10, 10, 25, 40)
TURNS: Final = (-30, -20, -10, 10, 20, 30)
MOST_PERSONS: Final = 40


@dataclass(frozen=True, eq=False)
class Posed:
    """A picture of a face, what it is to show, and whose it is."""

    label: str
    person: str
    pixels: Picture
    detection: Detection
    mesh: FaceMesh


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, action="append", default=[], metavar="FOLDER")
    parser.add_argument("--videos", type=Path, metavar="FOLDER")
    parser.add_argument("--model", default="", help="for valence (default: the shipped one)")
    arguments = parser.parse_args()
    with closing(MediaPipeFaceDetector()) as detector, closing(FaceLandmarker()) as landmarker:
        _check_time(detector)
        posed = [each for folder in arguments.data for each in read_posed(folder, landmarker)]
        _check_attitude(posed, detector, landmarker)
        if posed:
            _check_actions(posed)
            _check_gaze(posed, landmarker)
            _check_valence(posed, arguments.model)
        if arguments.videos is not None:
            _check_films(arguments.videos, detector, landmarker)
    return 0


def _tell(what: str, figure: str, must: str = "") -> None:
    print(f"{what:<66} {figure:>24}  {must}")


def read_posed(folder: Path, landmarker: FaceLandmarker) -> Iterator[Posed]:
    geometry = CropGeometry()
    with (folder / "index.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            pixels = cv2.imread(str(folder / row["file"]))
            if pixels is None:
                sys.exit(f"{folder / row['file']} cannot be read")
            side = pixels.shape[0]
            width = side / geometry.scale
            middle, lower = side / 2, side / 2 + geometry.shift_up * width
            half = width / 2
            box = BoundingBox(middle - half, lower - half, middle + half, lower + half)
            detection = Detection(box, 1.0)
            (mesh,) = landmarker.find(pixels, [detection])
            if mesh is not None:
                # A detector would tell the eyes, by which faces are cut out upright.
                eyes = {LEFT_EYE: mesh.points[473, :2], RIGHT_EYE: mesh.points[468, :2]}
                places = {name: (float(x), float(y)) for name, (x, y) in eyes.items()}
                detection = Detection(box, 1.0, places)
                person = row.get("person") or re.split(r"[._]", Path(row["file"]).name)[0]
                name = f"{folder.name}/{person}"
                yield Posed(row["label"], name, pixels, detection, mesh)  # type: ignore[arg-type]


def _check_time(detector: MediaPipeFaceDetector) -> None:
    picture = _astronaut()
    (face,) = detector.detect(picture, thorough=True)
    faces = [FaceAnalysis(1, face, None, None)]
    with closing(Measurer(chosen_measures(all_measures()))) as measurer:
        times = []
        for _ in range(120):
            frame = Frame(0, 0, 0, picture.copy())
            detector.detect(frame.pixels)  # so that caches are as cold as they are live
            began = time.perf_counter()
            measurer.measured(frame, faces)
            times.append(1e3 * (time.perf_counter() - began))
    _tell("landmarker and all measures, one face, median", f"{median(times[20:]):.1f} ms", "<= 5")


def _check_attitude(
    posed: Sequence[Posed], detector: MediaPipeFaceDetector, landmarker: FaceLandmarker
) -> None:
    first = {each.person: each for each in posed if each.label == NEUTRAL}
    picture = _astronaut()
    (face,) = detector.detect(picture, thorough=True)
    faces = [(picture, face), *((each.pixels, each.detection) for each in first.values())]
    tilt_errors, turn_errors = [], []
    for pixels, detection in faces[:MOST_PERSONS]:
        straight = _mesh(landmarker, pixels, detection)
        if straight is None:
            continue
        pose = head_pose(straight.points, landmarker.canonical_face)
        for degrees in TILTS:
            tilted = _tilted(pixels, detection, degrees)
            found = detector.detect(tilted, thorough=True)
            if found:  # as live, where the detector says how a face is cut out
                largest = max(found, key=lambda face: face.box.area)
                mesh = _mesh(landmarker, tilted, largest)
                if mesh is not None:
                    roll = head_pose(mesh.points, landmarker.canonical_face).roll
                    tilt_errors.append(abs(roll - pose.roll - degrees))
        for degrees in TURNS:
            for yaw, pitch in ((degrees, 0), (0, degrees)):
                turned, at = _turned(pixels, straight, landmarker, yaw, pitch)
                mesh = _mesh(landmarker, turned, at)
                if mesh is not None:
                    wanted = head_rotation(yaw, pitch, 0) @ pose.rotation
                    after = head_pose(mesh.points, landmarker.canonical_face)
                    cosine = (np.trace(wanted.T @ after.rotation) - 1) / 2
                    turn_errors.append(float(np.degrees(np.arccos(np.clip(cosine, -1, 1)))))
    for what, errors in (("turned in the picture", tilt_errors), ("in space", turn_errors)):
        interval = np.percentile(errors, 95)
        _tell(
            f"head {what} by known angles, {len(errors)} pictures: error, median (95 %)",
            f"{median(errors):.1f} ({interval:.1f}) deg",
            "<= 5",
        )


def _check_actions(posed: Sequence[Posed]) -> None:
    for label, names in EXPECTED:
        risen, n = _share_raised(posed, label, names)
        _tell(
            f"persons of {n} who raise {'+'.join(names)} when they pose {label}",
            f"{risen}  {100 * risen / n:.0f} %",
            ">= 80 %" if names[0] in ("AU12", "AU26", "AU1") and label != "sad" else "",
        )
    risen, n = _share_higher(posed, "disgust", _wrinkled_nose)
    _tell(
        f"persons of {n} whose nose is shorter in the mesh (AU9) when they pose disgust",
        f"{risen}  {100 * risen / n:.0f} %",
    )
    everything = (*UPPER, *MOUTH, *LIPS)
    print("  share of persons above their own neutral, every action:")
    labels = sorted({each.label for each in posed} - {NEUTRAL})
    print(f"  {'':6}", *(f"{label:>9}" for label in labels))
    for name in everything:
        shares = (_share_raised(posed, label, (name,)) for label in labels)
        print(f"  {name:6}", *(f"{risen / n:9.2f}" for risen, n in shares))


def _share_raised(posed: Sequence[Posed], label: str, names: Sequence[str]) -> tuple[int, int]:
    return _share_higher(posed, label, lambda mesh: sum(action(mesh, name) for name in names))


def _share_higher(
    posed: Sequence[Posed], label: str, strength: Callable[[FaceMesh], float]
) -> tuple[int, int]:
    """Return how many persons show more of something than at rest, and how many were compared."""
    strengths: dict[tuple[str, str], list[float]] = defaultdict(list)
    for each in posed:
        strengths[each.person, each.label].append(strength(each.mesh))
    persons = {each.person for each in posed}
    both = [
        (np.mean(strengths[person, label]), np.mean(strengths[person, NEUTRAL]))
        for person in sorted(persons)
        if strengths[person, label] and strengths[person, NEUTRAL]
    ]
    return sum(bool(shown > rest) for shown, rest in both), len(both)


def _wrinkled_nose(mesh: FaceMesh) -> float:
    """Return how short the nose is, from between the eyes to its tip, by the width of the eyes."""
    points = mesh.points
    return -float(
        np.linalg.norm(points[168] - points[4]) / np.linalg.norm(points[33] - points[263])
    )


def _check_gaze(posed: Sequence[Posed], landmarker: FaceLandmarker) -> None:
    angles = []
    for each in posed:
        if each.label == NEUTRAL:
            pose = head_pose(each.mesh.points, landmarker.canonical_face)
            angles.append(gaze(each.mesh.points, pose).off_camera)
    looking = sum(angle <= AT_CAMERA_DEG for angle in angles)
    _tell(
        f"angle of gaze past the camera, {len(angles)} persons' looks into it: median (95 %)",
        f"{median(angles):.1f} ({np.percentile(angles, 95):.1f}) deg",
    )
    _tell(
        f"of them called looking at it (up to {AT_CAMERA_DEG:.0f} degrees)",
        f"{looking}  {100 * looking / len(angles):.0f} %",
    )


def _check_valence(posed: Sequence[Posed], model: str) -> None:
    right: dict[bool, list[bool]] = {True: [], False: []}
    with closing(ModelClassifier.load(resolve_model(model))) as classifier:
        labels = classifier.preset.labels
        for each in posed:
            if each.label in ("happy", *UNPLEASANT):
                row = classifier.classify(each.pixels, [each.detection])[0].astype(float)
                found = valence(EmotionScores(labels, tuple(row.tolist())))
                if found is None:
                    sys.exit(f"{classifier.preset.name} has no labels for valence")
                pleasant = each.label == "happy"
                right[pleasant].append((found > 0) == pleasant)
    for pleasant, what in ((True, "happy"), (False, "unpleasant")):
        n, good = len(right[pleasant]), sum(right[pleasant])
        _tell(f"sign of valence right, {n} posed {what} faces", f"{good}  {100 * good / n:.0f} %")
    both = np.mean([np.mean(right[pleasant]) for pleasant in (True, False)])
    _tell("mean of both", f"{100 * both:.0f} %", ">= 90 %")


def _check_films(folder: Path, detector: MediaPipeFaceDetector, landmarker: FaceLandmarker) -> None:
    hits = misses = false = 0
    talked: dict[bool, list[bool]] = {True: [], False: []}
    for name, counted in BLINKS.items():
        times, eyes, mouth = [], [], []
        for at, picture, fps in _frames(folder / name):
            faces = detector.detect(picture)
            face = max(faces, key=lambda face: face.box.area, default=None)
            mesh = None if face is None else _mesh(landmarker, picture, face)
            times.append(at / fps)
            eyes.append((np.nan, np.nan) if mesh is None else eye_openness(mesh.points))
            mouth.append(np.nan if mesh is None else mouth_openness(mesh.points))
        found = [
            (blink.start_s * fps - 2, blink.end_s * fps + 2) for blink in find_blinks(times, eyes)
        ]
        seen = [any(start <= frame <= end for start, end in found) for frame in counted]
        hits, misses = hits + sum(seen), misses + len(seen) - sum(seen)
        false += sum(not any(start <= frame <= end for frame in counted) for start, end in found)
        talks = find_talking(times, mouth)
        for moment in times:
            is_talk = any(start <= moment <= end for start, end in TALKS.get(name, ()))
            is_found = any(talk.start_s <= moment <= talk.end_s for talk in talks)
            talked[is_talk].append(is_found)
        print(
            f"  {name}: {len(counted)} blinks counted, {sum(seen)} found, {len(found)} in all;"
            f" talking: {', '.join(f'{one.start_s:.1f} to {one.end_s:.1f} s' for one in talks)}"
        )
    n = hits + misses
    _tell(f"blinks found of {n} counted by eye", f"{hits}  {100 * hits / n:.0f} %", ">= 85 %")
    _tell(
        "found blinks that were none", f"{false}  {100 * false / (hits + false):.0f} %", "<= 10 %"
    )
    for is_talk, what in ((True, "talk"), (False, "do not")):
        share = 100 * np.mean(talked[is_talk])
        _tell(
            f"called talking of {len(talked[is_talk])} frames of people who {what}",
            f"{share:.0f} %",
        )


def _frames(file: Path) -> Iterator[tuple[int, Picture, float]]:
    film = cv2.VideoCapture(str(file))
    fps = film.get(cv2.CAP_PROP_FPS)
    at = 0
    while True:
        there, picture = film.read()
        if not there:
            break
        yield at, picture, fps  # type: ignore[misc]
        at += 1
    film.release()
    if not at:
        sys.exit(f"{file} cannot be read")


def _mesh(landmarker: FaceLandmarker, pixels: Picture, face: Detection) -> FaceMesh | None:
    return landmarker.find(pixels, [face])[0]


def _tilted(pixels: Picture, face: Detection, degrees: float) -> Picture:
    """Return a picture with a border around it, turned clockwise about a face."""
    border = max(pixels.shape) // 3
    wide = cv2.copyMakeBorder(pixels, *4 * [border], cv2.BORDER_REPLICATE)
    x, y = face.box.center
    matrix = cv2.getRotationMatrix2D((x + border, y + border), -degrees, 1.0)
    tilted = cv2.warpAffine(wide, matrix, wide.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
    return tilted  # type: ignore[return-value]


def _turned(
    pixels: Picture, mesh: FaceMesh, landmarker: FaceLandmarker, yaw: float, pitch: float
) -> tuple[Picture, Detection]:
    """Return the face's surface turned in space, on gray, and where it is."""
    face = landmarker.canonical_face
    points = mesh.points[: len(face.points)].astype(np.float64)
    middle = points.mean(0)
    flip = np.array((1.0, -1.0, -1.0))
    turned = ((points - middle) * flip) @ head_rotation(yaw, pitch, 0).T * flip + middle
    canvas = np.full_like(pixels, 128)
    # From the farthest to the nearest, so that what is in front hides what is behind.
    order = np.argsort(-turned[face.triangles, 2].mean(1))
    for corners in face.triangles[order]:
        source = points[corners, :2].astype(np.float32)
        target = turned[corners, :2].astype(np.float32)
        x, y, width, height = cv2.boundingRect(target)
        left, top = max(x, 0), max(y, 0)
        right, bottom = min(x + width, canvas.shape[1]), min(y + height, canvas.shape[0])
        if right <= left or bottom <= top:
            continue
        corner = np.array((left, top), np.float32)
        matrix = cv2.getAffineTransform(source, target - corner)
        size = (right - left, bottom - top)
        part = cv2.warpAffine(pixels, matrix, size, borderMode=cv2.BORDER_REPLICATE)
        mask = np.zeros((size[1], size[0]), np.uint8)
        cv2.fillConvexPoly(mask, np.rint(target - corner).astype(np.int32), 1)
        where = mask.astype(bool)
        canvas[top:bottom, left:right][where] = part[where]
    # About where a detector sees the face: its box reaches from the brows to the chin.
    low, high = turned[:, :2].min(0), turned[:, :2].max(0)
    half = max(high - low) * 0.42
    x, y = (low + high) / 2 + (0, 0.06 * (high - low)[1])
    return canvas, Detection(BoundingBox(x - half, y - half, x + half, y + half), 1.0)


def _astronaut() -> Picture:
    from skimage import data

    return np.ascontiguousarray(data.astronaut()[:, :, ::-1])


if __name__ == "__main__":
    raise SystemExit(main())
