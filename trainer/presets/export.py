"""Turning a run into a model folder that the application can load."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import keras

from trainer.config import MAIN_HEAD, DataSource
from trainer.contract.calibration import calibrate
from trainer.contract.crop import CropGeometry
from trainer.contract.labels import LABEL_SETS
from trainer.contract.preset import (
    Preset,
)
from trainer.data.dataset import SPLITS, Dataset, Split
from trainer.data.readers import load_dataset
from trainer.errors import RunError
from trainer.metrics.figures import (
    choose_unsure_below,
    fit_temperature,
    measure,
    restricted,
)
from trainer.presets.folder_writing import UNWRITTEN, write_model_folder
from trainer.presets.heads import Blend, choose_blend, one_headed, two_headed
from trainer.presets.held_out import HeldOut, geometry_text
from trainer.presets.known_faces import KnownFaces, run_faces
from trainer.presets.learned_figures import measure_learned
from trainer.presets.model_folder import LoadedModel, raw_probabilities
from trainer.presets.provenance import provenance
from trainer.presets.renormalization import renormalize
from trainer.presets.repeating import pasted, repeat_command, source_words, typed
from trainer.runs import checkpoint
from trainer.runs.run_folder import Run, environment, read_run
from trainer.systems.backbones import give_weights
from trainer.systems.catalogue import system_of
from trainer.systems.system import System


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the model of a run shall answer.

    Attributes:
        head: ``main``, or ``auxiliary`` where the run has a second head: whose truth it is.
        labels: those of the run's that it knows; all unless given.
        balance: what counts when two heads are blended, from accuracy, 0, to balanced accuracy, 1.
        blend: how they are blended, where that is not left to the validation faces.
        renormalize: whether the statistics of batch normalization are taken anew from the training
            faces, changed less than training saw them.
        crop: where the model looks.
        held_out: sets that calibrate it; its own validation faces unless given.
    """

    head: str = MAIN_HEAD
    labels: tuple[str, ...] = ()
    balance: float = 0.0
    blend: Blend | None = None
    renormalize: bool = False
    crop: CropGeometry = field(default_factory=CropGeometry)
    held_out: HeldOut | None = None


WHOLE_ANSWER: Final = Answer()


def export_run(
    run_folder: Path,
    folder: Path,
    *,
    name: str = "",
    description: str = "",
    answer: Answer = WHOLE_ANSWER,
    dataset: Dataset | None = None,
    say: Callable[[str], object] = print,
) -> dict[str, Any]:
    """Write the best network of a run as a model folder, and return its figures.

    The network is written for Keras, and for LiteRT too where it can be converted here.

    Args:
        run_folder: the ``--out`` of a training; it may still be going on.
        folder: the model folder; files of the same names in it are replaced.
        name: the model's name; the folder's unless given.
        description: one sentence for the model menu; made from the system unless given.
        answer: which head and labels it has.
        dataset: the run's faces where they are at hand; else they are read again.
        say: gets what came of the file for LiteRT.

    Raises:
        TrainerError: if the run cannot be read or the folder not be written.
    """
    run = read_run(run_folder)
    weights, _, progress = checkpoint.load_state(run_folder / checkpoint.BEST_FILE)
    system = system_of(run.config)
    source = _source(run, answer)
    dataset = dataset or load_dataset(
        source, labels=run.labels, size_px=system.size_px, color=system.color
    )
    labels = _chosen(run, answer)
    network, blend = _rebuild(run, system, dataset, weights, answer, labels)
    dataset = dataset if labels == run.labels else dataset.only(labels)
    run.facts.setdefault("faces", {split: len(dataset.rows(split)) for split in SPLITS})
    for key, value in {**environment(), **progress}.items():
        run.facts.setdefault(key, value)

    known = run_faces(run_folder, run.config, dataset)
    preset, metrics = measured_model(
        network,
        system,
        dataset,
        source,
        known=known,
        crop=answer.crop,
        held_out=answer.held_out,
        name=name or folder.resolve().name,
        description=description or _description(system, labels),
    )
    metrics["answer"] = {
        "head": answer.head,
        "labels": answer.labels,
        "balance": answer.balance,
        "renormalize": answer.renormalize,
        **(asdict(blend) if blend is not None else {}),
        **({"calibrated_on": answer.held_out.names} if answer.held_out is not None else {}),
    }
    metrics["commands"] = _commands(run, run_folder, folder, source, answer, metrics["split"])
    metrics["provenance"] = provenance(preset, system, run, metrics, network.count_params())
    write_model_folder(folder, network, preset, metrics, dataset, known, say)
    return metrics


