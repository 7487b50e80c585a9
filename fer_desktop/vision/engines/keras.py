"""Runs ``model.keras`` with Keras, compiled: on any backend, and on graphics cards."""

import threading
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.log import get_logger
from fer_desktop.vision.engines.base import checked
from fer_desktop.vision.engines.keras_backend import device_name, prepare_backend
from fer_desktop.vision.engines.keras_loading import load_network
from trainer.contract.preset import Preset, verify_checksum

BATCH_SIZES: Final = (1, 2, 4, 8, 16)

_log = get_logger("vision")


class KerasEngine:
    """A Keras network, compiled once for each of a few numbers of faces.

    So no frame waits for a compiler. Which of the numbers a frame uses depends on how many faces it
    has, and on nothing else: the same frame always gives the same numbers.
    """

    name = "keras"

    def __init__(self, network: Any, preset: Preset, *, warm_up: bool = False) -> None:
        """Compile a network for one face.

        Args:
            network: not yet compiled.
            preset: what it is.
            warm_up: whether a thread compiles it for more faces.
        """
        self._network = network
        self._shape = (preset.input_size_px, preset.input_size_px, preset.channels)
        self._model = preset.name
        self._stopping = threading.Event()
        self._warm_up: threading.Thread | None = None
        self._compile()
        self.device = device_name()
        if warm_up:
            self._warm_up = threading.Thread(target=self._run_warm_up, name="model warm-up")
            self._warm_up.start()

    def predict(self, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the network's own probabilities, shape (faces, labels)."""
        largest = BATCH_SIZES[-1]
        parts = (crops[start : start + largest] for start in range(0, len(crops), largest))
        return np.concatenate([self._predict(part) for part in parts])

    def close(self) -> None:
        """Release the network; may be called twice."""
        self._stopping.set()
        if self._warm_up is not None:
            self._warm_up.join()
            self._warm_up = None
        self._network = None

    def _predict(self, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
        padded = np.zeros((padded_size(len(crops)), *self._shape), np.float32)
        padded[: len(crops)] = crops
        return np.asarray(self._network.predict_on_batch(padded)[: len(crops)])

    def _compile(self) -> None:
        sample = np.zeros((1, *self._shape), np.uint8)
        try:
            self._network.compile(jit_compile=True)
            self._predict(sample)
        except Exception as error:  # noqa: BLE001 - every backend has its own way to say "cannot"
            _log.info("model %s is not compiled: %s", self._model, error)
            self._network.compile(jit_compile=False)
            self._predict(sample)

    def _run_warm_up(self) -> None:
        try:
            for size in BATCH_SIZES[1:]:
                if self._stopping.is_set():
                    return
                self._predict(np.zeros((size, *self._shape), np.uint8))
        except Exception:  # noqa: BLE001 - thread boundary; predict meets the same and tells it
            _log.exception("warming up model %s failed", self._model)


def padded_size(faces: int) -> int:
    """Return the compiled number of faces that holds this many."""
    return next(size for size in BATCH_SIZES if size >= faces)


def load_keras(folder: Path, preset: Preset, *, warm_up: bool) -> KerasEngine:
    """Return what runs the ``model.keras`` of a model folder.

    Args:
        folder: of the model.
        preset: what the folder says of itself.
        warm_up: whether a thread makes it ready for more than one face.

    Raises:
        ModelError: if the file is damaged, unsafe, or not what its preset says, or if Keras cannot
            start.
    """
    with checked():
        verify_checksum(folder, preset)
    prepare_backend()
    return KerasEngine(load_network(folder, preset), preset, warm_up=warm_up)
