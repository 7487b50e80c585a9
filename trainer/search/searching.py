"""A search from its first trial to the best recipe; the same command goes on with it."""

import filecmp
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import optuna
from optuna.trial import TrialState

from trainer.contract.checked_json import encode_json
from trainer.contract.cluster import Place
from trainer.contract.progress import Note
from trainer.contract.whole_file import scratch_folder
from trainer.errors import RunError
from trainer.fit.epochs import Controls
from trainer.fit.settling import resolve
from trainer.fit.unattended import quiet_controls
from trainer.presets.repeating import repeat_command
from trainer.runs.checkpoint import BEST_FILE, CHECKPOINT_FILE, make_folder, write_atomically
from trainer.runs.run_folder import RUN_FILE, Run, held
from trainer.runs.worker_pool import Workers, each_done
from trainer.search.findings import Found, best_trial, findings, state_of
from trainer.search.page import search_page
from trainer.search.storage import open_study
from trainer.search.trials import RUN, SearchJob, ended, make_interrupted_again, run_name, run_trial
from trainer.systems.own_file import allow

BEST: Final = "best"
NAME: Final = "search"
_BASE: Final = "base"
_NETWORKS: Final = ("model.keras", "model.tflite")
_STATES: Final = (CHECKPOINT_FILE, BEST_FILE)


def search(
    job: SearchJob,
    controls: Controls,
    *,
    trials: int,
    timeout_s: float = 0.0,
    workers: Place | None,
) -> Found:
    """Make trials until there are so many, and leave the best one's run in ``best``.

    Args:
        job: what is searched for.
        controls: how the person follows and stops it.
        trials: how many there shall be in all, earlier ones included.
        timeout_s: after which no other trial begins; 0 for as long as it takes.
        workers: who makes them; None for this process, one after the other.

    Raises:
        TrainerError: if the folder holds another search, or a trial fails for want of data or disk.
        Stopped: if it was cancelled.
    """
    out = job.base.out
    make_folder(out)
    with held(out):
        study = open_study(job.place)
        _check_same(study, job)
        if not job.place.is_shared:
            make_interrupted_again(study)
        done = len(ended(study))
        controls.report(Note(text=_beginning(done, trials, job)))
        started = time.monotonic()
        found = None
        first = len(study.trials)
        for _ in _made(job, controls, range(first, first + max(trials - done, 0)), workers):
            _keep_best(study, out)
            controls.report(Note(text=_last(study, trials)))
            found = _write(study, job)
            if timeout_s and time.monotonic() - started >= timeout_s:
                controls.report(Note(text="the time is over; the same command goes on"))
                break
        return found or _write(study, job)


def _made(
    job: SearchJob, controls: Controls, draws: Sequence[int], workers: Place | None
) -> Iterator[None]:
    """Make a trial for each draw; give back control after each."""
    if workers is None:
        for draw in draws:
            controls.obey()
            run_trial(job, draw, controls)
            yield
        return
    jobs = [(f"trial {draw}", (job, draw)) for draw in draws]

    def tell(text: str) -> None:
        controls.report(Note(text=text))

    them = Workers(place=workers, folder=job.base.out, tell=tell)
    for _, _, problem in each_done(try_unattended, jobs, them):
        if problem:
            raise RunError(f"a trial failed. {problem}")
        yield


def try_unattended(job: SearchJob, draw: int) -> None:
    """Make a trial that nobody watches."""
    allow(job.base.system)
    run_trial(job, draw, quiet_controls())


def _check_same(study: optuna.Study, job: SearchJob) -> None:
    """Refuse to mix trials that cannot be compared."""
    asked = {
        "command": _command(job),
        "objective": job.objective,
        "unseen": [path.name for path in job.unseen],
        "space": [str(each) for each in job.space],
    }
    begun = study.user_attrs.get(_BASE)
    if begun is None:
        study.set_user_attr(_BASE, asked)
    elif begun != asked:
        what = next(name for name in asked if begun.get(name) != asked[name])
        raise RunError(
            f"the search in {job.place} was begun with another {what}: {begun.get(what)}.",
            hint="Choose another --out (or --study), or the same settings.",
        )


def _command(job: SearchJob) -> str:
    config = resolve(job.base)
    return repeat_command(Run(config, tuple(config.labels.split(",")), {}))


def _beginning(done: int, trials: int, job: SearchJob) -> str:
    space = ", ".join(map(str, job.space))
    already = f"; {done} of them are done" if done else ""
    return f"{trials} trials for {job.objective}{already}; varied: {space}"


def _last(study: optuna.Study, trials: int) -> str:
    over = ended(study)
    last = max(
        over, key=lambda trial: (trial.datetime_complete is not None, trial.datetime_complete)
    )
    value = f"{last.value:.4f}" if last.state == TrialState.COMPLETE else state_of(last)
    best = best_trial(study)
    said = f"; best {best.value:.4f} (trial {best.number})" if best is not None else ""
    return f"trial {last.number} ({len(over)} of {trials}): {value}{said}"


def _keep_best(study: optuna.Study, out: Path) -> None:
    """Remove the networks of all other trials that are over: megabytes each."""
    best = best_trial(study)
    for trial in study.get_trials(deepcopy=False):
        if not trial.state.is_finished() or RUN not in trial.user_attrs:
            continue
        names = (
            _STATES if best is not None and trial.number == best.number else (*_STATES, *_NETWORKS)
        )
        for name in names:
            (out / run_name(trial.number) / name).unlink(missing_ok=True)


def _write(study: optuna.Study, job: SearchJob) -> Found:
    """Write the tables, the page and, where it was made here, the best trial's run."""
    out = job.base.out
    found = findings(study, job, _command(job))
    write_atomically(out / f"{NAME}.json", (encode_json(found) + "\n").encode())
    write_atomically(out / f"{NAME}.html", search_page(found, study).encode())
    if found.best is not None and (out / found.best.run / _NETWORKS[0]).is_file():
        _put_best(out / found.best.run, out / BEST)
    return found


def _put_best(made: Path, best: Path) -> None:
    """Leave a run in ``best``, whole; what is there is that run already if its record says so."""
    if (best / RUN_FILE).is_file() and filecmp.cmp(made / RUN_FILE, best / RUN_FILE, shallow=False):
        return
    try:
        with scratch_folder(best.parent) as scratch:
            shutil.copytree(made, scratch / best.name)
            shutil.rmtree(best, ignore_errors=True)
            (scratch / best.name).rename(best)
    except OSError as error:
        raise RunError(
            f"{best} cannot be written: {error.strerror or error}.",
            hint="The trials are kept; the same command goes on.",
        ) from error
