"""What the trainer offers: its networks, their settings, and what each would take here."""

from dataclasses import dataclass
from typing import Any, Final, Literal

from fer_desktop.errors import TrainingError
from trainer.contract.checked_json import Count, JsonError, Line, Seconds, decode_json
from trainer.contract.labels import REST

# The trainer builds these though it does not list them.
_DESCRIBED: Final = ("frozen_", "tuned_")


@dataclass(frozen=True, slots=True)
class System:
    """A network that can be trained.

    Attributes:
        name, title: what the trainer and the study call it.
        study: who described it.
        kind: ``scratch``, ``transfer`` or ``ensemble``.
        layers: how it is built, in words.
        parameters: how many numbers it learns; None where that is not known beforehand.
        accuracy, interval, test: what was reported, with its 95 % interval, on which pictures.
    """

    name: str
    title: str
    study: str
    kind: str
    layers: str
    parameters: int | None
    accuracy: float | None
    interval: tuple[float, float] | None
    test: str


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a training, as the trainer describes it."""

    name: str
    group: str
    kind: Literal["int", "float", "bool", "choice", "text"]
    default: Any
    choices: tuple[str, ...]
    least: float
    most: float | None
    meaning: str


@dataclass(frozen=True, slots=True)
class Probe:
    """What a training would take on this computer, measured on a few of its steps.

    Attributes:
        faces: number of pictures that it learns from.
        epochs: how many the network is usually given.
    """

    system: Line
    parameters: Count
    faces: Count
    seconds_per_epoch: Seconds
    epochs: Count

    def epochs_within(self, seconds: float) -> int:
        """Return how many epochs fit into a time, at least one, at most the usual number."""
        return max(1, min(self.epochs, int(seconds / max(self.seconds_per_epoch, 1e-3))))


def read_systems(printed: str) -> tuple[System, ...]:
    """Return what ``fer-train systems --json`` listed, less what is only a part of an ensemble.

    Raises:
        TrainingError: if that cannot be read.
    """
    try:
        return tuple(
            System(
                name=row["name"],
                title=row["title"],
                study=row["study"],
                kind=row["kind"],
                layers=row["layers"],
                parameters=row["parameters"],
                accuracy=row["reported_accuracy"],
                interval=row["reported_interval_95"] and tuple(row["reported_interval_95"]),
                test=row["reported_test"] or "",
            )
            for row in _rows(printed)
            if REST not in row["labels"].split(",")
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unreadable() from error


def read_settings(printed: str) -> tuple[Setting, ...]:
    """Return what ``fer-train settings`` listed.

    Raises:
        TrainingError: if that cannot be read.
    """
    try:
        return tuple(Setting(**{**row, "choices": tuple(row["choices"])}) for row in _rows(printed))
    except (ValueError, KeyError, TypeError) as error:
        raise _unreadable() from error


def read_probe(printed: str) -> Probe:
    """Return what ``fer-train probe --json`` measured.

    Raises:
        TrainingError: if that cannot be read.
    """
    try:
        return decode_json(printed, Probe)
    except JsonError as error:
        raise _unreadable() from error


def can_be_trained(system: str, systems: tuple[System, ...]) -> bool:
    """Tell whether the trainer can build a network anew, and so go on with a model of it."""
    return system.startswith(_DESCRIBED) or any(known.name == system for known in systems)


def _rows(printed: str) -> list[Any]:
    rows = decode_json(printed, list[Any])
    if not rows:
        raise TypeError("an empty list")
    return rows


def _unreadable() -> TrainingError:
    return TrainingError("The trainer's answer cannot be read.", hint="The log file says more.")
