"""Evaluation of a model folder on a dataset, as figures, text and diagrams."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trainer.config import DataSource
from trainer.contract.checked_json import encode_json
from trainer.contract.figures import Evaluation, LabelFigures, LearnedFaces, SplitFigures
from trainer.data.dataset import Dataset
from trainer.metrics.figures import measure
from trainer.presets.known_faces import known_or_why_not
from trainer.presets.learned_figures import learned_note, measure_learned
from trainer.presets.model_folder import Precision, load_model_folder
from trainer.reports import paired
from trainer.reports.face_table import TableSet, write_face_table
from trainer.reports.selection import select
from trainer.reports.subgroups import measure_groups, read_groups
from trainer.runs.checkpoint import make_folder, write_atomically


def evaluate_model(
    folder: Path,
    source: DataSource,
    *,
    labels: tuple[str, ...] = (),
    split: str | None = None,
    flip: bool = False,
    groups: Path | None = None,
    against: Path | None = None,
    out: Path | None = None,
    table: Path | None = None,
    precision: Precision = "float32",
    told: Callable[[TableSet], object] = lambda _: None,
) -> Evaluation:
    """Return a model's figures on a dataset.

    Args:
        labels: those of the model's that it may answer with, and that faces are taken of; all
            unless given.
        split: ``train``, ``validation``, ``test`` or ``all``; what ``select`` takes without one.
        flip: whether each face's mirror image is asked as well.
        groups: csv that names the group of faces.
        against: another model folder, whose answers on the same faces are compared.
        out: folder for the figures and their diagrams.
        table: csv that gets a row for each face.
        precision: of the model's weights.
        told: gets the faces with the answers.

    Raises:
        TrainerError: if model, data or groups cannot be used, or the split is empty.
    """
    named = read_groups(groups) if groups is not None else None
    model = load_model_folder(folder, precision)
    preset = model.preset
    selection = select(source, preset, labels=labels, split=split)
    dataset, rows, truth = selection.dataset, selection.rows, selection.truth
    probabilities = model.probabilities(dataset, rows, flip=flip)
    known, why_not = known_or_why_not(folder)
    learned = measure_learned(known, dataset, rows, probabilities, selection.split, why_not)
    figures: Evaluation = {
        "model": preset.name,
        "sha256": preset.sha256,
        "data": source.title,
        "split": selection.split,
        "flip": flip,
        **measure(probabilities, truth, dataset.labels, copied=selection.copied),
        "learned": learned,
        "left_out": selection.left_out,
        "unreadable": selection.unreadable,
        "notes": [*filter(None, [learned_note(learned, preset.name)]), *selection.notes],
        "groups": {},
        "largest_gap": None,
        "against": None,
        "against_reason": "",
    }
    if named is not None:
        right = probabilities.argmax(axis=1) == truth
        figures["groups"], figures["largest_gap"] = measure_groups(right, dataset, rows, named)
    if against is not None:
        figures["against"], figures["against_reason"] = paired.compare_with(
            against, source, selection, probabilities, known=known, flip=flip
        )
    answers = TableSet(source.title, selection, probabilities)
    told(answers)
    if table is not None:
        write_face_table(table, [answers])
    if out is not None:
        _write(out, figures, dataset, rows, probabilities, truth)
    return figures


def _write(
    out: Path,
    figures: Evaluation,
    dataset: Dataset,
    rows: NDArray[np.int64],
    probabilities: NDArray[np.float64],
    truth: NDArray[np.int64],
) -> None:
    from trainer.reports.diagrams import confusion_diagram, mistakes_sheet, reliability_diagram
    from trainer.reports.mistakes import write_mistakes

    make_folder(out)
    write_mistakes(out, dataset, rows, probabilities, truth)
    diagrams: dict[str, Callable[[], bytes]] = {
        "reliability.png": lambda: reliability_diagram(probabilities, truth),
        "confusion.png": lambda: confusion_diagram(np.array(figures["confusion"]), dataset.labels),
        "mistakes.png": lambda: mistakes_sheet(dataset, rows, probabilities, truth),
        "figures.json": lambda: (encode_json(figures) + "\n").encode(),
        "figures.txt": lambda: (evaluation_as_text(figures) + "\n").encode(),
    }
    for name, draw in diagrams.items():
        write_atomically(out / name, draw())


def evaluation_as_text(found: Evaluation) -> str:
    """Return all of an evaluation as lines and tables for a terminal."""
    parts = [figures_as_text(found)]
    if found["groups"]:
        parts.append("\n".join(_groups_as_lines(found)))
    if found["against"] is not None or found["against_reason"]:
        parts.append("\n".join(paired.as_lines(found)))
    if found["notes"]:
        parts.append("\n".join(found["notes"]))
    return "\n\n".join(parts)


def figures_as_text(figures: SplitFigures) -> str:
    """Return the figures as lines and tables for a terminal."""
    low, high = figures["accuracy_interval_95"]
    copies = figures["n"] - figures["n_without_copies"]
    labels = figures["labels"]
    width = max(map(len, labels))
    lines = [
        f"{figures['n']:,} {figures['split']} faces of {figures['data']}",
        f"accuracy           {figures['accuracy']:.4f}  (95 % interval {low:.4f} to {high:.4f})",
        f"without copies     {figures['accuracy_without_copies']:.4f}  "
        f"({copies} exact copies of {figures['data']}'s own training faces left out)",
        *_learned_lines(figures.get("learned")),
        f"balanced accuracy  {figures['balanced_accuracy']:.4f}",
        f"macro F1           {figures['macro_f1']:.4f}",
        f"calibration error  {figures['ece']:.4f}",
        "",
        f"{'':<{width}}  precision  recall     F1  faces",
    ]
    lines += [_label_line(name, row, width) for name, row in figures["per_label"].items()]
    lines += ["", f"{'truth':<{width}}  " + "  ".join(f"{name[:8]:>8}" for name in labels)]
    lines += [
        f"{name:<{width}}  " + "  ".join(f"{count:>8}" for count in row)
        for name, row in zip(labels, figures["confusion"], strict=True)
    ]
    return "\n".join(lines)


def _learned_lines(learned: LearnedFaces | None) -> list[str]:
    if learned is None or not learned["n"]:
        return []
    accuracy, left_out = learned["accuracy_without"], f"({learned['n']:,} faces left out that the "
    value = "-     " if accuracy is None else f"{accuracy:.4f}"
    return [f"not learned from   {value}  {left_out}model has learned from)"]


def _label_line(name: str, row: LabelFigures, width: int) -> str:
    if not row["support"]:  # without faces nothing can be found, rightly or wrongly
        return f"{name:<{width}}  {'-':>9}  {'-':>6}  {'-':>5}  {0:>5}"
    return (
        f"{name:<{width}}  {row['precision']:>9.3f}  {row['recall']:>6.3f}  {row['f1']:.3f}  "
        f"{row['support']:>5}"
    )


def _groups_as_lines(figures: Evaluation) -> list[str]:
    lines = []
    for name, row in figures["groups"].items():
        low, high = row["accuracy_interval_95"]
        lines.append(f"{name}: {row['accuracy']:.4f} ({low:.4f} to {high:.4f}), {row['n']:,} faces")
    return [*lines, f"largest gap between groups: {figures['largest_gap']:.4f}"]
