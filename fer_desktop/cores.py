"""How many threads this process gives to one piece of work.

As many as are of use, unless several processes of ours share the processor: each then takes its
part, so that they do not get in each other's way.
"""

_part: list[int] = []


def use_part(threads: int) -> None:
    """Let nothing that begins from now on use more threads than these."""
    _part[:] = [max(1, threads)]


def threads_of(wanted: int) -> int:
    """Return how many threads something gets that has use for so many; 0 stands for any number."""
    if not _part:
        return wanted
    return min(wanted or _part[0], _part[0])
