"""What a search has found so far: its trials, the best one, and what mattered."""

from dataclasses import dataclass
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState

from trainer.search.choices import Objective
from trainer.search.trials import COMMAND, DIVERGED, RUN, SearchJob, run_name


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A trial in the tables; what it does not have is None.

    Attributes:
        state: ``complete``, ``pruned``, ``diverged``, ``running`` or ``interrupted``.
        value: the objective, of a complete trial.
        epochs: after how many it ended.
        settings: what was varied.
        seconds: from its beginning to its end.
        command: trains its network once more.
        run: its folder, on the machine that made it.
    """

    number: int
    state: str
    value: float | None
    epochs: int
    settings: dict[str, Any]
    seconds: float | None
    command: str
    run: str


@dataclass(frozen=True, kw_only=True)
class Found:
    """What came of a search.

    Attributes:
        base: the command of which the settings were varied.
        space: what was varied.
        best: the trial with the highest objective; None where none is complete.
        importance: of each setting for the objective, together 1; empty where too few trials are
            complete to tell.
    """

    objective: Objective
    base: str
    space: list[str]
    trials: list[Trial]
    best: Trial | None
    importance: dict[str, float]


def best_trial(study: optuna.Study) -> FrozenTrial | None:
    """Return the complete trial with the highest objective; None where none is complete."""
    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    # Of equal ones the earlier, so that it stays the best.
    return max(complete, key=lambda trial: (trial.value, -trial.number), default=None)


def findings(study: optuna.Study, job: SearchJob, base: str) -> Found:
    """Return what is known of a search.

    Args:
        study: its trials.
        job: what is searched for.
        base: the command of which settings are varied.
    """
    best = best_trial(study)
    return Found(
        objective=job.objective,
        base=base,
        space=[str(each) for each in job.space],
        trials=[_trial(each) for each in study.trials if each.params],
        best=None if best is None else _trial(best),
        importance=_importance(study, job),
    )


def _trial(trial: FrozenTrial) -> Trial:
    seconds = None
    if trial.duration is not None:
        seconds = round(trial.duration.total_seconds(), 1)
    return Trial(
        number=trial.number,
        state=state_of(trial),
        value=trial.value if trial.state == TrialState.COMPLETE else None,
        epochs=max(trial.intermediate_values, default=0),
        settings=trial.params,
        seconds=seconds,
        command=trial.user_attrs.get(COMMAND, ""),
        run=run_name(trial.number) if RUN in trial.user_attrs else "",
    )


def state_of(trial: FrozenTrial) -> str:
    """Return what has become of a trial, in a word."""
    if DIVERGED in trial.user_attrs:
        return "diverged"
    return "interrupted" if trial.state == TrialState.FAIL else trial.state.name.lower()


def _importance(study: optuna.Study, job: SearchJob) -> dict[str, float]:
    values = {t.value for t in study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))}
    if len(values) < 2:
        return {}
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=job.place.seed)
    found = optuna.importance.get_param_importances(study, evaluator=evaluator)
    return {name: float(value) for name, value in found.items()}
