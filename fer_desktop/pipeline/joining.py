"""Waiting for threads of which one may hang."""

import threading
import time
from collections.abc import Sequence

from fer_desktop.log import get_logger

log = get_logger("pipeline")


def join_all(threads: Sequence[threading.Thread], deadline: float) -> None:
    """Wait until threads have ended, no longer than to a moment of ``time.monotonic()``."""
    for thread in threads:
        if thread.ident is not None:
            thread.join(max(0.0, deadline - time.monotonic()))


def bid_farewell(threads: Sequence[threading.Thread], limit_s: float) -> None:
    """Wait for threads that nobody needs any more, and note in the log which ones are left."""
    join_all(threads, time.monotonic() + limit_s)
    for thread in threads:
        if thread.is_alive():
            log.warning("thread %s does not end", thread.name)
