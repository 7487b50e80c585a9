"""One model made of two that learned different truths and descend from one network.

It has the trunk of the first; its last layer is the weighted mean of both. The second's last layer
still understands the first's features, so that what it knows costs no second trunk.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from trainer.config import MAIN_HEAD, DataSource
from trainer.contract.crop import CropGeometry
from trainer.data.dataset import Dataset
from trainer.data.readers import load_dataset
from trainer.errors import RunError
from trainer.presets.export import measured_model
from trainer.presets.folder_writing import write_model_folder
from trainer.presets.heads import Blend, one_headed, two_headed
from trainer.presets.held_out import HeldOut, geometry_text
from trainer.presets.known_faces import joined, read_known_faces
from trainer.presets.model_folder import LoadedModel, load_model_folder
from trainer.presets.provenance import Provenance
from trainer.presets.repeating import pasted, source_words, typed
from trainer.runs.run_folder import environment
from trainer.systems.catalogue import get_system

_SYSTEM: Final = "residual_se_even"


@dataclass(frozen=True, kw_only=True)
class BlendRecipe:
    """What a blend is made of.

    Attributes:
        models: the folder whose trunk is taken, and the one that gives its last layer only.
        blend: how much the first one's last layer counts, and what is taken off both.
        crop: where the blend looks.
        held_out: by which temperature and threshold are chosen; the validation faces unless given.
    """

    models: tuple[Path, ...]
    blend: Blend
    crop: CropGeometry
    held_out: HeldOut | None


def export_blend(
    recipe: BlendRecipe,
    source: DataSource,
    folder: Path,
    *,
    name: str = "",
    description: str = "",
    say: Callable[[str], object] = print,
) -> dict[str, Any]:
    """Write two models as one model folder, and return its figures.

    Args:
        source: the dataset on whose training faces the answers are levelled, and on whose test
            faces the blend is measured.
        name: the blend's name; the folder's unless given.
        description: one sentence for the model menu.
        say: gets what came of the file for LiteRT.

    Raises:
        TrainerError: if a model, the dataset or a set cannot be used, or the folder not be written.
    """
    models = load_models(recipe.models)
    first = models[0].preset
    dataset = load_dataset(
        source, labels=first.labels, size_px=first.input_size_px, color=first.color
    )
    network = blended_network(models, recipe.blend, dataset)
    system = get_system(_SYSTEM)
    known = joined(read_known_faces(model) for model in recipe.models)
    preset, metrics = measured_model(
        network,
        system,
        dataset,
        source,
        known=known,
        crop=recipe.crop,
        held_out=recipe.held_out,
        name=name or folder.resolve().name,
        description=description or f"{system.title[0].upper()}{system.title[1:]}.",
    )
    metrics["answer"] = asdict(recipe.blend)
    metrics["commands"] = _commands(recipe, source, folder)
    metrics["provenance"] = _provenance(recipe, models, system.layers, network.count_params())
    write_model_folder(folder, network, preset, metrics, dataset, known, say)
    return metrics


def load_models(folders: Sequence[Path]) -> tuple[LoadedModel, LoadedModel]:
    """Load the two models of a blend.

    Raises:
        RunError: if there are not two, one cannot be used, or they do not answer alike.
    """
    if len(folders) != 2:
        raise RunError(f"a blend is made of 2 models. Received: {len(folders)}.")
    first, second = (load_model_folder(folder) for folder in folders)
    system = get_system(_SYSTEM)
    for model in (first, second):
        if model.preset.system not in (system.name, system.begins_as):
            raise RunError(
                f"{model.preset.name} is a {model.preset.system or 'network of another maker'}.",
                hint=f"A blend is made of two models of {system.begins_as} or {system.name}.",
            )
    if first.preset.labels != second.preset.labels:
        raise RunError(f"{first.preset.name} and {second.preset.name} have different labels.")
    return first, second


def blended_network(models: tuple[LoadedModel, LoadedModel], blend: Blend, dataset: Dataset) -> Any:
    """Return the network that has the first model's trunk and both last layers in one.

    Args:
        dataset: with the models' labels, and the training faces by which answers are levelled.

    Raises:
        RunError: if the weights do not fit.
    """
    system = get_system(_SYSTEM)
    values, others = (model.network.get_weights() for model in models)
    heads = [np.concatenate(pair, axis=-1) for pair in zip(values[-2:], others[-2:], strict=True)]
    network = two_headed(system, dataset, [*values[:-2], *heads])
    return one_headed(system, network, MAIN_HEAD, blend, dataset, dataset.labels)


def _provenance(
    recipe: BlendRecipe, models: tuple[LoadedModel, LoadedModel], layers: str, parameters: int
) -> Provenance:
    first, second = (f"`{each.preset.name}` (SHA-256 `{each.preset.sha256}`)" for each in models)
    blend, facts = recipe.blend, environment()
    training = [
        f"All but the last layer is that of {first}, which learned from "
        f"{models[0].preset.training_data}.",
        f"The last layer is {blend.share:.0%} that of the same model and {1 - blend.share:.0%} "
        f"that of {second}, which learned from {models[1].preset.training_data}: both descend from "
        "one network.",
    ]
    if blend.levelling:
        training.append(
            f"{blend.levelling:.0%} of the logarithm of how often each of the two layers gives an "
            "answer to training faces is taken off its logits, so that rare expressions are found "
            "more often."
        )
    if recipe.held_out is not None:
        training.append(
            "Shares, levelling, crop, temperature and the threshold of confidence were chosen by "
            f"faces from which no network has learned: {recipe.held_out.names}."
        )
    made_on = f"Made on {facts['machine']}; source commit {facts['commit'] or 'unknown'}."
    return {
        "network": [
            f"System `{_SYSTEM}`: {layers}.",
            f"{parameters:,} parameters, float32.",
        ],
        "training": [*training, made_on],
        "learned_from": [model.preset.training_data for model in models],
    }


def _commands(recipe: BlendRecipe, source: DataSource, folder: Path) -> dict[str, str]:
    """Return what repeats the blend and its figures."""
    words = ["fer-train", "blend"]
    for model in recipe.models:
        words += ["--model", typed(model, "model")]
    words += ["--share", f"{recipe.blend.share:g}", "--levelling", f"{recipe.blend.levelling:g}"]
    words += ["--crop", geometry_text(recipe.crop)]
    if recipe.held_out is not None:
        words += recipe.held_out.words()
    data, made = source_words(source), typed(folder, "model")
    return {
        "blend": pasted([*words, *data, "--out", typed(folder)]),
        "evaluate": pasted(["fer-train", "evaluate", "--model", made, *data]),
    }
