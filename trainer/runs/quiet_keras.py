"""Starting Keras: without its notes on the terminal, and without what a training does not use."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from importlib import import_module
from importlib.util import find_spec
from typing import Final

from trainer.contract.native_notes import hidden_native_notes
from trainer.errors import TrainerError

# Keras imports them where they are installed, to draw pictures, read tables of theirs and be one
# of their estimators; that is a third of the time that it takes to start.
_EXTRAS: Final = ("matplotlib", "pandas", "sklearn")


def import_keras_quietly(*, lean: bool = False) -> None:
    """Import Keras and its backend before anything else does.

    TensorFlow reports its start-up on file descriptor 2 before it reads its own settings.

    Args:
        lean: leave out what Keras does with other libraries, for a program that only trains. They
            can be imported afterwards.

    Raises:
        TrainerError: if they are not installed, or cannot start.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # Its advice on retracing is for those who write the loops.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    try:
        with hidden_native_notes(), _hidden(_EXTRAS) if lean else nullcontext():
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


@contextmanager
def _hidden(names: tuple[str, ...]) -> Iterator[None]:
    """Let libraries that nobody has imported yet seem not to be installed, within the block."""
    hidden = [name for name in names if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # as Python has it
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
