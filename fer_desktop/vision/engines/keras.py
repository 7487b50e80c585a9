"""Reads expressions off faces with a Keras model folder."""

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.face import Detection
from fer_desktop.errors import ModelError
from fer_desktop.log import get_logger
from fer_desktop.vision.engines.keras_backend import device_name, prepare_backend
from fer_desktop.vision.engines.keras_loading import load_network
from trainer.contract.calibration import calibrate
from trainer.contract.preset import Preset, PresetError, read_preset, verify_checksum

BATCH_SIZES: Final = (1, 2, 4, 8, 16)
_SUM_TOLERANCE: Final = 0.02  # networks in half precision do not sum to 1 exactly

_log = get_logger("vision")


class KerasEmotionClassifier:
    """A model folder, compiled and ready.

    A network is compiled once for each of a few numbers of faces, so that no frame waits for a
    compiler; which of them a frame uses depends on its number of faces alone, so that the same
    frame always gives the same numbers.
    """

    def __init__(self, preset: Preset, network: Any) -> None:
        self._preset = preset
        self._network = network
        self._stopping = threading.Event()
        self._warm_up: threading.Thread | None = None
        self._compile()
        self._device = device_name()

    @classmethod
    def load(
        cls, folder: Path, *, verify: bool = True, warm_up: bool = True
    ) -> "KerasEmotionClassifier":
        """Load a model folder and make it ready for one face; more faces follow in a thread.

        Args:
            folder: holds ``model.keras`` and ``preset.json``.
            verify: whether to compare the checksum of the weights.
            warm_up: whether more than one face at a time will be read.

        Raises:
            ModelError: if the folder is missing, damaged, unsafe, or not what its preset says.
        """
        try:
            preset = read_preset(folder)
            if verify:
                verify_checksum(folder, preset)
        except PresetError as error:
            raise ModelError(
                f"The model cannot be used: {error}.",
                hint="Choose another model, or copy its folder again.",
            ) from error
        started = time.monotonic()
        prepare_backend()
        classifier = cls(preset, load_network(folder, preset))
        if warm_up:
            classifier._warm_up_in_background()
        _log.info(
            "model %s ready on %s after %.1f s",
            preset.name,
            classifier.device,
            time.monotonic() - started,
        )
        return classifier

    @property
    def preset(self) -> Preset:
        """What the model is."""
        return self._preset

    @property
    def device(self) -> str:
        """What it runs on."""
        return self._device

    def classify(
        self, pixels: NDArray[np.uint8], detections: Sequence[Detection]
    ) -> NDArray[np.float32]:
        """Return calibrated probabilities, shape (faces, labels), rows summing to 1."""
        from fer_desktop.vision.crops import crop_faces

        preset = self._preset
        crops = crop_faces(pixels, detections, preset.crop, preset.input_size_px, preset.color)
        largest = BATCH_SIZES[-1]
        parts = [self._predict(crops[i : i + largest]) for i in range(0, len(crops), largest)]
        if not parts:
            return np.empty((0, len(preset.labels)), np.float32)
        return calibrate(np.concatenate(parts), preset.temperature).astype(np.float32)

    def close(self) -> None:
        """Release the model; may be called twice."""
        self._stopping.set()
        if self._warm_up is not None:
            self._warm_up.join()
            self._warm_up = None
        self._network = None

    def _predict(self, crops: NDArray[np.uint8]) -> NDArray[np.float64]:
        size_px, channels = self._preset.input_size_px, self._preset.channels
        padded = np.zeros((padded_size(len(crops)), size_px, size_px, channels), np.float32)
        padded[: len(crops)] = crops
        return np.asarray(self._network.predict_on_batch(padded)[: len(crops)], np.float64)

    def _compile(self) -> None:
        sample = np.full((1, *[self._preset.input_size_px] * 2, self._preset.channels), 128)
        try:
            self._network.compile(jit_compile=True)
            answer = self._predict(sample.astype(np.uint8))
        except Exception as error:  # noqa: BLE001 - every backend has its own way to say "cannot"
            _log.info("model %s is not compiled: %s", self._preset.name, error)
            self._network.compile(jit_compile=False)
            answer = self._predict(sample.astype(np.uint8))
        is_usable = np.isfinite(answer).all() and (answer >= 0).all()
        if not is_usable or abs(float(answer.sum()) - 1) > _SUM_TOLERANCE:
            raise ModelError(
                f"The model {self._preset.name!r} does not answer with probabilities.",
                hint="Its network must end in a softmax.",
            )

    def _warm_up_in_background(self) -> None:
        self._warm_up = threading.Thread(target=self._run_warm_up, name="model warm-up")
        self._warm_up.start()

    def _run_warm_up(self) -> None:
        size_px, channels = self._preset.input_size_px, self._preset.channels
        try:
            for size in BATCH_SIZES[1:]:
                if self._stopping.is_set():
                    return
                self._predict(np.zeros((size, size_px, size_px, channels), np.uint8))
        except Exception:  # noqa: BLE001 - thread boundary; classify meets the same and tells it
            _log.exception("warming up model %s failed", self._preset.name)


def padded_size(faces: int) -> int:
    """Return the compiled number of faces that holds this many."""
    return next(size for size in BATCH_SIZES if size >= faces)
