"""Keeping the output of native libraries off the terminal."""

import logging
import os
from importlib import import_module
from importlib.util import find_spec

from trainer.contract.native_notes import hidden_native_notes
from trainer.errors import TrainerError


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
        with hidden_native_notes():
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
