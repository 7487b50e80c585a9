"""Many files: what workers gain, what they cost, and what remains whole when they are killed.

200 videos of ten seconds, made of the demo clip; ``FER_BENCH_VIDEOS`` says another number.
"""

import csv
import heapq
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import psutil

from fer_desktop.cli.many.grouping import grouped
from fer_desktop.cli.many.jobs import Input
from fer_desktop.cli.many.run import STATE
from tests.benchmarks import clips
from tests.benchmarks.figures import Figure, figure
from tests.helpers.cluster_jobs import nothing
from trainer.contract.cluster import Place, worker_pool

VIDEOS = int(os.environ.get("FER_BENCH_VIDEOS", "200"))
SECONDS = 10
DIFFERENT = 10  # videos; the others are links to them
KILLS = 5
TASKS, SIMULATED_WORKERS = 10_000, 64


def run(work: Path) -> list[Figure]:
    """Measure all of it."""
    videos = _make_videos(work / "videos")
    plain_s = _timed(videos, work / "plain")
    one_s = _timed(videos, work / "one", "--workers", "1")
    two_s = _timed(videos, work / "two", "--workers", "2")
    # The threads of a single one have use for a part of the other core.
    alone_s = _timed(videos, work / "alone", "--workers", "1", cores=[0])
    wanted = _tables(work / "plain")
    killed, wrong = _with_kills(videos, work / "killed")
    interrupted, repeated = _interrupted(videos, work / "interrupted")
    cost_s = _dispatch_s(work)

    def part(name: str, value: float, unit: str, mark: float, better: str = "lower") -> Figure:
        return figure("scale", name, [value], unit, mark=mark, better=better)  # type: ignore[arg-type]

    return [
        part(f"2 workers against 1, {VIDEOS} videos", one_s / two_s, "x", 1.7, "higher"),
        part("2 workers against 1 that has one core", alone_s / two_s, "x", 1.7, "higher"),
        part("2 workers against a plain run", plain_s / two_s, "x", 1.0, "higher"),
        part("1 worker beside a plain run, more time", 100 * (one_s / plain_s - 1), "%", 5),
        part("tables that differ, 1 worker", _differing(wanted, _tables(work / "one")), "", 0),
        part("tables that differ, 2 workers", _differing(wanted, _tables(work / "two")), "", 0),
        part(f"tables that differ, worker killed {KILLS} times", _differing(wanted, killed), "", 0),
        part("rows of its summary that are missing or twice", wrong, "", 0),
        part("tables that differ, continued", _differing(wanted, interrupted), "", 0),
        part("videos that were analysed twice then, 1 worker", repeated, "", 1),
        figure("scale", "a job that does nothing, workers here", [1e3 * cost_s], "ms"),
        part(
            "simulated efficiency, 64 workers, 1 ms each",
            _efficiency(0.001, cost_s),
            "",
            0.85,
            "higher",
        ),
        # What a picture takes.
        part("the same, 10 ms", _efficiency(0.010, cost_s), "", 0.85, "higher"),
    ]


def _make_videos(folder: Path) -> Path:
    folder.mkdir()
    pictures = clips.demo_pictures(SECONDS * clips.FPS + DIFFERENT)
    for number in range(VIDEOS):
        path = folder / f"{number:05}.mp4"
        if number < DIFFERENT:
            clips.write_clip(path, pictures[number : number + SECONDS * clips.FPS])
        else:
            os.link(folder / f"{number % DIFFERENT:05}.mp4", path)
    return folder


def _start(videos: Path, out: Path, *options: str) -> "subprocess.Popen[bytes]":
    words = ["-m", "fer_desktop", "analyze", str(videos), "--out", str(out), *options]
    return subprocess.Popen([sys.executable, *words], stderr=subprocess.DEVNULL)


