"""Training and measuring from a notebook: functions that return data frames.

```python
from trainer import api

faces = api.load_dataset("fer2013.csv")
print(faces.notes, faces.counts())

run = api.train("fer2013.csv", system="study_a_complex_cnn", out="runs/mine", epochs=10)
run.history.plot(x="epoch", y=["accuracy", "val_accuracy"])

found = api.evaluate("runs/mine", "fer2013.csv")
print(found.accuracy, found.accuracy_interval_95)
found.recall  # a row for each label, with intervals
found.faces  # a row for each face: truth, answer, every probability
```

The numbers are those of the commands of the same names: the same reading, recipes and seeds. What
a person can mend is raised as ``trainer.errors.TrainerError``, whose text says what to do. Tables
need ``pip install pandas``.
"""

import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from trainer.config import Augmentation, DataSource, Recipe, TrainConfig, VoteUse, gentle
from trainer.contract.figures import Evaluation
from trainer.contract.progress import EpochDone, Event
from trainer.data.dataset import SPLITS, Dataset
from trainer.errors import RunError, TrainerError

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["Data", "Found", "Trained", "compare", "evaluate", "load_dataset", "predict", "train"]

PathLike = str | Path


@dataclass(frozen=True, eq=False)
class Data:
    """A dataset as the trainer reads it.

    Attributes:
        source: where it comes from; what the other functions take.
        dataset: images, shape (faces, height, width, channels), with targets and splits.
    """

    source: DataSource
    dataset: Dataset

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know about how it was read, a sentence each."""
        return self.dataset.notes

    @property
    def labels(self) -> tuple[str, ...]:
        """Its labels, in the order of the targets."""
        return self.dataset.labels

    def counts(self) -> "DataFrame":
        """Return the number of faces: a row for each label, a column for each split."""
        table: dict[str, Any] = {
            split: np.bincount(
                self.dataset.truth(self.dataset.rows(split)), minlength=len(self.labels)
            )
            for split in SPLITS
        }
        return _frame(table, index=list(self.labels))

    def faces(self) -> "DataFrame":
        """Return a row for each face that is in a split: file, label, split, person."""
        used = np.flatnonzero(self.dataset.splits >= 0)
        subjects = self.dataset.subjects
        return _frame(
            {
                "file": [self.dataset.names[row] for row in used],
                "label": [self.labels[at] for at in self.dataset.truth(used)],
                "split": [SPLITS[self.dataset.splits[row]] for row in used],
                "person": [subjects[row] if subjects else "" for row in used],
            }
        )


@dataclass(frozen=True, eq=False)
class Trained:
    """A finished training.

    Attributes:
        folder: the model folder, with the run's own files.
        epochs: the figures of each epoch that was trained now.
        metrics: those of ``metrics.json``.
    """

    folder: Path
    epochs: tuple[EpochDone, ...]
    metrics: Mapping[str, Any] = field(repr=False)

    @property
    def history(self) -> "DataFrame":
        """A row for each epoch of the run, those of an earlier sitting included."""
        from trainer.reports.run_results import read_history

        rows = read_history(self.folder)
        return _frame({name: [row[name] for row in rows] for name in (rows[0] if rows else ())})


@dataclass(frozen=True, eq=False)
class Found:
    """A model's answers on faces whose truth is known.

    Attributes:
        figures: what ``fer-train evaluate --json`` prints.
    """

    figures: Evaluation
    _faces: Mapping[str, Sequence[Any]] = field(repr=False)

    @property
    def accuracy(self) -> float:
        """Share of right answers."""
        return self.figures["accuracy"]

    @property
    def accuracy_interval_95(self) -> tuple[float, float]:
        """Wilson's interval of the accuracy."""
        return self.figures["accuracy_interval_95"]

    @property
    def recall(self) -> "DataFrame":
        """A row for each label: faces, recall with its interval, precision, F1."""
        from trainer.metrics.figures import wilson_interval

        rows = []
        for at, label in enumerate(self.figures["labels"]):
            row, n = self.figures["per_label"][label], self.figures["per_label"][label]["support"]
            right = self.figures["confusion"][at][at]
            low, high = wilson_interval(right, n) if n else (np.nan, np.nan)
            known = (row["recall"], low, high, row["precision"], row["f1"]) if n else (np.nan,) * 5
            rows.append((label, n, *known))
        names = ("label", "faces", "recall", "recall_low", "recall_high", "precision", "f1")
        return _frame({name: [row[at] for row in rows] for at, name in enumerate(names)})

    @property
    def confusion(self) -> "DataFrame":
        """Counts: the truth in rows, the answers in columns."""
        labels = self.figures["labels"]
        columns = np.array(self.figures["confusion"]).reshape(len(labels), len(labels)).T
        return _frame(dict(zip(labels, columns, strict=True)), index=labels)

    @property
    def faces(self) -> "DataFrame":
        """A row for each face: file, person, split, truth, predicted, confidence, ``p_<label>``."""
        return _frame(self._faces)


