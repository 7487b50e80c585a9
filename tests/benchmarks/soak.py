"""Eight hours of a camera at fifty times its speed, to every kind of receiver: what grows?

``FER_BENCH_SOAK_S`` shortens it, to so many seconds of ours.
"""

import gc
import itertools
import os
import socket
import time
from pathlib import Path
from typing import Final

import psutil

from fer_desktop.domain.frame import Frame
from fer_desktop.streaming.chosen import ChosenStreams
from fer_desktop.streaming.control import ControlServer, Request
from fer_desktop.streaming.lsl_markers import MarkerInlet
from tests.benchmarks.figures import Figure, figure
from tests.benchmarks.streams import free_port
from tests.benchmarks.subscribers import Crowd
from tests.recording.samples import CAMERA, PRESET, face, frame, picture, scores

HOURS: Final = 8
SPEED: Final = 50
FPS: Final = 30
MB: Final = 1_000_000
_FRAMES_A_SESSION: Final = 30 * 60 * FPS  # half an hour
_FRAMES_A_MARK: Final = 10 * FPS


def run(_work: Path) -> list[Figure]:
    """Feed all streams; commands and markers come in meanwhile."""
    seconds = float(os.environ.get("FER_BENCH_SOAK_S", HOURS * 3600 / SPEED))
    frames = round(seconds * SPEED * FPS)
    udp, osc, ws, control = (free_port() for _ in range(4))
    failures: list[str] = []
    streams = ChosenStreams(lambda text, error: failures.append(f"{text}: {error}"))
    streams.choose([f"udp:127.0.0.1:{udp}", f"osc:127.0.0.1:{osc}", f"ws:{ws}", "lsl"])
    server = ControlServer(f"tcp:{control}", lambda request: _mark(streams, request))
    server.open()
    inlet = MarkerInlet("", lambda moment_ns, text: None, lambda error: failures.append(str(error)))
    inlet.start()
    crowd = Crowd(ws=ws, quick=1, slow=1, dead=1, udp=udp, lsl=1, dead_lsl=1)
    process = psutil.Process()
    sizes: list[float] = []
    waiting: list[float] = []
    pushed = 0
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", control)) as commands:
        for session in itertools.count(1):
            if pushed >= frames:
                break
            streams.opened(session, CAMERA)
            streams.model_changed(PRESET, 0, engine="litert", device="CPU")
            for index in range(min(_FRAMES_A_SESSION, frames - pushed)):
                _write(streams, index)
                pushed += 1
                if index % _FRAMES_A_MARK == 0:
                    commands.sendall(b"MARK now\n")
                    commands.recv(4096)
                if pushed % (frames // 20) == 0:
                    gc.collect()
                    sizes.append(process.memory_info().rss / MB)
                    waiting.append(_waiting(streams))
                time.sleep(max(0.0, began + pushed / (SPEED * FPS) - time.monotonic()))
            streams.close(is_complete=True)
    took_s = time.monotonic() - began
    took = crowd.end()
    server.close()
    inlet.shutdown()
    streams.shutdown()
    if failures or not took["frames"] or not took["lsl"]:
        raise RuntimeError(f"a stream failed: {failures or 'nothing came'}")
    half = len(sizes) // 2
    untold = max(0, took["lost"] - took["told"])
    return [
        figure("soak", "hours of a camera", [pushed / FPS / 3600], "h", better="higher"),
        figure("soak", "speed", [pushed / FPS / took_s], "times", mark=49, better="higher"),
        figure("soak", "resident after a tenth", [sizes[1]], "MB"),
        figure("soak", "growth since then", [sizes[-1] - sizes[1]], "MB", mark=20),
        figure("soak", "of it in the second half", [sizes[-1] - sizes[half]], "MB", mark=5),
        figure("soak", "frames and marks that wait", waiting, "", mark=4 * 180),
        figure("soak", "the same at the end", [waiting[-1]], "", mark=4 * 180),
        figure(
            "soak",
            "lost untold, a quick listener",
            [untold],
            "",
            mark=0,
        ),
        figure("soak", "dropped and told, a quick listener", [took["told"]], ""),
    ]


def _write(streams: ChosenStreams, index: int) -> None:
    known = picture(index % 200, 8, 8)
    captured = Frame(index, index * 1_000_000 // FPS, time.monotonic_ns(), known.pixels)
    found = face(1, raw=scores(0.7, 0.2, 0.1))
    streams.write(captured, frame(index, found, wall_ns=time.time_ns()))


def _mark(streams: ChosenStreams, request: Request) -> None:
    for stream in streams._streams.values():
        stream.mark(0, request.command.text)
    request.done()


def _waiting(streams: ChosenStreams) -> float:
    return sum(len(stream._waiting) for stream in streams._streams.values())