def measured_model(
    network: Any,
    system: System,
    dataset: Dataset,
    source: DataSource,
    *,
    known: KnownFaces,
    crop: CropGeometry,
    held_out: HeldOut | None,
    name: str,
    description: str,
) -> tuple[Preset, dict[str, Any]]:
    """Return the preset of a network that is not written yet, calibrated, and its figures.

    Args:
        dataset: with the network's labels; its faces measure it.
        source: where these come from.
        known: the faces that it learned from.
        held_out: sets that calibrate it; the dataset's validation faces unless given.

    Raises:
        TrainerError: if a set cannot be used.
    """
    preset = Preset(
        name=name,
        labels=dataset.labels,
        input_size_px=network.input_shape[1],
        color="gray" if network.input_shape[-1] == 1 else "rgb",
        sha256=UNWRITTEN,
        system=system.name,
        training_data=source.title,
        licence="MIT",
        crop=crop,
        description=description,
    )
    preset, unsure = _calibrated(LoadedModel(preset, network), dataset, held_out)
    measured = evaluate_splits(LoadedModel(preset, network), dataset, known)
    return preset, measured | {"unsure": unsure}


def _calibrated(
    model: LoadedModel, dataset: Dataset, held_out: HeldOut | None
) -> tuple[Preset, dict[str, Any]]:
    """Return the preset with temperature and threshold, and what is said of these."""
    if held_out is not None:
        temperature, unsure, faces = held_out.calibrate(model)
        said = asdict(unsure) | {
            "measured_on": f"the {faces:,} faces of {held_out.names}",
            "sets": [each.name for each in held_out.sets],
        }
    else:
        rows = dataset.rows("validation")
        raw, truth = raw_probabilities(model.network, dataset, rows), dataset.truth(rows)
        temperature = fit_temperature(raw, truth)
        unsure = choose_unsure_below(calibrate(raw, temperature), truth)
        said = asdict(unsure)
    preset = replace(model.preset, temperature=temperature, unsure_below=unsure.confidence)
    return preset, said


def _source(run: Run, answer: Answer) -> DataSource:
    if answer.head == MAIN_HEAD:
        return run.config.source
    if run.config.auxiliary_votes is None:
        raise RunError("the run has no auxiliary head.", hint="Train with --auxiliary-votes.")
    return replace(run.config.source, votes=run.config.auxiliary_votes, vote_use="soft")


def _chosen(run: Run, answer: Answer) -> tuple[str, ...]:
    unknown = [name for name in answer.labels if name not in run.labels]
    if unknown:
        raise RunError(
            f"the run does not know {', '.join(unknown)}.",
            hint=f"Its labels are {', '.join(run.labels)}.",
        )
    return answer.labels or run.labels


def _rebuild(
    run: Run,
    system: System,
    dataset: Dataset,
    weights: list[Any],
    answer: Answer,
    labels: tuple[str, ...],
) -> tuple[Any, Blend | None]:
    keras.mixed_precision.set_global_policy("float32")
    if run.config.auxiliary_votes is not None:
        network = two_headed(system, dataset, weights)
        if answer.renormalize:
            renormalize(network, dataset)
        blend = answer.blend or choose_blend(
            network, answer.head, dataset, labels, balance=answer.balance
        )
        return one_headed(system, network, answer.head, blend, dataset, labels), blend
    if labels != run.labels:
        raise RunError("only runs with an auxiliary head can be cut to some of their labels.")
    network = system.build(dataset.labels, channels=dataset.images.shape[-1])
    try:
        give_weights(network, weights)
    except ValueError as error:
        raise RunError(
            f"the run's weights do not fit {system.name}.",
            hint="They were made by another version; train the model again.",
        ) from error
    if answer.renormalize:
        renormalize(network, dataset)
    return network, None


