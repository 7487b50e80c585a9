"""A file that comes like a camera's picture."""

import threading
import time

import pytest

from fer_desktop.errors import RefusedSourceError, SourceError
from fer_desktop.sources.base import InterruptibleSource
from fer_desktop.sources.paced_file import PacedFile
from tests.helpers.sources import ScriptedSource

pytestmark = pytest.mark.unit


def test_frames_come_at_their_time_and_the_end_is_told_once() -> None:
    ends: list[SourceError | None] = []
    paced = PacedFile(ScriptedSource(times_us=(0, 50_000, 200_000)), ends.append)
    assert isinstance(paced, InterruptibleSource)
    assert paced.open().kind == "video"
    before_ns = time.monotonic_ns()
    frames = [paced.read() for _ in range(3)]
    captured_ns = [frame.captured_ns for frame in frames if frame]
    assert captured_ns[0] >= before_ns
    elapsed_ms = [(moment - captured_ns[0]) / 1e6 for moment in captured_ns]
    # None comes early; how late they are depends on how busy the machine is.
    assert all(at >= due - 2 for at, due in zip(elapsed_ms, (0, 50, 200), strict=True))
    assert paced.last_index == 2
    thread = threading.Thread(target=paced.read, name="reader")
    thread.start()
    thread.join(0.1)
    assert thread.is_alive()
    paced.interrupt()
    thread.join()
    paced.close()
    assert ends == [None]


def test_damage_is_an_end_with_a_reason() -> None:
    ends: list[SourceError | None] = []
    paced = PacedFile(ScriptedSource(1, error=SourceError("It is damaged.")), ends.append)
    paced.open()
    paced.read()
    paced.interrupt()
    assert paced.read() is None
    assert [str(end) for end in ends] == ["It is damaged."]


def test_what_cannot_be_opened_is_not_tried_again() -> None:
    refused = SourceError("It is empty.", hint="Take another.")
    paced = PacedFile(ScriptedSource(open_error=refused), lambda _: None)
    with pytest.raises(RefusedSourceError, match=r"It is empty\. Take another\."):
        paced.open()