def _timed(videos: Path, out: Path, *options: str, cores: list[int] | None = None) -> float:
    began = perf_counter()
    process = _start(videos, out, *options)
    if cores is not None:
        psutil.Process(process.pid).cpu_affinity(cores)
    if status := process.wait():
        raise RuntimeError(f"analyze {' '.join(options)} ended with {status}")
    return perf_counter() - began


def _tables(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in out.glob("0*.csv")}


def _differing(wanted: dict[str, bytes], found: dict[str, bytes]) -> int:
    return sum(found.get(name) != wanted.get(name) for name in wanted.keys() | found.keys())


def _after_each(process: "subprocess.Popen[bytes]", out: Path, do: Callable[[int], bool]) -> None:
    """Call a function whenever there are more tables, until it returns that this is enough."""
    last = 0
    while process.poll() is None:
        count = len(list(out.glob("0*.csv")))
        if count > last:
            last = count
            if do(count):
                return
        time.sleep(0.05)


def _with_kills(videos: Path, out: Path) -> tuple[dict[str, bytes], int]:
    """Kill a worker five times; return the tables, and how many rows of the summary are wrong."""
    process = _start(videos, out, "--workers", "2")
    chance = random.Random(1)
    due = sorted(chance.sample(range(1, max(2 + KILLS, VIDEOS - 5)), KILLS))

    def kill(count: int) -> bool:
        if due and count >= due[0]:
            workers = [
                child
                for child in psutil.Process(process.pid).children()
                if "spawn_main" in " ".join(child.cmdline())
            ]
            if workers:
                due.pop(0)
                chance.choice(workers).kill()
        return not due

    _after_each(process, out, kill)
    if process.wait():
        raise RuntimeError("the run with killed workers failed")
    with (out / "summary.csv").open(newline="") as file:
        names = [row["file"] for row in csv.DictReader(file) if row["state"] == "done"]
    return _tables(out), abs(VIDEOS - len(set(names))) + len(names) - len(set(names))


def _interrupted(videos: Path, out: Path) -> tuple[dict[str, bytes], int]:
    """Interrupt a run half way and go on; return the tables, and how many were written twice."""
    process = _start(videos, out, "--workers", "1")
    _after_each(process, out, lambda count: count >= VIDEOS // 2)
    process.send_signal(signal.SIGTERM)
    process.wait()
    before = {path.name: path.stat().st_mtime_ns for path in out.glob("0*.csv")}
    if _start(videos, out, "--workers", "1").wait():
        raise RuntimeError("the run could not be continued")
    repeated = sum((out / name).stat().st_mtime_ns != then for name, then in before.items())
    noted = [json.loads(line) for line in (out / STATE / "manifest.jsonl").open()]
    assert len({entry["path"] for entry in noted}) == VIDEOS
    return _tables(out), repeated


def _dispatch_s(work: Path) -> float:
    """Return what a job costs whoever hands it out: the median of five times 300."""
    times = []
    with worker_pool(Place(2), packages=(), tell=print) as pool:
        for turn in range(5):
            began = perf_counter()
            jobs = [(str(number), number) for number in range(300)]
            assert sum(1 for _ in pool.do(nothing, jobs, notes=work / f"notes{turn}")) == 300
            times.append((perf_counter() - began) / 300)
    return median(times)


def _efficiency(task_s: float, cost_s: float) -> float:
    """Return the share of their time that simulated workers work on small pictures.

    One job after the other is handed out, each of which costs what was measured here; then a worker
    takes as long as the durations of its pictures say, and asks for the next.
    """
    inputs = [Input("", f"{n}.png", "", n, 10_000) for n in range(TASKS)]
    jobs = [len(group) * task_s for group in grouped(inputs, SIMULATED_WORKERS)]
    free_at = [0.0] * SIMULATED_WORKERS
    scheduler_s = 0.0
    for duration in jobs:
        asked = heapq.heappop(free_at)
        scheduler_s = max(scheduler_s, asked) + cost_s
        heapq.heappush(free_at, scheduler_s + duration)
    return TASKS * task_s / (SIMULATED_WORKERS * max(free_at))
