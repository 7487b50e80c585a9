"""Several systems on one dataset with one protocol: a table with the reported figures."""

import csv
import io
import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from trainer.config import TrainConfig
from trainer.contract.cluster import Place
from trainer.contract.preset import METRICS_FILE
from trainer.contract.progress import Cancelled, Note
from trainer.errors import RunError, TrainerError
from trainer.fit.at_once import train_at_once
from trainer.fit.epochs import Controls
from trainer.fit.settling import resolve
from trainer.fit.training import train
from trainer.presets.model_folder import load_model_folder
from trainer.reports.drawing import as_png, new_figure
from trainer.reports.runs_of_one_table import check_same, is_finished
from trainer.runs.checkpoint import epochs_done, make_folder, write_atomically
from trainer.runs.run_folder import Run, read_run
from trainer.systems.catalogue import get_system

NAME: Final = "comparison"
_TIMED_CALLS: Final = 30
_FEWEST_ROUNDS: Final = 3
_MOST_ROUNDS: Final = 12
_STEADY: Final = 0.95


@dataclass(frozen=True, kw_only=True)
class Row:
    """One system's line in the table; figures are missing where it could not be trained.

    Attributes:
        n: number of faces measured.
        ms_per_face: median of single calls, milliseconds, in the quickest of several rounds.
        weights: what its backbone started from, empty for a network without one.
        reported: its authors' accuracy, with the interval that their test's size leaves.
        reported_test: what they measured it on.
        learned_from: test faces that it has learned from, told by fingerprints; None where that
            cannot be told.
        problem: why there are no figures.
    """

    system: str
    study: str
    labels: int
    weights: str = ""
    parameters: int | None = None
    epochs: int | None = None
    seconds_per_epoch: float | None = None
    ms_per_face: float | None = None
    n: int | None = None
    accuracy: float | None = None
    accuracy_low: float | None = None
    accuracy_high: float | None = None
    accuracy_without_copies: float | None = None
    macro_f1: float | None = None
    reported: float | None = None
    reported_low: float | None = None
    reported_high: float | None = None
    reported_test: str = ""
    problem: str = ""
    learned_from: int | None = None
    accuracy_without_learned: float | None = None


def compare(
    names: Sequence[str],
    configure: Callable[[str], TrainConfig],
    out: Path,
    controls: Controls,
    *,
    only_finished: bool = False,
    workers: Place | None = None,
) -> list[Row]:
    """Train the systems and write the table after each of them.

    Finished runs in the folder are used as they are, interrupted ones are resumed. A system
    that cannot be trained gets a line that says why.

    Args:
        configure: gives a system's settings; its ``out`` is put below the comparison's.
        only_finished: whether nothing is trained any more.
        workers: who trains several at the same time; None for one after the other, here.

    Raises:
        TrainerError: if a name is unknown, the folder cannot be written, or holds a run with other
            settings.
        Stopped: if it was cancelled.
    """
    for name in names:
        get_system(name)
    if len(set(names)) != len(names):
        raise RunError("a system is named twice.", hint="Name each one once.")
    make_folder(out)
    rows: list[Row] = []
    configs = [replace(configure(name), out=out / name) for name in names]
    for config in configs:  # before the table of what is finished is written anew
        _check_protocol(config)
    if workers is not None and not only_finished:
        open_ones = [config for config in configs if not is_finished(config.out)]
        train_at_once(open_ones, workers, out, controls)
    for at, (name, config) in enumerate(zip(names, configs, strict=True), start=1):
        controls.report(Note(text=f"{name} ({at} of {len(names)})"))
        try:
            if not is_finished(config.out):
                if only_finished:
                    raise RunError("its run is not finished.")
                train(config, replace(controls, resume=True))
            rows.append(_row(config.out))
        except TrainerError as error:
            rows.append(_problem(config, error))
        _write(out, rows)
    return rows


def _check_protocol(config: TrainConfig) -> None:
    """Refuse a run that an earlier comparison began with other settings."""
    try:
        resolve(config)
    except TrainerError:  # it gets its line in the table
        return
    check_same(config)


def stopped(names: Sequence[str], out: Path) -> Cancelled:
    """Return where a comparison stopped: its first unfinished run."""
    for name in names:
        if not is_finished(out / name):
            return Cancelled(
                done=epochs_done(out / name), system=name, way="the same command goes on with it"
            )
    return Cancelled(done=0, way="the same command goes on")


