"""How many threads this process gives to one piece of work.

As many as are of use, unless several processes of ours share the processor: each then takes its
part, so that they do not get in each other's way.
"""

from typing import Final

from trainer.contract.processors import usable_processors

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

    usable = usable_processors()
    return threads_of(min(psutil.cpu_count(logical=False) or usable, usable, _MOST))
