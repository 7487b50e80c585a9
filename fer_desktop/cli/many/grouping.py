"""Which files make up a job: a video is one, small pictures go together."""

import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

from fer_desktop.cli.many.jobs import Input
from fer_desktop.sources.media_names import PICTURE_SUFFIXES

_MOST: Final = 200  # pictures, some seconds of work, that are done again if a worker is killed
_SMALL: Final = 4 << 20  # bytes, for pictures that go together
_JOBS_PER_WORKER: Final = 4  # so that nobody waits long for whoever has the last one


def grouped(inputs: Sequence[Input], workers: int) -> list[tuple[Input, ...]]:
    """Return jobs: videos, the largest first, so that no worker begins a long one last; pictures.

    Args:
        inputs: the files; their sizes tell how long they may take.
        workers: how many jobs are done at the same time.
    """
    pictures = [one for one in inputs if _is_small_picture(one)]
    others = [one for one in inputs if not _is_small_picture(one)]
    videos = [(one,) for one in sorted(others, key=lambda one: -one.size)]
    return [*videos, *_parts(pictures, max(1, workers))]


def _parts(pictures: Sequence[Input], workers: int) -> list[tuple[Input, ...]]:
    """Divide pictures evenly: as often for every worker, and into parts that are not too large."""
    turns = max(_JOBS_PER_WORKER, math.ceil(len(pictures) / (workers * _MOST)))
    count = min(len(pictures), workers * turns)
    bounds = [len(pictures) * at // max(1, count) for at in range(count + 1)]
    return [tuple(pictures[a:b]) for a, b in pairwise(bounds)]


def _is_small_picture(one: Input) -> bool:
    return one.size <= _SMALL and Path(one.path).suffix.lower() in PICTURE_SUFFIXES
