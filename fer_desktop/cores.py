"""How many threads this process gives to one piece of work.

As many as are of use, unless several processes of ours share the processor: each then takes its
part, so that they do not get in each other's way.
"""

import os
from typing import Final

# More threads than these wait for each other, and for memory, longer than they work.
_MOST: Final = 4

_part: list[int] = []


def use_part(threads: int) -> None:
    """Let nothing that begins from now on use more threads than these."""
    _part[:] = [max(1, threads)]


def threads_of(wanted: int) -> int:
    """Return how many threads something gets that has use for so many; 0 stands for any number."""
    if not _part:
        return wanted
    return min(wanted or _part[0], _part[0])


def worthwhile_threads() -> int:
    """Return how many threads are of use to work that keeps each of them busy: one a core."""
    import psutil

    there = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    return threads_of(min(there, _allowed_cores(), _MOST))


def _allowed_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
