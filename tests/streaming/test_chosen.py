"""Streams are switched on and off while frames come, and one that fails harms nobody."""

import json
import socket
from collections.abc import Iterator

import pytest

from fer_desktop.domain.frame import Frame
from fer_desktop.domain.people import People
from fer_desktop.errors import FerError
from fer_desktop.streaming.chosen import ChosenStreams
from tests.recording.samples import CAMERA, PRESET, face, frame, picture, scores
from tests.streaming.samples import wait_until
from tests.streaming.test_websocket import free_port

SECOND_NS = 1_000_000_000


class Rig:
    """Chosen streams, and what they told.

    Attributes:
        streams: what is tested.
        failures: which stream failed, and what was said.
    """

    def __init__(self) -> None:
        self.failures: list[tuple[str, str]] = []
        self.streams = ChosenStreams(self._note)

    def _note(self, name: str, error: FerError) -> None:
        self.failures.append((name, str(error)))

    def begin(self, session: int = 1) -> None:
        self.streams.opened(session, CAMERA)
        self.streams.model_changed(PRESET, 0, engine="litert", device="CPU")

    def write(self, index: int) -> None:
        known = picture(index, 8, 8)
        captured = Frame(index, known.timestamp_us, SECOND_NS + index, known.pixels)
        found = frame(index, face(1, raw=scores(0.7, 0.2, 0.1)), wall_ns=5 * SECOND_NS)
        self.streams.write(captured, found)


@pytest.fixture
def rig() -> Iterator[Rig]:
    rig = Rig()
    yield rig
    rig.streams.shutdown()


@pytest.fixture
def receiver() -> Iterator[socket.socket]:
    with socket.socket(type=socket.SOCK_DGRAM) as bound:
        bound.bind(("127.0.0.1", 0))
        bound.settimeout(20)
        yield bound


def address(receiver: socket.socket) -> str:
    return f"udp:127.0.0.1:{receiver.getsockname()[1]}"


def test_one_joins_in_the_middle_and_leaves(rig: Rig, receiver: socket.socket) -> None:
    text = address(receiver)
    rig.begin()
    rig.write(0)
    assert rig.streams.sending == ()
    rig.streams.choose([text, text])
    wait_until(lambda: rig.streams.sending == (text,))
    rig.write(1)
    first = json.loads(receiver.recv(65536))
    assert (first["frame_index"], first["source"]) == (1, CAMERA.name)
    assert first["model"] == PRESET.name
    rig.streams.choose([])
    assert rig.streams.sending == ()
    rig.write(2)
    rig.streams.choose([text])
    rig.write(3)
    assert json.loads(receiver.recv(65536))["frame_index"] == 3
    rig.streams.close(is_complete=True)
    assert rig.streams.sending == ()
    assert rig.streams.waiting == (text,)
    assert rig.failures == []


def test_a_mark_goes_out_with_the_time_of_its_moment(rig: Rig, receiver: socket.socket) -> None:
    rig.streams.choose([address(receiver)])
    rig.streams.mark(1, 0, "of nothing")
    rig.begin()
    rig.write(0)
    receiver.recv(65536)
    at_us = picture(0, 8, 8).timestamp_us + 500_000
    rig.streams.mark(2, at_us, "of another session")
    rig.streams.mark(1, at_us, "ü" * 3000)
    mark = json.loads(receiver.recv(65536))
    assert (mark["type"], mark["session"], mark["source"]) == ("mark", 1, CAMERA.name)
    assert mark["captured_us"] == 1_500_000
    assert mark["time_s"] == at_us / 1e6
    assert mark["wall_time_utc"].startswith("1970-01-01T00:00:05.5")
    assert mark["text"] == "ü" * 1000
    rig.streams.close(is_complete=True)
    rig.streams.mark(1, at_us, "while it is still looked at")
    assert json.loads(receiver.recv(65536))["text"] == "while it is still looked at"


def test_a_port_that_is_taken_is_told_once_and_tried_again(
    rig: Rig, receiver: socket.socket
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        text = f"ws:{other.getsockname()[1]}"
        rig.streams.choose([text, address(receiver), "udp:nonsense"])
        wait_until(lambda: len(rig.failures) == 2)
        told = dict(rig.failures)
        assert "cannot listen at 127.0.0.1" in told[text]
        assert "cannot be sent to" in told["udp:nonsense"]
        wait_until(lambda: rig.streams.waiting == (address(receiver),))
    rig.begin()
    wait_until(lambda: text in rig.streams.sending)
    rig.write(0)
    assert json.loads(receiver.recv(65536))["frame_index"] == 0


def test_a_stream_that_is_switched_off_and_on_again_has_its_port(rig: Rig) -> None:
    text = f"ws:{free_port()}"
    rig.begin()
    for _ in range(3):
        rig.streams.choose([text])
        wait_until(lambda: rig.streams.sending == (text,) or bool(rig.failures))
        rig.streams.choose([])
    assert rig.failures == []


def test_nothing_is_left_after_the_end(rig: Rig, receiver: socket.socket) -> None:
    text = address(receiver)
    rig.streams.choose([text])
    rig.begin()
    rig.write(0)
    rig.streams.shutdown()
    assert json.loads(receiver.recv(65536))["frame_index"] == 0
    rig.streams.choose([])
    rig.streams.choose([text])
    rig.begin(2)
    rig.write(1)
    assert rig.streams.sending == ()


def test_faces_that_are_hidden_are_not_sent(receiver: socket.socket) -> None:
    hidden = People().hidden(1, True)
    streams = ChosenStreams(lambda *_: None, hidden.visible)
    rig = Rig()
    rig.streams.shutdown()
    rig.streams = streams
    streams.choose([address(receiver)])
    rig.begin()
    rig.write(3)
    streams.shutdown()
    assert json.loads(receiver.recv(65536))["faces"] == []
