"""Which engine runs a model: the quickest that can, unless the user chose one."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from fer_desktop.errors import ModelError
from fer_desktop.log import get_logger
from fer_desktop.paths import bundled_models_dir
from fer_desktop.settings import EngineChoice
from fer_desktop.vision.engines.availability import may_have_gpu
from fer_desktop.vision.engines.base import Engine, EngineUnavailable
from fer_desktop.vision.engines.keras import load_keras
from fer_desktop.vision.engines.keras_backend import device_name, prepare_backend
from fer_desktop.vision.engines.litert import LiteRTEngine
from fer_desktop.vision.engines.litert_loading import litert_entry, open_litert
from fer_desktop.vision.engines.trial import try_model
from trainer.contract.preset import KERAS, LITERT, Preset

_log = get_logger("vision")


def load_engine(
    folder: Path, preset: Preset, choice: EngineChoice = "auto", *, warm_up: bool = True
) -> Engine:
    """Return what runs a model folder.

    Args:
        folder: of the model.
        preset: what the folder says of itself.
        choice: an engine; ``auto`` takes Keras on a graphics card, else LiteRT where it can run the
            model, else Keras.
        warm_up: whether more than one face at a time will be read.

    Raises:
        ModelError: if the folder is damaged, unsafe, or not what its preset says, or if the engine
            cannot run it.
    """
    *others, last = _candidates(choice)
    for name in others:
        try:
            return _LOADERS[name](folder, preset, warm_up=warm_up)
        except EngineUnavailable as error:
            _log.info("%s does not run the model %s: %s", name, preset.name, error)
    return _LOADERS[last](folder, preset, warm_up=warm_up)


def _candidates(choice: EngineChoice) -> list[str]:
    """Return the engines to try, the preferred one first."""
    if choice != "auto":
        return [choice]
    return sorted(_LOADERS, key=lambda name: name != _ON_GPU) if _has_gpu() else list(_LOADERS)


def _load_litert(folder: Path, preset: Preset, *, warm_up: bool) -> LiteRTEngine:
    litert_entry(folder, preset)
    if folder.resolve().parent != bundled_models_dir().resolve():
        try_model(folder, [LITERT])
    return open_litert(folder, preset)


# The quickest on a processor first.
_LOADERS: Final[dict[str, Callable[..., Engine]]] = {LITERT: _load_litert, KERAS: load_keras}
_ON_GPU: Final = KERAS


def _has_gpu() -> bool:
    if not may_have_gpu():
        return False
    try:
        prepare_backend()
    except ModelError as error:
        _log.info("no graphics card is used: %s", error)
        return False
    return device_name() != "CPU"
