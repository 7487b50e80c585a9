"""A stream never holds up the thread that analyses, counts what it drops, and ends cleanly."""

import time

import pytest

from fer_desktop.errors import StreamError
from fer_desktop.pipeline.events import OutputFailed
from fer_desktop.pipeline.outputs import FanOut, OutputSink
from fer_desktop.streaming.output import StreamOutput
from tests.recording.samples import CAMERA, frame, picture
from tests.streaming.samples import NotingCarrier, begin, feed, wait_until

pytestmark = pytest.mark.unit


def test_everything_arrives_in_order_on_a_thread_of_its_own() -> None:
    carrier = NotingCarrier()
    output = StreamOutput("udp:x:1", lambda: carrier)
    sink: OutputSink = output
    begin(output)
    feed(output, 3)
    sink.close(is_complete=True)
    begin(output)
    feed(output, 1)
    output.shutdown()
    once = ["begin HD Webcam", "model fake3"]
    assert carrier.notes == ["open", *once, 0, 1, 2, "end", *once, 0, "close"]
    assert carrier.threads == {"stream udp:x:1"}
    assert (output.sent, output.dropped) == (4, 0)


def test_one_that_hangs_holds_nothing_up_and_keeps_the_newest() -> None:
    carrier = NotingCarrier()
    carrier.may_send.clear()
    output = StreamOutput("a", lambda: carrier, capacity=10)
    begin(output)
    feed(output, 1)
    wait_until(lambda: not output._readings)  # it is being sent, which takes for ever
    began = time.perf_counter()
    feed(output, 1000, first=1)
    assert time.perf_counter() - began < 2
    assert len(output._waiting) == 10
    carrier.may_send.set()
    output.shutdown()
    assert [note for note in carrier.notes if isinstance(note, int)] == [0, *range(991, 1001)]
    assert (output.sent, output.dropped) == (11, 990)


def test_it_holds_no_pictures() -> None:
    carrier = NotingCarrier()
    carrier.may_send.clear()
    output = StreamOutput("a", lambda: carrier)
    begin(output)
    shown = picture(0)
    output.write(shown, frame(0))
    wait_until(lambda: not output._readings)
    held = output._waiting, output.__dict__.values()
    assert not any(item is shown or item is shown.pixels for group in held for item in group)
    carrier.may_send.set()
    output.shutdown()


def test_the_main_face_stays_the_same() -> None:
    from tests.recording.samples import face

    seen: list[int | None] = []
    carrier = NotingCarrier()
    carrier.send = lambda reading: seen.append(reading.main_face_id) or 0  # type: ignore
    output = StreamOutput("a", lambda: carrier)
    begin(output)
    for index, ids in enumerate(((), (2,), (1, 2), (1,))):
        output.write(picture(index, 8, 8), frame(index, *map(face, ids)))
    output.shutdown()
    assert seen == [None, 2, 2, 2]


def test_who_waits_is_told_that_it_cannot_be_opened() -> None:
    carrier = NotingCarrier(StreamError("The port is taken."))
    output = StreamOutput("a", lambda: carrier)
    with pytest.raises(StreamError, match=r"^The port is taken\.$"):
        output.start(5)
    assert carrier.notes == ["open", "close"]
    carrier.open_error = None
    output.start(5)  # it can be tried again
    output.shutdown()


def test_one_that_fails_is_dropped_and_begins_again_with_the_next_session() -> None:
    carrier, other = NotingCarrier(), NotingCarrier()
    outputs = {
        name: StreamOutput(name, lambda made=made: made)  # type: ignore[misc]
        for name, made in (("bad", carrier), ("good", other))
    }
    failures: list[OutputFailed] = []
    fan = FanOut(outputs, failures.append)
    carrier.error = ZeroDivisionError("x")
    fan.opened(1, CAMERA)
    fan.write(picture(0, 8, 8), frame(0))
    wait_until(lambda: outputs["bad"]._failure is not None)
    fan.write(picture(1, 8, 8), frame(1))
    fan.write(picture(2, 8, 8), frame(2))
    fan.close()
    (failure,) = failures
    assert failure.output == "bad"
    assert "Sending to bad has failed: ZeroDivisionError('x')" in str(failure.error)
    carrier.error = None
    fan.opened(2, CAMERA)
    fan.write(picture(3, 8, 8), frame(3))
    fan.close()
    for output in outputs.values():
        output.shutdown()
    assert 3 in carrier.notes
    assert [note for note in other.notes if isinstance(note, int)] == [0, 1, 2, 3]
    assert len(failures) == 1


def test_hours_leave_nothing_behind() -> None:
    output = StreamOutput("a", NotingCarrier, capacity=10)
    for _ in range(3000):
        begin(output)
        feed(output, 3)
        output.close(is_complete=True)
    wait_until(lambda: not output._waiting)
    output.shutdown()
    assert output.sent + output.dropped == 9000