def _description(system: System, labels: tuple[str, ...]) -> str:
    whose = f"study {system.study}'s {system.title}" if len(system.study) == 1 else system.title
    return f"{whose[0].upper()}{whose[1:]}, {len(labels)} expressions."


def _commands(
    run: Run, run_folder: Path, folder: Path, source: DataSource, answer: Answer, split: str
) -> dict[str, str]:
    """Return what repeats the training, the export where it was one, and the figures."""
    commands = {"train": repeat_command(run)}
    model = typed(folder, "model")
    if folder.resolve() != run_folder.resolve():
        words = ["fer-train", "export", "--run", typed(run_folder), *_answer_words(run, answer)]
        commands["export"] = pasted([*words, "--out", typed(folder)])
    evaluate = ["fer-train", "evaluate", "--model", model, *source_words(source)]
    commands["evaluate"] = pasted([*evaluate, "--split", split])
    return commands


def _answer_words(run: Run, answer: Answer) -> list[str]:
    words = []
    if run.config.auxiliary_votes is not None:
        words += ["--head", answer.head]
        if answer.blend is None:
            words += ["--balance", f"{answer.balance:g}"]
        else:
            words += ["--share", f"{answer.blend.share:g}"]
            words += ["--levelling", f"{answer.blend.levelling:g}"]
    if answer.renormalize:
        words += ["--renormalize"]
    if answer.labels:
        words += ["--labels", ",".join(answer.labels)]
    if answer.crop != CropGeometry():
        words += ["--crop", geometry_text(answer.crop)]
    if answer.held_out is not None:
        words += answer.held_out.words()
    return words


_BRIEF: Final = (
    "n",
    "accuracy",
    "accuracy_interval_95",
    "accuracy_without_copies",
    "balanced_accuracy",
    "ece",
)


def evaluate_splits(model: LoadedModel, dataset: Dataset, known: KnownFaces) -> dict[str, Any]:
    """Return the figures of the test split, with those of the validation split inside.

    A dataset without test faces is measured on its validation faces. For ``flip``, and for
    ``restricted`` to smaller label sets, each face's mirror image is asked as well.
    """
    figures, learned = {}, {}
    given: tuple[Split, ...] = ("validation", "test")
    for split in given:
        rows = dataset.rows(split)
        if len(rows):
            probabilities = model.probabilities(dataset, rows)
            figures[split] = measure(
                probabilities,
                dataset.truth(rows),
                dataset.labels,
                copied=dataset.copied_from_training(rows),
            )
            learned[split] = measure_learned(known, dataset, rows, probabilities, split)
    split = "test" if "test" in figures else "validation"
    rows = dataset.rows(split)
    flipped = model.probabilities(dataset, rows, flip=True)

    def brief(labels: tuple[str, ...]) -> dict[str, Any]:
        part = dataset.only(labels)
        known = part.splits[rows] >= 0
        found = measure(
            restricted(flipped[known], dataset.labels, labels),
            part.truth(rows[known]),
            labels,
            copied=part.copied_from_training(rows[known]),
        )
        return {name: found[name] for name in _BRIEF}

    return {
        "data": model.preset.training_data,
        "split": split,
        **figures[split],
        "learned": learned[split],
        "flip": brief(dataset.labels),
        "restricted": {
            name: brief(labels)
            for name, labels in LABEL_SETS.items()
            if set(labels) < set(dataset.labels)
        },
        "validation": figures["validation"],
    }
