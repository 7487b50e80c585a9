"""Reads expressions off faces with a model folder, on whatever engine runs it."""

import time
from collections.abc import Callable, Sequence
from copy import copy
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.face import Detection
from fer_desktop.errors import ModelError
from fer_desktop.log import get_logger
from fer_desktop.settings import EngineChoice
from fer_desktop.vision.engines.base import CopyableEngine, Engine, checked
from fer_desktop.vision.engines.factory import load_engine
from trainer.contract.calibration import calibrate
from trainer.contract.preset import Preset, read_preset

_SUM_TOLERANCE: Final = 0.02  # networks in half precision do not sum to 1 exactly
_GRAY: Final = 128

_log = get_logger("vision")


class ModelClassifier:
    """A model folder, ready: crops faces as the model learned them, and calibrates its answers."""

    def __init__(self, preset: Preset, engine: Engine) -> None:
        """Take a preset and what runs its network.

        Raises:
            ModelError: if the network does not output probabilities.
        """
        self._preset = preset
        self._engine = engine
        shape = (1, preset.input_size_px, preset.input_size_px, preset.channels)
        answer = engine.predict(np.full(shape, _GRAY, np.uint8))
        is_usable = np.isfinite(answer).all() and (answer >= 0).all()
        if not is_usable or abs(float(answer.sum()) - 1) > _SUM_TOLERANCE:
            engine.close()
            raise ModelError(
                f"The model {preset.name!r} does not output probabilities.",
                hint="Its network must end in a softmax.",
            )

    @classmethod
    def load(
        cls, folder: Path, *, engine: EngineChoice = "auto", warm_up: bool = True
    ) -> "ModelClassifier":
        """Load a model folder and make it ready for one face.

        Args:
            folder: holds ``preset.json`` and the files that it names.
            engine: what shall run it; the quickest here unless chosen.
            warm_up: whether more than one face at a time will be read.

        Raises:
            ModelError: if the folder is missing, damaged, unsafe, or not what its preset says, or
                if the engine cannot run it.
        """
        started = time.monotonic()
        with checked():
            preset = read_preset(folder)
        classifier = cls(preset, load_engine(folder, preset, engine, warm_up=warm_up))
        _log.info(
            "model %s ready on %s, %s, after %.1f s",
            preset.name,
            classifier.engine,
            classifier.device,
            time.monotonic() - started,
        )
        return classifier

    @property
    def preset(self) -> Preset:
        """What the model is."""
        return self._preset

    @property
    def engine(self) -> str:
        """What runs it."""
        return self._engine.name

    @property
    def device(self) -> str:
        """What it runs on."""
        return self._engine.device

    def classify(
        self, pixels: NDArray[np.uint8], detections: Sequence[Detection]
    ) -> NDArray[np.float32]:
        """Return calibrated probabilities, shape (faces, labels), rows summing to 1."""
        if not detections:
            return np.empty((0, len(self._preset.labels)), np.float32)
        return self.read(self.crops(pixels, detections))

    def crops(
        self, pixels: NDArray[np.uint8], detections: Sequence[Detection]
    ) -> NDArray[np.uint8]:
        """Return faces as the model sees them, shape (faces, size, size, channels)."""
        from fer_desktop.vision.crops import crop_faces

        preset = self._preset
        return crop_faces(pixels, detections, preset.crop, preset.input_size_px, preset.color)

    def read(self, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return calibrated probabilities of at least one crop, shape (faces, labels)."""
        raw = self._engine.predict(crops)
        return calibrate(raw, self._preset.temperature).astype(np.float32)

    def copier(self) -> "Callable[[], ModelClassifier] | None":
        """Return what makes one with the same answers for one thread, if its engine can do so."""
        if not isinstance(self._engine, CopyableEngine):
            return None
        make_engine = self._engine.copier()

        def make() -> ModelClassifier:
            other = copy(self)  # which was checked
            other._engine = make_engine()
            return other

        return make

    def close(self) -> None:
        """Release the model; may be called twice."""
        self._engine.close()
