"""The user's trainings on disk: begun, finished, kept as a model, or thrown away."""

import csv
import json
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from fer_desktop.errors import StorageError
from fer_desktop.files import shown_name
from fer_desktop.log import get_logger
from fer_desktop.models.archive import import_model
from fer_desktop.models.catalogue import HIDDEN
from fer_desktop.models.store import check_name, free_name, remove_folder
from fer_desktop.paths import runs_dir
from fer_desktop.private_files import keep_private
from fer_desktop.training.label_fixes import FIXES_FILE
from fer_desktop.training.plan import TrainingPlan
from trainer.contract.checked_json import (
    Count,
    JsonError,
    Number,
    Share,
    as_type,
    read_bounded,
    read_json,
)
from trainer.contract.preset import METRICS_FILE, MODEL_FILE, PRESET_FILE

log = get_logger("train")

PLAN_FILE: Final = "plan.json"
# The trainer's own.
_HISTORY_FILE: Final = "history.csv"
_BEST_FILE: Final = "best.npz"


@dataclass(frozen=True, slots=True)
class EpochFigures:
    """How well a network did after an epoch; counted from 1."""

    epoch: Count
    loss: Number
    accuracy: Share
    val_loss: Number
    val_accuracy: Share


@dataclass(frozen=True, slots=True)
class Run:
    """A training's folder, which becomes a model folder in the end."""

    folder: Path
    plan: TrainingPlan

    @property
    def is_finished(self) -> bool:
        """Whether there is a model to be looked at."""
        names = (MODEL_FILE, PRESET_FILE, METRICS_FILE)
        return all((self.folder / name).is_file() for name in names)

    @property
    def has_best(self) -> bool:
        """Whether a model can be made of the best epoch so far."""
        return (self.folder / _BEST_FILE).is_file()

    def history(self) -> tuple[EpochFigures, ...]:
        """Return the figures of the epochs that are done; none where they cannot be read."""
        try:
            text = read_bounded(self.folder / _HISTORY_FILE).decode("utf-8")
            return tuple(map(_figures, csv.DictReader(text.splitlines())))
        except (OSError, ValueError, KeyError, TypeError, csv.Error):
            return ()


def _figures(row: Mapping[str, str]) -> EpochFigures:
    numbers = {name: float(row[name]) for name in ("loss", "accuracy", "val_loss", "val_accuracy")}
    return as_type({"epoch": int(row["epoch"]), **numbers}, EpochFigures)


def check_run_name(name: str) -> None:
    """Check that a training may be called so, and the model that it makes.

    Raises:
        FerError: if it may not.
    """
    check_name(name)
    if (runs_dir() / name).exists():
        raise StorageError(f"There is already a training {name!r}.", hint="Choose another name.")


def free_run_name(wanted: str) -> str:
    """Return a name that a training may have: the wanted one, if need be with a number."""
    try:
        runs = [folder.name for folder in runs_dir().iterdir()]
    except OSError:
        runs = []  # the folder comes with the first training
    return free_name(wanted, runs)


def create_run(plan: TrainingPlan) -> Run:
    """Make the folder of a training.

    Raises:
        FerError: if the name is taken, or the folder cannot be written.
    """
    check_run_name(plan.name)
    folder = runs_dir() / plan.name
    try:
        folder.mkdir(parents=True)
        keep_private(folder.parent)  # it holds faces
        if plan.fixes is not None:  # as they are now, whatever is put right later
            kept = folder / FIXES_FILE
            shutil.copyfile(plan.fixes, kept)
            plan = replace(plan, fixes=kept)
        text = json.dumps(plan.to_json(), indent=2)  # names that are no text as JSON's own escapes
        (folder / PLAN_FILE).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise _cannot_write(folder, error) from error
    return Run(folder, plan)


def _log_unreadable(error: StorageError) -> None:
    log.warning("left out of the trainings: %s", error)


def leftover_runs(on_unreadable: Callable[[StorageError], object] = _log_unreadable) -> list[Run]:
    """Return the trainings that were neither kept nor thrown away, the latest first.

    Args:
        on_unreadable: hears of each whose plan cannot be read.
    """
    found: list[tuple[float, Run]] = []
    with suppress(OSError):  # the folder comes with the first training
        for folder in runs_dir().iterdir():
            if folder.name.startswith(HIDDEN):
                shutil.rmtree(folder, ignore_errors=True)
                continue
            file = folder / PLAN_FILE
            try:
                plan = read_json(file, TrainingPlan, has_odd_names=True)
                found.append((folder.stat().st_mtime, Run(folder, plan)))
            except OSError:
                continue  # it holds no training
            except JsonError as error:
                on_unreadable(
                    StorageError(
                        f"The training {shown_name(folder.name)!r} cannot be resumed: {file} "
                        f"is damaged: {error}.",
                        hint="Delete its folder if you do not need it.",
                    )
                )
    return [run for _, run in sorted(found, key=lambda item: item[0], reverse=True)]


def keep_run(run: Run) -> Path:
    """Make a finished training one of the user's models, and return the model's folder.

    Loads the network to see that it works, so not for the GUI thread.

    Raises:
        FerError: if the model cannot be used or written; the training stays as it is.
    """
    folder = import_model(run.folder, free_name(run.plan.name))
    with suppress(StorageError):  # it is kept; what is left over is offered again
        discard_run(run)
    return folder


def discard_run(run: Run) -> None:
    """Delete a training with all that it learned.

    Raises:
        StorageError: if it cannot be deleted.
    """
    try:
        remove_folder(run.folder)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StorageError(
            f"The training {run.plan.name!r} cannot be deleted: {error.strerror or error}.",
            hint="Close what uses its files, then try again.",
        ) from error


def _cannot_write(folder: Path, error: OSError) -> StorageError:
    return StorageError(
        f"{folder} cannot be written: {error.strerror or error}.",
        hint="Free some space, or check that you may write there.",
    )
