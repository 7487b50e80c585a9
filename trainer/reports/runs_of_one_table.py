"""Runs that stand in one table: finished ones are used as they are, others go on as they began."""

from pathlib import Path

from trainer.config import TrainConfig
from trainer.contract.checked_json import JsonError, read_json
from trainer.contract.figures import SplitFigures
from trainer.contract.preset import METRICS_FILE, PRESET_FILE
from trainer.contract.progress import Cancelled
from trainer.errors import DataError, RunError
from trainer.fit.settling import resolve
from trainer.runs.checkpoint import epochs_done
from trainer.runs.run_folder import command_words, holds_run, read_run


def is_finished(folder: Path) -> bool:
    """Tell whether a run is trained and measured."""
    written = all((folder / name).is_file() for name in (METRICS_FILE, PRESET_FILE))
    return written and "seconds" in read_run(folder).facts


def first_unfinished(out: Path, pattern: str) -> Cancelled:
    """Return which of the runs in a folder was stopped, or is the first to be trained."""
    unfinished = [path for path in sorted(out.glob(pattern)) if not is_finished(path)]
    done = epochs_done(unfinished[0]) if unfinished else 0
    name = unfinished[0].name if unfinished else ""
    return Cancelled(done=done, system=name, way="the same command goes on with it")


def check_same(config: TrainConfig) -> None:
    """Refuse a run that was begun with other settings.

    Raises:
        TrainerError: if it was, or the settings do not go together.
    """
    if not holds_run(config.out):
        return
    run = read_run(config.out)
    if command_words(run.config, run.labels) != command_words(resolve(config), run.labels):
        raise RunError(
            f"{config.out} was begun with other settings, {run.command}.",
            hint="Choose another --out, or the same settings.",
        )


def figures_of_test_faces(folder: Path) -> SplitFigures:
    """Return a finished run's figures of the test faces.

    Raises:
        TrainerError: if they cannot be read, or there are none.
    """
    try:
        figures = read_json(folder / METRICS_FILE, SplitFigures)
    except (JsonError, OSError) as error:
        raise RunError(f"{folder / METRICS_FILE} cannot be read: {error}.") from error
    if figures["split"] != "test":
        raise DataError(
            f"{folder.name} has no test faces with labels that are learned.",
            hint="Use fewer parts, or other data.",
        )
    return figures
