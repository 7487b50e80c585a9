"""Comparison of runs: figures, means over repeated seeds, and paired tests."""

import csv
import io
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trainer.config import DataSource
from trainer.contract.checked_json import JsonError, Line, read_json
from trainer.contract.figures import LearnedFaces, SplitFigures
from trainer.contract.preset import METRICS_FILE
from trainer.contract.results import LabelResult, Paired, Repeated, Result
from trainer.contract.text_cells import text_cell
from trainer.errors import DataError, RunError
from trainer.fit.epochs import HISTORY_FILE
from trainer.metrics.figures import measure, wilson_interval
from trainer.presets.known_faces import known_or_why_not
from trainer.presets.learned_figures import learned_note, measure_learned
from trainer.presets.model_folder import LoadedModel, load_model_folder, model_preset
from trainer.reports.paired import mcnemar
from trainer.reports.selection import Selection, select
from trainer.runs.run_folder import RUN_FILE, Run, read_run


@dataclass(frozen=True, eq=False)
class Answers:
    """A run's answers on faces that it was not trained on.

    Attributes:
        probabilities: shape (faces, labels), of the selection's rows.
        data: the dataset's name for people.
    """

    selection: Selection
    probabilities: NDArray[np.float64]
    data: str


@dataclass(frozen=True, eq=False)
class Measured:
    """A run with its figures.

    Attributes:
        run: None where the folder holds a model without its run.
        history: figures of each epoch; nothing where there are none.
        answers: None where the faces are not at hand, for the reason ``missing``.
    """

    result: Result
    run: Run | None
    history: Sequence[dict[str, float]]
    answers: Answers | None
    missing: str


def measure_run(folder: Path, source: DataSource | None, split: str | None) -> Measured:
    """Return a run's figures, measured anew where its faces are at hand.

    Args:
        folder: the ``--out`` of a training, or a model folder.
        source: the faces; those that the run was trained with unless given.
        split: which of them; the test faces unless given.

    Raises:
        TrainerError: if the folder is neither, or the faces that are given cannot be used.
    """
    run = read_run(folder) if (folder / RUN_FILE).is_file() else None
    preset = model_preset(folder)
    answers, missing = None, ""
    if source is not None:
        answers = _answers(load_model_folder(folder), source, split)
    elif run is None:
        missing = "the folder does not say which faces it was trained with; give --data"
    else:
        try:
            answers = _answers(load_model_folder(folder), run.config.source, split)
        except DataError as error:
            missing = str(error).rstrip(".")
    figures = _stored(folder) if answers is None else None
    learned = _learned(folder, answers, figures)
    return Measured(
        result=_result(
            folder, run, preset.system, preset.name, preset.sha256, figures, answers, learned
        ),
        run=run,
        history=read_history(folder),
        answers=answers,
        missing=missing,
    )


def _answers(model: LoadedModel, source: DataSource, split: str | None) -> Answers:
    selection = select(source, model.preset, split=split)
    probabilities = model.probabilities(selection.dataset, selection.rows)
    return Answers(selection, probabilities, source.title)


def _learned(
    folder: Path, answers: Answers | None, stored: SplitFigures | None
) -> LearnedFaces | None:
    if answers is None:
        return stored.get("learned") if stored is not None else None
    chosen = answers.selection
    known, why_not = known_or_why_not(folder)
    return measure_learned(
        known, chosen.dataset, chosen.rows, answers.probabilities, chosen.split, why_not
    )


def _stored(folder: Path) -> SplitFigures:
    try:
        return read_json(folder / METRICS_FILE, SplitFigures)
    except FileNotFoundError as error:
        raise RunError(f"{folder} has no {METRICS_FILE}.", hint="Give --data.") from error
    except (JsonError, OSError) as error:
        raise RunError(f"{folder / METRICS_FILE} cannot be read: {error}.") from error


def _result(
    folder: Path,
    run: Run | None,
    system: str,
    name: str,
    sha256: str,
    stored: SplitFigures | None,
    answers: Answers | None,
    learned: LearnedFaces | None,
) -> Result:
    left_out: dict[Line, int] = dict(run.facts.get("left_out", {})) if run is not None else {}
    notes = list(run.facts.get("notes", ())) if run is not None else []
    if answers is not None:
        chosen = answers.selection
        figures = measure(answers.probabilities, chosen.truth, chosen.labels, copied=chosen.copied)
        data, split = answers.data, chosen.split
        left_out = {**left_out, **chosen.left_out}
        notes += [note for note in chosen.notes if note not in notes]
    else:
        assert stored is not None
        figures, data, split = stored, stored["data"], stored["split"]
    facts = run.facts if run is not None else {}
    if learned is not None and (note := learned_note(learned, name)):
        notes.append(note)
    return Result(
        run=folder.as_posix(),
        name=name,
        sha256=sha256,
        system=system,
        data=data,
        split=split,
        seed=run.config.seed if run is not None else None,
        epochs=facts.get("epoch"),
        best_epoch=facts.get("best_epoch"),
        seconds=facts.get("seconds"),
        n=figures["n"],
        accuracy=figures["accuracy"],
        accuracy_interval_95=figures["accuracy_interval_95"],
        accuracy_without_copies=figures["accuracy_without_copies"],
        balanced_accuracy=figures["balanced_accuracy"],
        macro_f1=figures["macro_f1"],
        ece=figures["ece"],
        labels=tuple(
            _label(label, np.array(figures["confusion"]), at, figures["per_label"][label]["f1"])
            for at, label in enumerate(figures["labels"])
        ),
        left_out=left_out,
        notes=tuple(notes),
        learned_from=learned["n"] if learned is not None else None,
        accuracy_without_learned=learned["accuracy_without"] if learned is not None else None,
    )


