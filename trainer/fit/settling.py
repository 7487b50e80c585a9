"""What is settled before a training begins: settings, and the faces of the run."""

from dataclasses import replace

from trainer.config import NO_AUGMENTATION, Recipe, TrainConfig
from trainer.contract.progress import Note
from trainer.data.dataset import SPLITS, Dataset
from trainer.data.readers import choose_labels, load_dataset, with_auxiliary_votes
from trainer.data.splits import beyond_share, joined_groups
from trainer.errors import DataError, RunError
from trainer.fit.epochs import Controls
from trainer.presets.model_folder import model_preset
from trainer.runs.devices import resolve_precision
from trainer.runs.run_folder import holds_run, read_run
from trainer.systems.catalogue import system_of
from trainer.systems.system import System


def settle(config: TrainConfig, controls: Controls, epochs: int | None) -> TrainConfig:
    """Return the settings that hold: those of a run that is resumed, or of a new one.

    Args:
        config: what the person asks for.
        controls: whether a run may be resumed, and who hears of it.
        epochs: how many a run that is resumed shall have in all, if it shall have more.

    Raises:
        TrainerError: if the folder holds another run, or the settings do not go together.
    """
    exists = holds_run(config.out)
    if config.out.exists() and not config.out.is_dir():
        raise RunError(f"{config.out} is not a folder.")
    if exists and not controls.resume:
        raise RunError(
            f"{config.out} already holds a run.", hint="Add --resume, or choose another --out."
        )
    if exists:
        run = read_run(config.out)
        saved = run.config
        if saved.system != config.system:
            raise RunError(
                f"{config.out} holds a run of {saved.system}, not of {config.system}.",
                hint="Choose another --out.",
            )
        controls.report(Note(text="resuming with the original settings of the run"))
        # The curve must go on as it began: only the place of things may differ, and its length.
        return replace(
            saved,
            recipe=_lengthened(saved.recipe, epochs, controls),
            data=config.data,
            votes=config.votes,
            labels=",".join(run.labels),
            start=config.start or saved.start,
            teacher=config.teacher or saved.teacher,
            out=config.out,
        )
    return resolve(config)


def _lengthened(recipe: Recipe, epochs: int | None, controls: Controls) -> Recipe:
    if epochs is None or epochs == recipe.epochs:
        return recipe
    if epochs < recipe.epochs:
        raise RunError(
            f"the run has {recipe.epochs} epochs; it can be made longer, not shorter.",
            hint=f"Leave out --epochs, or give more than {recipe.epochs}.",
        )
    text = f"lengthened from {recipe.epochs} to {epochs} epochs"
    if recipe.schedule == "cosine":
        text += "; from here on the learning rate falls as in a run of that length"
    controls.report(Note(text=text))
    return replace(recipe, epochs=epochs)


def resolve(config: TrainConfig) -> TrainConfig:
    """Return the settings that a new run would be given on this machine.

    Raises:
        TrainerError: if system or start do not exist, or do not belong together.
    """
    system, recipe = system_of(config), config.recipe
    if config.start is not None:
        if system.combination is not None:
            raise RunError(
                f"{system.name} is an ensemble: it cannot be fine-tuned from a model.",
                hint="Leave out --start.",
            )
        began = model_preset(config.start)
        # The network goes on with the input that it has learned with.
        if began.input_size_px != system.size_px and config.input_px is None:
            config = replace(config, input_px=began.input_size_px)
        if began.color == "rgb" and system.color == "gray" and config.color is None:
            config = replace(config, color=began.color)
        made_by = began.system
        if made_by not in (system.name, system.begins_as):
            raise RunError(
                f"{config.start} is a {made_by or 'network of another maker'}, not a "
                f"{system.name}.",
                hint="Leave out --system.",
            )
    if system.backbone is not None and system.backbone.frozen:
        # Features are computed once, so the faces behind them cannot change.
        recipe = replace(recipe, augmentation=NO_AUGMENTATION)
    return replace(config, recipe=recipe, precision=resolve_precision(config.precision))


def read_dataset(config: TrainConfig, system: System) -> Dataset:
    """Return the faces of a run, with the run's labels.

    Raises:
        DataError: if they cannot be used, or a split has none.
    """
    source = config.source
    size_px, color = system.size_px, system.color
    usual = system.labels
    if config.start is not None and not config.labels:
        usual = ",".join(model_preset(config.start).labels)
    labels = choose_labels(config.labels, usual, source, size_px=size_px, color=color)
    dataset = load_dataset(source, labels=labels, size_px=size_px, color=color)
    if config.auxiliary_votes is not None:
        dataset = with_auxiliary_votes(dataset, source, config.auxiliary_votes)
    if config.train_share < 1:
        dataset = _thinned(dataset, config.train_share)
    for split in SPLITS[:2]:
        if not len(dataset.rows(split)):
            raise DataError(
                f"{config.data} has no face for the {split} split.",
                hint="Give at least six different faces of each label.",
            )
    return dataset


def _thinned(dataset: Dataset, share: float) -> Dataset:
    """Return a dataset with a share of its training faces; the others are in no split."""
    rows = dataset.rows("train")
    label = dataset.targets.argmax(axis=1)
    groups = joined_groups(dataset.copies, dataset.subjects)
    thinned = dataset.without(beyond_share(rows, label, groups, share))
    note = f"{len(thinned.rows('train')):,} of {len(rows):,} training faces are learned from."
    return replace(thinned, notes=(*dataset.notes, note))
