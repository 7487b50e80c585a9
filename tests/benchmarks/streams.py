"""How old a result is when a program on the same computer has it, alone and beside a crowd.

The crowd are ten subscribers that read slowly or not at all: five and five.
"""

import contextlib
import json
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.figures import Figure, figure
from tests.benchmarks.subscribers import Crowd

SECONDS = 20.0
SETTLING = 30  # frames
PART = "streams"
CROWD = {"slow": 5, "dead": 5}
_ANALYSED = re.compile(r"^([\d,]+) frames? analysed", re.MULTILINE)


@dataclass
class Heard:
    """What four subscribers got of one camera.

    Attributes:
        ages: milliseconds since capture of every frame, by the way it came.
        indices: of the frames that each of them had, by the way they came.
        analysed: frames a second.
    """

    ages: dict[str, list[float]] = field(default_factory=dict)
    indices: dict[str, list[int]] = field(default_factory=lambda: {"UDP": [], "WebSocket": []})
    analysed: float = 0.0

    def lost(self) -> int:
        """Return how many frames the WebSocket's listener missed that others had meanwhile."""
        mine = self.indices["WebSocket"]
        analysed = {at for at in self.indices["UDP"] if mine[0] <= at <= mine[-1]}
        return len(analysed - set(mine))


def run(_work: Path) -> list[Figure]:
    """Send a network camera of 30 frames a second to four subscribers at once."""
    alone, crowded = _listen(None), _listen(CROWD)
    figures = []
    for name, ages in alone.ages.items():
        kept = _settled(name, ages)
        figures.append(figure(PART, f"age at a subscriber, {name}", kept, mark=25))
        figures.append(figure(PART, f"the same, {name}, 95th percentile", [_p95(kept)], mark=50))
    kept = _settled("WebSocket", crowded.ages["WebSocket"])
    figures += [
        figure(PART, "age, WebSocket, beside ten slow or dead ones", kept, mark=25),
        figure(PART, "the same, 95th percentile", [_p95(kept)], mark=50),
        figure(PART, "lost by one that keeps up", [alone.lost()], "", mark=0),
        figure(PART, "the same, beside ten slow or dead ones", [crowded.lost()], "", mark=0),
        figure(PART, "frames analysed, alone", [alone.analysed], "1/s", better="higher"),
        figure(
            PART,
            "frames analysed, beside ten slow or dead ones",
            [crowded.analysed],
            "1/s",
            better="higher",
        ),
    ]
    return figures


def _listen(crowd: dict[str, int] | None) -> Heard:
    camera_port, udp, osc, ws = (free_port() for _ in range(4))
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.stream_server", str(camera_port), str(SECONDS)],
        stdout=subprocess.PIPE,
    )
    assert server.stdout is not None
    server.stdout.readline()  # "ready"
    threading.Thread(target=server.stdout.read, daemon=True).start()
    camera = f"http://127.0.0.1:{camera_port}/stream.mjpg"
    places = [f"udp:127.0.0.1:{udp}", f"osc:127.0.0.1:{osc}", f"ws:{ws}", "lsl"]
    words = [word for place in places for word in ("--to", place)]
    heard = Heard()
    hears: dict[str, Callable[[list[float]], None]] = {
        "UDP": lambda ages: _udp(udp, ages, heard.indices["UDP"]),
        "OSC": lambda ages: _osc(osc, ages),
        "WebSocket": lambda ages: _websocket(ws, ages, heard.indices["WebSocket"]),
        "LSL": _lsl,
    }
    for name, hear in hears.items():
        ages = heard.ages[name] = []
        threading.Thread(target=hear, args=(ages,), daemon=True).start()
    program = subprocess.Popen(
        [sys.executable, "-m", "fer_desktop", "stream", "--camera", camera, *words],
        stderr=subprocess.PIPE,
        text=True,
    )
    others = Crowd(ws=ws, **crowd) if crowd else None
    time.sleep(SECONDS + 5)
    program.terminate()
    _, said = program.communicate(timeout=20)
    if others is not None:
        others.end()
    server.kill()
    server.wait()
    found = _ANALYSED.search(said)
    if found is None:
        raise RuntimeError(f"nothing was analysed: {said}")
    heard.analysed = int(found[1].replace(",", "")) / SECONDS
    return heard


def _settled(name: str, ages: list[float]) -> list[float]:
    if len(ages) <= SETTLING:
        raise RuntimeError(f"nothing came over {name}")
    return ages[SETTLING:]


def _p95(ages: list[float]) -> float:
    return sorted(ages)[int(0.95 * (len(ages) - 1))]


def free_port() -> int:
    """Return a port that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _note(ages: list[float], captured_us: float) -> None:
    ages.append(time.monotonic_ns() / 1e6 - captured_us / 1e3)


def _udp(port: int, ages: list[float], indices: list[int]) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", port))
        while True:
            found = json.loads(receiver.recv(65536))
            _note(ages, found["captured_us"])
            indices.append(found["frame_index"])


def _osc(port: int, ages: list[float]) -> None:
    """Take bundles, whose time tag is the wall time of capture."""
    from pythonosc.osc_bundle import OscBundle

    with socket.socket(type=socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", port))
        while True:
            bundle = OscBundle(receiver.recv(65536))
            ages.append(1e3 * (time.time() - bundle.timestamp))


def _websocket(port: int, ages: list[float], indices: list[int]) -> None:
    from websockets.sync.client import connect

    while True:
        with contextlib.suppress(OSError), connect(f"ws://127.0.0.1:{port}/") as client:
            for text in client:
                found = json.loads(text)
                if found["type"] == "frame":
                    _note(ages, found["captured_us"])
                    indices.append(found["frame_index"])
            return
        time.sleep(0.1)  # it does not listen yet


def _lsl(ages: list[float]) -> None:
    import pylsl

    (found, *_) = pylsl.resolve_byprop("name", "FER Desktop", timeout=60)
    inlet = pylsl.StreamInlet(found, recover=False)
    with contextlib.suppress(pylsl.util.LostError):
        while True:
            _, moment = inlet.pull_sample()
            ages.append(1e3 * (pylsl.local_clock() - moment))
