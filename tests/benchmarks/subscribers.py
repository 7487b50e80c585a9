"""Programs that take a stream, in a process of their own: quick ones, slow ones and dead ones.

    python -m tests.benchmarks.subscribers [--ws PORT] [--quick N] [--slow N] [--dead N]
        [--udp PORT] [--lsl N] [--dead-lsl N]

Says "ready" once the listeners of the WebSocket are connected, and on "end" on standard input a
line of JSON: how many frames the quick one had, how many it missed and how many of these it was
told of, and how many the one of LSL had.
"""

import argparse
import contextlib
import json
import socket
import subprocess
import sys
import threading
import time
from typing import Any

_SLOW_S = 0.5  # a frame
_DEAD_S = 30.0


class Crowd:
    """Subscribers that somebody else started, in their own process."""

    def __init__(self, **counts: int) -> None:
        """Start them and wait until they are connected; names as on the command line."""
        words = [
            word
            for name, count in counts.items()
            for word in (f"--{name.replace('_', '-')}", str(count))
        ]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.subscribers", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        if self._process.stdout.readline() != "ready\n":
            raise RuntimeError("the subscribers are not connected")

    def end(self) -> dict[str, int]:
        """Let them go; return what the quick one had."""
        said, _ = self._process.communicate("end\n", timeout=30)
        found: dict[str, int] = json.loads(said)
        return found


def main() -> None:
    """Subscribe, until told to end."""
    parser = argparse.ArgumentParser()
    for name in ("ws", "quick", "slow", "dead", "udp", "lsl", "dead-lsl"):
        parser.add_argument(f"--{name}", type=int, default=0)
    wanted = parser.parse_args()
    count = {"frames": 0, "told": 0, "lost": 0, "lsl": 0}
    kept: list[Any] = []
    ready = threading.Barrier(wanted.quick + wanted.slow + wanted.dead + 1)
    jobs = [(_quick, wanted.ws, ready, count)] * wanted.quick
    jobs += [(_slow, wanted.ws, ready, count)] * wanted.slow
    jobs += [(_dead, wanted.ws, ready, count)] * wanted.dead
    for job, port, barrier, counted in jobs:
        threading.Thread(target=job, args=(port, barrier, counted), daemon=True).start()
    if wanted.udp:
        threading.Thread(target=_udp, args=(wanted.udp,), daemon=True).start()
    if wanted.lsl or wanted.dead_lsl:
        lively = (wanted.lsl, wanted.dead_lsl)
        threading.Thread(target=_lsl, args=(*lively, kept, count), daemon=True).start()
    ready.wait(60)
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(count), flush=True)


def _connect(port: int, **options: Any) -> Any:
    from websockets.sync.client import connect

    deadline = time.monotonic() + 60
    while True:
        try:
            return connect(f"ws://127.0.0.1:{port}/", **options)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _quick(port: int, ready: threading.Barrier, count: dict[str, int]) -> None:
    """Take everything at once, and note what is missing."""
    newest: tuple[int, int] | None = None
    with contextlib.suppress(Exception), _connect(port) as client:
        ready.wait()
        for text in client:
            found = json.loads(text)
            if found["type"] == "dropped":
                count["told"] += found["frames"]
            elif found["type"] == "frame":
                count["frames"] += 1
                present = found["session"], found["frame_index"]
                if newest is not None and present[0] == newest[0]:
                    count["lost"] += present[1] - newest[1] - 1
                newest = present


def _slow(port: int, ready: threading.Barrier, count: dict[str, int]) -> None:
    """Take a frame now and then; come again when sent away."""
    is_known = False
    while True:
        options = {"max_queue": 1, "ping_interval": None}
        with contextlib.suppress(Exception), _connect(port, **options) as client:
            if not is_known:
                ready.wait()
            is_known = True
            for _ in client:
                time.sleep(_SLOW_S)
        time.sleep(1)


def _dead(port: int, ready: threading.Barrier, count: dict[str, int]) -> None:
    """Shake hands and never read again; do so anew now and then, as one who is dead is let go."""
    is_known = False
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)) as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.sendall(
                b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                b"Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                b"Sec-WebSocket-Version: 13\r\n\r\n"
            )
            one.recv(100)
            if not is_known:
                ready.wait()
            is_known = True
            time.sleep(_DEAD_S)
        time.sleep(0.1)


def _udp(port: int) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", port))
        while True:
            receiver.recv(65536)


def _lsl(lively: int, dead: int, kept: list[Any], count: dict[str, int]) -> None:
    import pylsl

    (found, *_) = pylsl.resolve_byprop("name", "FER Desktop", timeout=60)
    kept += [pylsl.StreamInlet(found) for _ in range(lively + dead)]
    for inlet in kept[-(lively + dead) :]:
        inlet.open_stream(timeout=20)
    while True:
        for inlet in kept[len(kept) - lively :]:
            count["lsl"] += len(inlet.pull_chunk()[1])
        time.sleep(0.01)


if __name__ == "__main__":
    main()
