"""A Dask cluster of processes on loopback, as an administrator starts them."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path


class Cluster:
    """A scheduler and workers, each a process of its own, as an administrator starts them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []
        self.scheduler = self._start(
            *("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"),
            *("--scheduler-file", str(folder / "scheduler.json")),
        )
        while not (file := folder / "scheduler.json").exists() or not file.read_text():
            time.sleep(0.05)
        self.address: str = json.loads(file.read_text())["address"]

    def worker(
        self, *, nanny: bool = False, preload: Path | None = None
    ) -> "subprocess.Popen[bytes]":
        """Start a worker.

        Args:
            nanny: whether it is started again when it is killed.
            preload: a script that it runs first.
        """
        return self._start(
            *("worker", self.address, "--nthreads", "1", "--no-dashboard"),
            *("--nanny" if nanny else "--no-nanny", "--local-directory", str(self._folder)),
            *(() if preload is None else ("--preload", str(preload))),
        )

    def _start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        root = Path(__file__).parents[2]
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *arguments],
            env={**os.environ, "PYTHONPATH": str(root)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._processes.append(process)
        return process

    def end(self) -> None:
        """End what was started."""
        for process in self._processes:
            process.kill()
            process.wait()
