"""Reporting the progress of a training to a person or a program."""

import os
from collections.abc import Callable
from typing import Never, TextIO

from tqdm import tqdm

from trainer.contract.progress import (
    Cancelled,
    Continued,
    EpochDone,
    Event,
    Failed,
    Finished,
    Note,
    Paused,
    Started,
    StepDone,
    encode,
)

Report = Callable[[Event], None]


def json_report(stream: TextIO) -> Report:
    """Return a report that writes JSON lines for a program, while it is there to read them."""

    def report(event: Event) -> None:
        try:
            print(encode(event), file=stream, flush=True)
        except OSError:
            # The training outlives the program. What is left of the line must not fail later.
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())

    return report


class TextReport:
    """Lines for a person, with a bar over the epoch on a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._bar: tqdm[Never] | None = None

    def __call__(self, event: Event) -> None:
        match event:
            case StepDone():
                self._step(event)
            case Note(text=text):
                self._line(text)
            case Started():
                faces = ", ".join(f"{count:,} {split}" for split, count in event.faces.items())
                self._line(
                    f"{event.system}: {event.parameters:,} parameters, {faces} faces, "
                    f"{', '.join(event.labels)}, on {event.device}"
                )
            case EpochDone():
                self._line(
                    f"epoch {event.epoch}/{event.epochs}: loss {event.loss:.4f}, accuracy "
                    f"{event.accuracy:.4f}; validation loss {event.val_loss:.4f}, accuracy "
                    f"{event.val_accuracy:.4f}; {event.seconds:.0f} s, "
                    f"{event.remaining_s / 60:.0f} min left"
                )
            case Paused():
                self._line("paused")
            case Continued():
                self._line("continued")
            case Finished():
                low, high = event.accuracy_interval_95
                self._line(
                    f"{event.folder}: accuracy {event.accuracy:.4f} ({low:.4f} to {high:.4f}) "
                    f"on {event.n:,} faces"
                )
            case Cancelled(done=done, system=system, way=way):
                whose = f" of {system}" if system else ""
                self._line(f"stopped after epoch {done}{whose}; {way}")
            case Failed():
                self._line(f"{event.message} {event.hint}".strip())

    def _step(self, event: StepDone) -> None:
        if not self._stream.isatty():
            return
        if self._bar is None:
            self._bar = tqdm(total=event.steps, file=self._stream, leave=False, unit="batch")
        self._bar.set_description(f"epoch {event.epoch}")
        self._bar.set_postfix_str(f"loss {event.loss:.4f}, accuracy {event.accuracy:.4f}")
        self._bar.update(event.step - self._bar.n)

    def _line(self, text: str) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
        print(text, file=self._stream, flush=True)
