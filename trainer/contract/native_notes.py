"""Notes of native libraries, kept off the terminal."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def hidden_native_notes() -> Iterator[None]:
    """Send nowhere what is written to file descriptor 2, for the length of the block.

    TensorFlow and MediaPipe write notes while they load, and cannot be told to be silent. What
    Python itself writes to standard error meanwhile may be lost as well.
    """
    try:
        kept = os.dup(2)
    except OSError:  # a program without a console has none
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
