"""Learning curve: what the same network reaches with more and more of the training faces."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from trainer.config import TrainConfig
from trainer.contract.checked_json import encode_json
from trainer.contract.cluster import Place
from trainer.contract.progress import Cancelled, Note
from trainer.errors import DataError
from trainer.fit.at_once import train_at_once
from trainer.fit.epochs import Controls
from trainer.fit.settling import read_dataset, resolve
from trainer.fit.training import train
from trainer.reports.drawing import as_png, new_figure
from trainer.reports.runs_of_one_table import (
    check_same,
    figures_of_test_faces,
    first_unfinished,
    is_finished,
)
from trainer.runs.checkpoint import make_folder, write_atomically
from trainer.runs.run_folder import read_run
from trainer.systems.catalogue import system_of

NAME: Final = "learning_curve"


@dataclass(frozen=True, kw_only=True)
class CurvePoint:
    """A network that learned from a share of the training faces.

    Attributes:
        faces: how many it learned from.
        n: test faces, the same for all points.
    """

    run: str
    share: float
    seed: int
    faces: int
    n: int
    accuracy: float
    accuracy_interval_95: tuple[float, float]
    balanced_accuracy: float


@dataclass(frozen=True, kw_only=True)
class LearningCurve:
    """All points, by share and seed."""

    points: tuple[CurvePoint, ...]


def learning_curve(
    config: TrainConfig,
    controls: Controls,
    *,
    shares: Sequence[float],
    seeds: Sequence[int],
    workers: Place | None = None,
) -> LearningCurve:
    """Train a network for each share and seed; finished ones are used as they are.

    Args:
        config: how each is trained; its ``out`` gets a folder for each.
        controls: how the person follows and stops it.
        shares: of the training faces, in ascending order.
        seeds: of the trainings; the faces of a share are the same for all.
        workers: who trains several at the same time; None for one after the other, here.

    Raises:
        TrainerError: if a training fails, or the data have no test faces.
        Stopped: if it was cancelled.
    """
    _check_test_faces(config)
    make_folder(config.out)
    configs = [
        replace(
            config, out=config.out / f"share_{share:g}_seed_{seed}", seed=seed, train_share=share
        )
        for share in shares
        for seed in seeds
    ]
    for own in configs:
        check_same(own)
    if workers is not None:
        waiting = [own for own in configs if not is_finished(own.out)]
        train_at_once(waiting, workers, config.out, controls)
    points = []
    for at, own in enumerate(configs, start=1):
        text = f"share {own.train_share:g} with seed {own.seed} ({at} of {len(configs)})"
        controls.report(Note(text=text))
        if not is_finished(own.out):
            train(own, replace(controls, resume=True))
        points.append(_point(own))
    found = LearningCurve(points=tuple(points))
    write_atomically(config.out / f"{NAME}.json", (encode_json(found) + "\n").encode())
    write_atomically(config.out / f"{NAME}.csv", _as_csv(points).encode())
    write_atomically(config.out / f"{NAME}.png", _plot(points))
    return found


def _check_test_faces(config: TrainConfig) -> None:
    """See to it before hours of training that there are faces to measure with."""
    config = resolve(config)
    if not len(read_dataset(config, system_of(config)).rows("test")):
        raise DataError(
            f"{config.data} has no test faces.",
            hint="Leave its splits out, or add a test split, so that some are kept for it.",
        )


def stopped_at(out: Path) -> Cancelled:
    """Return where a learning curve was when it was stopped."""
    return first_unfinished(out, "share_*_seed_*")


def curve_as_text(found: LearningCurve) -> str:
    """Return the points as lines for a terminal."""
    lines = [f"{'faces':>8}  {'share':>6}  {'seed':>4}  accuracy (95 %)           balanced"]
    for point in found.points:
        low, high = point.accuracy_interval_95
        lines.append(
            f"{point.faces:>8,}  {point.share:>6g}  {point.seed:>4}  {point.accuracy:.4f} "
            f"({low:.4f} to {high:.4f})  {point.balanced_accuracy:.4f}"
        )
    return "\n".join(lines)


def _point(config: TrainConfig) -> CurvePoint:
    figures = figures_of_test_faces(config.out)
    return CurvePoint(
        run=config.out.name,
        share=config.train_share,
        seed=config.seed,
        faces=read_run(config.out).facts["faces"]["train"],
        n=figures["n"],
        accuracy=figures["accuracy"],
        accuracy_interval_95=figures["accuracy_interval_95"],
        balanced_accuracy=figures["balanced_accuracy"],
    )


def _as_csv(points: Sequence[CurvePoint]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["run", "share", "seed", "faces", "n", "accuracy", "balanced_accuracy"])
    for row in points:
        numbers = (f"{row.accuracy:.6f}", f"{row.balanced_accuracy:.6f}")
        writer.writerow([row.run, f"{row.share:g}", row.seed, row.faces, row.n, *numbers])
    return text.getvalue()


def _plot(points: Sequence[CurvePoint]) -> bytes:
    figure, axes = new_figure(7, 3.6)
    low, high = np.array([point.accuracy_interval_95 for point in points]).T
    middle = np.array([point.accuracy for point in points])
    faces = [point.faces for point in points]
    axes.errorbar(
        faces,
        middle,
        yerr=[np.maximum(middle - low, 0), np.maximum(high - middle, 0)],
        fmt="o",
        capsize=3,
        label="a network, 95 % interval of the test faces",
    )
    sizes = sorted(set(faces))
    means = [middle[[count == size for count in faces]].mean() for size in sizes]
    axes.plot(sizes, means, color="0.5", label="mean of the seeds")
    axes.set_xscale("log")
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.minorticks_off()
    axes.set(xlabel="training faces", ylabel="accuracy on test faces")
    axes.grid(alpha=0.3)
    axes.legend(frameon=False)
    return as_png(figure)
