"""Progress of a training for the program that started it: JSON lines on standard output.

The program can write ``pause``, ``continue`` or ``cancel`` and a line end to its standard input.
A training whose program has ended continues on its own.
"""

import json
from dataclasses import asdict, dataclass
from typing import Annotated, Final

from msgspec import Meta

from trainer.contract.checked_json import (
    Count,
    JsonError,
    Line,
    Number,
    PathText,
    Prose,
    Seconds,
    Share,
    decode_json,
)

CANCEL: Final = "cancel"
PAUSE: Final = "pause"
CONTINUE: Final = "continue"

LONGEST_LINE: Final = 1 << 20
_Counts = Annotated[tuple[Count, ...], Meta(max_length=1_000)]


@dataclass(frozen=True, kw_only=True)
class Note:
    """Something that takes a while has begun."""

    text: Line


@dataclass(frozen=True, kw_only=True)
class Started:
    """Data and network are ready.

    Attributes:
        epochs: how many the run has in all.
        done: how many of them an earlier, interrupted training has finished.
        faces: number of faces of each split.
    """

    system: Line
    labels: Annotated[tuple[Line, ...], Meta(max_length=1_000)]
    epochs: Count
    done: Count
    parameters: Count
    faces: dict[Line, Count]
    device: Line


@dataclass(frozen=True, kw_only=True)
class StepDone:
    """Some batches of an epoch are done; sent a few times a second at most."""

    epoch: Count
    step: Count
    steps: Count
    loss: Number
    accuracy: Share


@dataclass(frozen=True, kw_only=True)
class EpochDone:
    """An epoch is done and its checkpoint written.

    Attributes:
        epoch: counted from 1.
        remaining_s: estimated seconds until the last epoch is done.
        best_epoch: the one with the highest validation accuracy so far, ``best_accuracy``.
        confusion: counts of validation faces, the truth in rows, labels as in ``Started``.
    """

    epoch: Count
    epochs: Count
    loss: Number
    accuracy: Share
    val_loss: Number
    val_accuracy: Share
    learning_rate: Number
    seconds: Seconds
    remaining_s: Seconds
    best_epoch: Count
    best_accuracy: Share
    confusion: Annotated[tuple[_Counts, ...], Meta(max_length=1_000)]


@dataclass(frozen=True, kw_only=True)
class Paused:
    """The training is paused until it is resumed or cancelled."""


@dataclass(frozen=True, kw_only=True)
class Continued:
    """The training has resumed."""


@dataclass(frozen=True, kw_only=True)
class Finished:
    """The model folder is written.

    Attributes:
        accuracy: share of right answers on the test faces (the validation faces where there are
            no others), with its 95 % interval.
    """

    folder: PathText
    n: Count
    accuracy: Share
    accuracy_interval_95: tuple[Share, Share]


@dataclass(frozen=True, kw_only=True)
class Cancelled:
    """The training was stopped; it can be resumed after its last finished epoch.

    Attributes:
        done: epochs of the network that was being trained.
        system: which network that was, where several are trained.
        way: how a person resumes it.
    """

    done: Count
    system: Line = ""
    way: Line = "--resume continues it"


@dataclass(frozen=True, kw_only=True)
class Failed:
    "The training failed."

    message: Prose
    hint: Prose


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
    line = json.dumps({"event": name, **asdict(event)}, ensure_ascii=False)
    # Names of files may hold bytes that are no text.
    return line.encode("utf-8", "replace").decode("utf-8")


@dataclass(frozen=True)
class _Named:
    event: Line


def decode(line: str) -> Event | None:
    """Return the event of a line, nothing if the line is none that this version knows."""
    if len(line) > LONGEST_LINE:
        return None
    try:
        return decode_json(line, _NAMES[decode_json(line, _Named).event])
    except (JsonError, KeyError):
        return None
