"""Calibrating a model by faces of other collections than the one it learned from."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trainer.config import DataSource
from trainer.contract.calibration import calibrate
from trainer.contract.crop import CropGeometry
from trainer.contract.preset import Preset
from trainer.data.dataset import Dataset
from trainer.metrics.figures import UnsureThreshold, choose_unsure_below, fit_temperature
from trainer.presets.model_folder import LoadedModel
from trainer.presets.repeating import typed


@dataclass(frozen=True, kw_only=True)
class HeldOutSet:
    """A set of faces from which a model has not learned.

    Attributes:
        name: how the card calls it.
        only: labels of the faces that count; all unless given.
    """

    name: str
    source: DataSource
    only: tuple[str, ...] = ()


# From a set and the preset by whose crop it is seen to its faces, and which of them count.
Select = Callable[[HeldOutSet, Preset], tuple[Dataset, NDArray[np.int64]]]


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """The sets by which a model is calibrated.

    Attributes:
        select: reads a set.
        sure: share of right answers wanted among the faces that the model is sure of.
    """

    sets: tuple[HeldOutSet, ...]
    select: Select
    sure: float = 0.8

    @property
    def names(self) -> str:
        """The sets as the card lists them."""
        return ", ".join(each.name for each in self.sets)

    def words(self) -> list[str]:
        """Return the options that name the sets."""
        words = ["--sure", f"{self.sure:g}"]
        for each in self.sets:
            words += ["--calibrate-on", typed(each.source.path)]
            if each.only:
                words += ["--only-labels", f"{each.name}={','.join(each.only)}"]
            if each.source.framed is not None:
                words += ["--framed", f"{each.name}={geometry_text(each.source.framed)}"]
        return words

    def calibrate(self, model: LoadedModel) -> tuple[float, UnsureThreshold, int]:
        """Return temperature, threshold of *unsure*, and the number of faces behind them.

        Args:
            model: with temperature 1.

        Raises:
            TrainerError: if a set cannot be used.
        """
        faces = [self.select(each, model.preset) for each in self.sets]
        raw = np.concatenate([model.probabilities(dataset, rows) for dataset, rows in faces])
        truth = np.concatenate([dataset.truth(rows) for dataset, rows in faces])
        temperature = fit_temperature(raw, truth)
        unsure = choose_unsure_below(calibrate(raw, temperature), truth, wanted=self.sure)
        return temperature, unsure, len(truth)


def geometry_text(crop: CropGeometry) -> str:
    """Return a crop geometry as the command line takes it."""
    return f"{crop.scale:g},{crop.shift_up:g}"
