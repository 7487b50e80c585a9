"""How a model was made, in the sentences of its card."""

from pathlib import Path
from typing import Any, TypedDict

from trainer.config import AUXILIARY_HEAD
from trainer.contract.preset import Preset
from trainer.runs.run_folder import Run
from trainer.systems.system import System


class Provenance(TypedDict):
    """What ``metrics.json`` keeps of a model's making, since its run may be gone later.

    Attributes:
        network: sentences about the network.
        training: sentences about data, recipe and machine.
        learned_from: the datasets, those of a model that it began with included.
    """

    network: list[str]
    training: list[str]
    learned_from: list[str]


def provenance(
    preset: Preset, system: System, run: Run, metrics: dict[str, Any], parameters: int
) -> Provenance:
    """Return how the model of a run came about."""
    who = f'study {system.study}, "{system.title}"' if len(system.study) == 1 else system.title
    earlier = run.facts.get("start", {}).get("training_data", "")
    return {
        "network": [
            f"System `{system.name}` ({who}): {system.layers}.",
            f"{parameters:,} parameters, float32.",
        ],
        "training": _training(preset, system, run, metrics),
        "learned_from": [data for data in (preset.training_data, earlier) if data],
    }


def _training(preset: Preset, system: System, run: Run, metrics: dict[str, Any]) -> list[str]:
    recipe, facts = run.config.recipe, run.facts
    changes = ", ".join(
        name if value is True else f"{name} {value:g}"
        for name, value in vars(recipe.augmentation).items()
        if value
    )
    versions = ", ".join(f"{name} {version}" for name, version in facts["versions"].items())
    counts = facts["faces"]
    return [
        f"Data: {preset.training_data}; {counts['train']:,} training, {counts['validation']:,} "
        f"validation and {counts['test']:,} test faces.",
        f"Begun with {_origin(run, system)}.",
        f"Recipe: {recipe.optimizer}, learning rate {recipe.learning_rate:g} ({recipe.schedule}), "
        f"weight decay {recipe.weight_decay:g}, batch {recipe.batch_size}, label smoothing "
        f"{recipe.label_smoothing:g}.",
        f"Augmentation: {changes or 'none'}.",
        *_lesson(run),
        *_heads(run, metrics),
        *_statistics(metrics),
        f"{facts['epoch']} of {recipe.epochs} epochs; the weights of epoch {facts['best_epoch']} "
        "were kept, the best on the validation faces.",
        f"Seed {run.config.seed}, {run.config.precision}; {facts['seconds'] / 60:.0f} minutes on "
        f"{facts['machine']}.",
        f"{versions}; backend {facts['backend']}.",
        f"Source commit: {facts['commit'] or 'unknown'}.",
    ]


def _lesson(run: Run) -> list[str]:
    teacher = run.facts.get("teacher")
    if teacher is None:
        return []
    return [
        f"Taught by `{teacher['name']}` (SHA-256 `{teacher['sha256']}`): its answers are "
        f"{run.config.teacher_share:.0%} of the targets of the training faces."
    ]


def _origin(run: Run, system: System) -> str:
    start = run.facts.get("start")
    if start is not None:
        return (
            f"the weights of `{start['name']}` (SHA-256 `{start['sha256']}`), which had learned "
            f"from {start['training_data'] or 'unknown faces'}"
        )
    if system.backbone is None or run.config.weights == "none":
        return "random weights"
    return f"its backbone's weights `{Path(run.config.weights).name}`, random ones behind them"


def _heads(run: Run, metrics: dict[str, Any]) -> list[str]:
    if run.config.auxiliary_votes is None:
        return []
    answer = metrics["answer"]
    own = "FER+ votes" if answer["head"] == AUXILIARY_HEAD else "dataset's labels"
    text = (
        "Two heads on one trunk learned the dataset's labels and the FER+ votes. This model "
        f"answers to the {own}; its last layer is {answer['share']:.0%} of that head and "
        f"{1 - answer['share']:.0%} of the other one"
    )
    by_sets = answer.get("calibrated_on")
    if not by_sets:
        text += ", which did best on the validation faces"
    if answer["levelling"]:
        text += (
            f", and {answer['levelling']:.0%} of the logarithm of how often a head gives an answer "
            "to training faces is taken off its logit, so that rare expressions are found more "
            "often"
        )
        if not by_sets:
            text += (
                f" (chosen by {1 - answer['balance']:.0%} accuracy and {answer['balance']:.0%} "
                "balanced accuracy)"
            )
    sentences = [f"{text}."]
    if by_sets:
        sentences.append(
            "Shares, levelling, crop, temperature and the threshold of confidence were chosen by "
            f"faces from which the network has not learned: {by_sets}."
        )
    return sentences


def _statistics(metrics: dict[str, Any]) -> list[str]:
    if not metrics["answer"]["renormalize"]:
        return []
    return [
        "The statistics of batch normalization were taken anew from training faces, half of them "
        "as they are and half moved as a detector frames them: training saw faces that were "
        "changed more."
    ]
