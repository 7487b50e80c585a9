"""Datagrams come in at real sockets, as the libraries of others read them."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from fer_desktop.errors import StreamError
from fer_desktop.streaming.output import StreamOutput
from fer_desktop.streaming.streams import stream_outputs
from tests.streaming.samples import MODEL, WALL_NS, begin, feed, measured, reading, wait_until


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket(type=socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(10)
        yield listening


def started(target: str) -> StreamOutput:
    (output,) = stream_outputs([target]).values()
    output.start(10)
    begin(output)
    return output


def test_each_frame_is_a_json_object(listener: socket.socket) -> None:
    output = started(f"udp:127.0.0.1:{listener.getsockname()[1]}")
    before_us = time.monotonic_ns() // 1000
    feed(output, 20, pause_s=0.001)
    told = [json.loads(listener.recv(65536)) for _ in range(20)]
    output.shutdown()
    assert [item["frame_index"] for item in told] == list(range(20))
    first = told[0]
    assert first["captured_us"] >= before_us
    assert 0 <= first.pop("age_ms") < 5000
    first.pop("captured_us")
    face = {
        "face_id": 1, "x_px": 100.0, "y_px": 80.0, "width_px": 120.0, "height_px": 120.0,
        "detection_score": 0.875, "emotion": "happy", "confidence": 0.7, "is_unsure": False,
        "probabilities": {"happy": 0.7, "sad": 0.2, "neutral": 0.1},
        "smoothed": {"happy": 0.7, "sad": 0.2, "neutral": 0.1},
    }  # fmt: skip
    assert first == {
        "type": "frame", "session": 1, "source": "HD Webcam", "model": MODEL.name,
        "model_sha256": MODEL.sha256, "frame_index": 0, "time_s": 0.0,
        "wall_time_utc": "2023-11-14T22:13:20.123456Z", "width_px": 640, "height_px": 480,
        "main_face_id": 1, "faces": [face],
    }  # fmt: skip


def test_what_is_measured_goes_along_but_no_mesh() -> None:
    from pythonosc.osc_bundle import OscBundle

    from fer_desktop.streaming.datagrams import json_encoder, osc_encoder

    plain = reading()
    with_measures = replace(plain, analysis=measured(plain.analysis))
    (face,) = json.loads(json_encoder().reading(with_measures))["faces"]
    assert face["measures"] == {"gaze_yaw_deg": 10.0, "gaze_pitch_deg": -5.0}
    messages = {
        item.address: item.params for item in OscBundle(osc_encoder().reading(with_measures))
    }
    assert (
        messages["/fer/main/measure/gaze"] == messages["/fer/face/1/measure/gaze"] == [10.0, -5.0]
    )
    assert not any("mesh" in address or "valence" in address for address in messages)


def test_a_receiver_that_is_not_there_costs_nothing(listener: socket.socket) -> None:
    place = listener.getsockname()
    listener.close()
    output = started(f"udp:{place[0]}:{place[1]}")
    feed(output, 100)
    wait_until(lambda: output.sent == 100)
    with socket.socket(type=socket.SOCK_DGRAM) as later:
        later.bind(place)
        later.settimeout(10)
        feed(output, 1, first=100)
        assert json.loads(later.recv(65536))["frame_index"] == 100
    output.shutdown()


def test_a_receiver_that_never_reads_holds_nothing_up(listener: socket.socket) -> None:
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    output = started(f"udp:127.0.0.1:{listener.getsockname()[1]}")
    for first in range(0, 2000, 50):
        feed(output, 50, first=first)
        wait_until(lambda: not output._readings)
    output.shutdown()
    assert output.sent == 2000


def test_a_crowd_that_fits_in_no_datagram_is_counted_as_dropped(listener: socket.socket) -> None:
    from fer_desktop.streaming.datagrams import DatagramCarrier, json_encoder
    from fer_desktop.streaming.targets import stream_target

    carrier = DatagramCarrier(
        stream_target(f"udp:127.0.0.1:{listener.getsockname()[1]}"), json_encoder
    )
    carrier.open()
    assert carrier.send(reading(faces=400)) == 1
    assert carrier.send(reading(faces=40)) == 0
    carrier.close()
    assert len(json.loads(listener.recv(65536))["faces"]) == 40


def test_osc_is_what_python_osc_reads() -> None:
    from pythonosc.dispatcher import Dispatcher
    from pythonosc.osc_bundle import OscBundle
    from pythonosc.osc_server import BlockingOSCUDPServer

    from fer_desktop.streaming.datagrams import osc_encoder

    heard: list[tuple[Any, ...]] = []
    dispatcher = Dispatcher()
    dispatcher.set_default_handler(lambda *words: heard.append(words))
    with BlockingOSCUDPServer(("127.0.0.1", 0), dispatcher) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="osc server")
        thread.start()
        output = started(f"osc:127.0.0.1:{server.server_address[1]}")
        feed(output, 2, first=60, pause_s=0.01)
        wait_until(lambda: len(heard) == 24)
        output.shutdown()
        server.shutdown()
        thread.join()
    assert [words for words in heard if words[0] == "/fer/frame"] == [
        ("/fer/frame", 60, 2.0, 1),
        ("/fer/frame", 61, pytest.approx(61 / 30), 1),
    ]
    by_address = {words[0]: words[1:] for words in heard}
    for place in ("/fer/face/1", "/fer/main"):
        assert by_address[f"{place}/box"] == (100.0, 80.0, 120.0, 120.0)
        assert by_address[f"{place}/emotion"] == ("happy", pytest.approx(0.7))
        assert by_address[f"{place}/p/sad"] == (pytest.approx(0.2),)
    assert by_address["/fer/main/face_id"] == (1,)
    bundle = OscBundle(osc_encoder().reading(reading()))
    assert bundle.timestamp == pytest.approx(WALL_NS / 1e9, abs=1e-5)


def test_a_missing_library_is_one_line_with_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pythonosc.osc_bundle_builder", None)
    (output,) = stream_outputs(["osc:127.0.0.1:9000"]).values()
    with pytest.raises(StreamError) as raised:
        output.start(10)
    assert str(raised.value) == 'The package python-osc is missing. Type "pip install python-osc".'


def test_an_address_that_is_none_is_one_line() -> None:
    (output,) = stream_outputs(["udp:256.256.256.256:9"]).values()
    with pytest.raises(StreamError, match=r"the address cannot be found") as raised:
        output.start(20)
    assert "\n" not in str(raised.value)
