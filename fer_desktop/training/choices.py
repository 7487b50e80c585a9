"""What the trainer offers: its networks, their settings, and what each would take here."""

from typing import Final, TypeVar

from fer_desktop.errors import TrainingError
from trainer.contract.checked_json import JsonError, decode_json
from trainer.contract.labels import REST
from trainer.contract.offers import Estimate, ListedSystem, Setting

T = TypeVar("T")

# The trainer builds these though it does not list them.
_DESCRIBED: Final = ("frozen_", "tuned_")


def read_systems(printed: str) -> tuple[ListedSystem, ...]:
    """Return what ``fer-train systems --json`` listed, less what is only a part of an ensemble.

    Raises:
        TrainingError: if that cannot be read.
    """
    listed = _read(printed, tuple[ListedSystem, ...])
    return tuple(system for system in listed if REST not in system.labels.split(","))


def read_settings(printed: str) -> tuple[Setting, ...]:
    """Return what ``fer-train settings`` listed.

    Raises:
        TrainingError: if that cannot be read.
    """
    return _read(printed, tuple[Setting, ...])


def read_estimate(printed: str) -> Estimate:
    """Return what ``fer-train probe --json`` measured.

    Raises:
        TrainingError: if that cannot be read.
    """
    return _read(printed, Estimate)


def epochs_within(estimate: Estimate, seconds: float) -> int:
    """Return how many epochs fit into a time, at least one, at most the usual number."""
    fitting = int(seconds / max(estimate.seconds_per_epoch, 1e-3))
    return max(1, min(estimate.epochs, fitting))


def can_be_trained(system: str, systems: tuple[ListedSystem, ...]) -> bool:
    """Tell whether the trainer can build a network anew, and so go on with a model of it."""
    return system.startswith(_DESCRIBED) or any(known.name == system for known in systems)


def _read(printed: str, kind: type[T]) -> T:
    try:
        answer = decode_json(printed, kind)
    except JsonError as error:
        raise _unreadable() from error
    if not answer:
        raise _unreadable()
    return answer


def _unreadable() -> TrainingError:
    return TrainingError(
        "The trainer's answer cannot be read.", hint="See the log file for details."
    )
