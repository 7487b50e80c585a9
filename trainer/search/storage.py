"""Where a search keeps its trials: a database of its own, or one that several machines share."""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import optuna
from optuna.exceptions import ExperimentalWarning
from optuna.pruners import BasePruner, HyperbandPruner, MedianPruner, NopPruner
from optuna.samplers import BaseSampler, RandomSampler, TPESampler
from optuna.storages import RDBStorage, RetryHeartbeatStaleTrialCallback
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from trainer.errors import RunError
from trainer.search.choices import Pruner, Sampler

STUDY_FILE: Final = "search.db"
# A trial whose process has been silent for longer is made again by somebody else.
_HEARTBEAT_S: Final = 60
_SILENT_S: Final = 240
_RETRIES: Final = 2
_PATIENCE_S: Final = 60  # for others that write to the same file


@dataclass(frozen=True, kw_only=True)
class Place:
    """A study and how it chooses.

    Attributes:
        url: of the database; empty for a file in ``folder``.
        epochs: of a trial that is not pruned.
        seed: of the sampler.
    """

    folder: Path
    name: str
    sampler: Sampler
    pruner: Pruner
    epochs: int
    url: str = ""
    seed: int = 0

    @property
    def is_shared(self) -> bool:
        """Whether other machines may work on the study, too."""
        return bool(self.url)

    def __str__(self) -> str:
        """The database for people, without a password."""
        if not self.url:
            return str(self.folder / STUDY_FILE)
        try:
            return make_url(self.url).render_as_string(hide_password=True)
        except ArgumentError:
            return "this database"


def open_study(place: Place, draw: int = 0) -> optuna.Study:
    """Open a study, or begin it.

    Args:
        place: where it is.
        draw: which of the sampler's random numbers are used; two trials with the same would be
            given the same settings while there is nothing to learn from.

    Raises:
        RunError: if the database cannot be reached or is none of ours.
    """
    optuna.logging.set_verbosity(optuna.logging.ERROR)  # the search says what happens itself
    try:
        return optuna.create_study(
            storage=_storage(place),
            study_name=place.name,
            direction="maximize",
            load_if_exists=True,
            sampler=_sampler(place, draw),
            pruner=_pruner(place),
        )
    except (SQLAlchemyError, ImportError, RuntimeError, ValueError, OSError) as error:
        raise RunError(
            f"the study in {place} cannot be opened: {_reason(error)}.",
            hint="See whether its database runs and is of this version of Optuna."
            if place.is_shared
            else "Choose another --out.",
        ) from error


def _storage(place: Place) -> RDBStorage:
    file = URL.create("sqlite", database=str((place.folder / STUDY_FILE).resolve()))
    url = place.url or file.render_as_string()  # of which a folder's name may look like a part
    waits: dict[str, Any] = {"connect_args": {"timeout": _PATIENCE_S}}
    if not place.is_shared:
        return RDBStorage(url, engine_kwargs=waits)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)  # heartbeats, since 2021
        return RDBStorage(
            url,
            engine_kwargs=waits if url.startswith("sqlite") else {"pool_pre_ping": True},
            heartbeat_interval=_HEARTBEAT_S,
            grace_period=_SILENT_S,
            heartbeat_stale_trial_callback=RetryHeartbeatStaleTrialCallback(max_retry=_RETRIES),
        )


def _sampler(place: Place, draw: int) -> BaseSampler:
    seed = int(np.random.SeedSequence([place.seed, draw]).generate_state(1)[0])
    if place.sampler == "random":
        return RandomSampler(seed=seed)
    return TPESampler(seed=seed, multivariate=True, constant_liar=True)


def _pruner(place: Place) -> BasePruner:
    if place.pruner == "none":
        return NopPruner()
    if place.pruner == "hyperband":
        return HyperbandPruner(min_resource=1, max_resource=place.epochs)
    return MedianPruner(n_startup_trials=5, n_warmup_steps=max(place.epochs // 4, 1))


def _reason(error: Exception) -> str:
    text = str(getattr(error, "orig", None) or error).strip() or type(error).__name__
    return text.splitlines()[0].removesuffix(".")
