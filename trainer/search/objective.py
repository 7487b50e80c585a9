"""What a trial is judged by, while it trains and when it is done."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from trainer.contract.checked_json import JsonError, read_json
from trainer.contract.preset import METRICS_FILE
from trainer.contract.progress import EpochDone
from trainer.errors import RunError
from trainer.search.choices import UNSEEN, Objective


def after_epoch(objective: Objective, event: EpochDone) -> float:
    """Return by what trials are compared before they are done: a figure of validation faces."""
    if objective == "validation accuracy":
        return event.val_accuracy
    confusion = np.array(event.confusion, np.float64)
    counts = confusion.sum(axis=1)
    return float((confusion.diagonal()[counts > 0] / counts[counts > 0]).mean())


def of_run(objective: Objective, folder: Path, unseen: Sequence[Path]) -> float:
    """Return the figure of a finished run that a search makes as large as it can.

    Args:
        folder: the run's, which holds its model.
        unseen: sets of faces of other collections; the mean over them counts.

    Raises:
        TrainerError: if the run or a set cannot be read.
    """
    if objective == UNSEEN:
        from trainer.config import DataSource
        from trainer.reports.sets import LabelledSet, evaluate_sets

        sets = [LabelledSet(name=path.name, source=DataSource(path=path)) for path in unseen]
        figure = evaluate_sets(folder, sets)["mean_balanced_accuracy"]
        assert figure is not None  # there is a set
        return figure
    try:
        figures = read_json(folder / METRICS_FILE, dict[str, Any], has_odd_names=True)["validation"]
        return float(figures[objective.removeprefix("validation ").replace(" ", "_")])
    except (OSError, JsonError, KeyError, TypeError, ValueError) as error:
        raise RunError(f"{folder / METRICS_FILE} cannot be read.") from error
