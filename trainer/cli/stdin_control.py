"""Commands from the program that watches a training, one per line on standard input."""

import threading
from collections.abc import Iterable

from trainer.contract.progress import CANCEL, CONTINUE, PAUSE


def obey(
    lines: Iterable[str], *, cancelled: threading.Event, paused: threading.Event
) -> threading.Thread:
    """Set and clear the events as lines ask for it, on a thread that needs no cleaning up.

    A paused training resumes when the input ends, as nobody is left to resume it.
    """

    changes = {CANCEL: cancelled.set, PAUSE: paused.set, CONTINUE: paused.clear}

    def listen() -> None:
        for line in lines:
            if (change := changes.get(line.strip())) is not None:
                change()
        paused.clear()

    thread = threading.Thread(target=listen, name="commands", daemon=True)
    thread.start()
    return thread