def load_dataset(
    data: PathLike | DataSource,
    *,
    labels: Sequence[str] = (),
    size_px: int = 48,
    label_map: str = "",
    votes: PathLike | None = None,
    subject_pattern: str = "",
) -> Data:
    """Read a dataset of any layout that ``fer-train inspect`` recognises.

    Args:
        data: a file, folder or archive.
        labels: which of its labels; all of them unless given.
        size_px: side of the images.
        label_map: what its labels become, as ``--map`` says it.
        votes: FER+'s votes for the rows of a csv.
        subject_pattern: regular expression that finds the person in a picture's path.

    Raises:
        TrainerError: if it cannot be used.
    """
    from trainer.data.readers import load_dataset as load

    source = _source(data, label_map=label_map, votes=votes, subject_pattern=subject_pattern)
    return Data(source, load(source, labels=tuple(labels), size_px=size_px))


def train(
    data: PathLike | DataSource | Data,
    *,
    out: PathLike,
    system: str = "",
    start: PathLike | None = None,
    labels: Sequence[str] = (),
    seed: int = 0,
    resume: bool = False,
    progress: bool = True,
    **settings: Any,
) -> Trained:
    """Train a network and leave its model folder, as ``fer-train train`` does.

    Args:
        data: what to learn from.
        out: the folder of the run.
        system: a network that ``fer-train systems`` lists, or ``FILE.py:FUNCTION``.
        start: a model to fine-tune, a folder or a name; its system need not be named.
        labels: what to tell apart; what the system usually does unless given.
        seed: of everything that is drawn.
        resume: whether a run in the folder goes on.
        progress: whether lines about it are written to standard error.
        settings: any that ``fer-train settings`` lists, such as ``epochs=10, batch_size=32``.

    Raises:
        TrainerError: if data, system, settings or folder cannot be used.
    """
    _quietly()
    from trainer.fit.epochs import Controls
    from trainer.fit.progress_report import TextReport
    from trainer.fit.training import train as run
    from trainer.presets.model_names import model_folder

    began = model_folder(start) if start is not None else None
    config = _config(
        system=system or _system_of(Path(out), began, resume=resume),
        source=_source(data),
        out=Path(out),
        start=began,
        labels=",".join(labels),
        seed=seed,
        settings=settings,
    )
    epochs: list[EpochDone] = []
    tell = TextReport(sys.stderr) if progress else None

    def report(event: Event) -> None:
        if isinstance(event, EpochDone):
            epochs.append(event)
        if tell is not None:
            tell(event)

    controls = Controls(resume=resume, report=report, cancelled=threading.Event())
    run(config, controls, epochs=settings.get("epochs"))
    return Trained(Path(out), tuple(epochs), _metrics(Path(out)))


def evaluate(
    model: PathLike | Trained,
    data: PathLike | DataSource | Data,
    *,
    split: str | None = None,
    flip: bool = False,
) -> Found:
    """Measure a model on a dataset, as ``fer-train evaluate`` does.

    Args:
        model: a model folder, or a name as the application lists them.
        data: faces whose truth is known.
        split: ``train``, ``validation``, ``test`` or ``all``; the test faces unless given.
        flip: whether each face's mirror image is asked as well.

    Raises:
        TrainerError: if model or data cannot be used.
    """
    _quietly()
    from trainer.reports.evaluation import evaluate_model
    from trainer.reports.face_table import face_columns

    columns: dict[str, list[Any]] = {}
    figures = evaluate_model(
        _model(model),
        _source(data),
        split=split,
        flip=flip,
        told=lambda each: columns.update(face_columns(each)),
    )
    return Found(figures, columns)


def compare(
    systems: Sequence[str],
    data: PathLike | DataSource | Data,
    *,
    out: PathLike,
    labels: Sequence[str] = (),
    seed: int = 0,
    progress: bool = True,
    **settings: Any,
) -> "DataFrame":
    """Train several systems alike and return their table, as ``fer-train compare`` does.

    Args:
        systems: names that ``fer-train systems`` lists.
        data: what all of them learn from.
        out: the folder of their runs; finished ones in it are used as they are.
        labels, seed, progress, settings: as in ``train``.

    Raises:
        TrainerError: if data, a system or the folder cannot be used.
    """
    _quietly()
    from trainer.fit.epochs import Controls
    from trainer.fit.progress_report import TextReport
    from trainer.reports.comparison import compare as run

    source = _source(data)

    def configure(name: str) -> TrainConfig:
        return _config(
            system=name,
            source=source,
            out=Path(out),
            start=None,
            labels=",".join(labels),
            seed=seed,
            settings=settings,
        )

    report = TextReport(sys.stderr) if progress else _silent
    controls = Controls(resume=False, report=report, cancelled=threading.Event())
    rows = run(list(systems), configure, Path(out), controls)
    return _frame({name: [vars(row)[name] for row in rows] for name in vars(rows[0])})