def _label(label: str, confusion: NDArray[np.int64], at: int, f1: float) -> LabelResult:
    n, answered, right = int(confusion[at].sum()), int(confusion[:, at].sum()), confusion[at, at]
    return LabelResult(
        label=label,
        n=n,
        precision=float(right / answered) if answered else None,
        recall=float(right / n) if n else None,
        recall_interval_95=wilson_interval(int(right), n) if n else None,
        f1=f1 if n else None,
    )


def read_history(folder: Path) -> list[dict[str, float]]:
    """Return the figures of each epoch of a run, nothing where there are none."""
    try:
        with (folder / HISTORY_FILE).open(newline="", encoding="utf-8") as file:
            return [
                {name: float(value) for name, value in row.items()} for row in csv.DictReader(file)
            ]
    except (OSError, ValueError, TypeError):
        return []


def repeated_runs(measured: Sequence[Measured]) -> tuple[Repeated, ...]:
    """Return the mean of runs that differ only in their seed."""
    alike: dict[str, list[Measured]] = defaultdict(list)
    for each in measured:
        if each.run is not None:
            config = replace(each.run.config, seed=0, out=Path())
            alike[f"{config} {each.run.labels} {each.result.split}"].append(each)
    found = []
    for group in alike.values():
        results = [each.result for each in group]
        if len({result.seed for result in results}) < 2:
            continue
        accuracies = np.array([result.accuracy for result in results])
        low, high = mean_interval(accuracies)
        found.append(
            Repeated(
                system=results[0].system,
                data=results[0].data,
                runs=tuple(result.run for result in results),
                accuracy=float(accuracies.mean()),
                accuracy_interval_95=(low, high),
                balanced_accuracy=float(np.mean([result.balanced_accuracy for result in results])),
            )
        )
    return tuple(found)


def mean_interval(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return Student's 95 % interval of a mean of at least two values."""
    from scipy.stats import t

    middle = float(values.mean())
    half = float(t.ppf(0.975, len(values) - 1)) * float(values.std(ddof=1)) / math.sqrt(len(values))
    return middle - half, middle + half


def paired_tests(measured: Sequence[Measured]) -> tuple[Paired, ...]:
    """Return McNemar's test for every two runs that were measured on the same faces and labels."""
    found = []
    for one, other in combinations([each for each in measured if each.answers is not None], 2):
        assert one.answers is not None
        assert other.answers is not None
        if _faces(one.answers) != _faces(other.answers):
            continue
        right, others_right = (_right(each) for each in (one.answers, other.answers))
        found.append(
            Paired(
                first=one.result.run,
                second=other.result.run,
                n=len(right),
                difference=float(right.mean() - others_right.mean()),
                p_value=mcnemar(right, others_right),
            )
        )
    return tuple(found)


def _faces(answers: Answers) -> tuple[tuple[str, ...], tuple[str, ...]]:
    chosen = answers.selection
    names = chosen.dataset.names
    return tuple(names[row] for row in chosen.rows), tuple(sorted(chosen.labels))


def _right(answers: Answers) -> NDArray[np.bool_]:
    return np.asarray(answers.probabilities.argmax(axis=1) == answers.selection.truth)


def results_as_csv(results: Sequence[Result]) -> str:
    """Return a row for each run: its figures, then recall and its interval for each label."""
    labels = list(dict.fromkeys(row.label for result in results for row in result.labels))
    plain = [
        "run", "name", "sha256", "system", "data", "split", "seed", "epochs", "best_epoch",
        "seconds", "n", "accuracy", "accuracy_low", "accuracy_high", "accuracy_without_copies",
        "balanced_accuracy", "macro_f1", "ece",
    ]  # fmt: skip
    head = [*plain]
    for label in labels:
        head += [f"{what}_{label}" for what in ("n", "recall", "recall_low", "recall_high")]
    last = ["learned_from", "accuracy_without_learned"]
    head += last
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([text_cell(name) for name in head])
    for result in results:
        low, high = result.accuracy_interval_95
        given = {**vars(result), "accuracy_low": low, "accuracy_high": high}
        cells = [_cell(given[name]) for name in plain]
        by_label = {row.label: row for row in result.labels}
        for label in labels:
            row = by_label.get(label)
            bounds = row.recall_interval_95 if row is not None else None
            numbers = (row.n, row.recall, *(bounds or (None, None))) if row else (None,) * 4
            cells += [_cell(number) for number in numbers]
        cells += [_cell(given[name]) for name in last]
        writer.writerow(cells)
    return text.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6f}"
    return str(value) if isinstance(value, int) else text_cell(str(value))
