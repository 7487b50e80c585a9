"""A foreign model is first run in a process that may die of it.

LiteRT and Keras are written for files that are trusted: a damaged or malicious one can make them
crash, or ask for any amount of memory. ``try_model`` starts this module as a program that does to a
model folder what the application is about to do; what this program does not survive is refused.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.errors import ModelError
from fer_desktop.programs import module_command, run_program
from fer_desktop.vision.engines.availability import is_installed, keras_backend
from fer_desktop.vision.engines.base import Engine, EngineUnavailable, checked
from fer_desktop.vision.engines.keras import load_keras
from fer_desktop.vision.engines.litert_loading import open_litert
from trainer.contract.preset import KERAS, LITERT, LITERT_INT8, Preset, read_preset

_MOST_MEMORY_BYTES: Final = 6 << 30
# Graphics cards need more address space than any limit leaves.
_ON_PROCESSOR: Final = {"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"}
_TIMEOUT_S: Final = 300
_REFUSED: Final = 3
_MODULE: Final = "fer_desktop.vision.engines.trial"  # as the program, __name__ is another
_FACES: Final = 5
# How much the answers of an engine may differ from those of the one before.
_TOLERANCE: Final = {KERAS: 1e-3, LITERT: 1e-3, LITERT_INT8: 0.1}
_OTHER_MODEL: Final = "Choose another model, or copy its folder again."


def try_model(folder: Path, engines: Sequence[str]) -> None:
    """Run a model folder in another process, on each of some engines.

    Raises:
        EngineUnavailable: if there is only one engine, and it cannot run the model here.
        ModelError: if the model cannot be used, or does harm, or is another one on each engine.
    """
    command = module_command(_MODULE, [str(folder), *engines])
    try:
        done = run_program(command, env=os.environ | _ON_PROCESSOR, timeout_s=_TIMEOUT_S)
    except subprocess.TimeoutExpired as error:
        raise ModelError(f"The model {folder} takes too long to run.", hint=_OTHER_MODEL) from error
    if done.returncode == _REFUSED:
        answer = json.loads(done.stdout.splitlines()[-1])
        kind = EngineUnavailable if answer["is_unavailable"] else ModelError
        raise kind(answer["message"], hint=answer["hint"])
    if done.returncode:
        raise ModelError(
            f"The model {folder} crashes the program that runs it: it is damaged or malicious.",
            hint=_OTHER_MODEL,
        )


def try_on_all_engines(folder: Path) -> None:
    """Run a model folder in another process, on each engine that is installed and has its file.

    Raises:
        ModelError: as ``try_model`` does.
    """
    with checked():
        preset = read_preset(folder)
    engines = []
    if is_installed("keras") and is_installed(keras_backend()):
        engines.append(KERAS)
    if is_installed("ai_edge_litert"):
        engines += [name for name in (LITERT, LITERT_INT8) if preset.file_in(name) is not None]
    # Where there is nothing to run it, Keras says what is missing.
    try_model(folder, engines or [KERAS])


def main(arguments: Sequence[str]) -> int:
    """Run a model folder; the exit status and the last line of the output say how that went."""
    folder, *engines = arguments
    _limit_memory()
    try:
        run_model(Path(folder), engines)
    except (ModelError, MemoryError) as error:
        refusal = {
            "is_unavailable": isinstance(error, EngineUnavailable),
            "message": getattr(error, "message", "The model needs too much memory."),
            "hint": getattr(error, "hint", _OTHER_MODEL),
        }
        print(json.dumps(refusal))
        return _REFUSED
    return 0


def run_model(folder: Path, engines: Sequence[str]) -> None:
    """Do in this process what ``try_model`` does in another.

    Raises:
        ModelError: if the model cannot be used, or is another one on each engine.
    """
    with checked():
        preset = read_preset(folder)
    shape = (_FACES, preset.input_size_px, preset.input_size_px, preset.channels)
    crops = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    answers = [(name, _answer(_opened(name, folder, preset), crops)) for name in engines]
    for (_, one), (name, other) in pairwise(answers):
        if not np.abs(one - other).max() <= _TOLERANCE[name]:
            raise ModelError(
                f"The files of the model {preset.name!r} hold different networks.",
                hint=_OTHER_MODEL,
            )


def _opened(engine: str, folder: Path, preset: Preset) -> Engine:
    if engine in (LITERT, LITERT_INT8):
        return open_litert(folder, preset, engine)
    assert engine == KERAS
    return load_keras(folder, preset, warm_up=False)


def _answer(engine: Engine, crops: NDArray[np.uint8]) -> NDArray[np.floating[Any]]:
    try:
        return engine.predict(crops)
    except (RuntimeError, ValueError) as error:
        raise ModelError(f"The model cannot be run: {error}.", hint=_OTHER_MODEL) from error
    finally:
        engine.close()


def _limit_memory() -> None:
    if sys.platform == "win32":
        return  # there only the time is limited
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    if most == resource.RLIM_INFINITY or most > _MOST_MEMORY_BYTES:
        most = _MOST_MEMORY_BYTES
    with suppress(ValueError):  # not every system can
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
