"""What one of several workers on a computer may use, set before a library looks."""

import os
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Final

from trainer.contract.processors import usable_processors

_NVIDIA: Final = Path("/proc/driver/nvidia/gpus")
_VISIBLE: Final = "CUDA_VISIBLE_DEVICES"
_THREADS: Final = ("TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS")


def share(at: int, workers: int, cores: int, gpus: tuple[str, ...]) -> dict[str, str]:
    """Return the environment of a worker: its part of the cores, and one graphics card.

    Args:
        at: which of the workers it is, from 0.
        workers: how many there are on this computer.
        cores: of this computer.
        gpus: its graphics cards as CUDA names them; they are dealt out in turn.
    """
    found = dict.fromkeys(_THREADS, str(max(cores // workers, 1)))
    if gpus:
        found[_VISIBLE] = gpus[at % len(gpus)]
    return found


def visible_gpus(
    environment: Mapping[str, str] = os.environ, cards: Path = _NVIDIA
) -> tuple[str, ...]:
    """Return the graphics cards that programs may use here; nobody is asked but the system."""
    if _VISIBLE in environment:
        return tuple(filter(None, environment[_VISIBLE].split(",")))
    try:
        return tuple(str(at) for at, _ in enumerate(cards.iterdir()))
    except OSError:
        return ()


def take_share(at: int, workers: int, environment: MutableMapping[str, str] = os.environ) -> None:
    """Keep this process to its share, unless its environment says otherwise.

    Does nothing the second time; and nothing where TensorFlow is imported, which has looked.
    """
    if all(name in environment for name in _THREADS):
        return
    cards = visible_gpus(environment)
    for name, value in share(at, workers, usable_processors(), cards).items():
        if name == _VISIBLE or name not in environment:
            environment[name] = value
