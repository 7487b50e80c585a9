"""One trial of a search: a training with settings that the study chooses."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import optuna
from optuna.trial import FrozenTrial, TrialState

from trainer.config import TrainConfig
from trainer.contract.progress import EpochDone, Event, Note
from trainer.fit.epochs import Controls, Diverged
from trainer.fit.progress_report import Report
from trainer.fit.training import train
from trainer.presets.repeating import repeat_command
from trainer.runs.run_folder import read_run
from trainer.search.choices import Objective
from trainer.search.objective import after_epoch, of_run
from trainer.search.space import Varied, varied
from trainer.search.storage import Place, open_study

COMMAND: Final = "command"
DIVERGED: Final = "diverged"
RUN: Final = "run"
_AGAIN: Final = "made_again"


@dataclass(frozen=True, kw_only=True)
class SearchJob:
    """All that a trial needs to know, on whatever machine it runs.

    Attributes:
        base: how each trial is trained but for what is varied; its ``out`` is the search's.
        unseen: sets of faces by which trials are judged, if these are the objective.
        space: what is varied.
    """

    place: Place
    base: TrainConfig
    objective: Objective
    unseen: tuple[Path, ...]
    space: tuple[Varied, ...]


def run_trial(job: SearchJob, draw: int, controls: Controls) -> None:
    """Ask the study for settings, train with them, and tell it what came of it.

    A loss that is not finite ends the trial only: the study learns that such settings fail.

    Args:
        job: of the search.
        draw: as ``open_study`` takes it.
        controls: how the person follows and stops it.

    Raises:
        TrainerError: if data or folders cannot be used; the settings will be tried again.
        Stopped: if it was cancelled; likewise.
    """
    study = open_study(job.place, draw)

    def objective(trial: optuna.Trial) -> float:
        config = replace(
            job.base,
            out=job.base.out / run_name(trial.number),
            recipe=varied(job.base.recipe, job.space, trial),
        )
        shutil.rmtree(config.out, ignore_errors=True)  # of a study that was deleted
        trial.set_user_attr(RUN, config.out.name)
        try:
            train(config, replace(controls, resume=False, report=_report(job, trial, controls)))
        except Diverged as error:
            trial.set_user_attr(DIVERGED, error.message)
            raise
        trial.set_user_attr(COMMAND, repeat_command(read_run(config.out)))
        return of_run(job.objective, config.out, job.unseen)

    study.optimize(objective, n_trials=1, catch=(Diverged,))


def run_name(number: int) -> str:
    """Return the name of a trial's folder, whatever a database of others says."""
    return f"trial_{number:04}"


def ended(study: optuna.Study) -> list[FrozenTrial]:
    """Return the trials that count: the interrupted ones are made again."""
    over = (TrialState.COMPLETE, TrialState.PRUNED)
    return [each for each in study.trials if each.state in over or DIVERGED in each.user_attrs]


def make_interrupted_again(study: optuna.Study) -> int:
    """Have the study try the settings of interrupted trials once more; return how many.

    Nobody may be working on the study.
    """
    known = study.user_attrs.get(_AGAIN, [])
    interrupted = [
        trial
        for trial in study.get_trials(deepcopy=False)
        if trial.state in (TrialState.RUNNING, TrialState.FAIL)
        and trial.params
        and DIVERGED not in trial.user_attrs
        and trial.number not in known
    ]
    for trial in interrupted:
        if trial.state == TrialState.RUNNING:
            study.tell(trial.number, state=TrialState.FAIL)
        study.enqueue_trial(trial.params)
    study.set_user_attr(_AGAIN, [*known, *(trial.number for trial in interrupted)])
    return len(interrupted)


def _report(job: SearchJob, trial: optuna.Trial, controls: Controls) -> Report:
    """Pass on how a training goes, and end it if it is worse than others at the same epoch."""

    def report(event: Event) -> None:
        if isinstance(event, Note):
            return  # the same of each trial
        controls.report(event)
        if isinstance(event, EpochDone):
            trial.report(after_epoch(job.objective, event), event.epoch)
            if event.epoch < event.epochs and trial.should_prune():
                raise optuna.TrialPruned

    return report
