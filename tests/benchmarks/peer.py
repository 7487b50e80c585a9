"""The package ``fer``, the peer most people install, on the same frames in the same run.

It needs other versions of the same libraries, so it lives in a throw-away environment of its own.
"""

import json
import subprocess
import sys
import venv
from pathlib import Path

import numpy as np

from tests.benchmarks import clips
from tests.benchmarks.figures import Figure, figure

FRAMES = 120
_NEEDS = (
    "tensorflow==2.21.0",
    "opencv-contrib-python<5",  # it reads Haar cascades as version 4 has them
    "pandas",
    "pillow",
    "requests",
    "tqdm",
    "setuptools<81",
)
_SCRIPT = """
import json, sys, time
import numpy as np
from fer.fer import FER
frames = np.load(sys.argv[1])
detector = FER()
samples = []
for frame in frames:
    start = time.perf_counter()
    detector.detect_emotions(frame)
    samples.append((time.perf_counter() - start) * 1e3)
print(json.dumps(samples[20:]))
"""


class PeerUnavailable(Exception):
    """The package cannot be installed or run here."""


def run(work: Path, ours_ms: float) -> list[Figure]:
    """Measure its default ``detect_emotions`` and how many times longer it takes than ours.

    Raises:
        PeerUnavailable: if it cannot be installed or run; the text says why.
    """
    home = work / "peer"
    venv.create(home, with_pip=True)
    python = home / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    install = [str(python), "-m", "pip", "install", "--quiet"]
    # Without its other face detector, which brings PyTorch and is not its default.
    _call([*install, "--no-deps", "fer==25.10.3"], timeout_s=300)
    _call([*install, *_NEEDS], timeout_s=1200)
    frames = work / "frames.npy"
    np.save(frames, np.stack(clips.demo_pictures(FRAMES)))
    output = _call([str(python), "-c", _SCRIPT, str(frames)], timeout_s=600)
    samples = json.loads(output.strip().splitlines()[-1])
    ratios = [sample / ours_ms for sample in samples]
    return [
        figure("peer", "fer 25.10.3, detect_emotions(), 1 face", samples),
        figure("peer", "how many times faster we are", ratios, "x", mark=10.0, better="higher"),
    ]


def _call(command: list[str], timeout_s: float) -> str:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=timeout_s, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PeerUnavailable(str(error)) from error
    if done.returncode:
        raise PeerUnavailable(done.stderr.strip().splitlines()[-1] if done.stderr else "no reason")
    return done.stdout