def predict(
    model: PathLike | Trained, pictures: PathLike | Sequence[PathLike], *, photos: bool = False
) -> "DataFrame":
    """Return what a model reads off pictures of faces: a row for each, in their order.

    Columns: ``file, emotion, confidence, unsure, problem`` and ``p_<label>``. A picture that cannot
    be used has a ``problem`` and no numbers.

    Args:
        model: a model folder, or a name as the application lists them.
        pictures: files, or folders of which all pictures are meant.
        photos: whether they are photographs, out of which the application cuts the faces.

    Raises:
        TrainerError: if the model cannot be used, or there are no pictures.
    """
    _quietly()
    from trainer.presets.model_folder import load_model_folder
    from trainer.presets.prediction import Prediction, predictions

    folder = _model(model)
    loaded = load_model_folder(folder)
    given = [pictures] if isinstance(pictures, str | Path) else list(pictures)
    found = list(predictions(loaded, folder, [Path(path) for path in given], are_photos=photos))
    names = ("file", "emotion", "confidence", "unsure", "problem")
    table: dict[str, list[Any]] = {
        name: [] for name in (*names, *(f"p_{label}" for label in loaded.preset.labels))
    }
    for each in found:
        good = each if isinstance(each, Prediction) else None
        table["file"].append(each.file)
        table["emotion"].append(good.emotion if good else "")
        table["confidence"].append(good.confidence if good else np.nan)
        table["unsure"].append(bool(good and good.unsure))
        table["problem"].append("" if isinstance(each, Prediction) else each.reason)
        for label in loaded.preset.labels:
            table[f"p_{label}"].append(good.probabilities[label] if good else np.nan)
    return _frame(table)


def _silent(_: Event) -> None:
    """Tell nobody."""


def _quietly() -> None:
    from trainer.runs.quiet_keras import import_keras_quietly

    import_keras_quietly()


def _frame(columns: Mapping[str, Any], index: Sequence[Any] | None = None) -> "DataFrame":
    try:
        import pandas
    except ImportError as error:
        raise TrainerError(
            "tables need pandas, which is not installed.", hint="Type: pip install pandas"
        ) from error
    return pandas.DataFrame(dict(columns), index=index)


def _source(
    data: PathLike | DataSource | Data,
    *,
    label_map: str = "",
    votes: PathLike | None = None,
    subject_pattern: str = "",
    vote_use: VoteUse = "soft",
) -> DataSource:
    if isinstance(data, Data):
        return data.source
    if isinstance(data, DataSource):
        return data
    return DataSource(
        path=Path(data),
        votes=Path(votes) if votes is not None else None,
        vote_use=vote_use,
        subject_pattern=subject_pattern,
        label_map=label_map,
    )


def _model(model: PathLike | Trained) -> Path:
    from trainer.presets.model_names import model_folder

    return model.folder if isinstance(model, Trained) else model_folder(model)


def _system_of(out: Path, start: Path | None, *, resume: bool) -> str:
    from trainer.presets.model_folder import model_preset
    from trainer.runs.run_folder import holds_run, read_run

    if resume and holds_run(out):
        return read_run(out).config.system
    if start is None:
        raise RunError("neither a system nor a model to start from is named.")
    return model_preset(start).system


def _config(
    *,
    system: str,
    source: DataSource,
    out: Path,
    start: Path | None,
    labels: str,
    seed: int,
    settings: Mapping[str, Any],
) -> TrainConfig:
    from trainer.systems.catalogue import get_system
    from trainer.systems.own_file import allow

    allow(system)
    recipe = get_system(system).recipe
    recipe = recipe if start is None else gentle(recipe)
    fields = {name for name in vars(Recipe()) if name != "augmentation"}
    changes = set(vars(Augmentation()))
    of_run = {"precision", "weights", "folds", "teacher_share", "input_px", "color"}
    known = fields | changes | of_run
    for name in settings:
        if name not in known:
            near = get_close_matches(name, known, 1)
            meant = f" Did you mean {near[0]}?" if near else ""
            raise RunError(
                f"there is no setting {name!r}.", hint=f"`fer-train settings` lists them.{meant}"
            )
    given = {name: value for name, value in settings.items() if name in changes}
    recipe = replace(
        recipe,
        augmentation=replace(recipe.augmentation, **given),
        **{name: value for name, value in settings.items() if name in fields},
    )
    config = TrainConfig(
        system=system,
        data=source.path,
        votes=source.votes,
        vote_use=source.vote_use,
        subject_pattern=source.subject_pattern,
        label_map=source.label_map,
        out=out,
        start=start,
        labels=labels,
        seed=seed,
        recipe=recipe,
        **{name: value for name, value in settings.items() if name in of_run},
    )
    return _checked(config)


def _checked(config: TrainConfig) -> TrainConfig:
    """Return the settings if each is what it can be; a notebook may give anything."""
    from trainer.config import config_from_dict

    try:
        config_from_dict(config.to_dict())
    except ValueError as error:
        raise RunError(f"a setting cannot be used: {error}.") from error
    return config


def _metrics(folder: Path) -> dict[str, Any]:
    from trainer.contract.checked_json import JsonError, read_json
    from trainer.contract.preset import METRICS_FILE

    try:
        return read_json(folder / METRICS_FILE, dict[str, Any])
    except (JsonError, OSError) as error:
        raise RunError(f"{folder / METRICS_FILE} cannot be read: {error}.") from error
