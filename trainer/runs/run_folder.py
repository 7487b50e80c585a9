"""The record of a run besides its weights: settings, versions, machine."""

import json
import platform
import shlex
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Final, Literal, TypedDict

import keras

from trainer.config import TrainConfig, config_from_dict, flat_recipe, gentle
from trainer.contract.checked_json import (
    Count,
    JsonError,
    Line,
    Prose,
    Seconds,
    as_type,
    read_json,
)
from trainer.contract.run_lock import RunLock
from trainer.contract.whole_file import remove_leftovers
from trainer.errors import RunError
from trainer.runs.checkpoint import CHECKPOINT_FILE, write_atomically
from trainer.runs.devices import machine
from trainer.systems.catalogue import system_of

RUN_FILE: Final = "run.json"
_LIBRARIES: Final = ("keras", "tensorflow", "jax", "torch", "numpy")


class Origin(TypedDict):
    """A model that a network started from, or learned from."""

    name: Line
    sha256: Line
    training_data: Prose


class RunFacts(TypedDict, total=False):
    """What else ``run.json`` may say; not all of it is known when a run begins."""

    faces: dict[Line, Count]
    left_out: dict[Line, Count]
    notes: list[Prose]
    versions: dict[Line, Line]
    backend: Line
    machine: Line
    commit: Line
    epoch: Count
    best_epoch: Count
    seconds: Seconds
    start: Origin
    teacher: Origin


@dataclass(frozen=True)
class Run:
    """A run as its ``run.json`` describes it.

    Attributes:
        facts: dataset counts, versions, machine, commit; whatever was known when it started.
    """

    config: TrainConfig
    labels: tuple[str, ...]
    facts: dict[str, Any]

    @property
    def command(self) -> str:
        """The command line that repeats the run."""
        return shlex.join(command_words(self.config, self.labels))


Kind = Literal["data", "model", "run"]
# How a command names a path of some kind.
Naming = Callable[[Path, Kind], str]


def _by_last_part(path: Path, kind: Kind) -> str:
    """Name a path wherever it is: two runs are alike that learned the same in different places."""
    return path.name if kind == "data" else (Path(f"{kind}s") / path.name).as_posix()


def command_words(
    config: TrainConfig, labels: tuple[str, ...], naming: Naming = _by_last_part
) -> list[str]:
    """Return the command line that repeats a run, naming only what differs from the defaults.

    Args:
        config: of the run.
        labels: that it tells apart.
        naming: how paths are named.
    """
    words = ["fer-train", "train", "--system", config.system]
    if config.start:
        words += ["--start", naming(config.start, "model")]
    words += ["--data", naming(config.data, "data")]
    if config.votes:
        words += ["--votes", naming(config.votes, "data"), "--vote-use", config.vote_use]
    if config.subject_pattern:
        words += ["--subject-pattern", config.subject_pattern]
    if config.label_map:
        words += ["--map", config.label_map]
    if config.fixes:
        words += ["--fixes", config.fixes.name]
    if config.test_fold:
        words += ["--test-fold", config.test_fold]
    if config.train_share < 1:
        words += ["--train-share", f"{config.train_share:g}"]
    if config.auxiliary_votes:
        words += ["--auxiliary-votes", naming(config.auxiliary_votes, "data")]
    if config.teacher:
        words += ["--teacher", naming(config.teacher, "model")]
        words += ["--teacher-share", str(config.teacher_share)]
    words += ["--labels", config.labels or ",".join(labels)]
    system = system_of(config)
    recipe = gentle(system.recipe) if config.start else system.recipe
    if system.backbone is not None and not config.start:
        words += ["--weights", config.weights]
    if config.input_px is not None:
        words += ["--input", str(config.input_px)]
    if config.color is not None:
        words += ["--color", config.color]
    if system.combination is not None:
        words += ["--stacking-folds", str(config.folds)]
    for name, value in flat_recipe(config.recipe).items():
        if value != flat_recipe(recipe)[name]:
            flag = f"--{name.replace('_', '-')}"
            if isinstance(value, bool):
                words.append(flag if value else f"--no-{flag[2:]}")
            else:
                words += [flag, str(value)]
    words += ["--seed", str(config.seed), "--precision", config.precision]
    return [*words, "--out", naming(config.out, "run")]


def write_run(folder: Path, run: Run) -> None:
    """Write ``run.json``."""
    content = {"config": run.config.to_dict(), "labels": list(run.labels), **run.facts}
    write_atomically(folder / RUN_FILE, (json.dumps(content, indent=2) + "\n").encode())


def read_run(folder: Path) -> Run:
    """Read ``run.json``.

    Raises:
        RunError: if the folder holds no run.
    """
    try:
        raw = read_json(folder / RUN_FILE, dict[str, Any], has_odd_names=True)
        config = config_from_dict(raw.pop("config"))
        labels = as_type(raw.pop("labels"), tuple[str, ...])
        as_type(raw, RunFacts)
        return Run(config, labels, raw)
    except FileNotFoundError as error:
        raise RunError(f"{folder} holds no run.", hint="Give the --out of a training.") from error
    except JsonError as error:
        raise RunError(
            f"{folder / RUN_FILE} is damaged: {error}.", hint="Train the model again."
        ) from error
    except (OSError, ValueError, KeyError) as error:
        raise RunError(f"{folder / RUN_FILE} is damaged.", hint="Train the model again.") from error


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Keep a run to this process: two that write the same checkpoints would mix them.

    Raises:
        RunError: if another process has it, or nothing can be written there.
    """
    lock = RunLock(folder, "trainer")
    try:
        is_ours = lock.acquire()
    except OSError as error:
        raise RunError(
            f"{folder} cannot be written: {error.strerror}.", hint="Choose another --out."
        ) from error
    if not is_ours:
        raise RunError(
            f"{folder} is being trained by another program.",
            hint="Wait for it, or choose another --out.",
        )
    remove_leftovers(folder)
    try:
        yield
    finally:
        lock.release()


def environment() -> dict[str, Any]:
    """Return the versions and the machine that a run's figures depend on."""
    versions = {"python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return {
        "versions": versions,
        "backend": keras.backend.backend(),
        "machine": machine(),
        "commit": git_commit(),
    }


def git_commit() -> str:
    """Return the commit of the source tree, empty outside of one."""
    try:
        found = subprocess.run(
            ["git", "rev-parse", "HEAD"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return found.stdout.strip()


def holds_run(folder: Path) -> bool:
    """Tell whether a run has begun there; one that failed before its first epoch has not."""
    return (folder / RUN_FILE).is_file() and any(folder.rglob(CHECKPOINT_FILE))
