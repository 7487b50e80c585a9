"""What a training tells the program that started it: one JSON object a line on standard output.

The program can write ``pause``, ``continue`` or ``cancel`` and a line end to its standard input.
A training whose program has gone goes on by itself.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any, Final

CANCEL: Final = "cancel"
PAUSE: Final = "pause"
CONTINUE: Final = "continue"


@dataclass(frozen=True, kw_only=True)
class Note:
    """Something that takes a while has begun."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Started:
    """Data and network are ready.

    Attributes:
        epochs: how many the run has in all.
        done: how many of them an earlier, interrupted training has finished.
        faces: number of faces of each split.
    """

    system: str
    labels: tuple[str, ...]
    epochs: int
    done: int
    parameters: int
    faces: dict[str, int]
    device: str


@dataclass(frozen=True, kw_only=True)
class StepDone:
    """Some batches of an epoch are done; sent a few times a second at most."""

    epoch: int
    step: int
    steps: int
    loss: float
    accuracy: float


@dataclass(frozen=True, kw_only=True)
class EpochDone:
    """An epoch is done and its checkpoint written.

    Attributes:
        epoch: counted from 1.
        remaining_s: estimated seconds until the last epoch is done.
        best_epoch: the one with the highest validation accuracy so far, ``best_accuracy``.
        confusion: counts of validation faces, the truth in rows, labels as in ``Started``.
    """

    epoch: int
    epochs: int
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float
    learning_rate: float
    seconds: float
    remaining_s: float
    best_epoch: int
    best_accuracy: float
    confusion: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Paused:
    """The training waits until it shall go on or end."""


@dataclass(frozen=True, kw_only=True)
class Continued:
    """The training goes on after a pause."""


@dataclass(frozen=True, kw_only=True)
class Finished:
    """The model folder is written.

    Attributes:
        accuracy: share of right answers on the test faces (the validation faces where there are
            no others), with its 95 % interval.
    """

    folder: str
    n: int
    accuracy: float
    accuracy_interval_95: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Cancelled:
    """The training was stopped; it can be continued after the epochs done."""

    done: int


@dataclass(frozen=True, kw_only=True)
class Failed:
    """The training could not go on."""

    message: str
    hint: str


Event = Note | Started | StepDone | EpochDone | Paused | Continued | Finished | Cancelled | Failed

_NAMES: Final[dict[str, type[Event]]] = {
    "note": Note,
    "started": Started,
    "step": StepDone,
    "epoch": EpochDone,
    "paused": Paused,
    "continued": Continued,
    "finished": Finished,
    "cancelled": Cancelled,
    "failed": Failed,
}


def encode(event: Event) -> str:
    """Return an event as one line of JSON, without the line end."""
    name = next(name for name, kind in _NAMES.items() if isinstance(event, kind))
    return json.dumps({"event": name, **asdict(event)}, ensure_ascii=False)


def decode(line: str) -> Event | None:
    """Return the event of a line, nothing if the line is none that this version knows."""
    try:
        raw: Any = json.loads(line)
        kind: Any = _NAMES[raw.pop("event")]
        event: Event = kind(**{key: _tupled(value) for key, value in raw.items()})
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return event


def _tupled(value: Any) -> Any:
    """Return JSON's lists, also those inside of others, as the tuples that they were."""
    return tuple(map(_tupled, value)) if isinstance(value, list) else value
