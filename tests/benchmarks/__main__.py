"""The benchmark: ``make bench``, or ``python -m tests.benchmarks [PART ...] [--fer]``.

Prints a table and writes ``build/bench.json``. Each part runs in an interpreter of its own, so that
none inherits another's warm caches or memory. Run it on a quiet machine: compare medians.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from tests.benchmarks.figures import Figure, save, table

PARTS = (
    "stages",
    "analyze",
    "paint",
    "startup",
    "closing",
    "live",
    "live_training",
    "measures",
    "streams",
    "sessions",
    "corrections",
    "streams_window",
    "two_cameras",
    "soak",
    "memory",
    "resident",
    "tracks",
    "training",
    "scale",
)
# Ten minutes: only when it is asked for.
LONG = ("soak",)
RESULT = Path("build/bench.json")
ONE_FACE = "detect + classify + track, 1 face"


def main() -> int:
    """Run the parts asked for; 1 if one of them failed."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument(
        "--fer",
        action="store_true",
        help="also install the package fer into a throw-away environment and measure it",
    )
    parser.add_argument("--part-only", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.part_only:
        return _run_part(arguments.part_only)
    parts = arguments.parts or [part for part in PARTS if part not in LONG]
    unknown = set(parts) - set(PARTS)
    if unknown:
        parser.error(f"unknown part {', '.join(sorted(unknown))}; known: {', '.join(PARTS)}")
    if arguments.fer and "stages" not in parts:
        parts.insert(0, "stages")

    figures: list[Figure] = []
    failed = False
    for part in parts:
        print(f"measuring {part} ...", file=sys.stderr, flush=True)
        command = [sys.executable, "-m", "tests.benchmarks", "--part-only", part]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            print(f"{part} failed: see above", file=sys.stderr)
            failed = True
            continue
        figures += [Figure(**row) for row in json.loads(done.stdout.strip().splitlines()[-1])]
    if arguments.fer and not failed:
        figures += _run_peer(next(row for row in figures if row.name == ONE_FACE))
    print(table(figures))
    save(figures, RESULT)
    print(f"written to {RESULT}", file=sys.stderr)
    return int(failed)


def _run_part(part: str) -> int:
    import importlib
    import os

    from fer_desktop.log import quiet_native_libraries

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    quiet_native_libraries()
    module = importlib.import_module(f"tests.benchmarks.{part}")
    with tempfile.TemporaryDirectory(prefix="fer-bench-") as work:
        os.environ["FER_DESKTOP_PROFILE"] = str(Path(work) / "profile")
        figures = module.run(Path(work))
    print(json.dumps([asdict(row) for row in figures]))
    return 0


def _run_peer(ours: Figure) -> list[Figure]:
    from tests.benchmarks import peer

    print("installing and measuring fer ...", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="fer-bench-") as work:
        try:
            return peer.run(Path(work), ours.median)
        except peer.PeerUnavailable as error:
            print(f"fer cannot be measured here: {error}", file=sys.stderr)
            return []


if __name__ == "__main__":
    sys.exit(main())