def _row(folder: Path) -> Row:
    run = read_run(folder)
    metrics = json.loads((folder / METRICS_FILE).read_text(encoding="utf-8"))
    network = load_model_folder(folder).network
    low, high = metrics["accuracy_interval_95"]
    learned = metrics.get("learned", {})
    return Row(
        **_known(run.config, len(run.labels)),
        parameters=network.count_params(),
        epochs=run.facts["epoch"],
        seconds_per_epoch=_seconds_per_epoch(run),
        ms_per_face=_ms_per_face(network),
        n=metrics["n"],
        accuracy=metrics["accuracy"],
        accuracy_low=low,
        accuracy_high=high,
        accuracy_without_copies=metrics["accuracy_without_copies"],
        macro_f1=metrics["macro_f1"],
        learned_from=learned.get("n"),
        accuracy_without_learned=learned.get("accuracy_without"),
    )


def _problem(config: TrainConfig, error: TrainerError) -> Row:
    return Row(**_known(config, 0), problem=error.message)


def _known(config: TrainConfig, labels: int) -> dict[str, Any]:
    system = get_system(config.system)
    reported = system.reported
    low, high = (reported and reported.interval_95) or (None, None)
    return {
        "system": system.name,
        "study": system.study,
        "labels": labels,
        "weights": config.weights if system.backbone is not None else "",
        "reported": reported.accuracy if reported else None,
        "reported_low": low,
        "reported_high": high,
        "reported_test": reported.test if reported else "",
    }


def _seconds_per_epoch(run: Run) -> float:
    return float(run.facts["seconds"]) / max(int(run.facts["epoch"]), 1)


def _ms_per_face(network: Any) -> float:
    face = np.zeros((1, *network.input_shape[1:]), np.uint8)
    medians: list[float] = []
    # A processor that was idle is slow at first, and others may use it: until it no longer gets
    # quicker, and at least three times.
    while len(medians) < _FEWEST_ROUNDS or (
        medians[-1] < min(medians[:-1]) * _STEADY and len(medians) < _MOST_ROUNDS
    ):
        times = []
        for _ in range(_TIMED_CALLS):
            started = time.perf_counter()
            network.predict_on_batch(face)
            times.append(1000 * (time.perf_counter() - started))
        medians.append(statistics.median(times))
    return min(medians)


def _write(out: Path, rows: list[Row]) -> None:
    text = json.dumps([asdict(row) for row in rows], indent=1) + "\n"
    write_atomically(out / f"{NAME}.json", text.encode())
    table = io.StringIO()
    writer = csv.DictWriter(table, asdict(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(row) for row in rows)
    write_atomically(out / f"{NAME}.csv", table.getvalue().encode())
    write_atomically(out / f"{NAME}.md", as_markdown(rows).encode())
    write_atomically(out / f"{NAME}.png", _plot(rows))


def as_markdown(rows: Sequence[Row]) -> str:
    """Return the table for people."""
    lines = [
        "| system | labels | parameters | epochs | s per epoch | ms per face | accuracy (95 %) |"
        " without copies | without faces learned from | macro F1 | reported |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [_line(row) for row in rows]
    return "\n".join(lines) + "\n"


def _line(row: Row) -> str:
    name = f"`{row.system}`" + (f" (weights: {row.weights})" if row.weights else "")
    reported = str(get_system(row.system).reported or "")
    if row.problem:
        return f"| {name} | | | | | | not trained: {row.problem} | | | | {reported} |"
    without = "" if row.accuracy_without_learned is None else f"{row.accuracy_without_learned:.4f}"
    return (
        f"| {name} | {row.labels} | {row.parameters:,} | {row.epochs} |"
        f" {row.seconds_per_epoch:.1f} | {row.ms_per_face:.1f} |"
        f" {row.accuracy:.4f} ({row.accuracy_low:.4f} to {row.accuracy_high:.4f}), n = {row.n:,} |"
        f" {row.accuracy_without_copies:.4f} | {without} | {row.macro_f1:.4f} | {reported} |"
    )


def _plot(rows: Sequence[Row]) -> bytes:
    figure, axes = new_figure(8, 1.2 + 0.35 * len(rows))
    places = range(len(rows))
    trained = [at for at, row in enumerate(rows) if not row.problem]
    figures = [(rows[at].accuracy_low, rows[at].accuracy, rows[at].accuracy_high) for at in trained]
    low, middle, high = np.array(figures, np.float64).reshape(-1, 3).T
    axes.errorbar(
        middle,
        trained,
        xerr=[middle - low, high - middle],
        fmt="o",
        capsize=3,
        label="measured here, 95 % interval",
    )
    reported = [(at, row.reported) for at, row in enumerate(rows) if row.reported is not None]
    axes.plot(
        [value for _, value in reported],
        [at for at, _ in reported],
        "x",
        color="0.5",
        label="reported by the authors, on their own tests",
    )
    axes.set_yticks(places, [row.system for row in rows])
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.set_xlabel("accuracy")
    axes.grid(axis="x", alpha=0.3)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), frameon=False)
    return as_png(figure)
