"""Measure what reading faces against their own neutral picture gains, and that it does no harm.

    python packaging/check_calibration.py --data taiwan --data jaffe
        [--model models/ferplus7]... [--blend]

A folder of data holds ``index.csv`` with the columns ``file`` and ``label`` and, where the files'
names do not begin with it, ``person``. For each person one neutral picture is the reference,
each in turn; the others of that person are read with and without it. The table gives the balanced
accuracy over the expressions, its gain with a 95 % interval (bootstrap over persons) and the share
of the other neutral pictures that are read as neutral.
"""

import argparse
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.neutral_baseline import (
    estimate_baseline,
    log_probabilities,
    neutral_index,
)
from fer_desktop.domain.resting_expression import RestingExpression
from fer_desktop.domain.scores import EmotionScores
from fer_desktop.errors import CalibrationError
from trainer.config import DataSource
from trainer.contract.calibration import calibrate
from trainer.contract.labels import canonical
from trainer.data.images import fit_image
from trainer.data.readers import read_faces
from trainer.metrics.figures import expected_calibration_error
from trainer.presets.model_folder import LoadedModel, load_model_folder

FEWEST: Final = 20  # pictures of a label, below which it does not count in the balanced accuracy
LOOKS: Final = 8  # slightly changed copies of a picture: what a face held still looks like for 3 s
LOOKS_S: Final = 3.0
SESSION_READINGS: Final = 400
ROUNDS: Final = 1000
SEED: Final = 0

Logs = NDArray[np.float64]
Correct = Callable[[Logs, Logs], Logs]
"""From log-probabilities to read, (faces, labels), and those of the reference's looks."""


@dataclass(frozen=True, eq=False)
class Readings:
    """What a model reads off a set: the pictures, and changed copies of each.

    Attributes:
        labels: the model's.
        truth: index of the label, -1 where the model has none.
        persons: whose face it is.
        logs: centred log-probabilities, (pictures, labels).
        looks: the same of the changed copies, (pictures, looks, labels).
    """

    labels: tuple[str, ...]
    truth: NDArray[np.int64]
    persons: NDArray[np.str_]
    logs: Logs
    looks: Logs


@dataclass(frozen=True)
class Outcome:
    """Balanced accuracy before and after, interval of the gain, neutral kept before and after."""

    before: float
    after: float
    interval: tuple[float, float]
    neutral_before: float
    neutral_after: float
    neutral_pictures: int
    ece_before: float
    ece_after: float


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, action="append", type=Path)
    parser.add_argument("--model", action="append", type=Path)
    parser.add_argument("--blend", action="store_true", help="also the mean of the models' answers")
    args = parser.parse_args()
    models = args.model or [Path("models/fer7"), Path("models/ferplus7")]
    print("| set | model | way | expressions | after | gain (95 %) | neutral stays | ECE |")
    print("|---|---|---|---|---|---|---|---|")
    loaded = {folder.name: load_model_folder(folder) for folder in models}
    for folder in args.data:
        found = {name: read_set(folder, model) for name, model in loaded.items()}
        if args.blend:
            found["blend"] = blended(list(found.values()))
        for name, readings in found.items():
            for way, correct in ways(readings.labels).items():
                print(row(folder.name, name, way, measured(readings, correct)), flush=True)


