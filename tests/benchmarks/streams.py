"""How old a result is when a program on the same computer has it: UDP, WebSocket and LSL."""

import contextlib
import json
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from tests.benchmarks.figures import Figure, figure

SECONDS = 20.0
SETTLING = 30  # frames


def run(_work: Path) -> list[Figure]:
    """Send a network camera of 30 frames a second to three subscribers at once."""
    camera_port, udp, ws = _free_port(), _free_port(), _free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.stream_server", str(camera_port), str(SECONDS)],
        stdout=subprocess.PIPE,
    )
    assert server.stdout is not None
    server.stdout.readline()  # "ready"
    threading.Thread(target=server.stdout.read, daemon=True).start()
    camera = f"http://127.0.0.1:{camera_port}/stream.mjpg"
    places = [f"udp:127.0.0.1:{udp}", f"ws:{ws}", "lsl"]
    words = [word for place in places for word in ("--to", place)]
    ages: dict[str, list[float]] = {"UDP": [], "WebSocket": [], "LSL": []}
    threads = [
        threading.Thread(target=_udp, args=(udp, ages["UDP"]), daemon=True),
        threading.Thread(target=_websocket, args=(ws, ages["WebSocket"]), daemon=True),
        threading.Thread(target=_lsl, args=(ages["LSL"],), daemon=True),
    ]
    for thread in threads:
        thread.start()
    program = subprocess.Popen(
        [sys.executable, "-m", "fer_desktop", "stream", "--camera", camera, *words],
        stderr=subprocess.DEVNULL,
    )
    time.sleep(SECONDS + 5)
    program.terminate()
    program.wait(20)
    server.kill()
    server.wait()
    figures = []
    for name, found in ages.items():
        kept = sorted(found[SETTLING:])
        if not kept:
            raise RuntimeError(f"nothing came over {name}")
        figures.append(figure("streams", f"age at a subscriber, {name}", kept, mark=25))
        p95 = kept[int(0.95 * (len(kept) - 1))]
        figures.append(figure("streams", f"the same, {name}, 95th percentile", [p95], mark=50))
    return figures


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _note(ages: list[float], text: bytes | str) -> None:
    ages.append(time.monotonic_ns() / 1e6 - json.loads(text).get("captured_us", 0) / 1e3)


def _udp(port: int, ages: list[float]) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", port))
        while True:
            _note(ages, receiver.recv(65536))


def _websocket(port: int, ages: list[float]) -> None:
    from websockets.sync.client import connect

    while True:
        with contextlib.suppress(OSError), connect(f"ws://127.0.0.1:{port}/") as client:
            for text in client:
                _note(ages, text)
            return
        time.sleep(0.1)  # it does not listen yet


def _lsl(ages: list[float]) -> None:
    import pylsl

    (found,) = pylsl.resolve_byprop("name", "FER Desktop", timeout=60)
    inlet = pylsl.StreamInlet(found)
    while True:
        _, moment = inlet.pull_sample()
        ages.append(1e3 * (pylsl.local_clock() - moment))
