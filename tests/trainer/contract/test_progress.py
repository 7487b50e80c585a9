import pytest

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
    decode,
    encode,
)

EVENTS: list[Event] = [
    Note(text="reading é"),
    Started(
        system="tiny",
        labels=("happy", "sad"),
        epochs=3,
        done=1,
        parameters=10,
        faces={"train": 4},
        device="CPU",
    ),
    StepDone(epoch=1, step=2, steps=3, loss=0.5, accuracy=0.25),
    EpochDone(
        epoch=1,
        epochs=3,
        loss=1.0,
        accuracy=0.5,
        val_loss=1.5,
        val_accuracy=0.25,
        learning_rate=0.001,
        seconds=2.0,
        remaining_s=4.0,
        best_epoch=1,
        best_accuracy=0.25,
        confusion=((1, 2), (0, 1)),
    ),
    Paused(),
    Continued(),
    Finished(folder="runs/a", n=4, accuracy=0.5, accuracy_interval_95=(0.1, 0.9)),
    Cancelled(done=2),
    Failed(message="no.", hint="yes."),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_survives_the_line(event: Event) -> None:
    line = encode(event)
    assert "\n" not in line
    assert decode(line) == event


@pytest.mark.parametrize("line", ["", "loading", "[]", "{}", '{"event": "new"}', '{"event": 3}'])
def test_other_lines_are_ignored(line: str) -> None:
    assert decode(line) is None
