"""Which engine runs a model: the quickest that can, unless the user chose one."""

from pathlib import Path
from typing import Final

from fer_desktop.errors import ModelError
from fer_desktop.log import get_logger
from fer_desktop.paths import bundled_models_dir
from fer_desktop.plugins import report
from fer_desktop.settings import EngineChoice
from fer_desktop.vision.engines.availability import is_installed, may_have_gpu
from fer_desktop.vision.engines.base import Engine, EngineUnavailable
from fer_desktop.vision.engines.keras import load_keras
from fer_desktop.vision.engines.keras_backend import device_name, prepare_backend
from fer_desktop.vision.engines.litert import LiteRTEngine
from fer_desktop.vision.engines.litert_loading import litert_entry, open_litert
from fer_desktop.vision.engines.plugin_engines import AUTO, LoadEngine, plugin_engine
from fer_desktop.vision.engines.trial import try_model
from trainer.contract.preset import KERAS, LITERT, LITERT_INT8, Preset
from trainer.contract.text import one_line

_log = get_logger("vision")


def load_engine(
    folder: Path, preset: Preset, choice: EngineChoice = AUTO, *, warm_up: bool = True
) -> Engine:
    """Return what runs a model folder.

    Args:
        folder: of the model.
        preset: what the folder says of itself.
        choice: an engine, ours or another package's; ``auto`` takes Keras on a graphics card, else
            LiteRT where it can run the model, else Keras.
        warm_up: whether more than one face at a time will be read.

    Raises:
        ModelError: if the folder is damaged, unsafe, or not what its preset says, or if the engine
            cannot run it.
    """
    if choice != AUTO:
        return _loader(choice)(folder, preset, warm_up=warm_up)
    *others, last = _candidates()
    for name in others:
        try:
            return _LOADERS[name](folder, preset, warm_up=warm_up)
        except EngineUnavailable as error:
            _log.info("%s does not run the model %s: %s", name, preset.name, error)
            if name == LITERT and _should_run_on_litert(folder, preset):
                report(f"{one_line(preset.name)}: {error.message} Keras runs it, more slowly.")
    return _LOADERS[last](folder, preset, warm_up=warm_up)


def usable_choice(choice: EngineChoice) -> EngineChoice:
    """Return an engine that was chosen at another time, or ``auto`` if it is not there any more.

    That is told as what is wrong with an extension.
    """
    if choice == AUTO or choice in _LOADERS or plugin_engine(choice) is not None:
        return choice
    report(f"The engine {one_line(choice)!r} from the settings cannot be used: the quickest is.")
    return AUTO


def _loader(name: str) -> LoadEngine:
    loader = _LOADERS.get(name) or plugin_engine(name)
    if loader is None:
        raise ModelError(
            f"There is no engine {one_line(name)!r} that can be used.", hint="Choose another one."
        )
    return loader


def _should_run_on_litert(folder: Path, preset: Preset) -> bool:
    """Tell whether a model has a file for LiteRT, which is here: that it cannot run it is odd."""
    entry = preset.file_in(LITERT)
    return entry is not None and (folder / entry.file).is_file() and is_installed("ai_edge_litert")


def _candidates() -> tuple[str, ...]:
    """Return the engines to try, the preferred one first."""
    return _ON_GPU if _has_gpu() else _ON_PROCESSOR


def _load_litert(
    folder: Path, preset: Preset, *, warm_up: bool, file_format: str = LITERT
) -> LiteRTEngine:
    litert_entry(folder, preset, file_format)
    if folder.resolve().parent != bundled_models_dir().resolve():
        try_model(folder, [file_format])
    return open_litert(folder, preset, file_format)


def _load_int8(folder: Path, preset: Preset, *, warm_up: bool) -> LiteRTEngine:
    """Return what runs a model with weights of 8 bits; as it is where the folder has none."""
    try:
        return _load_litert(folder, preset, warm_up=warm_up, file_format=LITERT_INT8)
    except EngineUnavailable as error:
        _log.info("the model %s runs with its own weights: %s", preset.name, error)
        return _load_litert(folder, preset, warm_up=warm_up)


_LOADERS: Final[dict[str, LoadEngine]] = {
    LITERT: _load_litert,
    LITERT_INT8: _load_int8,
    KERAS: load_keras,
}
# Of those that give a model's own numbers, the quickest first.
_ON_PROCESSOR: Final = (LITERT, KERAS)
_ON_GPU: Final = (KERAS, LITERT)


def _has_gpu() -> bool:
    if not may_have_gpu():
        return False
    try:
        prepare_backend()
    except ModelError as error:
        _log.info("no graphics card is used: %s", error)
        return False
    return device_name() != "CPU"
