"""How many processors this process may use."""

import os


def usable_processors() -> int:
    """Return how many logical processors the system lets this process use, at least 1.

    A scheduler of jobs, or ``taskset``, may have given it fewer than the computer has.
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
