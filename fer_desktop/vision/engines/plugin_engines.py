"""Engines of other packages: entry points of the group ``fer_desktop.engines``.

Each names a function that makes an ``Engine`` of a model folder (see ``LoadEngine``). Users choose
it by the name of the entry point; it is never taken unasked. Its code is not ours: what goes wrong
in it becomes a ModelError.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from fer_desktop.errors import ModelError
from fer_desktop.plugins import extensions
from fer_desktop.settings import ENGINES
from fer_desktop.vision.engines.base import Engine
from trainer.contract.entry_points import Offer, described
from trainer.contract.preset import Preset
from trainer.contract.text import one_line

GROUP: Final = "fer_desktop.engines"
AUTO: Final = "auto"


class LoadEngine(Protocol):
    """Makes an engine of a model folder."""

    def __call__(self, folder: Path, preset: Preset, *, warm_up: bool) -> Engine:
        """Return what runs the network of a folder.

        Args:
            folder: holds ``model.keras`` and whatever else ``preset.json`` names.
            preset: what the folder says of itself.
            warm_up: whether more than one face at a time will be read.

        Raises:
            ModelError: if the engine cannot run it.
        """
        ...


def engine_names() -> tuple[str, ...]:
    """Return what can be chosen, our own first; nothing is imported for it."""
    return (*ENGINES, *_EXTENSIONS.names())


def plugin_engine(name: str) -> LoadEngine | None:
    """Return what makes the engine of this name; None if no package has one that can be used."""
    return _EXTENSIONS.get(name)


class _PlugInLoader:
    """Makes the engine of another package."""

    def __init__(self, offer: Offer, load: LoadEngine) -> None:
        self._offer = offer
        self._load = load

    def __call__(self, folder: Path, preset: Preset, *, warm_up: bool) -> Engine:
        with _explained(self._offer):
            engine: object = self._load(folder, preset, warm_up=warm_up)
            if not callable(getattr(engine, "predict", None)):
                raise TypeError(f"it must be an Engine, and is {described(engine)}")
            return _PlugInEngine(self._offer, cast(Engine, engine), preset)


class _PlugInEngine:
    """An engine of another package; its answers are checked."""

    def __init__(self, offer: Offer, engine: Engine, preset: Preset) -> None:
        self._offer = offer
        self._engine = engine
        self._labels = len(preset.labels)
        self.name = offer.name
        self.device = one_line(str(engine.device))

    def predict(self, crops: NDArray[np.uint8]) -> NDArray[np.floating[Any]]:
        with _explained(self._offer):
            answer = np.asarray(self._engine.predict(crops))
            if answer.shape != (len(crops), self._labels):
                raise ValueError(
                    f"it answers with {answer.shape} in place of {(len(crops), self._labels)}"
                )
            return answer

    def close(self) -> None:
        with _explained(self._offer):
            self._engine.close()


@contextmanager
def _explained(offer: Offer) -> Iterator[None]:
    try:
        yield
    except ModelError:
        raise
    except Exception as error:
        raise ModelError(
            f"The engine {offer.name} of the package {offer.package} has failed:"
            f" {type(error).__name__}: {error}.",
            hint="Choose another engine.",
        ) from error


def _checked(offer: Offer, extension: object) -> LoadEngine:
    if not callable(extension):
        raise TypeError(f"it must be a function that loads a model, and is {described(extension)}")
    return _PlugInLoader(offer, cast(LoadEngine, extension))


def _taken() -> tuple[str, ...]:
    return ENGINES


_EXTENSIONS: Final = extensions(GROUP, _checked, taken=_taken)
