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
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from trainer.api.answers import Data, Found, PathLike, Trained, data_frame, read_metrics
from trainer.api.configuration import as_model, as_source, run_settings, system_of
from trainer.config import DataSource, TrainConfig
from trainer.contract.progress import EpochDone, Event

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["Data", "Found", "Trained", "compare", "evaluate", "load_dataset", "predict", "train"]


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

    source = as_source(data, label_map=label_map, votes=votes, subject_pattern=subject_pattern)
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
    config = run_settings(
        system=system or system_of(Path(out), began, resume=resume),
        source=as_source(data),
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
    return Trained(Path(out), tuple(epochs), read_metrics(Path(out)))


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
        as_model(model),
        as_source(data),
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

    source = as_source(data)

    def configure(name: str) -> TrainConfig:
        return run_settings(
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
    return data_frame({name: [vars(row)[name] for row in rows] for name in vars(rows[0])})


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

    folder = as_model(model)
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
    return data_frame(table)


def _silent(_: Event) -> None:
    """Tell nobody."""


def _quietly() -> None:
    from trainer.runs.quiet_keras import import_keras_quietly

    import_keras_quietly()
