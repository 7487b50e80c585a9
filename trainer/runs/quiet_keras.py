"""Keeping the output of native libraries off the terminal."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec

from trainer.errors import TrainerError


@contextmanager
def silent_stderr() -> Iterator[None]:
    """Send what native code writes to file descriptor 2 nowhere; Python's exceptions still come."""
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


def import_keras_quietly() -> None:
    """Import Keras and its backend before anything else does.

    TensorFlow reports its start-up on file descriptor 2 before it reads its own settings.

    Raises:
        TrainerError: if they are not installed, or cannot start.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # Its advice on retracing is for those who write the loops.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    try:
        with silent_stderr():
            from trainer.runs.devices import accelerators

            accelerators()
            # Keras' data adapters look for TensorFlow on every backend.
            if find_spec("tensorflow") is not None:
                import_module("tensorflow")
    except ImportError as error:
        backend = os.environ.get("KERAS_BACKEND", "tensorflow")
        raise TrainerError(
            f"Keras with the backend {backend} is needed, and cannot start: {error}.",
            hint=f"Install it with: pip install keras {backend}",
        ) from error
