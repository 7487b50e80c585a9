"""The port of what runs a model's network."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from fer_desktop.errors import ModelError
from trainer.contract.preset import PresetError


class EngineUnavailable(ModelError):
    """An engine that cannot run a model here, while another one may."""


class Engine(Protocol):
    """Runs the network of one model folder; used by one thread at a time.

    Attributes:
        name: what settings and files call it, such as "litert".
        device: what it computes on: "CPU", or "GPU" with the card's name.
    """

    @property
    def name(self) -> str: ...

    @property
    def device(self) -> str: ...

    def predict(self, crops: NDArray[np.uint8]) -> NDArray[np.floating[Any]]:
        """Return the network's own probabilities, shape (faces, labels).

        The same faces in the same order always give the same numbers.

        Args:
            crops: at least one face, shape (faces, size, size, channels).
        """
        ...

    def close(self) -> None:
        """Release the network; may be called twice."""
        ...


@runtime_checkable
class CopyableEngine(Protocol):
    """An engine of which each of several threads can have its own."""

    def copier(self) -> Callable[[], Engine]:
        """Return what makes another one with the very same answers, for one thread alone.

        That may be called on any thread, also when this engine has been closed, and raises
        EngineUnavailable if there can be no other.
        """
        ...


@contextmanager
def checked() -> Iterator[None]:
    """Say of a model folder that is not what its preset says what the user can do about it.

    Raises:
        ModelError: in place of a PresetError.
    """
    try:
        yield
    except PresetError as error:
        raise ModelError(
            f"The model cannot be used: {error}.",
            hint="Choose another model, or copy its folder again.",
        ) from error
