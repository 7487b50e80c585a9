"""Evaluation of one model on several sets of faces, by which models are chosen."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trainer.config import DataSource
from trainer.contract.crop import CropGeometry
from trainer.data.dataset import Dataset
from trainer.data.faces import ReadOptions, skipped_as_sentence
from trainer.data.group_pictures import GroupPictures, read_group_pictures
from trainer.data.images import WHOLE_PICTURE, Framing
from trainer.errors import RunError
from trainer.metrics.set_schema import GroupSet, SetsReport
from trainer.presets.known_faces import known_or_why_not
from trainer.presets.model_folder import LoadedModel, Precision, load_model_folder
from trainer.reports.face_table import TableSet, write_face_table
from trainer.reports.group_figures import answer_shares, group_tables
from trainer.reports.selection import known_labels, select
from trainer.reports.set_figures import (
    lowest,
    mean_interval,
    mean_recalls,
    measure_set,
    pooled,
)
from trainer.runs.worker_pool import Workers, each_done


@dataclass(frozen=True, kw_only=True)
class LabelledSet:
    """Faces whose labels are known.

    Attributes:
        name: how it is called in tables.
        only: labels of the faces that are measured; all unless given.
    """

    name: str
    source: DataSource
    only: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class UnlabelledSet:
    """Faces of people whose groups are known.

    Attributes:
        name: how it is called in tables.
        table: csv with the columns ``file`` and origin, sex or age.
        framed: the crop geometry by which the pictures were cut, if it is known.
    """

    name: str
    folder: Path
    table: Path
    framed: CropGeometry | None = None


def evaluate_sets(
    folder: Path,
    labelled: Sequence[LabelledSet],
    unlabelled: Sequence[UnlabelledSet] = (),
    *,
    labels: tuple[str, ...] = (),
    split: str | None = None,
    flip: bool = False,
    table: Path | None = None,
    workers: Workers | None = None,
    precision: Precision = "float32",
) -> SetsReport:
    """Return a model's figures on sets of faces, each alone and all together.

    Args:
        folder: the model's.
        labels: those of the model's that it may answer with; all unless given.
        split: which faces of each set; without one all of a set that has no splits, unless the
            model learned from it, and the test faces of the others.
        flip: whether each face's mirror image is asked as well; else once, as in the window.
        table: csv that gets a row for each face of the labelled sets.
        workers: who asks the model about several labelled sets at the same time; None for this
            process, one after the other.
        precision: of the model's weights.

    Raises:
        TrainerError: if the model or a set cannot be used.
    """
    model = load_model_folder(folder, precision)
    preset = model.preset
    answers = known_labels(labels, preset)
    # All sets are read before the first is measured: what is wrong is told at once.
    selections = [
        select(each.source, preset, labels=answers, only=each.only, split=split, whole=True)
        for each in labelled
    ]
    pictures = [_pictures(each, model) for each in unlabelled]
    known, why_not = known_or_why_not(folder)
    measured, told = [], []
    asked = Asked(folder=folder, labels=answers, split=split, flip=flip, precision=precision)
    found = _found_by_workers(asked, labelled, workers) if workers is not None else {}
    for each, selection in zip(labelled, selections, strict=True):
        probabilities = found.get(each.name)
        if probabilities is None:
            probabilities = model.probabilities(selection.dataset, selection.rows, flip=flip)
        measured.append(measure_set(each.name, selection, probabilities, preset, known, why_not))
        told.append(TableSet(each.name, selection, probabilities))
    if table is not None:
        write_face_table(table, told)
    groups = []
    for each_set, faces in zip(unlabelled, pictures, strict=True):
        dataset = _unlabelled(faces, answers)
        rows = np.arange(len(faces.names))
        predicted = model.probabilities(dataset, rows, flip=flip).argmax(axis=1)
        groups.append(_group_set(each_set.name, faces, answers, predicted))
    recalls = mean_recalls(answers, measured)
    balanced = [each.figures["balanced_accuracy"] for each in measured]
    return {
        "model": preset.name,
        "sha256": preset.sha256,
        "flip": flip,
        "labels": list(answers),
        "unsure_below": preset.unsure_below,
        "sets": [each.figures for each in measured],
        "mean_balanced_accuracy": float(np.mean(balanced)) if measured else None,
        "mean_balanced_accuracy_interval_95": mean_interval(measured) if measured else None,
        "mean_recall": recalls,
        "lowest_recall": lowest(recalls) if measured else None,
        "pooled": pooled(measured, preset.unsure_below) if measured else None,
        "groups": groups,
    }


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a worker needs to know besides the set; as in ``evaluate_sets``."""

    folder: Path
    labels: tuple[str, ...]
    split: str | None
    flip: bool
    precision: Precision = "float32"


def answers_of(asked: Asked, each: LabelledSet) -> NDArray[np.float64]:
    """Return a model's probabilities for a set's faces, shape (faces, labels)."""
    model = load_model_folder(asked.folder, asked.precision)
    selection = select(
        each.source,
        model.preset,
        labels=asked.labels,
        only=each.only,
        split=asked.split,
        whole=True,
    )
    return model.probabilities(selection.dataset, selection.rows, flip=asked.flip)


def _found_by_workers(
    asked: Asked, sets: Sequence[LabelledSet], workers: Workers
) -> dict[str, NDArray[np.float64]]:
    jobs = [(each.name, (asked, each)) for each in sets]
    found = {}
    for name, result, problem in each_done(answers_of, jobs, workers):
        if problem:
            raise RunError(f"{name} cannot be evaluated. {problem}")
        found[name] = result
    return found


def _pictures(each: UnlabelledSet, model: LoadedModel) -> GroupPictures:
    preset = model.preset
    framing = WHOLE_PICTURE if each.framed is None else Framing(each.framed, preset.crop)
    options = ReadOptions(size_px=preset.input_size_px, color=preset.color, framing=framing)
    return read_group_pictures(each.folder, each.table, options)


def _unlabelled(faces: GroupPictures, labels: tuple[str, ...]) -> Dataset:
    """Return the faces as a dataset, whose truth nobody may ask for."""
    count = len(faces.names)
    return Dataset(
        images=faces.images,
        targets=np.full((count, len(labels)), np.nan, np.float32),
        splits=np.zeros(count, np.int8),
        labels=labels,
        copies=np.arange(count),
        names=faces.names,
    )


def _group_set(
    name: str, faces: GroupPictures, labels: tuple[str, ...], predicted: NDArray[np.int64]
) -> GroupSet:
    return {
        "name": name,
        "n": len(faces.names),
        "overall": answer_shares(labels, predicted),
        "tables": group_tables(labels, predicted, faces.groups),
        "unreadable": [{"file": row.name, "reason": row.reason} for row in faces.skipped],
        "notes": [skipped_as_sentence(faces.skipped)] if faces.skipped else [],
    }
