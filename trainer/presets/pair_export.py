"""Writing a pair of models as a model folder of its own."""

import shlex
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.config import DataSource
from trainer.contract.calibration import calibrate
from trainer.contract.crop import CropGeometry
from trainer.contract.preset import Preset
from trainer.data.dataset import Dataset
from trainer.data.readers import load_dataset
from trainer.metrics.figures import UnsureThreshold, choose_unsure_below, fit_temperature
from trainer.presets.export import UNWRITTEN, evaluate_splits, write_model_folder
from trainer.presets.model_folder import LoadedModel
from trainer.presets.pairing import PAIR_SYSTEM, Weighing, load_pair, paired_network
from trainer.presets.provenance import Provenance
from trainer.runs.run_folder import environment
from trainer.systems.catalogue import get_system


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """A set of faces that neither model of a pair has learned from.

    Attributes:
        name: how the card calls it.
        only: labels of the faces that count; all unless given.
    """

    name: str
    source: DataSource
    only: tuple[str, ...] = ()


# From a set and the preset by whose crop it is seen to its faces, and which of them count.
Select = Callable[[HeldOut, Preset], tuple[Dataset, NDArray[np.int64]]]


@dataclass(frozen=True, kw_only=True)
class PairRecipe:
    """What a pair is made of.

    Attributes:
        members: the two model folders.
        weighing: how much each of them counts.
        crop: where the pair looks.
        calibrate_on: by which temperature and threshold are chosen.
        sure: share of right answers wanted among the faces of these sets that the pair is sure of.
    """

    members: tuple[Path, ...]
    weighing: Weighing
    crop: CropGeometry
    calibrate_on: tuple[HeldOut, ...]
    sure: float


def export_pair(
    recipe: PairRecipe,
    source: DataSource,
    folder: Path,
    *,
    select: Select,
    name: str = "",
    description: str = "",
    say: Callable[[str], object] = print,
) -> dict[str, Any]:
    """Write two models as one model folder, and return its figures.

    Args:
        source: the dataset on whose training faces the answers are levelled, and on whose test
            faces the pair is measured.
        select: reads the sets by which the pair is calibrated.
        name: the pair's name; the folder's unless given.
        description: one sentence for the model menu.
        say: gets what came of the file for LiteRT.

    Raises:
        TrainerError: if a model, the dataset or a set cannot be used, or the folder not be written.
    """
    members = load_pair(recipe.members)
    first = members[0].preset
    dataset = load_dataset(
        source, labels=first.labels, size_px=first.input_size_px, color=first.color
    )
    network = paired_network(members, recipe.weighing, dataset)
    system = get_system(PAIR_SYSTEM)
    preset = Preset(
        name=name or folder.resolve().name,
        labels=first.labels,
        input_size_px=first.input_size_px,
        color=first.color,
        sha256=UNWRITTEN,
        system=system.name,
        training_data=source.title,
        licence="MIT",
        crop=recipe.crop,
        description=description or f"{system.title[0].upper()}{system.title[1:]}.",
    )
    temperature, unsure, faces = _calibrated(network, preset, recipe, select)
    preset = replace(preset, temperature=temperature, unsure_below=unsure.confidence)
    metrics = evaluate_splits(LoadedModel(preset, network), dataset)
    sets = ", ".join(each.name for each in recipe.calibrate_on)
    metrics["unsure"] = asdict(unsure) | {"measured_on": f"the {faces:,} faces of {sets}"}
    metrics["commands"] = _commands(recipe, source, preset.name)
    metrics["provenance"] = _provenance(recipe, members, system.layers, network.count_params())
    write_model_folder(folder, network, preset, metrics, dataset, say)
    return metrics


def _calibrated(
    network: Any, preset: Preset, recipe: PairRecipe, select: Select
) -> tuple[float, UnsureThreshold, int]:
    model = LoadedModel(preset, network)
    faces = [select(each, preset) for each in recipe.calibrate_on]
    raw = np.concatenate([model.probabilities(dataset, rows) for dataset, rows in faces])
    truth = np.concatenate([dataset.truth(rows) for dataset, rows in faces])
    temperature = fit_temperature(raw, truth)
    unsure = choose_unsure_below(calibrate(raw, temperature), truth, wanted=recipe.sure)
    return temperature, unsure, len(truth)


def _provenance(
    recipe: PairRecipe, members: tuple[LoadedModel, LoadedModel], layers: str, parameters: int
) -> Provenance:
    shares = (recipe.weighing.share, 1 - recipe.weighing.share)
    sets = ", ".join(each.name for each in recipe.calibrate_on)
    facts = environment()
    return {
        "network": [
            f"System `{PAIR_SYSTEM}`: {layers}.",
            f"{parameters:,} parameters, float32.",
        ],
        "training": [
            *(
                f"{share:.0%} of its logits are those of `{member.preset.name}` (SHA-256 "
                f"`{member.preset.sha256}`), which learned from {member.preset.training_data}."
                for share, member in zip(shares, members, strict=True)
            ),
            f"{recipe.weighing.levelling:.0%} of the logarithm of how often each of the two gives "
            "an answer to training faces is taken off its logits, so that rare expressions are "
            "found more often.",
            "Shares, levelling, crop, temperature and the threshold of confidence were chosen by "
            f"faces that neither has learned from: {sets}.",
            f"Made on {facts['machine']}; source commit {facts['commit'] or 'unknown'}.",
        ],
        "learned_from": [member.preset.training_data for member in members],
    }


def _commands(recipe: PairRecipe, source: DataSource, name: str) -> dict[str, str]:
    """Return what repeats the pair and its figures; paths are named by their last part."""
    model = (Path("models") / name).as_posix()
    words = ["fer-train", "pair"]
    for member in recipe.members:
        words += ["--model", (Path("models") / member.name).as_posix()]
    words += ["--share", f"{recipe.weighing.share:g}"]
    words += ["--levelling", f"{recipe.weighing.levelling:g}"]
    words += ["--crop", _geometry(recipe.crop), "--sure", f"{recipe.sure:g}"]
    for each in recipe.calibrate_on:
        words += ["--calibrate-on", (Path("sets") / each.name).as_posix()]
        if each.only:
            words += ["--only-labels", f"{each.name}={','.join(each.only)}"]
        if each.source.framed is not None:
            words += ["--framed", f"{each.name}={_geometry(each.source.framed)}"]
    data = ["--data", source.path.name]
    if source.votes is not None:
        data += ["--votes", source.votes.name]
    return {
        "pair": shlex.join([*words, *data, "--out", model]),
        "evaluate": shlex.join(["fer-train", "evaluate", "--model", model, *data]),
    }


def _geometry(crop: CropGeometry) -> str:
    return f"{crop.scale:g},{crop.shift_up:g}"
