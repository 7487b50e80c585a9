"""A run's curves as TensorBoard reads them: a record for each epoch, on every backend."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from trainer.errors import RunError

LOG_FOLDER: Final = "tensorboard"
# TensorBoard knows its files by the middle of their names.
_FILE: Final = "events.out.tfevents.fer-train"
_FORMAT: Final = "brain.Event:2"


def log_epoch(folder: Path, figures: Mapping[str, float]) -> None:
    """Append an epoch's figures below a run's folder, as Keras' own callback names them.

    Args:
        figures: a row of the run's history; what starts with ``val_`` is drawn over the same
            figure of the training faces.

    Raises:
        RunError: if they cannot be written.
    """
    curves: dict[str, dict[str, float]] = {"train": {}, "validation": {}}
    for name, value in figures.items():
        if name != "epoch":
            split = "validation" if name.startswith("val_") else "train"
            curves[split][f"epoch_{name.removeprefix('val_')}"] = value
    for split, values in curves.items():
        path = folder / LOG_FOLDER / split / _FILE
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _append(path, int(figures["epoch"]), values)
        except OSError as error:
            raise RunError(
                f"{path} cannot be written: {error.strerror}.", hint="The checkpoint is kept."
            ) from error


def _append(path: Path, epoch: int, values: Mapping[str, float]) -> None:
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.summary.writer.record_writer import RecordWriter

    now = time.time()
    with path.open("ab") as file:
        writer = RecordWriter(file)
        if not file.tell():
            writer.write(Event(wall_time=now, file_version=_FORMAT).SerializeToString())
        curve = [Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()]
        summary = Summary(value=curve)
        writer.write(Event(wall_time=now, step=epoch, summary=summary).SerializeToString())
