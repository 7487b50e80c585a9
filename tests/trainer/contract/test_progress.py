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

pytestmark = pytest.mark.unit

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


STEP = '{"event": "step", "epoch": 1, "step": %s, "steps": 3, "loss": %s, "accuracy": 0.5}'


@pytest.mark.parametrize(
    "line",
    [
        STEP % (1, "1e999"),
        STEP % (1, "NaN"),
        STEP % (1, "-Infinity"),
        STEP % ("9" * 400, 1),
        STEP % ('"1"', 1),
        STEP % (-1, 1),
        STEP % (1, "null"),
        '{"event": "note", "text": "' + "x" * 2_000_000 + '"}',
        '{"event": "note", "text": 3}',
        '{"event": "note", "text": ' + "[" * 100_000,
        '{"event": "note", "text": "\udcff"}',
        '{"event": "cancelled"}',
        '{"event": "finished", "folder": "a", "n": 4, "accuracy": 7, "accuracy_interval_95": [0]}',
    ],
    ids=range(13),
)
def test_a_line_with_a_wrong_value_is_ignored(line: str) -> None:
    assert decode(line) is None


def test_the_line_that_the_wrong_ones_were_made_of_is_read() -> None:
    assert decode(STEP % (1, 1)) == StepDone(epoch=1, step=1, steps=3, loss=1, accuracy=0.5)


def test_a_name_that_is_no_text_does_not_stop_the_trainer() -> None:
    line = encode(Note(text="reading \udcff.png"))
    assert line.encode("utf-8")
    assert decode(line) == Note(text="reading ?.png")
