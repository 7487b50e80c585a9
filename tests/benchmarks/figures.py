"""A measured figure: its median and 95th percentile, with the mark it should reach."""

import json
import platform
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Literal

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One row of the table.

    Attributes:
        part: which part of the benchmark it belongs to.
        name: what was measured.
        unit: ms, s, MB, ...
        median, p95: of the samples; p95 is None for single measurements.
        samples: how many.
        mark: what it should reach; None where there is no mark.
        better: whether lower or higher is better.
    """

    part: str
    name: str
    unit: str
    median: float
    p95: float | None
    samples: int
    mark: float | None = None
    better: Literal["lower", "higher"] = "lower"

    @property
    def reached(self) -> bool | None:
        """Whether the median reaches the mark."""
        if self.mark is None:
            return None
        return self.median <= self.mark if self.better == "lower" else self.median >= self.mark


def figure(
    part: str,
    name: str,
    samples: Iterable[float],
    unit: str = "ms",
    *,
    mark: float | None = None,
    better: Literal["lower", "higher"] = "lower",
) -> Figure:
    """Summarise samples."""
    values = np.asarray(list(samples), dtype=float)
    if values.size == 0:
        raise ValueError(f"{part}: {name} has no samples")
    return Figure(
        part=part,
        name=name,
        unit=unit,
        median=float(np.median(values)),
        p95=float(np.percentile(values, 95)) if values.size > 1 else None,
        samples=int(values.size),
        mark=mark,
        better=better,
    )


def timed_ms(call: Callable[[], object]) -> float:
    """Return how long one call takes, milliseconds."""
    start = perf_counter()
    call()
    return (perf_counter() - start) * 1e3


def table(figures: Iterable[Figure]) -> str:
    """Return the figures as text, one line each."""
    lines = [f"{'part':<13} {'figure':<52} {'median':>10} {'p95':>10} {'unit':<6} {'mark':>8}"]
    for row in figures:
        p95 = "" if row.p95 is None else f"{row.p95:10.2f}"
        mark = ""
        if row.mark is not None:
            sign = "<=" if row.better == "lower" else ">="
            mark = f"{sign}{row.mark:g} {'ok' if row.reached else 'MISSED'}"
        lines.append(
            f"{row.part:<13} {row.name:<52} {row.median:10.2f} {p95:>10} {row.unit:<6} {mark:>8}"
        )
    return "\n".join(lines)


def machine() -> dict[str, str | int]:
    """Return what the figures were measured on."""
    import importlib.metadata
    import os

    cpu = platform.processor()
    try:
        info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
        cpu = next(line.split(":")[1].strip() for line in info.splitlines() if "model name" in line)
    except (OSError, StopIteration):
        pass
    versions = {
        name: importlib.metadata.version(name)
        for name in (
            "ai-edge-litert",
            "tensorflow",
            "keras",
            "mediapipe",
            "opencv-contrib-python",
            "numpy",
        )
    }
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "cpu": cpu,
        "cores": os.cpu_count() or 0,
        "system": platform.platform(),
        "python": platform.python_version(),
        **versions,
    }


def save(figures: Iterable[Figure], path: Path) -> None:
    """Write the figures with the machine they were measured on."""
    rows = [asdict(row) | {"reached": row.reached} for row in figures]
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"machine": machine(), "figures": rows}, indent=2)
    path.write_text(text + "\n", encoding="utf-8")
