"""What a worker does with a job: it looks at the versions, notes that it begins, and works."""

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Generic, TypeVar

from trainer.contract.attempts import Attempts
from trainer.contract.cluster_clients import cause_of
from trainer.contract.errors import ExplainedError

J = TypeVar("J")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Answer(Generic[R]):
    """What a worker made of a job.

    Attributes:
        worker: its address.
        result: what the function returned.
        problem: what it raised.
        is_over: whether the job is not to be tried again.
        refusal: which versions are others.
        tries: how often the job was begun, this time included.
    """

    worker: str
    result: R | None = None
    problem: str = ""
    is_over: bool = False
    refusal: str = ""
    tries: int = 0


def attempt_job(
    function: Callable[[J], R],
    job: J,
    name: str,
    versions: Mapping[str, str],
    notes: str,
    tries: int,
) -> Answer[R]:
    """Do a job; runs in a worker."""
    from distributed import get_worker

    worker: str = get_worker().address
    if others := differences(versions, installed_versions(tuple(versions))):
        return Answer(worker, refusal=others)
    attempts = Attempts(Path(notes), name)
    try:
        number = attempts.begin()
        if number > tries:
            attempts.end()
            times = {1: "once", 2: "twice"}.get(tries, f"{tries} times")
            crashed = f"Its worker ended without a word, {times}: it is set aside."
            return Answer(worker, problem=crashed, is_over=True, tries=tries)
        result = function(job)
        attempts.end()
    except ExplainedError as error:
        problem = str(error)
    except Exception as error:  # noqa: BLE001 - told where the job came from
        problem = f"{cause_of(error)} (worker {worker})."
    else:
        return Answer(worker, result, tries=number)
    attempts.end()
    return Answer(worker, problem=problem, tries=max(1, attempts.number))


@cache
def installed_versions(packages: tuple[str, ...]) -> dict[str, str]:
    """Return the versions of Python and of distributions that are installed."""
    found = {"python": ".".join(platform.python_version_tuple()[:2])}
    for name in packages:
        if name == "python":
            continue
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "none"
    return found


def differences(here: Mapping[str, str], there: Mapping[str, str]) -> str:
    """Return which versions are others there, as words; empty where they are the same."""
    return ", ".join(
        f"{name} {there.get(name, 'none')} instead of {wanted}"
        for name, wanted in here.items()
        if there.get(name, "none") != wanted
    )