def ways(labels: tuple[str, ...]) -> dict[str, Correct]:
    """Return the correction as the application does it, and what it is compared with."""
    neutral = neutral_index(labels)
    assert neutral is not None

    def as_shipped(logs: Logs, looks: Logs, evidence_s: float, strength: float = 1.0) -> Logs:
        readings = [EmotionScores(labels, tuple(each)) for each in softmax(looks).tolist()]
        try:
            baseline = estimate_baseline(readings, evidence_s, strength=strength)
        except CalibrationError:
            return logs
        return logs + np.array(baseline.offsets)

    def lowered(logs: Logs, by: float) -> Logs:
        return logs - by * np.eye(len(labels))[neutral]

    def automatic(logs: Logs, looks: Logs, neutral_share: float) -> Logs:
        # A session of the person's pictures, a reading each half second.
        neutral_count = round(neutral_share * SESSION_READINGS)
        session = np.vstack(
            [
                looks[random.integers(0, len(looks), neutral_count)],
                logs[random.integers(0, len(logs), SESSION_READINGS - neutral_count)],
            ]
        )
        estimate = RestingExpression()
        for at, row in enumerate(softmax(session[random.permutation(len(session))]).tolist()):
            estimate.take(EmotionScores(labels, tuple(row)), at * 500_000)
        baseline = estimate.baseline
        return logs if baseline is None else logs + np.array(baseline.offsets)

    random = np.random.default_rng(SEED)
    return {
        "3 s of neutral": lambda logs, looks: as_shipped(logs, looks, LOOKS_S),
        "one neutral picture": lambda logs, looks: as_shipped(logs, looks[:1], 0.0),
        "3 s, half strength": lambda logs, looks: as_shipped(logs, looks, LOOKS_S, 0.5),
        "3 s, a quarter of other expressions": lambda logs, looks: as_shipped(
            logs, np.vstack([looks, logs[random.integers(0, len(logs), LOOKS // 3)]]), LOOKS_S
        ),
        "3 s, noise of 1 added": lambda logs, looks: as_shipped(
            logs, looks + random.normal(0, 1, looks.shape), LOOKS_S
        ),
        "automatic, neutral for 10 % of the time": lambda logs, looks: automatic(logs, looks, 0.1),
        "automatic, neutral for 60 % of the time": lambda logs, looks: automatic(logs, looks, 0.6),
        "half of neutral's vector": lambda logs, looks: logs - 0.5 * looks[0],
        "neutral lowered by 1 for all": lambda logs, looks: lowered(logs, 1.0),
        "neutral lowered by 2 for all": lambda logs, looks: lowered(logs, 2.0),
    }


def read_set(folder: Path, model: LoadedModel) -> Readings:
    """Return what a model reads off the pictures of a folder."""
    preset = model.preset
    names = [canonical(label) for label in preset.labels]
    # Larger than the network wants, so that a copy is changed before it is made small.
    found = read_faces(
        DataSource(path=folder), size_px=2 * preset.input_size_px, color=preset.color
    )
    labels = [canonical(label) for label in found.label_names]
    truth = [names.index(labels[at]) if labels[at] in names else -1 for at in found.label]
    random = np.random.default_rng(SEED)
    faces = np.stack(
        [
            fit_image(face, preset.input_size_px, preset.color)
            for picture in found.images
            for face in (picture, *(changed(picture, random) for _ in range(LOOKS)))
        ]
    )
    parts = [
        np.asarray(model.network.predict_on_batch(faces[at : at + 256].astype(np.float32)))
        for at in range(0, len(faces), 256)
    ]
    rows = calibrate(np.concatenate(parts), preset.temperature).tolist()
    logs = log_probabilities([EmotionScores(preset.labels, tuple(each)) for each in rows])
    by_picture = logs.reshape(len(truth), 1 + LOOKS, len(names))
    subjects = found.subjects or ("",) * len(found.names)
    persons = [
        subject or person_of(name) for subject, name in zip(subjects, found.names, strict=True)
    ]
    return Readings(preset.labels, np.array(truth), np.array(persons), by_picture[:, 0], by_picture)


def person_of(file: str) -> str:
    """Return whom a file shows: what stands before its first dot or its number."""
    return re.split(r"\.|_\d", Path(file).name, maxsplit=1)[0]


def changed(picture: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """Return a picture moved, turned, scaled and lit a little otherwise, with a camera's noise."""
    side = picture.shape[0]
    matrix = cv2.getRotationMatrix2D(
        ((side - 1) / 2,) * 2, random.uniform(-3, 3), random.uniform(0.95, 1.05)
    )
    matrix[:, 2] += random.uniform(-0.027, 0.027, 2) * side
    moved = cv2.warpAffine(picture, matrix, (side, side), borderMode=cv2.BORDER_REPLICATE)
    lit = moved * random.uniform(0.9, 1.1) + random.normal(0, 4, moved.shape)
    return lit.clip(0, 255).astype(np.uint8).reshape(picture.shape)


def blended(readings: Sequence[Readings]) -> Readings:
    """Return the mean of what several models with the same labels read."""
    first = readings[0]
    return Readings(
        first.labels,
        first.truth,
        first.persons,
        np.mean([each.logs for each in readings], axis=0),
        np.mean([each.looks for each in readings], axis=0),
    )


def measured(readings: Readings, correct: Correct) -> Outcome:
    """Return what a correction does, with each person's neutral pictures as references in turn."""
    truth, persons = readings.truth, readings.persons
    neutral = neutral_index(readings.labels)
    # One row for each picture and reference: its person, truth, answers before and after.
    rows, after = [], []
    for person in np.unique(persons):
        own = np.flatnonzero((persons == person) & (truth >= 0))
        for reference in own[truth[own] == neutral]:
            others = own[own != reference]
            after.append(correct(readings.logs[others], readings.looks[reference]))
            rows.append(others)
    of, corrected = np.concatenate(rows), np.concatenate(after)
    answers_before, answers = readings.logs[of].argmax(axis=1), corrected.argmax(axis=1)
    counts = np.bincount(truth[truth >= 0], minlength=len(readings.labels))
    labels = [at for at, n in enumerate(counts) if n >= FEWEST and at != neutral]
    is_neutral = truth[of] == neutral
    # Pictures of persons with several references come several times: each counts as one.
    weights = 1 / np.bincount(of, minlength=len(truth))[of]
    right_before, right = answers_before == truth[of], answers == truth[of]

    def balanced(is_right: NDArray[np.bool_], weight: NDArray[np.float64]) -> float:
        recalls = [
            np.average(is_right[mine], weights=weight[mine])
            for mine in (truth[of] == at for at in labels)
            if weight[mine].sum() > 0
        ]
        return float(np.mean(recalls))

    random = np.random.default_rng(SEED)
    whom, number = np.unique(persons[of], return_inverse=True)
    gains = []
    for _ in range(ROUNDS):
        drawn = np.bincount(random.integers(0, len(whom), len(whom)), minlength=len(whom))
        weight = weights * drawn[number]
        gains.append(balanced(right, weight) - balanced(right_before, weight))
    low, high = np.quantile(gains, (0.025, 0.975))

    def kept(answer: NDArray[np.int64]) -> float:
        return float(np.average(answer[is_neutral] == neutral, weights=weights[is_neutral]))

    return Outcome(
        balanced(right_before, weights),
        balanced(right, weights),
        (float(low), float(high)),
        kept(answers_before),
        kept(answers),
        len(np.unique(of[is_neutral])),
        expected_calibration_error(softmax(readings.logs[of]), truth[of]),
        expected_calibration_error(softmax(corrected), truth[of]),
    )


def softmax(logs: Logs) -> Logs:
    """Return probabilities."""
    powers = np.exp(logs - logs.max(axis=-1, keepdims=True))
    probabilities: Logs = powers / powers.sum(axis=-1, keepdims=True)
    return probabilities


def row(data: str, model: str, way: str, found: Outcome) -> str:
    """Return a line of the table."""
    low, high = found.interval
    return (
        f"| {data} | {model} | {way} | {found.before:.3f} | {found.after:.3f} |"
        f" {100 * (found.after - found.before):+.1f} ({100 * low:+.1f} .. {100 * high:+.1f}) |"
        f" {100 * found.neutral_before:.1f} to {100 * found.neutral_after:.1f} % of"
        f" {found.neutral_pictures} | {found.ece_before:.3f} to {found.ece_after:.3f} |"
    )


if __name__ == "__main__":
    main()
